"""_lzma: formats, filters, limits, errors, and a decompressor that threads share."""
import _lzma
import lzma
import pickle
import threading


def attempt(what, act):
    try:
        print(what, act())
    except Exception as error:
        print(what, type(error).__name__, error)


DATA = b'grwl ' * 1000 + bytes(range(256)) * 40
FILTERS = [
    [{'id': lzma.FILTER_LZMA2, 'preset': 3}],
    [{'id': lzma.FILTER_DELTA, 'dist': 5}, {'id': lzma.FILTER_LZMA2, 'dict_size': 1 << 16, 'lc': 2}],
    [{'id': lzma.FILTER_X86}, {'id': lzma.FILTER_LZMA2}],
    [{'id': lzma.FILTER_ARM, 'start_offset': 16}, {'id': lzma.FILTER_LZMA2}],
]

for check in lzma.CHECK_NONE, lzma.CHECK_CRC32, lzma.CHECK_CRC64, lzma.CHECK_SHA256:
    packed = lzma.compress(DATA, check=check)
    decompressor = lzma.LZMADecompressor()
    print(decompressor.check, decompressor.decompress(packed + b'rest') == DATA, decompressor.check, decompressor.eof,
          decompressor.needs_input, decompressor.unused_data)
for filters in FILTERS:
    packed = lzma.compress(DATA, filters=filters)
    print(lzma.decompress(packed) == DATA)
    packed = lzma.compress(DATA, format=lzma.FORMAT_RAW, filters=filters)
    print(lzma.decompress(packed, format=lzma.FORMAT_RAW, filters=filters) == DATA)
packed = lzma.compress(DATA, format=lzma.FORMAT_ALONE)
print(lzma.decompress(packed) == DATA, lzma.decompress(packed, format=lzma.FORMAT_ALONE) == DATA)
packed = lzma.compress(DATA, format=lzma.FORMAT_ALONE, filters=[{'id': lzma.FILTER_LZMA1, 'preset': 1}])
print(lzma.decompress(packed) == DATA, packed[:1])

# In pieces, of input and of output.
packed = lzma.compress(DATA)
decompressor = lzma.LZMADecompressor()
out = b''.join(decompressor.decompress(packed[place:place + 1]) for place in range(len(packed)))
print(out == DATA, decompressor.eof)
decompressor = lzma.LZMADecompressor()
out = decompressor.decompress(packed, max_length=7)
print(out, decompressor.needs_input, decompressor.eof)
while not decompressor.eof:
    piece = decompressor.decompress(b'', max_length=1000)
    assert len(piece) <= 1000
    out += piece
print(out == DATA, decompressor.needs_input)
attempt('after the end', lambda: decompressor.decompress(b''))
attempt('truncated', lambda: lzma.decompress(packed[:-20]))
attempt('twice', lambda: lzma.decompress(packed * 2) == DATA * 2)
attempt('garbage', lambda: lzma.decompress(b'no such stream, not even nearly'))
decompressor = lzma.LZMADecompressor()
for _ in range(2):
    attempt('garbage', lambda: decompressor.decompress(b'no such stream, not even nearly'))
    print(decompressor.needs_input, decompressor.eof, decompressor.check)

for spec in [
    {'id': lzma.FILTER_LZMA1}, {'id': lzma.FILTER_LZMA2, 'preset': 6}, {'id': lzma.FILTER_DELTA, 'dist': 4},
    {'id': lzma.FILTER_X86}, {'id': lzma.FILTER_X86, 'start_offset': 16}, {}, 3, {'id': 'a'}, {'id': 99}, {'id': 33, 'foo': 1},
    {'id': 33, 'preset': 77}, {'id': -1}, {'id': 1 << 80}, {'id': 33, 'dict_size': 1 << 40}, {'id': 33, 4: 4},
]:
    def both():
        encoded = _lzma._encode_filter_properties(spec)
        return encoded, _lzma._decode_filter_properties(spec['id'], encoded)
    attempt(spec, both)
for arguments in [
    dict(format=lzma.FORMAT_RAW), dict(format=9), dict(format=0), dict(preset=1, filters=[]), dict(format=2, check=1),
    dict(format=2, filters=[{'id': 33}]), dict(preset=100), dict(preset=-1), dict(preset=1 << 40), dict(filters=[{'id': 33}] * 5),
    dict(filters=3), dict(format='a'), dict(check='a'), dict(foo=1), dict(preset='a'),
]:
    attempt(arguments, lambda: lzma.LZMACompressor(**arguments))
for arguments in [
    dict(format=lzma.FORMAT_RAW), dict(format=9), dict(memlimit=-1), dict(memlimit='a'), dict(format=3, memlimit=4),
    dict(filters=[]), dict(memlimit=1 << 70),
]:
    attempt(arguments, lambda: lzma.LZMADecompressor(**arguments))
attempt('limit', lambda: lzma.LZMADecompressor(memlimit=1000).decompress(packed))
for check in 0, 1, 4, 10, 15, 'a':
    attempt(check, lambda: lzma.is_check_supported(check))
attempt('no properties', lambda: _lzma._decode_filter_properties(33, b''))
attempt('no id', lambda: _lzma._decode_filter_properties(99, b''))
compressor = lzma.LZMACompressor()
compressor.flush()
attempt('flush', compressor.flush)
attempt('compress', lambda: compressor.compress(b'a'))
attempt('text', lambda: compressor.compress('a'))
for made in lzma.LZMACompressor(), lzma.LZMADecompressor():
    attempt('pickle', lambda: pickle.dumps(made))
print(lzma.LZMAError.__mro__, lzma.PRESET_EXTREME, lzma.FILTER_LZMA1)

# What one thread takes out of a shared decompressor no other one gets.
decompressor = lzma.LZMADecompressor()
first = decompressor.decompress(packed, max_length=1)
pieces = []


def drain():
    while not decompressor.eof:
        try:
            pieces.append(decompressor.decompress(b'', max_length=50))
        except EOFError:
            break


threads = [threading.Thread(target=drain) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(first) + sum(map(len, pieces)) == len(DATA))
