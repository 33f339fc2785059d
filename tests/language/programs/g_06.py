s = "aé€😀\ud800"
for enc in ("utf-8", "ascii", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "UTF8", "iso8859-1", "utf_8", "U8"):
    for err in ("strict", "ignore", "replace", "backslashreplace", "xmlcharrefreplace", "namereplace", "surrogateescape", "surrogatepass"):
        try: print(enc, err, s.encode(enc, err))
        except UnicodeEncodeError as e: print(enc, err, e)
for e in ("nope", "utf\x008", 5):
    try: "a".encode(e)
    except (LookupError, ValueError, TypeError) as x: print(type(x).__name__, x)
try: "é".encode("ascii", "nope")
except LookupError as x: print(x)
print("a".encode("ascii", "nope"), "abc".encode(), "é".encode(encoding="latin-1", errors="strict"), "".encode("utf-16"))
