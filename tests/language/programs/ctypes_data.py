# C's data types: simple values, structures, unions, bit fields, arrays, pointers, what they keep alive, buffers.
import ctypes
import gc
import pickle
import warnings
from ctypes import *


def attempt(act):
    try:
        print(repr(act()))
    except Exception as e:
        print(type(e).__name__, e)


class Index:
    def __index__(self):
        return 7


class Float:
    def __float__(self):
        return 7.5


class Complex:
    def __complex__(self):
        return 1 + 2j


values = [1, -1, 2**70, 300, True, 1.5, "x", "xy", "", b"x", b"xy", bytearray(b"x"), None, 1j,
          Index(), Float(), Complex(), "\U0001F600"]
names = ["1", "-1", "2**70", "300", "True", "1.5", "'x'", "'xy'", "''", "b'x'", "b'xy'", "bytearray", "None", "1j",
         "Index", "Float", "Complex", "wide"]
for code in "cbBhHiIlLqQdfDFuzZPv?":
    kind = type("T", (ctypes._SimpleCData,), {"_type_": code})
    print(code, sizeof(kind), alignment(kind), ctypes.sizeof(kind * 3))
    for name, value in zip(names, values):
        if code in "zZ" and isinstance(value, int):
            continue
        try:
            made = kind(value)
            raw = bytes(made).hex() if code not in "zZ" else ""
            print("  ", name, repr(made.value), raw, bool(made))
        except Exception as e:
            print("  ", name, type(e).__name__, e)
for code in ("hHiIlLqQdfDF"):
    kind = type("T", (ctypes._SimpleCData,), {"_type_": code})
    swapped = kind.__ctype_be__
    made = swapped(5)
    print(code, swapped.__name__, made.value, bytes(made).hex(), kind.__ctype_le__ is kind)
print(c_longdouble(1.25).value, c_longdouble(-1e300).value, c_longdouble(5e-324).value)
attempt(lambda: type("T", (ctypes._SimpleCData,), {"_type_": "y"}))
attempt(lambda: type("T", (ctypes._SimpleCData,), {"_type_": "ii"}))
attempt(lambda: type("T", (ctypes._SimpleCData,), {"_type_": 3}))
attempt(lambda: type("T", (ctypes._SimpleCData,), {}))


class Point(Structure):
    _fields_ = [("x", c_int), ("y", c_double), ("name", c_char * 5), ("wide", c_wchar * 3)]


print(sizeof(Point), alignment(Point), Point.x, Point.y, Point.name, Point.wide)
p = Point(1, 2.5, b"abc", "de")
print(p.x, p.y, p.name, p.wide, bytes(p).hex())
p = Point(y=4, x=3)
print(p.x, p.y, p.name)
attempt(lambda: Point(1, 2, b"", "", 5))
attempt(lambda: Point(1, x=2))
attempt(lambda: Point("a"))
attempt(lambda: setattr(p, "name", b"abcdef"))
attempt(lambda: setattr(p, "wide", "abcd"))
attempt(lambda: delattr(p, "x"))
attempt(lambda: setattr(Point, "_fields_", []))
field = Point.y
print(field.name, field.type.__name__, field.offset, field.size, field.byte_offset, field.byte_size,
      field.bit_offset, field.bit_size, field.is_bitfield, field.is_anonymous)


class Bits(Structure):
    _fields_ = [("a", c_int, 3), ("b", c_uint, 5), ("c", c_short, 9), ("d", c_longlong, 40), ("e", c_ubyte, 1)]


bits = Bits()
for name in "abcde":
    for value in (0, 1, 3, -1, 2**45 + 5):
        setattr(bits, name, value)
        print(name, value, [getattr(bits, other) for other in "abcde"])
print(sizeof(Bits), bytes(bits).hex(), Bits.d)


class BigBits(BigEndianStructure):
    _fields_ = [("a", c_uint, 3), ("b", c_uint, 5), ("c", c_uint32), ("d", c_uint16)]


big = BigBits(5, 17, 0x01020304, 0x0506)
print(bytes(big).hex(), big.a, big.b, hex(big.c), hex(big.d))


class Inner(Union):
    _fields_ = [("i", c_int), ("f", c_float), ("b", c_ubyte * 4)]


class Outer(Structure):
    _anonymous_ = ["inner"]
    _fields_ = [("tag", c_int), ("inner", Inner), ("next", c_void_p)]


outer = Outer(1)
outer.f = 1.0
print(outer.i, outer.b[:], Outer.f, Outer.i.offset, Outer.inner.is_anonymous, outer.next)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")

    class Packed(Structure):
        _pack_ = 1
        _fields_ = [("a", c_char), ("b", c_int), ("c", c_short)]


class Wide(Structure):
    _align_ = 32
    _fields_ = [("a", c_char)]


print(sizeof(Packed), Packed.b.offset, sizeof(Wide), alignment(Wide))
attempt(lambda: type("S", (Structure,), {"_fields_": [("a", int)]}))
attempt(lambda: type("S", (Structure,), {"_fields_": [("a", c_int, 40)]}))
attempt(lambda: type("S", (Structure,), {"_fields_": [("a", c_int, 0)]}))
attempt(lambda: type("S", (Structure,), {"_fields_": [("a", c_double, 3)]}))
attempt(lambda: type("S", (Structure,), {"_fields_": [("a",)]}))
attempt(lambda: type("S", (Structure,), {"_anonymous_": ["b"], "_fields_": [("a", c_int)]}))
attempt(lambda: Structure())


class Derived(Point):
    _fields_ = [("z", c_short)]


d = Derived(1, 2.0, b"n", "w", 9)
print(d.x, d.z, Derived.z.offset, sizeof(Derived))


class Node(Structure):
    pass


Node._fields_ = [("value", c_int), ("next", POINTER(Node))]
node = Node(1, pointer(Node(2)))
print(node.value, node.next.contents.value, bool(node.next.contents.next))

# Arrays.
a = (c_int * 5)(1, 2, 3)
print(len(a), a[:], a[-1], a[1:4], a[::-2], list(a))
a[1:3] = [20, 30]
a[-1] = 7
print(a[:], sizeof(a), type(a).__name__, (c_int * 5) is type(a))
attempt(lambda: a[5])
attempt(lambda: a["x"])
attempt(lambda: a.__setitem__(slice(0, 2), [1]))
attempt(lambda: a.__setitem__(0, "x"))
attempt(lambda: a.__delitem__(0))
attempt(lambda: (c_int * 2)(1, 2, 3))
attempt(lambda: c_int * -1)
s = create_string_buffer(b"hello", 8)
print(s.value, s.raw, s[1:3], s[::-1], len(s))
s.value = b"ab"
print(s.raw)
attempt(lambda: setattr(s, "value", b"123456789"))
attempt(lambda: setattr(s, "value", "x"))
w = create_unicode_buffer("h\U0001F600", 4)
print(w.value, w[:], len(w))
grid = (c_short * 2 * 3)((1, 2), (3, 4), (5, 6))
print([row[:] for row in grid], type(grid).__name__)
grid[1][0] = 30
print([row[:] for row in grid])
attempt(lambda: grid.__setitem__(0, (1, 2, 3)))

# Pointers.
x = c_int(5)
q = pointer(x)
q.contents.value = 6
q[0] += 1
print(x.value, q.contents, q[0], q.contents is q.contents, bool(q), type(q).__name__)
attempt(lambda: q["x"])
attempt(lambda: POINTER(c_int)().contents)
attempt(lambda: setattr(q, "contents", c_short(1)))
q.contents = c_int(9)
print(q[0], x.value)
print(POINTER(c_int) is POINTER(c_int), POINTER(None) is c_void_p)
array = (c_int * 4)(1, 2, 3, 4)
r = cast(array, POINTER(c_int))
print(r[:4], r[3], r[1:4:2], r[3:0:-1])
r[2] = 33
print(array[:], r._objects is array._objects)
attempt(lambda: r[:])
attempt(lambda: cast(array, c_int))

# What is kept alive.
names = (c_char_p * 3)()
print(names._objects)
for number in range(3):
    names[number] = b"name%d" % number
gc.collect()
print(names[:], names._objects)
holder = Node()
holder.next = pointer(Node(5, pointer(Node(6))))
gc.collect()
print(holder.next.contents.next.contents.value)


class Text(Structure):
    _fields_ = [("a", c_char_p), ("b", c_wchar_p), ("o", py_object)]


text = Text(b"bytes", "str", [1, 2])
gc.collect()
print(text.a, text.b, text.o, sorted(text._objects))
text.o = None
print(text.o)
attempt(lambda: py_object().value)
copy = Text()
pair = (Text * 2)()
pair[0] = text
text.a = b"other"
gc.collect()
print(pair[0].a, pair[0].b, text.a)
text.o = ["in", "an array"]
pair[1] = text
print(pair[1].o)
many = (POINTER(c_int) * 2)(pointer(c_int(3)), pointer(c_int(4)))
third = many[0].contents
gc.collect()
print(third.value, many[1].contents.value, many[1][0])

# Memory.
buffer = bytearray(range(8))
shared = (c_uint16 * 4).from_buffer(buffer)
shared[0] = 0xFFFF
print(buffer.hex(), shared[:])
attempt(lambda: buffer.append(1))
del shared
gc.collect()
buffer.append(1)
print(len(buffer))
print((c_int * 1).from_buffer_copy(b"\1\0\0\0\2", 0)[:])
attempt(lambda: (c_int * 4).from_buffer(buffer))
attempt(lambda: c_int.from_buffer(b"abcd"))
attempt(lambda: c_int.from_buffer(buffer, -1))
attempt(lambda: c_int.from_buffer_copy(b"ab"))
number = c_int(1)
same = c_int.from_address(addressof(number))
same.value = 77
print(number.value, number._b_needsfree_, same._b_needsfree_, number._b_base_)
resize(array, 64)
print(sizeof(array), array[:])
attempt(lambda: resize(array, 4))
attempt(lambda: resize(same, 64))
view = memoryview(array)
print(view.format, view.itemsize, view.shape, view.ndim, view.readonly, bytes(view[:1]).hex())
view = memoryview(p)
print(view.format, view.ndim, view.shape, view.itemsize, view.nbytes)
attempt(lambda: view[()])
attempt(lambda: view[0])
print(memoryview(grid).shape, memoryview(grid).format, memoryview(number).cast("B").tolist())
print(memoryview(c_int(3)) == memoryview(c_int(3)), memoryview(c_int(3)) == memoryview(c_int(4)))
print(pickle.loads(pickle.dumps(c_int(42))), pickle.loads(pickle.dumps(c_double(2.5))))
attempt(lambda: pickle.dumps(c_char_p(b"x")))
print(string_at(b"abc\0def"), string_at(b"abcdef", 3), wstring_at("wide"))
target = create_string_buffer(6)
memmove(target, b"source", 6)
memset(target, ord("-"), 2)
print(target.raw)
attempt(lambda: hash(number))
attempt(lambda: sizeof(3))
attempt(lambda: alignment(int))
attempt(lambda: addressof(1))
attempt(lambda: byref(1))
