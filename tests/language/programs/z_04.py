# pickle in all protocols: structure, identity, hooks, errors.
import io
import pickle


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __eq__(self, other):
        return type(self) is type(other) and vars(self) == vars(other)


class Slots:
    __slots__ = ("a", "b")


class Named(list):
    pass


class Reduced:
    def __init__(self, value):
        self.value = value

    def __reduce__(self):
        return self.value


values = [None, True, -1, 255, 65536, 2 ** 100, -(2 ** 70), 1.5, "text\n\u4e2d\ud800", b"\x00\xff", bytearray(b"x"), (), (1,), (1, 2, 3, 4), [1, [2]],
          {"a": {1: 2}}, {1}, frozenset({2}), Point(1, [2]), len, Point, dict.fromkeys, range(3), ..., type(None), Named([1])]
for protocol in range(6):
    print(protocol, all(pickle.loads(pickle.dumps(value, protocol)) == value for value in values))
    slots = Slots()
    slots.a = [slots]
    if protocol >= 2:
        back = pickle.loads(pickle.dumps(slots, protocol))
        print(back.a[0] is back, hasattr(back, "b"))
    loop = ([],)
    loop[0].append(loop)
    back = pickle.loads(pickle.dumps(loop, protocol))
    print(back[0][0] is back, len(pickle.dumps(list(range(2500)), protocol)))


def attempt(function, *args):
    try:
        print(function(*args))
    except Exception as error:
        print(type(error).__name__, error, *getattr(error, "__notes__", ()), sep=" | ")


for broken in (b"", b".", b"(.", b"\xff.", b"h\x05.", b"B\x05\0\0\0a.", b"\x80\x09.", b"N)R.", b"Sx\n.", b"(Nd.", b"\x82\x05.", b"cos\nnope\n."):
    attempt(pickle.loads, broken)
for value in (3, (), (1, 2), (int, 3), (int, (), None, 3), (int, (), None, None, None, 5)):
    attempt(pickle.dumps, Reduced(value))
attempt(pickle.dumps, {"a": [pickle]})


class Hooked(pickle.Pickler):
    def persistent_id(self, value):
        return ("point", value.x) if isinstance(value, Point) else None

    def reducer_override(self, value):
        return (str.upper, ("reduced",)) if isinstance(value, Slots) else NotImplemented


class Unhooked(pickle.Unpickler):
    def persistent_load(self, name):
        return name

    def find_class(self, module, name):
        print("find", module, name)
        return super().find_class(module, name)


file = io.BytesIO()
Hooked(file).dump([Point(7, 8), Slots(), b"long" * 20000])
file.seek(0)
back = Unhooked(file).load()
print(back[0], back[1], len(back[2]))

aside = []
outer = pickle.dumps(pickle.PickleBuffer(bytearray(b"beside")), 5, buffer_callback=aside.append)
print(outer, bytes(pickle.loads(outer, buffers=aside)))
attempt(pickle.loads, outer)
