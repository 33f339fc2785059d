def args(*a):
    print(a, len(a))
args()
args(1)
args(1, 2, 3)
args(*[1, 2], 3, *(4, 5))
def kw(**k):
    print(k, len(k))
kw()
kw(a=1, b=2)
kw(**{"x": 1}, y=2, **{"z": 3})
def both(a, b=10, *rest, c, d=20, **more):
    print(a, b, rest, c, d, more)
both(1, c=3)
both(1, 2, c=3)
both(1, 2, 3, 4, c=5, d=6, e=7, f=8)
both(*range(4), **{"c": 1, "z": 2})
def po(a, b, /, c, *, d):
    print(a, b, c, d)
po(1, 2, 3, d=4)
po(1, 2, c=3, d=4)
def po2(a, /, **k):
    print(a, k)
po2(1, a=2)
def default(x, acc=[]):
    acc.append(x)
    return acc
print(default(1), default(2), default(3, []), default(4))
n = 5
def late(x=n):
    return x
n = 6
print(late(), n)
print(both.__defaults__, both.__kwdefaults__)
def passing(*a, **k):
    return both(*a, **k)
passing(9, c=8)
print(max(*[3, 1, 2]), "{} {x}".format(*[1], **{"x": 2}))
def order(*a):
    return a
print(order(print("first"), print("second"), *[print("third")]))
