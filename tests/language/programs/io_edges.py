# Places that no tell() gave, raw files that stand anywhere, sizes that other threads set, states of odd decoders.
import codecs
import io
import threading


def cookie(start=0, flags=0, feed=0, skip=0, need_end=0):
    parts = [(start, 8), (flags, 4), (feed, 4), (skip, 4), (need_end, 1)]
    data = b"".join((part % 256**size).to_bytes(size, "little") for part, size in parts)
    return int.from_bytes(data, "little")


def show(what, act):
    try:
        print(what, act())
    except Exception as error:
        print(what, type(error).__name__, error)


def seek_and_read(encoding, **parts):
    file = io.TextIOWrapper(io.BytesIO(b"abc\ndef\n"), encoding=encoding)
    file.seek(cookie(**parts))
    return [file.read(2), file.readline()]


def refused(act):
    try:
        act()
    except (IndexError, OSError):
        return "refused"


for encoding in "utf-8", "cp1252":
    print(encoding, "skip -1", refused(lambda: seek_and_read(encoding, feed=4, skip=-1)))
    print(encoding, "skip min", refused(lambda: seek_and_read(encoding, feed=4, skip=-(2**31))))
    show("feed -1", lambda: seek_and_read(encoding, feed=-1, skip=2))
    show("skip 5", lambda: seek_and_read(encoding, feed=4, skip=5))
    show("skip 4", lambda: seek_and_read(encoding, feed=4, skip=4))
    show("start -1", lambda: seek_and_read(encoding, start=-1))
    show("flags -1", lambda: seek_and_read(encoding, flags=-1, feed=4, skip=2))
    show("need_end", lambda: seek_and_read(encoding, feed=1, skip=1, need_end=7))
    show("large", lambda: io.TextIOWrapper(io.BytesIO(), encoding=encoding).seek(1 << 168))


class Far(io.RawIOBase):
    def __init__(self, place):
        self.place = place

    def readable(self):
        return True

    def writable(self):
        return True

    def seekable(self):
        return True

    def readinto(self, target):
        target[:3] = b"abc"
        return 3

    def write(self, data):
        return len(data)

    def tell(self):
        return self.place

    def seek(self, to, how=0):
        return 0


LAST = 2**63 - 1
file = io.BufferedReader(Far(LAST))
print(file.read(2), file.tell(), file.seek(0), file.read(1))
file = io.BufferedRandom(Far(LAST))
print(file.read(2), file.write(b"abc"), file.tell() >= 0, file.flush())
file = io.BufferedReader(Far(5))
print(file.read(2), file.seek(-(2**63), 1), file.read(1))
file = io.BufferedReader(Far(5))
print(file.read(2), file.seek(-(2**63)), file.seek(LAST, 1))


class Decoder:
    def __init__(self, state):
        self.state = state

    def decode(self, data, final=False):
        return bytes(data).decode("latin-1")

    def reset(self):
        pass

    def getstate(self):
        return self.state

    def setstate(self, state):
        pass


def with_state(state, newline):
    def search(name):
        if name == "odd_state":
            return codecs.CodecInfo(
                codecs.latin_1_encode,
                codecs.latin_1_decode,
                incrementalencoder=codecs.lookup("latin-1").incrementalencoder,
                incrementaldecoder=lambda errors: Decoder(state),
                name=name,
            )

    codecs.register(search)
    try:
        file = io.TextIOWrapper(io.BytesIO(b"abc\n"), encoding="odd_state", newline=newline)
        return [file.read(2), file.tell()]
    finally:
        codecs.unregister(search)


for state in (b"", 0), ("", 0), (b"",), None, (b"", "x"), [b"", 0], (bytearray(), 0):
    for newline in "", None:
        show(f"{state} {newline!r}", lambda: with_state(state, newline))

# What tells when to write is a number once the file is made.
class BadIndex:
    def __index__(self):
        1 / 0


file = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
for flag in True, 0, None, 5, 2**40, "", 1.5, BadIndex():
    show("reconfigure", lambda: (file.reconfigure(line_buffering=flag), file.line_buffering)[1])
    show("reconfigure", lambda: (file.reconfigure(write_through=flag), file.write_through)[1])

# After the first read the encoding stays, also if there was nothing to read; a line of no characters is asked for too.
for data in b"", b"abc":
    for read in "read", "readline", "read1", "readline0", "next", "seek":
        file = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
        if read == "read1":
            file.read(1)
        elif read == "readline0":
            file.readline(0)
        elif read == "next":
            next(file, None)
        elif read == "seek":
            file.read(1)
            file.seek(0)
        else:
            getattr(file, read)()
        place = file.buffer.tell()
        show(f"{data} {read} {place}", lambda: file.reconfigure(newline="\n"))
file = io.TextIOWrapper(io.BytesIO(b"\xff"), encoding="utf-8")
show("readline(0)", lambda: file.readline(0))

# One thread writes while another sets the size of the pieces.
target = io.BytesIO()
file = io.TextIOWrapper(target, encoding="utf-8", newline="\n")


def change():
    for number in range(2000):
        file._CHUNK_SIZE = number % 7 + 1


threads = [threading.Thread(target=change) for _ in range(2)]
for thread in threads:
    thread.start()
for number in range(2000):
    file.write(f"{number}\n")
for thread in threads:
    thread.join()
file.flush()
print(target.getvalue() == b"".join(b"%d\n" % number for number in range(2000)), 1 <= file._CHUNK_SIZE <= 7)
