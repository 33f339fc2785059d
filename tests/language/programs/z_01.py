# binascii and zlib: results, limits, errors.
import binascii
import zlib


def attempt(function, *args, **names):
    try:
        print(function.__name__, repr(function(*args, **names))[:90])
    except Exception as error:
        print(function.__name__, type(error).__name__, error)


for text in (b"", b"QQ", b"QQ==", b"Q", b"QUJD", b"Q=U=J=D", b"=QUJD", b"QUJD=", b"QQ==QQ==", b"Q\nU-JD", "QUJD", "é"):
    attempt(binascii.a2b_base64, text)
    attempt(binascii.a2b_base64, text, strict_mode=True)
for data in (b"", b"a", b"ab", b"abc", bytes(range(60))):
    attempt(binascii.b2a_base64, data, newline=False)
    attempt(binascii.hexlify, data, "-", -2)
    attempt(binascii.b2a_uu, data)
    attempt(binascii.crc_hqx, data, 7)
    attempt(binascii.crc32, data)
attempt(binascii.unhexlify, "0aF")
attempt(binascii.unhexlify, "0aFg")
attempt(binascii.unhexlify, b"0aFf")
attempt(binascii.a2b_uu, b"")
attempt(binascii.a2b_uu, b"#86)C\n")
attempt(binascii.a2b_uu, b"#86)C!!\n")
attempt(binascii.a2b_uu, b"#86\x7fC\n")
attempt(binascii.a2b_qp, b"a=41_=\nb=\r\nc==3D", header=True)
attempt(binascii.b2a_qp, b"a b \n.\nx" + b"y" * 80 + b"\xff=\t", quotetabs=True, header=True)

data = b"The same words again and again: " * 300
packed = zlib.compress(data, 6)
print(len(packed) < 200, zlib.decompress(packed) == data)
for wbits in (-15, 15, 31, 9, -9):
    small = zlib.compress(data, wbits=wbits)
    print(wbits, zlib.decompress(small, wbits=wbits) == data)
print(zlib.adler32(data), zlib.crc32(data), zlib.adler32(b"x", 0xFFFFFFFF), zlib.crc32(b"x", -1))

for broken in (b"", packed[:-1], packed[:-1] + b"x", b"abc", b"\x78\x9c\x07"):
    attempt(zlib.decompress, broken)
attempt(zlib.compress, b"", 10)
attempt(zlib.compressobj, wbits=99)
attempt(zlib.decompressobj, zdict="text")

unpacker = zlib.decompressobj()
out = unpacker.decompress(packed + b"more", 100)
while unpacker.unconsumed_tail:
    out += unpacker.decompress(unpacker.unconsumed_tail, 1000)
print(out == data, unpacker.eof, unpacker.unused_data, unpacker.flush())

words = b"again and again"
packer = zlib.compressobj(zdict=words)
first = packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)
other = packer.copy()
one = first + packer.compress(b"one") + packer.flush()
two = first + other.compress(b"two") + other.flush()
attempt(packer.compress, b"")
attempt(packer.copy)
print(zlib.decompressobj(zdict=words).decompress(one)[-3:], zlib.decompressobj(zdict=words).decompress(two)[-3:])
attempt(zlib.decompressobj().decompress, one)
attempt(zlib.decompressobj(zdict=b"other").decompress, one)
