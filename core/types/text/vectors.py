"""Makes tests/vectors.txt with CPython 3.14: `python3.14 vectors.py > tests/vectors.txt`."""
import builtins


def show(v):
    if v is None or isinstance(v, bool):
        return str(v)
    if isinstance(v, (int, float)):
        return repr(v)
    if isinstance(v, (str, bytes)):
        return ascii(v)
    if isinstance(v, tuple):
        return "(" + "".join(show(x) + ", " for x in v) + ")"
    if isinstance(v, list):
        return "[" + "".join(show(x) + ", " for x in v) + "]"
    if isinstance(v, dict):
        return "{" + "".join(f"{show(k)}: {show(x)}, " for k, x in v.items()) + "}"
    if isinstance(v, (bytearray, memoryview)):
        return f"{type(v).__name__}({ascii(bytes(v))})"
    return f"<{type(v).__name__}>"


OPERATORS = {
    "+": lambda a, b: a + b, "*": lambda a, b: a * b, "%": lambda a, b: a % b,
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "[]": lambda a, b: a[b], "in": lambda a, b: a in b, "len": len, "repr": repr, "list": list,
}
seen = set()


def case(operation, *operands, **keywords):
    given = ascii(operands)  # Before anything changes them.
    named = ascii(keywords)
    try:
        if operation in OPERATORS:
            outcome = show(OPERATORS[operation](*operands))
        elif operation.startswith("type:"):
            outcome = show(getattr(builtins, operation[5:])(*operands, **keywords))
        elif operation.endswith(">self"):
            outcome = getattr(operands[0], operation[:-5])(*operands[1:], **keywords)
            outcome = show((outcome, operands[0]))
        elif "." in operation:
            owner, name = operation.split(".")
            outcome = show(getattr(getattr(builtins, owner), name)(*operands, **keywords))
        else:
            outcome = show(getattr(operands[0], operation)(*operands[1:], **keywords))
    except BaseException as e:
        outcome = f"!{type(e).__name__}{show(e.args)}"
    line = "\t".join([operation, given, named, outcome])
    if line not in seen:
        seen.add(line)
        print(line)


if __name__ == "__main__":
    S = ["", "a", "abc", "aXbX c", "  pad\t ", "\xe9t\xe9 \u0130\xdf", "\u4e2d\u6587ab\u4e2d", "\U0001f600x\U0001f600",
         "a\nb\r\nc\x0bd\u2028e", "\ud800z", "it's \"q\" \\", "\u03a3\u0391\u03a3. \u01c5x", "-12\u0663\xb2\xbd"]
    for s in S:
        for m in """capitalize casefold lower upper title swapcase isalnum isalpha isascii isdecimal isdigit
                    isidentifier islower isnumeric isprintable isspace istitle isupper strip lstrip rstrip split
                    rsplit splitlines expandtabs __getnewargs__""".split():
            case(m, s)
        case("splitlines", s, True)
        case("splitlines", s, keepends=1)
        case("repr", s)
        case("list", s)
        case("len", s)
        for w in (-1, 0, 3, 8, 9):
            case("center", s, w)
            case("ljust", s, w, "*")
            case("rjust", s, w, "\u4e2d")
            case("zfill", s, w)
            case("*", s, w)
        for t in ["", "a", "X", "\u4e2da", "\xe9", "\U0001f600"]:
            for m in "find rfind index rindex count startswith endswith partition rpartition split rsplit strip removeprefix removesuffix".split():
                case(m, s, t)
            case("find", s, t, 1)
            case("rfind", s, t, -2, 100)
            case("count", s, t, None, -1)
            case("startswith", s, t, 1, 3)
            case("endswith", s, (t, "c"), 0, -1)
            case("split", s, t, 1)
            case("rsplit", s, t, maxsplit=1)
            case("replace", s, t, "<>")
            case("replace", s, t, "\u4e2d", 1)
            case("replace", s, t, "", count=2)
            case("+", s, t)
            case("in", t, s)
            case("<", s, t)
            case("==", s, t)
            case(">=", s, t)
            case("join", t, list(s))
        for i in (0, 1, -1, 4, -9, 100, True):
            case("[]", s, i)
        for sl in [(None, None, None), (1, None, None), (None, -1, None), (None, None, -1), (1, 4, 2), (5, 1, -2), (100, None, None), (0, 10**30, 10**30)]:
            case("[]", s, slice(*sl))
        for e in "utf-8 utf-16 utf-16-le utf-32-be ascii latin-1 utf-7 unicode_escape raw_unicode_escape UTF8 ISO-8859-1 us-ascii".split():
            case("encode", s, e)
            case("encode", s, e, "backslashreplace")
        for r in "strict ignore replace xmlcharrefreplace surrogatepass surrogateescape".split():
            case("encode", s, "utf-8", r)
            case("encode", s, errors=r)
            case("encode", s, "ascii", errors=r)
        for f in ["", "5", ">9", "^8s", "*<7", ".2", "\u4e2d>6.1", "d", "+", "=5", "#", "05", "z", ",", "5_", "99999999999999999999", ".", "x" * 3]:
            case("__format__", s, f)
    B = [b"", b"abc", b"\xff\xfe", b"\xe4\xb8\xad", b"\xed\xa0\x80", b"a\x80b", b"\xf0\x9f\x98\x80", b"\\u0041\\x42\\n", b"+AGE-", b"\x00a", b"\x00\x00\x00a", b"\xe4\xb8", b"\\N", b"\\x4"]
    for b in B:
        for e in "utf-8 utf-16 utf-16-le utf-16-be utf-32 utf-32-be ascii latin1 utf-7 unicode-escape raw-unicode-escape".split():
            for r in "strict ignore replace backslashreplace surrogateescape surrogatepass".split():
                case("type:str", b, e, r)
    T = ["", "abc"]
    for bad in (1, None, 1.5, b"a"):
        for m in "find count index startswith endswith partition split rsplit strip lstrip rstrip removeprefix removesuffix join translate zfill expandtabs center encode splitlines format_map __format__".split():
            if bad != b"a" or m not in ("join", "translate"):
                case(m, "abc", bad)
        case("replace", "abc", "a", bad)
        case("replace", "abc", "a", "b", bad)
        case("center", "abc", 5, bad)
        case("split", "abc", "a", bad)
        case("find", "abc", "a", bad)
        case("find", "abc", "a", 0, bad)
        case("+", "abc", bad)
        case("*", "abc", bad)
        case("in", bad, "abc")
        case("[]", "abc", bad)
        case("<", "abc", bad)
        case("==", "abc", bad)
        case("join", "-", [bad])
        case("join", "-", ["a", bad])
        case("str.maketrans", bad)
        case("str.maketrans", "a", bad)
        case("str.maketrans", "a", "b", bad)
        case("type:str", b"a", bad)
        case("type:str", b"a", "ascii", bad)
        case("type:str", bad, "ascii")
        case("startswith", "abc", ("b", bad))
    case("find", "")
    case("find", "", a=1)
    case("find", "", "", 1, 2, 3)
    case("replace", "", "a", "b", count=1, x=2)
    case("replace", "", "a", "b", 2**70)
    case("center", "")
    case("center", "", 2**70)
    case("center", "", 3, "ab")
    case("center", "", 1, 2, 3, 4)
    case("strip", "", 1, 2)
    case("split", "", "a", 1, 2)
    case("split", "", sep="a", x=2)
    case("splitlines", "", 1, 2)
    case("splitlines", "", x=2)
    case("join", "")
    case("expandtabs", "", 2**40)
    case("expandtabs", "", 2**70)
    case("expandtabs", "", 1, 2)
    case("expandtabs", "a\tb\n\tc", 4)
    case("expandtabs", "a\tb\u4e2d\tc", tabsize=0)
    case("expandtabs", "a\tb", -3)
    case("upper", "", 1)
    case("join", "", "a", "b")
    case("join", "-", ("a", "\u4e2d", "b"))
    case("join", "-", {"a": 1, "b": 2})
    case("join", ", ", "xyz")
    case("encode", "", "a\0")
    case("encode", "a", "no-such")
    case("encode", "\ud800", "utf-8", "no-such")
    case("encode", "a", "utf-8", "no-such")
    case("encode", "", "a", "b", "c")
    case("encode", "", "utf-8", errors="strict", encoding="a")
    case("translate", "a", {97: 1.5})
    case("translate", "a", {97: 2**40})
    case("translate", "a", {97: 0x110000})
    case("translate", "a", {97: 2**70})
    case("translate", "a", {97: -1})
    case("translate", "abcab", {97: None, 98: "xyz", 99: 0x4e2d})
    case("translate", "\u4e2dba", {97: "\U0001f600", 0x4e2d: 65})
    case("translate", "aXa", {97: 98})
    case("translate", "abc", "xyz" * 40)
    case("str.maketrans")
    case("str.maketrans", {"ab": 1})
    case("str.maketrans", {"a": 1, 98: None})
    case("str.maketrans", "a", "bc")
    case("str.maketrans", "ab\u4e2d", "xyz", "q")
    case("str.maketrans", "a", "b", "c", "d")
    case("type:str")
    case("type:str", "x")
    case("type:str", b"", "no-such")
    case("type:str", b"a", "no-such")
    case("type:str", b"\xff", "utf-8", "no-such")
    case("type:str", b"a", "utf-8", "no-such")
    case("type:str", "a", "utf-8")
    case("type:str", foo=1)
    case("type:str", 1, 2, 3, 4)
    case("type:str", encoding="utf-8")
    case("type:str", b"ab", errors="strict")
    case("type:str", object=b"ab", encoding="ascii")
    case("type:str", b"ab", object=1)
    case("type:str", object=1, encoding="a", errors="b", x=1)
    case("*", "a", 2**70)
    case("*", "ab", 2**62)
    case("[]", "a", 2**70)
    case("[]", "a", slice(1.5, None, None))
    case("[]", "a", slice(None, None, 0))
    F = ["{}", "{0}{}", "{}{0}", "{", "}", "{0!", "{0!r", "{0!rx}", "{0!x}", "{0!\x01}", "{0:{0:{0}}}", "{0[}", "{0.}", "{0[]}", "{0[a]b}", "{0", "{0:", "{!}",
         "{a{b}}", "{99999999999999999999}", "{{}}", "{{{}}}", "x{{y}}z", "{!r}", "{!s:>8}", "{:>{}}", "{:{}}", "{1} {0}", "{[0]}", "{0[x]}", "{0[-1]}", "{:%}", "{0!r:^{1}}", "{}{}{}",
         "a{b", "a}b", "{:}}", "{:{{}}}", "{a.b", "{0!a}", "\u4e2d{}\xe9", "{0:\u4e2d>9}", "{\u0661}", "{ }", "{-1}", "{0.1}", "{a}", "{b!r}", "{:d}", "{0[0][1]}"]
    for f in F:
        case("format", f)
        case("format", f, "q", 7)
        case("format", f, ["x", "yz"], 9, a=1)
        case("format", f, "\xe9'", a="A", b="it's")
        case("format_map", f, {"a": "x", "b": "\u4e2d", " ": "s", "-1": "m"})
    P = ["%s", "%r", "%a", "%c", "%d", "%i", "%u", "%x", "%#X", "%o", "%f", "%.2e", "%G", "%5s|", "%-5s|", "%05d", "%+d", "% d", "%.1s", "%%", "%5%", "%", "%(a)s", "%(a", "%*d", "%.*d", "%-*d|",
         "%y", "%\x01", "%\u4e2d", "%s%s", "", "%(a)s%s", "%(a)*d", "%ld", "%.3d", "%#.3x", "%(a)%", "%99999999999999999999d", "%.99999999999d", "%s\u4e2d", "%((a))s", "%()s"]
    V = [1, "a", "ab", 1.5, (), (1,), (1, 2), ("a", "b"), {"a": 5}, {"(a)": 5, "": 6}, [1], None, -42, 0x4e2d, 2**30, 2**70, float("inf"), (5, 3), (2**70, 1), ("x", 1), (-6, 3), True, "\xe9", (2**40, 1.0)]
    for f in P:
        for v in V:
            if "*" in f and v == (2**40, 1.0) or f == "%*d" and v == (2**40, 1.0):
                continue
            case("%", f, v)
