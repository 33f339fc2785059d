m = memoryview(b"abcdef")
print(m[0], m[-1], bytes(m[1:4]), m[::2].tolist(), len(m), m.nbytes, m.itemsize, m.format, m.ndim, m.shape, m.strides, m.readonly, m.contiguous, m.tolist(), m.tobytes(), m.hex(), m == b"abcdef", m == memoryview(b"abcdef"), hash(m) == hash(b"abcdef"), bytes(m[::-1]))
b = bytearray(b"abcdef")
w = memoryview(b)
w[0] = 65; w[1:3] = b"XY"
print(b, w.readonly, w.obj is b, w[2:][0], list(w), 65 in w, w.tobytes()[::2])
c = memoryview(bytearray(8)).cast("H")
c[0] = 258
print(c.tolist(), c.format, c.itemsize, c.shape, c.cast("B").tolist(), bytes(c))
d = memoryview(bytes(range(12))).cast("B", (3, 4))
print(d.tolist(), d.shape, d.strides, d[1, 2], d.ndim, len(d))
i = memoryview(bytearray(16)).cast("i")
i[1] = -5
print(i.tolist(), i[1], i.cast("B").cast("q").tolist())
f = memoryview(bytearray(8)).cast("d"); f[0] = 1.5
print(f.tolist(), memoryview(b"ab").cast("c").tolist(), memoryview(b"\1\0").cast("?").tolist())
for fn in (lambda: m.__setitem__(0, 1), lambda: w.__setitem__(0, 256), lambda: w.__setitem__(0, b"a"), lambda: w.__setitem__(slice(0, 2), b"abc"), lambda: m[99], lambda: m["a"], lambda: memoryview("a"), lambda: memoryview(5), lambda: m.cast("z"), lambda: memoryview(b"abc").cast("H"), lambda: w.__delitem__(0), lambda: hash(w), lambda: c.__setitem__(0, 70000), lambda: d[0], lambda: d[9, 9], lambda: f.__setitem__(0, "a"), lambda: m < m, lambda: m + m, lambda: memoryview()):
    try: print(fn())
    except Exception as e: print(type(e).__name__, e)
with memoryview(b"ctx") as x: print(x[0])
try: x[0]
except ValueError as e: print(e)
print(memoryview(b"abc")[1:] == b"bc", m.toreadonly().readonly, w.toreadonly().readonly, m.count(97), m.index(98), b"".join([m, b"!"]), m.c_contiguous, m.f_contiguous, m.suboffsets)
