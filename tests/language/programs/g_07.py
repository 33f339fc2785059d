B = [b"", b"abc", b"\xc3\xa9", b"\xff", b"a\xe2\x82", b"\xe2\x28\xa1", b"\xf0\x9f\x98\x80", b"\xed\xa0\x80", b"\xc0\x80", b"\x80a", b"\xf4\x90\x80\x80", b"a\xf0\x9fb", b"\xef\xbb\xbfbom", b"\xff\xfea\x00", b"\xfe\xff\x00a", b"a\x00b"]
for b in B:
    for enc in ("utf-8", "ascii", "latin-1", "utf-16", "utf-16-le", "utf-8-sig"):
        for err in ("strict", "ignore", "replace", "backslashreplace", "surrogateescape", "surrogatepass"):
            try: print(ascii(b.decode(enc, err)), end=" ")
            except UnicodeDecodeError as e: print(e, end=" ")
        print()
print(str(b"\xc3\xa9", "utf-8"), str(b"\xe9", "latin-1"), str(b"\xff", errors="replace"), str(b"x", encoding="ascii"), bytes("é", "utf-8"), bytearray("é", "latin-1"), str(bytearray(b"q"), "ascii"), str(memoryview(b"m"), "ascii"))
assert "\udcff".encode("utf-8", "surrogateescape") == b"\xff"
for f in (lambda: b"a".decode("nope"), lambda: b"a".decode(5), lambda: b"\xff".decode("ascii", "nope"), lambda: str(5, "utf-8"), lambda: str("a", "utf-8"), lambda: bytes("a"), lambda: bytes(b"a", "ascii"), lambda: b"\x80".decode("utf-16"), lambda: "\udc80".encode()):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
