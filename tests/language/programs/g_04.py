for w in (-1, 0, 3, 4, 5, 8):
    for s in ("", "ab", "abc", "é", "-5", "+", "日本"): print(repr(s.center(w, "*")), repr(s.ljust(w, "é")), repr(s.rjust(w)), s.zfill(w), end=" ")
    print()
print(["01\t012\t0123\t01234".expandtabs(n) for n in (8, 4, 1, 0, -1)], "a\n\tb\r\tc".expandtabs(4))
t = str.maketrans({"a": "1", "b": None, 99: 0x20ac, "d": "dd"})
print(t, "abcde".translate(t), str.maketrans("ab", "xy"), str.maketrans("ab", "xy", "z"), "abz".translate(str.maketrans("ab", "xy", "z")), "ab".translate({}), "ab".translate(["x"] * 200))
for f in (lambda: str.maketrans("a", "bc"), lambda: str.maketrans({"ab": 1}), lambda: str.maketrans("a"), lambda: str.maketrans(1, 2), lambda: "a".translate({97: 1.5}), lambda: "a".translate({97: 0x110000}), lambda: "a".center(), lambda: "a".center(3, ""), lambda: "a".ljust(3, 5), lambda: "a".zfill("x"), lambda: "a".expandtabs("x")):
    try: print(f())
    except (ValueError, TypeError) as e: print(type(e).__name__, e)
s = "abcdefé€😀"
for sl in (slice(None), slice(2), slice(-3, None), slice(1, -1, 2), slice(None, None, -1), slice(8, 2, -3), slice(100), slice(-100, 3), slice(5, 2), slice(None, None, 4), slice(-1, None, -2)): print(repr(s[sl]), end=" ")
print(s[0], s[-1], s[7], s * 2, s * 0, s * -1, s + "é", 2 * "é")
print("a" < "b", "a" < "A", "abc" < "abcd", "" < "a", "é" > "z", "😀" > "\uffff", "a" == b"a" if 0 else "", "a" != "a", "a" <= "a", min("hello"), max("hello"), sorted("hello"), list(reversed("abc")), "".join(sorted("bca")), hash("") == 0, hash("a") == hash("a"))
