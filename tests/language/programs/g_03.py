for s, sub in (("hello hello", "l"), ("hello", "lo"), ("aaaa", "aa"), ("", ""), ("abc", ""), ("abc", "z"), ("é€é", "é"), ("a\0b", "\0"), ("abcabc", "abcabcd")):
    for args in ((), (1,), (-3,), (1, 4), (2, -1), (None, 3), (10,), (3, 1), (-100, 100)):
        out = [s.find(sub, *args), s.rfind(sub, *args), s.count(sub, *args), s.startswith(sub, *args), s.endswith(sub, *args)]
        for m in (s.index, s.rindex):
            try: out.append(m(sub, *args))
            except ValueError as e: out.append(str(e))
        print(out, end=" ")
    print(sub in s)
for n in (-1, 0, 1, 2, 100): print("aXbXc".replace("X", "--", n), "abc".replace("", "-", n), "aaa".replace("aa", "b", n), "é€".replace("€", "a", n))
print("abc".replace("b", ""), "".replace("", "x"), "".replace("a", "b"), "aaa".replace("a", "bb", count=2), "abc".replace("z", "y"))
print("abc".startswith(("x", "ab")), "abc".endswith(()), "abc".startswith("c", 2), "".startswith("", 1), "".startswith("", 0))
for f in (lambda: "a".find(1), lambda: "a".index("z"), lambda: "a".count(), lambda: "a".replace(), lambda: "a".replace("a", 1), lambda: "a".startswith([1]), lambda: "a".startswith((1,)), lambda: "a".find("a", "b"), lambda: "a".find("a", 1.5), lambda: "a".replace("a", "b", "c"), lambda: 5 in "a", lambda: "a".endswith()):
    try: print(f())
    except (ValueError, TypeError) as e: print(type(e).__name__, e)
