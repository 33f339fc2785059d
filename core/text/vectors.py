"""Writes test vectors for grwl-text: what CPython 3.14's str and bytes methods and codecs answer.

    python3.14 core/text/vectors.py core/text [seed [scale]]

writes tests/str_vectors.txt and tests/codec_vectors.txt. A line is a test: the operation, its
arguments and the answer, between tabs. Values: s:41.3b1 (code points), b:4142 (bytes), i:-3, n (None),
t, f, [a b] (a list), w:a_word. A failing conversion's answer is [w:encoding i:start i:end w:reason].
"""

import codecs
import random
import sys

SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 14
SCALE = int(sys.argv[3]) if len(sys.argv) > 3 else 1
R = random.Random(SEED)


class Word(str):
    """A name or a message, shown as it is with _ for spaces."""


def show(v):
    if isinstance(v, Word):
        return "w:" + v.replace(" ", "_")
    if v is None:
        return "n"
    if isinstance(v, bool):
        return "t" if v else "f"
    if isinstance(v, int):
        return f"i:{v}"
    if isinstance(v, str):
        return "s:" + ".".join(f"{ord(c):x}" for c in v)
    if isinstance(v, (bytes, bytearray)):
        return "b:" + v.hex()
    if isinstance(v, (list, tuple)):
        return "[" + " ".join(map(show, v)) + "]"
    raise TypeError(v)


class Lines:
    def __init__(self, path):
        self.path, self.seen = path, {}

    def add(self, *fields):
        self.seen["\t".join([fields[0], *map(show, fields[1:])])] = None

    def save(self):
        with open(self.path, "w") as f:
            f.writelines(line + "\n" for line in self.seen)
        print(self.path, len(self.seen), file=sys.stderr)


ALPHABETS = [
    "ab", "aB c", "abcXYZ019 _-'\"\\\t\n", "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f \x85\xa0a", "\x00\x1b\x7f\x80\xa0\xad\xff",
    "\u00e9\u00df\u00b5\u00ff\u00aaAb", "\u03a3\u03c3\u03c2\u0391a'.\u0301\u00ad ", "\u01c4\u01c5\u01c6\u0149\u1e9e\u0130\u0131i",
    "\ufb03\u1f80\u1f88\u1fb3\u0345\u0587x", "\u0661\u0663\u00b2\u00bd\u2167\u3007\u4e001", "\u2028\u2029\u2003\u3000\u200b\r\n",
    "\ud800\udc80\udcff\udfff\ue000a", "\U0001f600\U00010400\U00010428\U0001d7ce\U0010ffffa\u3042",
    "a\u3042", "a\U0001f600", "ab\u0100\u0200",
]


def a_string(longest=12):
    alphabet = R.choice(ALPHABETS)
    if R.random() < 0.1:
        alphabet += R.choice(ALPHABETS)
    return "".join(R.choice(alphabet) for _ in range(R.randint(0, longest)))


def some_bytes(longest=12):
    alphabet = R.choice([b"ab", b"aB c'", b"\t\n\r\x0b\x0c \x1c\x85a", bytes(range(256)), b"'\"\\a\x00\x7f\xff", b"Ab1 "])
    return bytes(R.choice(alphabet) for _ in range(R.randint(0, longest)))


def part_of(s):
    a, b = sorted(R.randint(0, len(s)) for _ in "ab")
    return s[a:b] if R.random() < 0.8 else s[a:b][::-1]


UNARY = ["lower", "upper", "title", "capitalize", "swapcase", "casefold", "strip", "lstrip", "rstrip",
         "split", "rsplit", "splitlines"]
PREDICATES = ["isalpha", "isalnum", "isdigit", "isspace", "islower", "isupper", "istitle", "isascii",
              "isdecimal", "isnumeric", "isprintable", "isidentifier"]


def methods(out, make, kind):
    s = make()
    for name in UNARY:
        if hasattr(s, name):
            out.add(kind + name, s, getattr(s, name)())
    out.add(kind + "is", s, [getattr(s, p)() for p in PREDICATES if hasattr(s, p)])
    out.add(kind + "repr", s, repr(s))
    out.add(kind + "splitlines_keep", s, s.splitlines(True))
    n = R.randint(0, 3)
    out.add(kind + "split_n", s, n, s.split(None, n))
    out.add(kind + "rsplit_n", s, n, s.rsplit(None, n))
    out.add(kind + "expandtabs", s, n * 3, s.expandtabs(n * 3))
    width = R.randint(0, 16)
    fill = (make() or s[:0] + (" " if kind == "str." else b" "))[:1]
    for name in ("center", "ljust", "rjust"):
        out.add(kind + name, s, width, fill, getattr(s, name)(width, fill))
    out.add(kind + "zfill", s, width, s.zfill(width))
    chars = make()
    for name in ("strip", "lstrip", "rstrip"):
        out.add(kind + name + "_of", s, chars, getattr(s, name)(chars))
    needle = R.choice([part_of(s), part_of(s)[:1], part_of(s)[:2], make()[:2]])
    for name in ("find", "rfind", "count", "startswith", "endswith"):
        out.add(kind + name, s, needle, getattr(s, name)(needle))
    a, b = R.randint(-14, 14), R.randint(-14, 14)
    for name in ("find", "rfind", "count"):
        out.add(kind + name + "_in", s, needle, a, b, getattr(s, name)(needle, a, b))
    new = R.choice([make()[:3], needle[::-1], needle + needle])
    out.add(kind + "replace", s, needle, new, -1, s.replace(needle, new))
    out.add(kind + "replace", s, needle, new, n, s.replace(needle, new, n))
    if needle:
        for k in (-1, n):
            out.add(kind + "split_by", s, needle, k, s.split(needle, k))
            out.add(kind + "rsplit_by", s, needle, k, s.rsplit(needle, k))
        out.add(kind + "partition", s, needle, s.partition(needle))
        out.add(kind + "rpartition", s, needle, s.rpartition(needle))


def str_vectors(path):
    out = Lines(path)
    for _ in range(130 * SCALE):
        methods(out, a_string, "str.")
        s, t = a_string(4), a_string(4)
        out.add("str.compare", s, t, (s > t) - (s < t))
        out.add("str.ascii", s, ascii(s))
        out.add("str.concat", s, t, s + t)
        n, parts = R.randint(0, 3), [a_string(3) for _ in range(R.randint(0, 4))]
        out.add("str.repeat", s, n, s * n)
        out.add("str.join", s, parts, s.join(parts))
        where = slice(R.choice([None, R.randint(-6, 6)]), R.choice([None, R.randint(-6, 6)]), R.choice([-3, -2, -1, 1, 2, 3]))
        places = range(*where.indices(len(s)))
        out.add("str.slice", s, places.start if places else 0, places.step, len(places), s[where])
    for _ in range(60 * SCALE):
        methods(out, some_bytes, "bytes.")
    import unicodedata
    marks = "a\u0301\u0327\u0345e\u0323\u1e9b\u0307\u212b\u1100\u1161\u11a8\uac00\u3099\u304b\u09c7\u09be\ufb01\u00b2\u2460\u05d0\u05b8\U0002f868\u0958\U00011131\U00011127\u1b05\u1b35\u1dc0\u0221"
    for _ in range(250 * SCALE):
        s = "".join(R.choice(marks) for _ in range(R.randint(0, 8)))
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            out.add("normalize." + form, s, unicodedata.normalize(form, s))
            out.add("normalize_3_2." + form, s, unicodedata.ucd_3_2_0.normalize(form, s))
    out.save()


# Codecs -------------------------------------------------------------------------------------

def attempt(f):
    try:
        return f()
    except UnicodeError as e:
        return [Word(e.encoding), e.start, e.end, Word(e.reason)]


DECODE_ERRORS = ["strict", "ignore", "replace", "backslashreplace", "surrogateescape", "surrogatepass"]
ENCODE_ERRORS = DECODE_ERRORS + ["xmlcharrefreplace"]
PIECES = {
    "utf-8": [b"a", b"\xc3\xa9", b"\xe3\x81\x82", b"\xf0\x9f\x98\x80", b"\x80", b"\xbf", b"\xc0", b"\xc1", b"\xc2", b"\xe0", b"\xe0\x80",
              b"\xe0\xa0", b"\xed", b"\xed\xa0", b"\xed\xa0\x80", b"\xed\xb2\x80", b"\xef\xbf", b"\xf0", b"\xf0\x80", b"\xf0\x90",
              b"\xf0\x90\x80", b"\xf4\x8f", b"\xf4\x90", b"\xf5", b"\xff", b"\xe3\x81", b"\xf1\x80\x80"],
    "utf-16": [b"a\0", b"\0a", b"\xff\xfe", b"\xfe\xff", b"\x3d\xd8\x00\xde", b"\xd8\x3d\xde\x00", b"\x00\xd8", b"\xd8\x00", b"\x00\xdc",
               b"\xdc\x00", b"\x42\x30", b"\x61"],
    "utf-32": [b"a\0\0\0", b"\0\0\0a", b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"\0\xd8\0\0", b"\0\0\xd8\0", b"\0\0\x11\0", b"\0\x11\0\0", b"\0\xf6\x01\0",
               b"\0\x01\xf6\0", b"a", b"\0\0"],
    "ascii": [b"a", b"bc", b"\x80", b"\xff\xfe"],
    "utf-7": [b"a", b"+", b"-", b"+-", b"+AGE", b"+AGE-", b"+2D3eAA-", b"+2D0", b"+2D0-", b"+A", b"+AGF", b"+//", b"\\", b"~", b"\x80", b"\xff",
              b"!", b"3gA", b"+4", b" ", b"AAA"],
    "unicode-escape": [b"a", b"\\", b"\\\\", b"\\x", b"\\x4", b"\\x41", b"\\u", b"\\u30", b"\\u3042", b"\\ud800", b"\\U", b"\\U0001f60",
                       b"\\U0001f600", b"\\U00110000", b"\\n", b"\\'", b"\\1", b"\\377", b"\\777", b"\\0", b"8", b"\n", b"\\a\\b\\f\\v\\r\\t",
                       b"\\d", b"\xe9", b"g", b"\\N", b"\\N{", b"\\N{}", b"\\N{DIGIT ONE}", b"\\N{NO SUCH}", b"}"],
}
PIECES["raw-unicode-escape"] = PIECES["unicode-escape"]
PIECES["utf-16-le"] = PIECES["utf-16-be"] = PIECES["utf-16"]
PIECES["utf-32-le"] = PIECES["utf-32-be"] = PIECES["utf-32"]
STATEFUL = {
    "utf-8": codecs.utf_8_decode, "utf-16-le": codecs.utf_16_le_decode, "utf-16-be": codecs.utf_16_be_decode,
    "utf-16": codecs.utf_16_decode, "utf-32": codecs.utf_32_decode, "utf-32-le": codecs.utf_32_le_decode,
    "utf-32-be": codecs.utf_32_be_decode, "utf-7": codecs.utf_7_decode,
    "unicode-escape": codecs.unicode_escape_decode, "raw-unicode-escape": codecs.raw_unicode_escape_decode,
}
TABLE = "".join(map(chr, range(0x80))) + "\ufffe\u20ac\u0100\U0001f600\ud800"
TEXT_PIECES = ["a", "b+", "-", "\\", "\n", "~", "\xe9", "\xff", "\u0100", "\u20ac", "\u3042", "\U0001f600", "\ud800", "\udc80", "\udcff",
               "\udfff", "\udc7f", "/", "!", "\u0430"]


def codec_vectors(path):
    import warnings
    warnings.simplefilter("ignore")
    out = Lines(path)
    for name, pieces in PIECES.items():
        inputs = [b"".join(R.choice(pieces) for _ in range(R.randint(1, 5))) for _ in range(45 * SCALE)] + pieces
        for data in inputs:
            for errors in DECODE_ERRORS if R.random() < 0.6 else ["strict", "replace"]:
                out.add("decode", Word(name), Word(errors), data, attempt(lambda: data.decode(name, errors)))
            if name in STATEFUL:
                errors = R.choice(["strict", "replace"])
                out.add("decode_part", Word(name), Word(errors), data, attempt(lambda: STATEFUL[name](data, errors, False)))
    for _ in range(20 * SCALE):
        data = bytes(R.choice(b"a\x7f\x80\x81\x83\x84\x85\xff") for _ in range(R.randint(0, 5)))
        for errors in DECODE_ERRORS:
            out.add("decode", Word("charmap"), Word(errors), data, attempt(lambda: codecs.charmap_decode(data, errors, TABLE)[0]))
    mapping = codecs.charmap_build(TABLE)
    names = [n for n in PIECES] + ["latin-1", "charmap"]
    for _ in range(60 * SCALE):
        text = "".join(R.choice(TEXT_PIECES) for _ in range(R.randint(1, 6)))
        for name in names:
            plain = name in ("utf-7", "unicode-escape", "raw-unicode-escape")
            for errors in ["strict"] if plain else ENCODE_ERRORS if R.random() < 0.4 else ["strict", R.choice(ENCODE_ERRORS)]:
                if name == "charmap":
                    f = lambda: codecs.charmap_encode(text, errors, mapping)[0]
                else:
                    f = lambda: text.encode(name, errors)
                out.add("encode", Word(name), Word(errors), text, attempt(f))
    out.save()


if __name__ == "__main__":
    if sys.version_info[:2] != (3, 14):
        sys.exit("run this with CPython 3.14")
    str_vectors(sys.argv[1] + "/tests/str_vectors.txt")
    codec_vectors(sys.argv[1] + "/tests/codec_vectors.txt")
