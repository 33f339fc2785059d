"""Makes tests/vectors.txt with CPython 3.14: `python3.14 vectors.py > tests/vectors.txt`."""
import os
import sys

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "text")]
from vectors import OPERATORS, case  # noqa: E402


def setitem(a, k, v):
    a[k] = v
    return a


def delitem(a, k):
    del a[k]
    return a


OPERATORS["[]="] = setitem
OPERATORS["del[]"] = delitem
S = [b"", b"a", b"abc", b"aXbX c", b"  pad\t ", b"\xff\x00\x80", b"a\nb\r\nc\x0bd", b"-4 It's"]
for s in S:
    for make in (bytes, bytearray):
        for m in """capitalize lower upper title swapcase isalnum isalpha isascii isdigit islower isspace istitle isupper
                    strip lstrip rstrip split rsplit splitlines expandtabs hex""".split():
            case(m, make(s))
        case("repr", make(s))
        case("list", make(s))
        case("len", make(s))
        case("splitlines", make(s), True)
        for w in (-1, 0, 3, 9):
            case("center", make(s), w)
            case("ljust", make(s), w, b"*")
            case("rjust", make(s), w, bytearray(b"-"))
            case("zfill", make(s), w)
            case("*", make(s), w)
            case("hex", make(s), ":", w)
        for t in [b"", b"a", b"\xff", bytearray(b"bX"), 97, 256, "a", None]:
            for m in "find rfind index rindex count startswith endswith partition rpartition split rsplit strip removeprefix removesuffix".split():
                case(m, make(s), t)
            case("find", make(s), t, 1)
            case("count", make(s), t, None, -1)
            case("endswith", make(s), (t, b"c"), 0, -1)
            case("split", make(s), t, 1)
            case("rsplit", make(s), t, maxsplit=1)
            case("replace", make(s), t, b"<>")
            case("replace", make(s), b"a", t, 1)
            case("+", make(s), t)
            case("in", t, make(s))
            case("==", make(s), t)
            case("<", make(s), t)
            case("join", make(s), [t, b"x"])
            case("translate", make(s), None, t)
        for i in (0, 1, -1, 4, 100, "x", None, 2**70):
            case("[]", make(s), i)
        for sl in [(None, None, None), (1, None, None), (None, -1, None), (None, None, -1), (1, 4, 2), (5, 1, -2), (100, None, None)]:
            case("[]", make(s), slice(*sl))
            for v in [b"", b"xy", b"pqrst", [1, 2], [300], "a", 5, None]:
                case("[]=", bytearray(s), slice(*sl), v)
            case("del[]", bytearray(s), slice(*sl))
        for e in "utf-8 ascii latin-1 utf-16 no-such".split():
            case("decode", make(s), e)
            case("decode", make(s), e, "replace")
    for i in (0, -1, 2, 50, -50, "x"):
        for v in (65, 256, -1, "a", None):
            case("[]=", bytearray(s), i, v)
        case("del[]", bytearray(s), i)
for owner in "bytes bytearray".split():
    for a in [(), (1.5,), ("a",), ("a", "utf-8"), ("\xe9", "ascii"), ("\xe9", "ascii", "replace"), ("a", "utf-8", "strict", 1), ("a", 1), ("a", None), (1, "a"), (-1,), (3,), (2**70,),
              ([256],), (["a"],), ([1, 2, 255],), ((1, 2),), ({1: 2},), ([2**70],), (None,), (b"abc",), (bytearray(b"abc"),), (b"a", "utf-8"), ("a", "no-such")]:
        if owner == "bytes" or True:
            case("type:" + owner, *a)
    case("type:" + owner, encoding="a")
    case("type:" + owner, errors="a")
    case("type:" + owner, "a", errors="strict")
    case("type:" + owner, x=1)
    case("type:" + owner, source=[1])
    for h in ["", "61", "61 62\n63", "0", "zz", "0 1", "6162z", "a\xe9", b"6162", b"6", 1, None, "AbCd"]:
        case(owner + ".fromhex", h)
    case(owner + ".maketrans", b"a", b"bc")
    case(owner + ".maketrans", b"ab", b"cd")
    case(owner + ".maketrans", 1, b"bc")
    make = eval(owner)
    for f in [b"%s", b"%b", b"%a", b"%r", b"%c", b"%d", b"%x", b"%#o", b"%f", b"%5s|", b"%-5.1s|", b"%05d", b"%%", b"%", b"%y", b"%(a)s", b"%*d", b"", b"%(a"]:
        for v in [1, b"a", bytearray(b"xy"), "a", "\xe9", 256, -3, (), (1,), (b"a", b"b"), (5, 3), {b"a": b"x"}, None, 2**70, 1.5]:
            case("%", make(f), v)
    for a in [(1,), (":",), ("ab",), ("",), ("\xe9",), (b"-", 2), (b"-", -2), (":", "a"), (":", 0), (":", 3)]:
        case("hex", make(b"abcdefg"), *a)
    case("hex", make(b"ab"), sep=":", bytes_per_sep=1)
    case("find", make(b""), a=1)
    case("find", make(b""))
    case("replace", make(b""), b"a")
    case("center", make(b""), 3, b"ab")
    case("center", make(b""), 3, "a")
    case("translate", make(b"abc"), b"a")
    case("translate", make(b"abc"), bytes(range(255, -1, -1)))
    case("translate", make(b"abc"), bytes(range(256)), delete=b"b")
    case("translate", make(b"abc"), None, delete=b"b", x=1)
    case("join", make(b"-"), 1)
    case("join", make(b"-"), (b"a", bytearray(b"b")))
    case("*", make(b"a"), 2**70)
    case("*", make(b"a"), "x")
    case("splitlines", make(b"a"), 1, 2)
    case("expandtabs", make(b"a\tb\n\tc"), 4)
    case("expandtabs", make(b"a\tb"), "x")
    case("zfill", make(b"a"), "x")
    case("==", make(b"a"), bytearray(b"a"))
    case("<", make(b"a"), bytearray(b"b"))
    case(">=", bytearray(b"b"), make(b"a"))
    case("+", make(b"a"), bytearray(b"b"))
for method, *args in [("append", 65), ("append", 256), ("append", "a"), ("extend", b"xy"), ("extend", [1, 2]), ("extend", "a"), ("extend", ["a"]), ("extend", [256]), ("extend", 1), ("insert", 0, 65),
                      ("insert", -1, 65), ("insert", 99, 65), ("insert", 0, 256), ("insert", "a", 1), ("pop",), ("pop", 0), ("pop", 5), ("remove", 98), ("remove", 1), ("remove", 256), ("remove", "a"),
                      ("reverse",), ("clear",), ("copy",), ("resize", 2), ("resize", 5), ("resize", -1), ("resize", "a"), ("reverse", 1)]:
    for s in (b"", b"abc"):
        case(method + ">self", bytearray(s), *args)
