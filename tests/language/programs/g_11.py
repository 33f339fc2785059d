# text of all widths mixed: concatenation, slicing, search over 1-, 2- and 4-byte strings
parts = ["ascii", "latin é", "bmp €", "astral 😀", "", "\0", "\udc80"]
for a in parts:
    for b in parts:
        c = a + b
        print(ascii(c), len(c), c.find(b), c.count("a"), ascii(c[::-1]), ascii(c[len(a):]), c[:len(a)] == a, c.startswith(a), c.endswith(b), (a < b) - (a > b), a in c, end="; ")
    print()
s = "aé€😀" * 3
print([s[i] for i in range(len(s))], s.index("😀"), s.rindex("a"), s.split("€"), s.replace("😀", "!"), s.upper(), s.partition("€"))
print(s[:1].encode(), s[:2].encode(), s[1:2] == "é", s[0:12:4] == "aaa", [ord(c) for c in s[:4]], [chr(ord(c) + 1) for c in s[:4]])
t = s.replace("😀", "").replace("€", "").replace("é", "")
print(t, t == "aaa", hash(t) == hash("aaa"), {t: 1}["aaa"])
print("".join(reversed(s)), sorted(set(s)), max(s), min(s), "é".center(5, "😀"), "%s|%5s|%-3s|" % ("€", "é", "😀"), f"{'😀':>4}|{'é':^5}|")
x = ""
for i in range(300): x += chr(i * 37 % 0x500 + 32)
print(len(x), ascii(x[::25]), x.isprintable(), len(x.encode()), x == x.encode().decode())
print([c for c in "e\u0301"], "e\u0301" == "é", len("👨‍👩‍👧"), "ß".upper(), "ŉ".upper(), "ΌΣΟΣ".lower(), "I".lower(), "İ".lower().encode(), "ǅ".swapcase(), "ﬃ".title())
print(repr("\u200b\u00a0\ufeff\u2028\x7f\x9f"), "\u00a0".isspace(), "\u200b".isspace(), "Ⅷ".isnumeric(), "Ⅷ".lower(), "²".isdigit(), "²".isdecimal(), "五".isnumeric(), "ª".isalpha(), "ʰ".islower(), "ⓐ".islower(), "𝐀".isupper())
