# struct: formats, alignment, every kind of item, and what is refused.
import struct
from struct import Struct, calcsize, error, iter_unpack, pack, pack_into, unpack, unpack_from

for text in ('', 'b', 'bi', '=bi', 'bq', '<bq', 'b0q', '3x2h', 'hF', 'bD', '!IHB', '10s', '3p', ' 2 h', '2h 3b', 'nNP'):
    try:
        print(repr(text), calcsize(text))
    except error as problem:
        print(repr(text), problem)

VALUES = {
    'b': (-128, 0, 127), 'B': (0, 255), 'h': (-32768, 32767), 'H': (0, 65535), 'i': (-2**31, 2**31 - 1),
    'I': (0, 2**32 - 1), 'l': (-2**31, 2**31 - 1), 'L': (0, 2**32 - 1), 'q': (-2**63, 2**63 - 1),
    'Q': (0, 2**64 - 1), '?': (False, True, [], 'x'), 'e': (0.0, -1.5, 65504.0, float('inf')),
    'f': (0.1, -2.5, 1e38), 'd': (0.1, -0.0, 5e-324), 'F': (1 + 2j, 0.5), 'D': (1.5 - 2.5j,), 'c': (b'x',),
    's': (b'', b'abc'), 'p': (b'', b'abc'),
}
for letter, values in VALUES.items():
    for order in '<>':
        for value in values:
            data = pack(order + letter, value)
            print(order + letter, repr(value), data.hex(), unpack(order + letter, data))

print(pack('5s5p', b'abcdefgh', b'abcdefgh'), unpack('5s5p', b'abcde\x02wxyz'))
print(pack('300p', b'z' * 299)[:3], unpack('3p', b'\xffab'), unpack('0s', b''))

print('-- half floats')
for value in (65519.9, 65520.0, 2**-24, 2**-25, 2**-25 * 1.01, 1 + 2**-11, 1 + 3 * 2**-11, 1e-8, -0.0):
    try:
        print(value, pack('>e', value).hex())
    except OverflowError as problem:
        print(value, problem)

print('-- in place')
room = bytearray(b'.' * 12)
pack_into('<hxh', room, 2, 1, -1)
print(room)
pack_into('<h', room, -2, 513)
print(room, unpack_from('<h', room, -2), unpack_from('<h', room, offset=2))
print(list(iter_unpack('<hb', bytes(range(9)))))
pieces = iter_unpack('<h', memoryview(bytes(6)))
print(pieces.__length_hint__(), next(pieces), pieces.__length_hint__(), list(pieces), list(pieces))

print('-- refused')
class Odd:
    def __index__(self):
        raise OSError('no index')
def attempt(function, *args, **named):
    try:
        print(function(*args, **named))
    except Exception as problem:
        print(type(problem).__name__, problem, sep=': ')
attempt(pack, 'b', 128)
attempt(pack, 'B', -1)
attempt(pack, '<Q', 2**64)
attempt(pack, 'i', 1.5)
attempt(pack, 'i', Odd())
attempt(pack, 'i')
attempt(pack, 'f', 'x')
attempt(pack, '<f', 1e39)
attempt(pack, 'F', 'x')
attempt(pack, 's', 'x')
attempt(pack, 'c', b'xy')
attempt(pack, 'z', 1)
attempt(pack, '3', 1)
attempt(pack, '99999999999999999999x')
attempt(pack, 'i\0')
attempt(pack, 3.5)
attempt(pack, '\u20ac')
attempt(pack)
attempt(unpack, 'i', b'abc')
attempt(unpack, 'i', 'abcd')
attempt(unpack_from, 'i', b'abcd', 1)
attempt(unpack_from, 'i', b'abcd', -3)
attempt(unpack_from, 'i', b'abcd', -9)
attempt(unpack_from, 'i', b'abcd', 2**70)
attempt(pack_into, 'i', b'abcd', 0, 1)
attempt(pack_into, 'i', bytearray(3), 0, 1)
attempt(pack_into, 'i', bytearray(4), -9, 1)
attempt(pack_into, 'i', bytearray(4), 0)
attempt(pack_into, 'i', bytearray(4))
attempt(pack_into, 'i')
attempt(iter_unpack, 'i', b'abc')
attempt(iter_unpack, '', b'')

print('-- Struct')
class Named(Struct):
    name = 'n'
s = Named('>hh')
print(s.format, s.size, s, s.pack(1, 2), s.unpack(b'\0\1\0\2'), s.unpack_from(b'.\0\1\0\2', 1), s.name)
s.__init__('b')
print(s, s.size, s.pack(7))
bare = Struct.__new__(Struct)
attempt(bare.pack, 1)
attempt(repr, bare)
print(bare.size, struct.error.__module__, struct.error.__mro__[1])
data = bytearray(8)
pieces = iter_unpack('i', data)
next(pieces)
attempt(data.append, 1)
print(list(pieces))
data.append(1)
print(len(data))
