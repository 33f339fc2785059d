# expression evaluation order and operators' precedence
def v(x, log=[]):
    print("v", x)
    return x
print(v(1) + v(2) * v(3))
d = {v("k1"): v("v1"), v("k2"): v("v2")}
l = [0, 0]
l[v(0)] = v(5)
l[v(1)] += v(7)
print(l)
print(v(1) < v(2) < v(3))
print(v(3) < v(2) < v(1))
print(v(0) and v(1) or v(2))
print(v("yes") if v(0) else v("no"))
(a, l[v(0)]), b = (v(1), 2), 3
print(a, l, b)
print(2 + 3 * 4 ** 2 // 5 % 3 - -1, 2 ** 3 ** 2, -2 ** 2, (-2) ** 2, not 1 == 2)
print(1 | 2 ^ 3 & 4 << 1, ~5, 7 & ~2, 1 << 3 + 1, 10 - 3 - 2, 100 // 7 // 2)
print(1 < 2 == 2, 1 < 2 and 2 == 2, 1 in [1] == True, not 0 in [0])
print((1, 2) + (3,) == (1, 2, 3), [1] in [[1]], "a" "b" in "abc")
print(lambda: 0 if 1 else 2) if 0 else print("cond")
x = 1
x += x + 1
x <<= 3; x |= 1; x ^= 7; x &= 0xff; x **= 2; x %= 1000; x >>= 1; x /= 4
print(x)
s = "a"
s += "b"
s *= 3
print(s)
t = (1,)
t += (2,)
print(t)
st = {1}
st |= {2}
st -= {1}
print(st)
i = 0
i, l[i] = 1, "assigned"
print(i, l)
pass; print("semi"); print("colons")
if True: print("one line")
print(1,
      2,
      3)
print("back\
slash", 1 + \
      2)
print((((1))), [[[]]], ((),))
