for T in (bytes, bytearray):
    b = T(b"Hello, World hello")
    print(b, b[0], b[-1], b[1:4], b[::-1], len(b), b + b"x", b * 2, b"World" in b, 72 in b, b == b"Hello, World hello")
    print(b.upper(), b.lower(), b.title(), b.swapcase(), b.capitalize(), b.find(b"l"), b.rfind(b"l"), b.find(108), b.index(b"W"), b.count(b"l"), b.count(111), b.replace(b"l", b"LL"), b.replace(b"l", b"", 1))
    print(b.split(), b.split(b","), b.rsplit(None, 1), b.partition(b", "), b.rpartition(b"o"), T(b"a\nb\r\nc").splitlines(), T(b" x ").strip(), T(b"xax").strip(b"x"), T(b"ab").join([b"1", bytearray(b"2")]), b.startswith(b"He"), b.endswith((b"x", b"lo")))
    print(T(b"5").zfill(3), T(b"-5").zfill(4), T(b"a").center(5, b"*"), T(b"a").ljust(3), T(b"a").rjust(3), T(b"a\tb").expandtabs(4), b.translate(None, b"l"), b.translate(bytes(range(255, -1, -1)))[:2], bytes.maketrans(b"ab", b"xy")[97:99], T(b"abx").removeprefix(b"ab"), T(b"abx").removesuffix(b"x"))
    print(*(int(getattr(T(x), m)()) for x in (b"", b"aB", b"12", b" ", b"Ab Cd", b"\xff") for m in "isalpha isdigit isalnum isspace isupper islower istitle isascii".split()))
    print(b.hex(), b.hex(" "), b.hex(":", 4), b.hex("-", -4), T.fromhex("48 65  6c"), T.fromhex(""), T(3), T([1, 2]), T(range(3)), T("é", "utf-8"), T(), list(T(b"ab")), T(memoryview(b"mv")))
    print(repr(T(bytes(range(40)))), T(b"a") < T(b"b"), T(b"a") < b"ab", sorted([T(b"b"), T(b"a")]), max(T(b"abc")), T(b"%d") % 5, T(b"a") == "a" if 0 else "", bool(T(b"")), b.isascii(), bytes(b) == b)
    for f in (lambda: b[100], lambda: b["a"], lambda: b + "a", lambda: b.find("a"), lambda: b.index(b"zz"), lambda: b.join(["a"]), lambda: b.split(b""), lambda: b.replace("a", "b"), lambda: "a" in b, lambda: 256 in b, lambda: T([256]), lambda: T(["a"]), lambda: T(-1), lambda: T("a"), lambda: T(1, 2), lambda: T.fromhex("4"), lambda: T.fromhex("zz"), lambda: T.fromhex(5), lambda: b.hex("ab"), lambda: b.hex("é"), lambda: b.center(5, b"ab"), lambda: b.startswith("a"), lambda: b.translate(b"a"), lambda: T(1.5), lambda: T(None), lambda: b.strip("a"), lambda: b < "a", lambda: b.count(300), lambda: b * "a"):
        try: print(f())
        except Exception as e: print(type(e).__name__, e)
