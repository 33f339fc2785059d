for s in ("", "a,b,,c", "  a  b ", "aXXbXXc", "\n a\tb\x0bc\x85d\u2003e ", "abc"):
    for sep in (None, ",", "XX", " "):
        for n in (-1, 0, 1, 2): print(s.split(sep, n), s.rsplit(sep, n), end=" ")
    print(s.splitlines(), s.splitlines(True), s.partition("b"), s.rpartition("b"), s.strip(), s.lstrip(" a"), s.rstrip("c "), s.removeprefix("a"), s.removesuffix("c"))
print("a\nb\r\nc\rd\x0be\x0cf\x1cg\x1dh\x1ei\x85j\u2028k\u2029l".splitlines(), "\n".splitlines(), "a\n\nb".splitlines(keepends=True), "a b c".split(maxsplit=1), "a-b".split(sep="-"))
for f in (lambda: "a".split(""), lambda: "a".split(1), lambda: "a".split(" ", "x"), lambda: "a".partition(""), lambda: "a".rpartition(None), lambda: "a".strip(1), lambda: "a".removeprefix(1), lambda: "a".splitlines(1, 2), lambda: ",".join(["a", 5]), lambda: ",".join(5), lambda: ",".join([b"a"])):
    try: print(f())
    except (ValueError, TypeError) as e: print(type(e).__name__, e)
print(",".join(()), ",".join(["a"]), "é".join("ab€"), "".join(str(i) for i in range(5)), ", ".join({"k": 1}), "-".join("é😀"))
