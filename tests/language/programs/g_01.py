S = ["", "a", "Hello World", "ÀÉß", "ǆ ǅ", "ﬁ", "İi", "ς Σ ΑΣ", "123", "½²", "٣", "\t \n", "a1_b", "ALL CAPS", "they're BILL'S", "日本", "😀x", "\u2028\x85", "x\0y", "ŉ", "class", "1a", "_", "\ud800"]
for s in S:
    print(repr(s), ascii(s), len(s))
    for m in "upper lower title capitalize swapcase casefold".split(): print(m, repr(getattr(s, m)()), end=" ")
    print(*(int(getattr(s, m)()) for m in "isalpha isdigit isdecimal isnumeric isalnum isspace isupper islower istitle isidentifier isprintable isascii".split()))
