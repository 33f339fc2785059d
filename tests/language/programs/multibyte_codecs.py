# Encodings of East Asia: every short sequence and every character, errors, incremental codecs, streams.
import codecs
import hashlib
import io
import random

NAMES = ('gbk gb2312 gb18030 big5 cp950 big5hkscs euc_jis_2004 euc_jisx0213 euc_jp shift_jis_2004 '
         'shift_jisx0213 cp932 shift_jis cp949 euc_kr johab').split()


def digest(parts):
    return hashlib.sha1('\n'.join(parts).encode('utf-8', 'surrogatepass')).hexdigest()[:12]


def decoded(data, name, errors='strict'):
    try:
        return data.decode(name, errors)
    except UnicodeDecodeError as error:
        return f'{error.encoding} {error.start} {error.end} {error.reason}'


for name in NAMES:
    two = digest(decoded(bytes([first, second]), name, 'replace')
                 for first in range(0, 256, 3) for second in range(0, 256, 5))
    encoded = digest(str(chr(code).encode(name, 'replace')) for code in [*range(0x80, 0x10000, 7), *range(0x10000, 0x30000, 401)])
    # Places of errors that CPython's decoders have of their own are left out: pairs that mean nothing in one table of JIS X 0213.
    rng = random.Random(1)
    noise = [bytes(rng.choice((0x41, 0x81, 0x8f, 0xa4, 0xb0, 0xd4, 0xe0, 0x30, 0x39, 0xfe, 0xff, 0xa1)) for _ in range(6))
             for _ in range(300)]
    print(name, two, encoded, digest(decoded(data, name) for data in noise), digest(decoded(data, name, 'replace') for data in noise))

print('日本語'.encode('shift_jis'), '한국어'.encode('euc_kr'), '똠방각하'.encode('euc_kr'), '中文'.encode('gb18030'), '\U0001f600'.encode('gb18030'))
print('か\u309a'.encode('euc_jis_2004'), 'か'.encode('euc_jis_2004'), '똠'.encode('euc_kr').decode('euc_kr'))
for errors in 'ignore replace xmlcharrefreplace backslashreplace namereplace'.split():
    print(errors, 'a\u0e01b日'.encode('shift_jis', errors))
for errors in 'ignore replace backslashreplace surrogateescape'.split():
    print(errors, ascii(b'a\x81\x00b\x93\xfa\x81'.decode('shift_jis', errors)))
try:
    'a\u0e01'.encode('big5')
except UnicodeEncodeError as error:
    print(error)
try:
    b'a\xff\xff'.decode('gbk')
except UnicodeDecodeError as error:
    print(error)


def back(error):
    return '<?>', error.end


def with_bytes(error):
    return b'[]', error.end


codecs.register_error('test.back', back)
codecs.register_error('test.bytes', with_bytes)
print(b'a\xff\xffb'.decode('euc_jp', 'test.back'), '\u0e01x'.encode('euc_jp', 'test.back'), '\u0e01x'.encode('euc_jp', 'test.bytes'))

text = '日本語テキスト か\u309aと か 똠' * 3
for name in 'euc_jis_2004', 'gb18030', 'cp949':
    whole = text.encode(name, 'ignore')
    decoder = codecs.getincrementaldecoder(name)()
    parts = [decoder.decode(whole[i:i + 1]) for i in range(len(whole))] + [decoder.decode(b'', True)]
    encoder = codecs.getincrementalencoder(name)('ignore')
    made = [encoder.encode(character) for character in text] + [encoder.encode('', True)]
    print(name, ''.join(parts) == whole.decode(name), b''.join(made) == whole)
    reader = codecs.getreader(name)(io.BytesIO(whole + b'\nx\ny'))
    print([len(line) for line in reader.readlines()])
    raw = io.BytesIO()
    writer = codecs.getwriter(name)(raw, 'ignore')
    writer.writelines([text, 'か'])
    writer.reset()
    print(raw.getvalue() == (text + 'か').encode(name, 'ignore'))

encoder = codecs.getincrementalencoder('euc_jis_2004')()
print(encoder.encode('か'), encoder.getstate(), encoder.encode('\u309a'), encoder.getstate())
decoder = codecs.getincrementaldecoder('shift_jis')()
print(repr(decoder.decode(b'\x93')), decoder.getstate(), decoder.decode(b'\xfa'), decoder.getstate())
decoder.setstate((b'\x93', 0))
print(decoder.decode(b'\xfa'), decoder.errors)
decoder.decode(b'\x93')
try:
    decoder.decode(b'', True)
except UnicodeDecodeError as error:
    print(error)
for wrong in (lambda: codecs.getincrementalencoder('gbk')(errors=1), lambda: b''.decode('no_such_codec')):
    try:
        wrong()
    except (TypeError, LookupError) as error:
        print(type(error).__name__, error)
with io.TextIOWrapper(io.BytesIO('名前\n値\n'.encode('euc_jp')), 'euc_jp') as file:
    print(file.readline(), file.tell() > 0, file.read())
