"""The classes of _multibytecodec: what keeps state between calls. The conversion itself is native."""


class MultibyteCodec:
    """A codec of several bytes a character."""

    __slots__ = ('_index',)

    def encode(self, input, errors=None):
        """The bytes of a text, and how many characters they took."""
        input = input if isinstance(input, str) else str(input)
        return _encode(self._index, input, errors, True, _start(self._index, False))[:2]

    def decode(self, input, errors=None):
        """The text of bytes, and how many bytes it took."""
        return _decode(self._index, input, errors, True, _start(self._index, True))[:2]


def _make(index):
    codec = object.__new__(MultibyteCodec)
    codec._index = index
    return codec


class _Base:
    __slots__ = ('_errors', '_state')

    def _begin(self, errors):
        if not isinstance(getattr(self, 'codec', None), MultibyteCodec):
            raise TypeError('codec is unexpected type')
        if not isinstance(errors, str):
            place, what = self._errors_at, type(errors).__name__
            raise TypeError(f'{place} must be str, not {what}')
        self._errors = errors
        self._state = _start(self.codec._index, self._decodes)

    @property
    def errors(self):
        """how to treat errors"""
        return self._errors

    @errors.setter
    def errors(self, errors):
        if not isinstance(errors, str):
            raise TypeError('errors must be a string')
        self._errors = errors

    @errors.deleter
    def errors(self):
        raise TypeError('cannot delete attribute')


class _Encoder(_Base):
    __slots__ = ('_pending',)
    _decodes = False

    def _begin(self, errors):
        super()._begin(errors)
        self._pending = ''

    def _convert(self, text, final):
        if not isinstance(text, str):
            raise TypeError("couldn't convert the object to str.")
        text = self._pending + text
        made, taken, self._state = _encode(self.codec._index, text, self._errors, final, self._state)
        self._pending = text[taken:]
        return made


class _Decoder(_Base):
    __slots__ = ('_pending',)
    _decodes = True

    def _begin(self, errors):
        super()._begin(errors)
        self._pending = b''

    def _convert(self, data, final):
        data = self._pending + data
        made, taken, self._state = _decode(self.codec._index, data, self._errors, final, self._state)
        self._pending = data[taken:]
        return made


class MultibyteIncrementalEncoder(_Encoder):
    _errors_at = 'IncrementalEncoder() argument 1'

    def __init__(self, errors='strict'):
        self._begin(errors)

    def encode(self, input, final=False):
        """The bytes of a text that goes on, unless it is final."""
        return self._convert(input, final)

    def getstate(self):
        """What is kept, as a number."""
        kept = self._pending.encode()
        return int.from_bytes(bytes([len(kept)]) + kept + self._state.to_bytes(8, 'little'), 'little')

    def setstate(self, state, /):
        """Go on as when the number was got."""
        if not isinstance(state, int):
            raise TypeError(f"setstate() argument must be int, not {type(state).__name__}")
        data = state.to_bytes(17, 'little')
        if data[0] > 8:
            raise UnicodeError('pending buffer too large')
        end = 1 + data[0]
        self._pending = data[1:end].decode()
        self._state = int.from_bytes(data[end:end + 8], 'little')

    def reset(self):
        """Forget what is kept."""
        self._pending = ''
        self._state = _again(self.codec._index, self._state)


class MultibyteIncrementalDecoder(_Decoder):
    _errors_at = 'IncrementalDecoder() argument 1'

    def __init__(self, errors='strict'):
        self._begin(errors)

    def decode(self, input, final=False):
        """The text of bytes that go on, unless they are final."""
        with memoryview(input) as view:
            data = bytes(view)
        return self._convert(data, final)

    def getstate(self):
        """The bytes that are kept, and a number."""
        return self._pending, self._state

    def setstate(self, state, /):
        """Go on as when the state was got."""
        if not isinstance(state, tuple):
            raise TypeError(f'setstate() argument must be tuple, not {type(state).__name__}')
        pending, number = state
        if not isinstance(pending, bytes):
            raise TypeError(f'setstate(): argument 1 must be bytes, not {type(pending).__name__}')
        if not isinstance(number, int):
            raise TypeError(f'setstate(): argument 2 must be int, not {type(number).__name__}')
        number.to_bytes(8, 'little')
        if len(pending) > 8:
            raise UnicodeError('pending buffer too large')
        self._pending = pending
        self._state = number

    def reset(self):
        """Forget what is kept."""
        self._pending = b''
        self._state = _again(self.codec._index, self._state)


class MultibyteStreamReader(_Decoder):
    _errors_at = 'StreamReader() argument 2'

    def __init__(self, stream, errors='strict'):
        self._begin(errors)
        self.stream = stream

    def _read(self, read, size):
        if size is None:
            size = -1
        elif not isinstance(size, int):
            raise TypeError('arg 1 must be an integer')
        if size == 0:
            return ''
        while True:
            data = read() if size < 0 else read(size)
            if not isinstance(data, bytes):
                raise TypeError(f'stream function returned a non-bytes object ({type(data).__name__})')
            is_end = not data
            text = self._convert(data, is_end or size < 0)
            if text or is_end or size < 0:
                return text
            # The bytes were the beginning of a character.
            size = 1

    def read(self, size=None, /):
        """Text of so many bytes."""
        return self._read(self.stream.read, size)

    def readline(self, size=None, /):
        """Text of a line."""
        return self._read(self.stream.readline, size)

    def readlines(self, size=None, /):
        """All lines."""
        return self._read(self.stream.read, size).splitlines(True)

    def reset(self):
        """Forget what is kept."""
        self._pending = b''
        self._state = _again(self.codec._index, self._state)


class MultibyteStreamWriter(_Encoder):
    _errors_at = 'StreamWriter() argument 2'

    def __init__(self, stream, errors='strict'):
        self._begin(errors)
        self.stream = stream

    def write(self, text, /):
        """Write a text."""
        self.stream.write(self._convert(text, False))

    def writelines(self, lines, /):
        """Write texts."""
        for line in lines:
            self.write(line)

    def reset(self):
        """Write what is kept."""
        if self._pending:
            rest = self._convert('', True)
            self._pending = ''
            if rest:
                self.stream.write(rest)
