"""Writes test data for grwl-number: what CPython 3.14 answers.

    python3.14 core/number/vectors.py core/number [seed [scale]]

writes tests/number_vectors.txt, one test a line, in the form of core/text/vectors.py, and
tests/number_digests.txt: hashes over the answers to many thousands of generated questions, which
tests/digests.rs generates alike.

More kinds of values than there: q:percent-encoded%20text, x:-1f (an integer, hexadecimal),
d:3ff0000000000000 (the bits of a float; any nan is d:nan). An exception is [w:ValueError q:message].
"""

import fractions
import math
import random
import struct
import sys
import urllib.parse

SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 14
SCALE = int(sys.argv[3]) if len(sys.argv) > 3 else 1
R = random.Random(SEED)


def bits(x):
    return "nan" if x != x else struct.pack(">d", x).hex()


def show(v):
    if v is None:
        return "n"
    if isinstance(v, bool):
        return "t" if v else "f"
    if isinstance(v, int):
        return f"x:{v:x}"
    if isinstance(v, float):
        return f"d:{bits(v)}"
    if isinstance(v, str):
        try:
            return "q:" + urllib.parse.quote(v, safe="")
        except UnicodeEncodeError:
            return "s:" + ".".join(f"{ord(c):x}" for c in v)
    if isinstance(v, bytes):
        return "b:" + v.hex()
    return "[" + " ".join(map(show, v)) + "]"


def attempt(f):
    try:
        return f()
    except (ValueError, OverflowError, ZeroDivisionError, MemoryError) as e:
        return WordList(type(e).__name__, str(e))


class WordList(list):
    def __init__(self, word, text):
        super().__init__([word, text])


class Lines:
    def __init__(self, path):
        self.path, self.seen = path, {}

    def add(self, name, *fields):
        *arguments, answer = fields
        shown = f"[w:{answer[0]} {show(answer[1])}]" if isinstance(answer, WordList) else show(answer)
        self.seen["\t".join([name, *map(show, arguments), shown])] = None

    def save(self):
        with open(self.path, "w") as f:
            f.writelines(line + "\n" for line in self.seen)
        print(self.path, len(self.seen), file=sys.stderr)


FLOATS = [0.0, -0.0, 1.0, -1.5, 0.1, 1234567.891234567, 1e22, -1e-7, 1e16, 9999999999999998.0, 1e-5, 0.0001, 123456789.0, 0.5, 2.5, 1e308, 5e-324, 999999.5,
          float("inf"), float("-inf"), float("nan"), 2.0**70, 3.14159, 1e15, 12345.678]
INTS = [0, 1, -1, 7, 65, 255, -255, 1000, -1000, 1234567, -1234567, 0x3042, 0x110000, 2**63, -2**64, 10**20, 123456789012345678901234567890]
COMPLEXES = [1 + 2j, 1234567.5 - 0j, 0j, complex(-0.0, 1), 2j, complex("inf-nanj"), 1e20 + 1e-5j, complex(-0.0, -0.0)]
TEXTS = ["", "abc", "\u3042\u3044", "x\U0001f600y", "\ud800", "\xe9" * 12]


def a_spec(codes):
    parts = []
    if R.random() < 0.4:
        parts.append((R.choice(["", "", "*", "0", "\u3042", "\U0001f600", "\xe9", "{"])) + R.choice("<>^="))
    parts.append(R.choice(["", "", "", "+", "-", " "]))
    parts.append(R.choice(["", "", "", "", "", "z"]))
    parts.append(R.choice(["", "", "", "#"]))
    parts.append(R.choice(["", "", "0"]))
    parts.append(R.choice(["", "", str(R.randint(0, 30)), str(R.randint(5, 20)), "\u0661\u0662"]))
    parts.append(R.choice(["", "", "", ",", "_"]))
    parts.append(R.choice(["", "", "", ".3", ".0", "." + str(R.randint(0, 25)), ".7,", ".5_", ".,", "._", "."]))
    parts.append(R.choice(codes))
    return "".join(parts)


def format_vectors(out):
    def one(value, spec):
        if isinstance(value, complex):
            out.add("format.complex", value.real, value.imag, spec, attempt(lambda: format(value, spec)))
        else:
            out.add("format." + type(value).__name__, value, spec, attempt(lambda: format(value, spec)))

    fixed = ["", "=5", "+", "-", " ", "z", "#", "d", ".", ".,", "._", ".3,", ".3,_", ".3_,", ",_", "_,", ",,", "__", "10x5", "c,", "9" * 20,
             "." + "9" * 20, "\x01", "\u3042", "\xe9", "dd", "s,", ",s", "_s", "5 ", "'", ".9999999999f", ",n", ".3,n", "_b", ",b", "c", "+c", "#c", "zc",
             ".2c", "5c", "<5c", "05c", "=5c", "\xe9^9c", "1" * 17, "x" * 3, "<", "<<", "<<<", "==5", ".3%%", "\ud800<5", "\ud800", ",\u3042", "_\x7f"]
    for spec in fixed:
        for value in ("abc", 65, 12.5, 1 + 2j):
            one(value, spec)
    for value in (2**63, -2**63 - 1, 2**63 - 1, -2**63):
        one(value, "c")
    for _ in range(700 * SCALE):
        one(R.choice(FLOATS), a_spec(["", "", "e", "f", "g", "E", "F", "G", "%", "n", "f", "d", "s"]))
    for _ in range(500 * SCALE):
        one(R.choice(INTS), a_spec(["", "", "d", "b", "o", "x", "X", "c", "n", "e", "f", "g", "%", "s"]))
    for _ in range(250 * SCALE):
        one(R.choice(COMPLEXES), a_spec(["", "", "e", "f", "g", "F", "n", "%", "d"]))
    for _ in range(200 * SCALE):
        one(R.choice(TEXTS), a_spec(["", "", "s", "d"]))
    for value in COMPLEXES + [complex(R.choice(FLOATS), R.choice(FLOATS)) for _ in range(30 * SCALE)]:
        out.add("repr.complex", value.real, value.imag, repr(value))


def printf_vectors(out):
    for _ in range(500 * SCALE):
        fmt = "%" + "".join(R.choice(["", "", "-", "+", " ", "#", "0"]) for _ in range(3)) + R.choice(["", "", "5", "12", "20"])
        fmt += R.choice(["", "", ".", ".0", ".3", ".10", ".17"]) + R.choice(["", "", "", "h", "l", "L"])
        kind = R.choice("ifs")
        if kind == "i":
            fmt += R.choice("diuoxX")
            value = R.choice(INTS)
        elif kind == "f":
            fmt += R.choice("eEfFgG")
            value = R.choice(FLOATS)
        else:
            fmt += "s"
            value = R.choice(TEXTS)
        out.add("printf." + kind, fmt, value, attempt(lambda: fmt % value))
    for fmt, value in [("%lld", 1), ("%y", 1), ("%\u3042", 1), ("%\x01", 1), ("%\x7f", 1), ("%~", 1), ("ab%5.", 1), ("%", 1), ("%l", 1), ("%" + "9" * 20 + "d", 1),
                       ("%.9999999999d", 1), ("%." + "9" * 20 + "d", 1), ("%.3000000000f", 1.0), ("%5%", 1), ("%#b", 3), ("%d", 10**5000)]:
        out.add("printf.f" if isinstance(value, float) else "printf.i", fmt, value, attempt(lambda: fmt % value))


def int_text_vectors(out):
    texts = ["", "0", "-0", "+5", " 12 ", "\t-7\n", "1_000", "1__0", "_1", "1_", "- 1", "+-1", "--1", "0x10", "0X_1f", "0x__f", "0x", "0x_", "0b101", "0b12", "0o17", "0o8",
             "010", "00", "0_0", "0_1", "\u0661\u0662", "\uff11_\uff12", "1\u00b2", "z", "Zz", "\ud800", "1\x00", "\u20031\u3000", "9" * 50, "-" + "f" * 40, "1.5", "1e5", "a'b",
             "0b", "0B1", "1 2", "\x1c5\x1f", "\x855", "\xa05", "9" * 4300, "9" * 4301, "9" * 4301 + "x", "0" * 4400 + "1", "1_" * 4300 + "1", "g" * 300, "'" * 10,
             "\u0967\u096f", "\U0001d7ce\U0001d7d7", "1" * 641]
    for text in texts:
        for base in (10, 0, 16, 2, 36, 8, 3) if len(text) < 1000 else (10,):
            out.add("int", text, base, attempt(lambda: int(text, base)))
    for base in (1, 37):
        out.add("int", "5", base, attempt(lambda: int("5", base)))
    for data in [b"12", b"\xff", b" 7 ", b"", b"0x10", b"1_0", b"a'\"", b"\xb2"]:
        out.add("int_bytes", data, 10, attempt(lambda: int(data, 10)))
        out.add("float_bytes", data, attempt(lambda: float(data)))
    for value in (10**4299, 10**4300, -(10**4299), -(10**4300), 10**4300 - 1, 0, -1):
        out.add("str", value, attempt(lambda: str(value)))
    for value in INTS:
        out.add("bases", value, [bin(value), oct(value), hex(value)])


def float_text_vectors(out):
    texts = ["", ".", "1", "1.", ".5", "-.5e3", "1e", "1e+", "1e5", "1E-5", "+1.5", " 2.5\n", "1_0.0_1e1_0", "1_.5", "1._5", "_1", "1_", "1e_5", "inf", "-Infinity", "infinit", "iNf",
             "nan", "-nan", "nanx", "in_f", "1e400", "-1e400", "1e-400", "\u0661\u0662.\u0665", "1\x00", "\ud800", "0x10", "1,5", "--1", "1e5.5", "e5", "9" * 400, "0." + "0" * 400 + "1",
             "2.2250738585072011e-308", "179769313486231580793e289", "1.7976931348623159e308", "4.9e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "9007199254740993", "9007199254740993.0000001",
             "\u3000 1\u2003", "x" * 250, "'", "1d5", "1 2", "+ 1", "\xbd"]
    for text in texts:
        out.add("float", text, attempt(lambda: float(text)))
    for text in texts + ["1+2j", "(1-2J)", " ( 1e5+.5j ) ", "j", "-j", "+j", "1+j", "1-j", "1+2", "1+2jj", "1 +2j", "nan+infj", "-inf-nanj", "((1))", "(1", "1)", "()", "1_0+2_0j", "1j+2", "1e5j", "+1+-1j", "1++1j", "--j"]:
        answer = attempt(lambda: complex(text))
        out.add("complex", text, [answer.real, answer.imag] if isinstance(answer, complex) else answer)
    hexes = ["0x1p0", "1", "-0x.8p1", "0x1.8", "0X1P+5", " 0x1p1 ", "inf", "-nan", "Infinity", "", "0x", "0x.", "p5", "0x1p", "0x1p+", "0x1p1025", "0x1p1024", "0x1.fffffffffffff8p1023",
             "0x1.fffffffffffff7p1023", "0x1p-1074", "0x1p-1075", "0x1.8p-1075", "0x1.00000000000001p-1075", "0x1.0000000000000800000000000000000000001p0", "0x1.00000000000008p0",
             "0x1.00000000000018p0", "0x" + "0" * 50 + "1" * 50, "0x1." + "0" * 60 + "1p3", "0x0p99999999999999999999", "0x1p-99999999999999999999", "0x1p99999999999999999999", "0x1g", "1.5.5",
             "0x1 p1", "+0xap-2", "0x1_0", "0x0.000000000000000000000001p100", "123456789abcdef.123456789abcdefp-5", "-0x0p0", "\u0661", "\u30001"]
    for text in hexes:
        out.add("fromhex", text, attempt(lambda: float.fromhex(text)))
    for x in FLOATS:
        out.add("hex", x, x.hex())
        out.add("repr", x, repr(x))
        out.add("hash", x, None if x != x else hash(x))
        out.add("ratio", x, attempt(lambda: x.as_integer_ratio()))
        out.add("trunc", x, attempt(lambda: int(x)))
        for n in (-400, -309, -308, -16, -5, -1, 0, 1, 2, 5, 15, 22, 323, 324):
            out.add("round", x, n, attempt(lambda: round(x, n)))
        for y in FLOATS:
            out.add("divmod.float", x, y, attempt(lambda: divmod(x, y)))
    for x in (1.5e308, 1.7976931348623157e308, 5e307, 4.5, 5.0, 25.0, 15.0, 5e22, 0.5, 50.0, 500000000000000000000000.0, 2.675, 1.005, 0.15):
        for n in (-309, -308, -307, -24, -23, -22, -2, -1, 0, 1, 2):
            out.add("round", x, n, attempt(lambda: round(x, n)))


def int_vectors(out):
    few = [0, 1, -1, 2, -3, 255, -256, 2**63 - 1, -2**63, 2**64, 10**30, -(10**30) + 1]
    for a in few:
        for b in few:
            out.add("divmod", a, b, attempt(lambda: divmod(a, b)))
            out.add("truediv", a, b, attempt(lambda: a / b))
        for n in (-1, 0, 1, 63, 64, 65, 200, 2**80):
            if n < 2**80 or a == 0:
                out.add("shl", a, n, attempt(lambda: a << n))
            out.add("shr", a, n, attempt(lambda: a >> n))
        for m in (0, 1, -1, 2, 7, -7, 12, 2**61 - 1, -(10**20)):
            for e in (-2, -1, 0, 1, 5, 2**65):
                out.add("powmod", a, e, m, attempt(lambda: pow(a, e, m)))
        for length in (0, 1, 2, 8, 9, 16):
            for signed in (False, True):
                for order in ("little", "big"):
                    out.add("to_bytes", a, length, order == "little", signed, attempt(lambda: a.to_bytes(length, order, signed=signed)))
        out.add("isqrt", a, attempt(lambda: math.isqrt(a)))
        for x in FLOATS + [9223372036854775807.0, -9223372036854775808.0, 1e30]:
            out.add("compare", a, x, None if x != x else (a > x) - (a < x))
        for n in (1, 2, 10, 40):
            out.add("round_int", a, n, round(a, -n))
    out.add("shl", 1, 2**80, attempt(lambda: 1 << 2**80))
    for n in (1023, 1024, 1025):
        for a in (2**n, 2**n - 1, 2**n - 2**970, 2**n - 2**970 - 1, -(2**n - 2**970)):
            out.add("float_of", a, attempt(lambda: float(a)))
            out.add("truediv", a, 1, attempt(lambda: a / 1))
            out.add("truediv", a * 3, 3 * 2**5, attempt(lambda: a * 3 / (3 * 2**5)))
            out.add("truediv", 1, a * 2**60, attempt(lambda: 1 / (a * 2**60)))
            out.add("truediv", 3, a * 2**50, attempt(lambda: 3 / (a * 2**50)))
    for n in range(1060, 1082):
        out.add("truediv", 2**60 + 1, 2**60 * 2**n, (2**60 + 1) / (2**60 * 2**n))
        out.add("truediv", 3, 2**n, 3 / 2**n)
    P = sys.hash_info.modulus
    for a in (0, 1, -1, -2, P, -P, P + 1, P - 1, 1 - P, 2**64, 10**40, -(10**40)):
        out.add("hash_int", a, hash(a))
        for d in (1, 2, 3, 7, P, 2 * P, 10**20):
            f = fractions.Fraction(a, d)
            out.add("hash_fraction", f.numerator, f.denominator, hash(f))
    for x in (1.0, -1.0, 0.5, float("inf"), 1e300):
        for y in (0.0, 1.0, -1.0, 2.5):
            out.add("hash_complex", x, y, hash(complex(x, y)))


# Digests ------------------------------------------------------------------------------------

MASK = 2**64 - 1


class Random64:
    """splitmix64"""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, n):
        return self.next() % n

    def words(self, n):
        v = 0
        for _ in range(n):
            v = v << 64 | self.next()
        return v

    def int(self, longest=60):
        kind = self.below(5)
        if kind == 0:
            v = self.below(200)
        elif kind == 1:
            v = (1 << self.below(300)) - 1 + self.below(3)
        elif kind == 2:
            v = self.next()
        elif kind == 3:
            v = self.words(1 + self.below(5))
        else:
            v = self.words(1 + self.below(longest))
        return -v if self.below(2) else v

    def float(self):
        kind = self.below(6)
        if kind == 0:
            return struct.unpack(">d", self.next().to_bytes(8))[0]
        if kind == 1:
            return float(self.below(100000))
        if kind == 2:
            return self.below(10**9) / 10.0 ** self.below(12)
        if kind == 3:
            return float(self.below(1 << 60))
        if kind == 4:
            return struct.unpack(">d", (self.next() >> (12 + self.below(52))).to_bytes(8))[0]
        return struct.unpack(">d", (((self.below(2046) + 1) << 52) + self.below(3) - 1).to_bytes(8))[0]


class Hash:
    def __init__(self):
        self.value = 0xCBF29CE484222325

    def add(self, text):
        h = self.value
        for b in text.encode():
            h = (h ^ b) * 0x100000001B3 & MASK
        self.value = (h ^ 0x0A) * 0x100000001B3 & MASK


def float_answer(f):
    try:
        return bits(f())
    except OverflowError:
        return "overflow"
    except ZeroDivisionError:
        return "zero"


def binary(r):
    a, b = r.int(), r.int()
    q, m = divmod(a, b) if b else (0, 0)
    return [f"{v:x}" for v in (a + b, a - b, a * b, q, m, a & b, a | b, a ^ b, ~a, math.gcd(a, b), math.isqrt(abs(a)))]


def unary(r):
    a, n = r.int(), r.below(400)
    length = a.bit_length() // 8 + 1
    data = a.to_bytes(length, "little", signed=True)
    return [f"{a << n:x}", f"{a >> n:x}", str(a.bit_length()), str(a.bit_count()), str(a), str(hash(a)), data.hex(),
            f"{int.from_bytes(data, 'big', signed=True):x}", f"{round(a, -(n // 10)):x}"]


def powers(r):
    a, e, m = r.int(8), r.int(3), r.int(8)
    n = r.below(40)
    try:
        mod = f"{pow(a, e, m):x}"
    except ValueError:
        mod = "error"
    return [f"{a**n:x}", mod]


def division(r):
    a, b, x = r.int(20), r.int(20), r.float()
    order = "n" if x != x else str((a > x) - (a < x))
    return [float_answer(lambda: a / b), float_answer(lambda: float(a)), float_answer(lambda: float(a << 900)), order]


def real(r):
    x, p, n = r.float(), r.below(25), r.below(40)
    rounded = float_answer(lambda: round(x, n - 20))
    whole = "none" if not math.isfinite(x) else f"{int(x):x}"
    ratio = "none" if not math.isfinite(x) else "{:x}/{:x}".format(*x.as_integer_ratio())
    hashed = "none" if x != x else str(hash(x))
    return [repr(x), f"{x:.{p}e}", f"{x:.{p}f}", f"{x:.{p}g}", f"{x:#.{p}g}", f"{x:.{p}}", rounded, x.hex(), whole, ratio, hashed,
            bits(float(repr(x))), bits(float.fromhex(x.hex()))]


def decimals(r):
    digits = str(r.words(1 + r.below(6)))
    text = f"{digits[:r.below(20)]}.{digits}e{r.below(700) - 350}"
    return [bits(float(text))]


def quotients(r):
    x, y = r.float(), r.float()
    if y == 0:
        return ["zero"]
    q, m = divmod(x, y)
    return [bits(q), bits(m)]


def texts(r):
    a, base = r.int(), 2 + r.below(35)
    alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
    v, digits = abs(a), ""
    while v or not digits:
        v, d = divmod(v, base)
        digits = alphabet[d] + digits
    return [digits, f"{int(digits, base):x}", f"{a:_d}", f"{a:,}", f"{a:#x}", f"{a:_b}", f"{a:030_o}"]


def huge(r):
    a, b = r.words(200 + r.below(3000)), r.words(1 + r.below(1500))
    q, m = divmod(a, b)
    return [f"{a * b:x}", f"{q:x}", f"{m:x}", str(a), f"{int(str(a)):x}", f"{math.gcd(a * 7, b * 7):x}", f"{math.isqrt(a):x}"]


def digests(path):
    sys.set_int_max_str_digits(0)
    with open(path, "w") as f:
        for name, count in [("binary", 4000), ("unary", 4000), ("powers", 1500), ("division", 10000), ("real", 20000),
                            ("decimals", 20000), ("quotients", 20000), ("texts", 1500), ("huge", 12)]:
            count *= SCALE
            # Ten digests each, so that a difference is found fast.
            for part in range(10):
                r, h = Random64(part + SEED - 13), Hash()
                for _ in range(max(1, count // 10)):
                    for text in globals()[name](r):
                        h.add(text)
                f.write(f"{name} {part + SEED - 13} {max(1, count // 10)} {h.value:016x}\n")


if __name__ == "__main__":
    if sys.version_info[:2] != (3, 14):
        sys.exit("run this with CPython 3.14")
    out = Lines(sys.argv[1] + "/tests/number_vectors.txt")
    for part in (format_vectors, printf_vectors, int_text_vectors, float_text_vectors, int_vectors):
        part(out)
    out.save()
    digests(sys.argv[1] + "/tests/number_digests.txt")
