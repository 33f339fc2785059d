"""unicodedata.ucd_3_2_0: all facts of all characters as checksums, and what is refused."""
import unicodedata
import zlib

old = unicodedata.ucd_3_2_0
print(unicodedata.UCD, old.unidata_version)


def facts(character):
    return (
        old.category(character),
        old.bidirectional(character),
        old.combining(character),
        old.east_asian_width(character),
        old.mirrored(character),
        old.decimal(character, None),
        old.digit(character, None),
        old.numeric(character, None),
        old.decomposition(character),
        *(ascii(old.normalize(form, character)) for form in ("NFC", "NFD", "NFKC", "NFKD")),
    )


BLOCK = 0x400
for start in [*range(0, 0x3400, BLOCK), 0x4C00, 0x9C00, 0xA400, 0xAC00, *range(0xF800, 0x10800, BLOCK), 0x1D000, 0x1D400, 0x1F400, 0x2F800, 0xE0000]:
    sum = 0
    for code in range(start, start + BLOCK):
        sum = zlib.crc32(repr(facts(chr(code))).encode(), sum)
    print(f"{start:x} {sum:x}")

for text in ("\u1e0a\u0323", "\u0344", "\uac01", "\u0221", "\U0002f868", "e\u0301\u0327", "abc"):
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        print(ascii(text), form, ascii(old.normalize(form, text)), old.is_normalized(form, text))

EXPRESSIONS = r"""
old.name('a')
old.name('\u4e00')
old.name('\u0221')
old.name('\u0221', 3)
unicodedata.name('\u0221')
old.lookup('LATIN SMALL LETTER A')
old.lookup('NO SUCH NAME')
old.category(3)
old.category('ab')
old.decimal('a')
old.normalize('X', 'a')
old.normalize('NFC', 3)
unicodedata.UCD()
'I\u0307\u0221'.encode('idna')
'b\u00fccher.example'.encode('idna')
b'xn--bcher-kva.example'.decode('idna')
__import__('stringprep').in_table_a1('\u0221')
"""
for expression in EXPRESSIONS.strip().splitlines():
    try:
        print(expression, "->", ascii(eval(expression)))
    except Exception as error:
        print(expression, "->", type(error).__name__, ascii(str(error)))
