# array: all typecodes, what lists can do, memory, files, pickles.
import array
import copy
import io
import pickle
import warnings
from array import array as A
from collections.abc import MutableSequence

warnings.simplefilter('ignore')

def attempt(function, *args, **named):
    try:
        print(function(*args, **named))
    except Exception as problem:
        print(type(problem).__name__, problem, sep=': ')

print(array.typecodes, issubclass(A, MutableSequence), array.ArrayType is A)
LIMITS = {'b': 7, 'h': 15, 'i': 31, 'l': 63, 'q': 63}
for code in array.typecodes:
    if code in 'uw':
        a = A(code, 'a\u20ac\U0001f600')
    elif code in 'fd':
        a = A(code, [0.1, -1, float('inf'), 2**70])
    elif code.lower() == code:
        top = 2**LIMITS[code]
        a = A(code, [-top, 0, top - 1])
        attempt(a.append, top)
        attempt(a.append, -top - 1)
    else:
        top = 2**(LIMITS[code.lower()] + 1)
        a = A(code, [0, top - 1])
        attempt(a.append, top)
        attempt(a.append, -1)
    attempt(a.append, None)
    print(a, a.typecode, a.itemsize, len(a), memoryview(a).format, a.tobytes().hex())
    b = pickle.loads(pickle.dumps(a))
    print(b == a, pickle.loads(pickle.dumps(a, 2)) == a, copy.copy(a) == a, copy.deepcopy(a) == a, type(b))
    a.byteswap()
    if code not in 'uw':
        a.byteswap()
        print(a == b, a.tolist())

print('-- as a list')
a = A('i', range(10))
print(a[0], a[-1], a[2:5], a[::-3], a[20:], 3 in a, 'x' in a, a.count(3), a.index(7), a.index(7, -5))
a[1:3] = A('i', [100, 200, 300])
a[::4] = A('i', [-1, -2, -3])
del a[3]
del a[::5]
a.insert(2, 77)
a.insert(-100, 88)
a.insert(100, 99)
print(a, a.pop(), a.pop(0), a.pop(-2))
a.remove(77)
a.reverse()
a.extend([5, 6])
a.extend(A('i', [7]))
a += A('i', [8])
a *= 2
print(a, a + a[:1], a[:2] * 3, 2 * a[:1])
print(A('i', [1, 2]) < A('i', [1, 3]), A('i', [1]) == A('d', [1.0]), A('i', [1]) < A('i', [1, 0]), A('b') == A('d'), A('i') != [])
print(list(iter(a))[:3], list(reversed(a))[:3], A('d', a[:2]))
it = iter(a)
next(it)
print(it.__reduce__()[1][0] is a, it.__reduce__()[2], next(pickle.loads(pickle.dumps(it))))
it.__setstate__(1000)
print(list(it), it.__reduce__()[1:])

print('-- bytes and files')
a = A('h')
a.frombytes(b'\1\0\2\0')
a.fromlist([3, 4])
file = io.BytesIO()
a.tofile(file)
print(file.getvalue())
file.seek(0)
b = A('h')
attempt(b.fromfile, file, 2)
attempt(b.fromfile, file, 3)
print(b)
with memoryview(b) as view:
    view[0] = 1000
    attempt(b.append, 1)
    attempt(b.pop)
    attempt(b.clear)
    b[1] = 7
    b.reverse()
    print(b, view.tolist(), view.format, view.itemsize, view.nbytes)
b.clear()
print(b, b.buffer_info()[1], A('w', 'xy').tounicode())
t = A('w')
t.fromunicode('h\u00e9')
print(t, A('w', A('w', 'q')), A('b', b'ab'), A('I', bytearray(8)), A('B', (1, 2)), A('b', iter([3])))

print('-- refused')
attempt(A)
attempt(A, 'z')
attempt(A, 'ab')
attempt(A, 1)
attempt(A, 'i', 'x')
attempt(A, 'i', b'abc')
attempt(A, 'i', 5)
attempt(A, 'i', A('w', 'x'))
attempt(A, 'i', [1], 2)
attempt(A, typecode='i')
a = A('i', [1, 2, 3])
attempt(a.__getitem__, 5)
attempt(a.__getitem__, 'x')
attempt(a.__setitem__, 5, 1)
attempt(a.__setitem__, slice(0, 1), [1])
attempt(a.__setitem__, slice(0, 1), A('b', [1]))
attempt(a.__setitem__, slice(0, 3, 2), A('i', [1]))
attempt(a.__add__, [1])
attempt(a.__iadd__, [1])
attempt(a.extend, A('b'))
attempt(a.extend, 5)
attempt(a.fromlist, (1,))
attempt(a.fromlist, [1, 'x'])
attempt(a.frombytes, b'abc')
attempt(a.tounicode)
attempt(a.fromunicode, 'x')
attempt(a.index, 9)
attempt(a.remove, 9)
attempt(A('i').pop)
attempt(hash, a)
print(a)

class Sub(A):
    def __new__(cls, *args, extra=None):
        self = super().__new__(cls, *args)
        self.extra = extra
        return self
s = Sub('i', [1, 2], extra='e')
t = pickle.loads(pickle.dumps(s))
print(s, t, type(t) is Sub, t.extra, type(s[:1]), type(s + s), type(copy.copy(s)))

print('-- made on other machines')
R = array._array_reconstructor
print(R(A, 'i', 9, b'\0\0\0\1\xff\xff\xff\xff'), R(A, 'H', 3, b'\1\2'), R(A, 'd', 15, b'\x3f\x80\0\0'), R(A, 'f', 17, b'\x3f\xf0' + bytes(6)))
print(R(A, 'w', 19, b'\0a\0b\xd8\x3d\xde\0'), R(A, 'w', 21, b'\0\0\0a' * 2), R(A, 'l', 5, b'\xff\xfe'))
attempt(R, A, 'i', 22, b'')
attempt(R, int, 'i', 9, b'')
attempt(R, A, 'i', 9, b'abc')
