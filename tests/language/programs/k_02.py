import re
for p, s in ((r"\d+", "a12b345"), (r"(\w)(\w)?", "a bc"), (r"(?P<x>a+)|b", "aab"), (r"^\s*(.*?)\s*$", "  hi there "), (r"[^aeiou\s]+", "hello world"), (r"(?i)HeLLo", "say hello"), (r"a{2,3}?", "aaaa"), (r"(?<=x)y(?!z)", "xyz xyw"), (r"(a)|(b)", "ba"), (r"\bfoo\b", "foo food"), (r"", "ab"), (r"(?:ab)+", "ababx"), (r"é|€", "caf\u00e9 5\u20ac")):
    m = re.search(p, s)
    print(p, m and (m.group(), m.span(), m.groups(), m.groupdict()), re.findall(p, s), re.split(p, s), re.sub(p, "<\\g<0>>", s), re.subn(p, "", s, count=1), re.match(p, s), re.fullmatch(p, s))
print(re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world"), re.sub(r"\d", lambda m: str(int(m[0]) * 2), "1a2"), re.escape("a.b*c"), re.compile("a", re.I | re.M).flags, re.compile("x(?P<n>y)").groupindex, [m.start() for m in re.finditer("a", "banana")])
for p in ("(", "[a", "*a", "a**", "(?P<1>a)", "\\", "(?<=a+)b", "a{3,2}", "(?P=x)", "\\1", "[z-a]", "(?z)"):
    try: re.compile(p); print("ok", p)
    except re.error as e: print(p, e, e.pos)
print(re.match(r"(?x) a # comment\n b", "ab"), re.findall(r"^\w", "a\nb", re.M), re.findall(".", "a\n", re.S), re.split(r"(,)", "a,b"), re.compile(rb"\d").findall(b"1a2"), re.compile("a"))
