for n in (0, 1, 127, 128, 255, 256, 65535, 2 ** 32, 2 ** 64 - 1):
    print(n.to_bytes(9, "big"), n.to_bytes(9, "little"), (-n).to_bytes(9, "big", signed=True), int.from_bytes(n.to_bytes(9)))
print((5).to_bytes(), int.from_bytes(b""), int.from_bytes(b"\xff\x00"), int.from_bytes(b"\xff\x00", "little"), int.from_bytes(b"\xff", signed=True), int.from_bytes([1, 2]), int.from_bytes(bytearray(b"\x80\x00"), "big", signed=True))
for f in (lambda: (256).to_bytes(1), lambda: (-1).to_bytes(2), lambda: (128).to_bytes(1, signed=True), lambda: (1).to_bytes(-1), lambda: (1).to_bytes(1, "mid"), lambda: int.from_bytes("x"), lambda: int.from_bytes([300]), lambda: (1).to_bytes("a")):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
n = 37
print(n.numerator, n.denominator, n.real, n.imag, n.conjugate(), n.is_integer(), n.__index__(), n.__float__(), n.__bool__(), n.__divmod__(5), n.__rsub__(1), n.__pow__(2, 5), n.__add__("a"), n.__lt__(2.5), n.__ceil__(), n.__round__(-1), n.__format__("x"), n.__hash__(), n.__sizeof__() > 0)
print(True + True, True * 5, -True, True / 2, str(True), repr(False), f"{True:d} {True}", int(True), True == 1, isinstance(True, int), [10, 20][True], "ab"[False], sum([True, False, True]), True < 2, max(True, 0), bool("False"), True.real, True.bit_length(), True and "x")
print(int.__mro__, bool.__mro__, float.__mro__)
x = 5
x += 2 ** 70
x -= 2 ** 70
print(x, x == 5, [0, 1, 2, 3, 4, 5][x], range(10)[x], "abcdef"[x], hash(x) == 5, {5: "hit"}[x])
total = 0
for i in range(10000): total += i * i * i
print(total, sum(range(10 ** 6)), sum([0.1] * 10), sum([1e16, 1, -1e16]), sum([10 ** 20, 0.5]), sum([True, 2.5, 3]))
print(2 ** 62 + 2 ** 62, 2 ** 62 * 2, -(2 ** 62) - 1, (2 ** 62 - 1) + 1, 4611686018427387904 - 1, 3037000500 ** 2, -3037000500 * 3037000500, (2 ** 31) * (2 ** 31), (2 ** 63) // -1, -(2 ** 63) // -1, 1 << 61, 1 << 62, 1 << 63)
print(7 .__truediv__(2), (10 ** 30) / (10 ** 29), (2 ** 1000) / (2 ** 990), 1 / 3 * 3, 0.1 * 3, 1e308 * 10, -1e308 * 10, 5 // 0.3, 2 ** 1023 * 1.0, int(1e23), int(2.0 ** 100), float(2 ** 1023), int(-1.9), 3 == 3.0000000000000001)
