# The text of containers deep in each other takes time that grows with its length; a container in itself is found at any depth.
import sys


def nest(make, depth, x=0):
    for _ in range(depth):
        x = make(x)
    return x


for make in [lambda x: [x], lambda x: (x,), lambda x: {1: x}, lambda x: {"a": [x]}, lambda x: [(x, {2: x})]]:
    text = repr(nest(make, 9))
    print(len(text), text[:60])
for depth in (1, 31, 32, 33, 100, 300):
    inner = []
    outer = nest(lambda x: [x], depth, inner)
    inner.append(outer)
    inner.append({1: inner})
    text = repr(outer)
    print(depth, len(text), text.count("[...]"), text[depth - 2 : depth + 20])
print(repr(nest(lambda x: frozenset([x]), 5)), [{1}, frozenset(), set(), {2: {3}}])
s = [1, "é", "\u20ac", ("\U0001f600",), {"k": b"\xff"}]
print(ascii(s), s)


class L(list):
    pass


class R(list):
    def __repr__(self):
        return "R" + list.__repr__(self)


print([L([1]), R([2, R([3])])], {1: L(), (2,): R()})


class Bad:
    def __repr__(self):
        raise ValueError("bad")


try:
    repr([1, {2: (3, Bad())}])
except ValueError as error:
    print(error)
x = [1]
x.append([x, {5: x}])
print(x, repr(x))
