vals = [0, 1, -1, 5, -6, 255, 2 ** 40 + 3, -2 ** 41 - 5, 2 ** 64 - 1, -2 ** 70, 3 ** 60]
for a in vals:
    print(*(a << n for n in (0, 1, 5, 30, 31, 62, 63, 64, 100)))
    print(*(a >> n for n in (0, 1, 5, 30, 31, 62, 63, 64, 100, 10 ** 10)))
    for b in vals: print(a & b, a | b, a ^ b, end="; ")
    print(hex(a), oct(a), bin(a), f"{a:x} {a:X} {a:#o} {a:b} {a:_x} {a:,}")
print(True & False, True | 2, True ^ True, type(True & True), type(True & 1), ~True if 0 else -2, True << 3)
