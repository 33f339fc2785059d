vals = [0, 1, -1, 2, -2, 7, -7, 255, 2 ** 31, -2 ** 31, 2 ** 62 - 1, 2 ** 62, -2 ** 62, 2 ** 63 - 1, 2 ** 63, -2 ** 63, 2 ** 64, 10 ** 20, -10 ** 30]
for a in vals:
    for b in vals:
        print(a + b, a - b, a * b, end=" ")
    print(a, -a, abs(a), ~a, +a, bool(a), a.bit_length(), a.bit_count())
