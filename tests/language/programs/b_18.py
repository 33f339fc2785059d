class A: pass
import_free = [int, A, A.__init__, type, len, [].append, int.from_bytes, str.join, dict.fromkeys, int.__add__, (5).__add__, NotImplemented, Ellipsis, None, range(1, 5, 2), slice(1, None), b"x", bytearray(b"y"), 1j, frozenset(), set(), {}, object.__doc__ is not None]
for x in import_free:
    r = repr(x)
    print(r if " at 0x" not in r else r.split(" at 0x")[0])
def f(): yield
async def c(): pass
async def ag(): yield
co = c()
for x in (f, f(), co, ag(), lambda: 0, A(), A().__init__, iter([]), iter(()), iter({}), iter(""), iter(range(3)), iter(set()), enumerate([]), zip(), map(str, []), filter(None, []), reversed([]), {}.keys().__iter__(), f.__code__, memoryview(b""), object(), super(A, A()), property(), classmethod(f), staticmethod(f), type(f).__get__):
    print(repr(x).split(" at 0x")[0], type(x).__name__)
co.close()
print({}.keys(), {1: 2}.items(), {1: 2}.values(), type({}.keys()))
print(A, A.__class__, type(A()), int, type(None), type(...), type(NotImplemented))
print(repr("a'b"), repr('a"b'), repr("a'\"b"), repr("\x00\x1f\x7f\x80\xa0\xad\u200b\ud800\U0001f600\U000e0001é日"))
print(repr(b"a'b\"\x00\xff\n"), repr(bytearray(b"'")))
print([1, (2,), {3: {4}}], (None,), {"k": [()]}, [[], {}, set(), frozenset({1})])
l = [1]; l.append(l); d = {"d": l}; d["self"] = d
print(l, d)
t = ([],); t[0].append(t)
print(t)
class R:
    def __repr__(self): return "<R " + repr(self.__dict__) + ">"
r = R(); r.x = [1]
print(r)
class Bad:
    def __repr__(self): raise ValueError("in repr")
try: print([Bad()])
except ValueError as e: print(e)
print(type(type(A.__dict__)), type(A.__dict__).__name__, int | str, int | None, list[int], dict[str, list[int]], tuple[()], tuple[int, ...], type[int])
