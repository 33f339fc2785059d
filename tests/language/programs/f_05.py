for s in ("0", "12", "-5", "+7", "  42\n", "1_000", "0b11", "0x1F", "0o17", "1__0", "_1", "1_", "", " ", "-", "+-1", "1.0", "1e5", "٣", "１２", "a", "z", "0x", "- 1", "1 2", "\x001", "1\x00", "Z9", "é", "00", "007"):
    for base in (10, 0, 2, 16, 36):
        try: print(int(s, base), end=" ")
        except ValueError as e: print(e, end=" ")
    print()
for v in (3.99, -3.99, 1e20, True, b"12", bytearray(b" 7 "), "9" * 30, -0.5):
    print(int(v), end=" ")
print()
for a in ((b"x",), ("1", 1), ("1", -1), ("1", 37), ("1", "2"), (b"12", 3), (1.5, 2), (float("nan"),), (float("-inf"),), ({},), (1j,), ("1" * 4301,)):
    try: print(int(*a))
    except (ValueError, TypeError, OverflowError) as e: print(type(e).__name__, e)
try: str(10 ** 4300)
except ValueError as e: print(e)
print(len(hex(10 ** 5000)), len(str(10 ** 4299)))
