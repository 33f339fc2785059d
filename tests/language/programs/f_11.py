flags = ["", "-", "+", " ", "0", "#", "0+", "-0", "# ", "+ "]
for t in "dixXob":
    for v in (0, 5, -42, 10 ** 20):
        for f in flags:
            for w in ("", "8", ".3", "8.3"):
                try: print(f"%{f}{w}{t}", repr(f"%{f}{w}{t}" % v), end=" ")
                except ValueError as e: print(e, end=" ")
        print()
for t in "eEfFgG":
    for v in (0.0, -1.5, 3.14159, 1e20, 1e-7, float("inf"), float("nan"), 7):
        for f in flags[:7]:
            for w in ("", "12", ".2", "10.0"): print(repr(f"%{f}{w}{t}" % v), end=" ")
        print()
for fmt, a in (("%s|%r|%a", ("é", "é", "é")), ("%5s|%-5s|%.2s|%5.1s", ("ab",) * 4), ("%c%c", ("x", 0x20ac)), ("%%|%5%|%-5%", ()), ("%(a)s %(b)05d %(a)r", {"a": 1, "b": 2}), ("%*d|%-*d|%.*f", (5, 1, 5, 2, 2, 3.14159)), ("%s", (1, 2)), ("%s", [1, 2]), ("%s", ((1, 2),)), ("%s %s", "ab"), ("%d", 3.99), ("%x", 3.5), ("%c", "ab"), ("%c", -1), ("%c", 1.5), ("%f", "x"), ("%i", None), ("%s", ()), ("", 1), ("", {}), ("x", [1]), ("%(a", {}), ("%(a)", {"a": 1}), ("%*d", ("a", 1)), ("%.*f", (1,)), ("%y", 1), ("abc%", 1), ("%ld %hd %Ld", (1, 2, 3)), ("%u", 5), ("%(x)s", {"x": {}}), ("%(a)s %s", {"a": 1}), ("%d", True), ("%s", None), ("%.3x", 10), ("%#.3o", 8), ("%r", "a'b"), ("%.0f", 0.5), ("%.0f", 1.5), ("%5c|", "é"), ("%-5c|", 65)):
    try: print(repr(fmt % a))
    except Exception as e: print(fmt, type(e).__name__, e)
for fmt, a in ((b"%d %s %b", (1, b"a", b"b")), (b"%r %a", ("x", "é")), (b"%5.1f|%x|%c|%c", (1.5, 255, 65, b"z")), (b"%s", "str"), (b"%(k)s", {b"k": b"v"}), (b"%d", b"x"), (b"%c", 256), (b"%z", 1)):
    try: print(fmt % a, bytearray(fmt) % a)
    except Exception as e: print(fmt, type(e).__name__, e)
