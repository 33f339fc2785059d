"""Encodings with states: hz and the family of ISO 2022."""
import codecs
import hashlib
import io
import random

NAMES = 'hz iso2022_kr iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext'.split()
TEXTS = ['a\u4e2d~\u6587\n\xa5\u203eb', '\u304b\u309a', '\u304b\u309a\u65e5\u672c\u8a9e\uff71\ud55c\uae00\xe9', '\U0002000b\u304b']
PIECES = [b'\x1b$B', b'\x1b(B', b'\x1b(J', b'\x1b$@', b'\x1b$(D', b'\x1b$)C', b'\x0e', b'\x0f', b'\n', b'\x1bN', b'\x1b.A', b'\x1b.F',
          b'\x1b&@\x1b$B', b'\x1b$(Q', b'\x1b$(P', b'\x1b$(O', b'\x1b(I', b'\x1b$A', b'\x1b$(C', b'\x1bX', b'\x1b', b'~{', b'~}',
          b'~~', b'~\n', b'~', b'\x80']


def attempt(act):
    try:
        return ascii(act())
    except Exception as error:
        return f'{type(error).__name__} {error}'.encode('ascii', 'backslashreplace').decode()


for name in NAMES:
    digest, count = hashlib.sha256(), 0
    for code in range(0x30000):
        try:
            made = chr(code).encode(name)
            count += 1
        except UnicodeEncodeError as error:
            made = str(error).encode()
        digest.update(made)
    print(name, count, digest.hexdigest())
    for text in TEXTS:
        for errors in 'strict', 'replace', 'xmlcharrefreplace', 'ignore':
            print(attempt(lambda: text.encode(name, errors)))
        print(attempt(lambda: text.encode(name, 'ignore').decode(name)))
    rng = random.Random(name)
    digest = hashlib.sha256()
    for _ in range(3000):
        data = b''
        for _ in range(rng.randrange(1, 6)):
            if rng.random() < 0.4:
                data += rng.choice(PIECES)
            else:
                data += bytes(rng.randrange(0x21, 0x7f) for _ in range(rng.choice((1, 2, 2, 2))))
        for errors in 'strict', 'replace':
            digest.update(attempt(lambda: data.decode(name, errors)).encode())
    print(digest.hexdigest())
    encoder, decoder = codecs.getincrementalencoder(name)(), codecs.getincrementaldecoder(name)()
    out = b''
    for character in 'a\u4e2d\u304b\u309a\u65e5\xe9\u672c\nb':
        try:
            out += encoder.encode(character)
        except UnicodeEncodeError as error:
            print(error)
        print(encoder.getstate(), end=' ')
    out += encoder.encode('', True)
    print(out, encoder.getstate(), decoder.getstate())
    for byte in out:
        before = decoder.getstate()
        print(ascii(decoder.decode(bytes([byte]))), decoder.getstate(), end=' ')
        decoder.setstate(before)
        decoder.decode(bytes([byte]))
    decoder.reset()
    print(decoder.getstate())
    stream = io.BytesIO()
    writer = codecs.getwriter(name)(stream)
    writer.write('\u4e2d')
    writer.write('\u4e2d')
    middle = stream.getvalue()
    writer.reset()
    print(middle, stream.getvalue(), codecs.getreader(name)(io.BytesIO(stream.getvalue())).read() == '\u4e2d\u4e2d')
