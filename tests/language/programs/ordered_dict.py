# collections.OrderedDict: which of a subclass's methods it calls, its iterators' view of changes, its messages.
import copy
import json
import operator
import pickle
import weakref
from collections import OrderedDict as O

log = []


def logged(name):
    def method(self, *args, **names):
        log.append(name)
        return getattr(O, name)(self, *args, **names)

    return method


NAMES = """__init__ __getitem__ __setitem__ __delitem__ __contains__ __iter__ keys values items update pop popitem clear
setdefault get copy __reversed__ move_to_end __eq__ __or__""".split()
S = type("S", (O,), {name: logged(name) for name in NAMES})


def missing(self, key):
    log.append("__missing__")
    return "M"


S.__missing__ = missing


class OnlyItems:
    def items(self):
        return [(1, 2)]


def run(label, act):
    s = S(a=1, b=2)
    log.clear()
    try:
        result = act(s)
    except Exception as error:
        result = repr(error)
    calls = list(log)
    print(label, calls, O.__repr__(result) if isinstance(result, O) else result)


run("init", lambda s: S([(1, 2)], x=3))
run("init dict", lambda s: S({1: 2}))
run("init ordered", lambda s: S(O({1: 2})))
run("ordered of", lambda s: O(s))
run("dict of", lambda s: dict(s))
run("update with", lambda s: O(q=1).update(s))
run("dict.update with", lambda s: {}.update(s))
run("pop", lambda s: s.pop("a"))
run("pop what is not there", lambda s: s.pop("z"))
run("pop with default", lambda s: s.pop("z", 3))
run("popitem", lambda s: s.popitem())
run("popitem first", lambda s: s.popitem(False))
run("setdefault", lambda s: s.setdefault("a"))
run("setdefault new", lambda s: s.setdefault("z", 3))
run("clear", lambda s: s.clear())
run("copy", lambda s: s.copy())
run("copy.copy", lambda s: copy.copy(s))
run("==", lambda s: s == O(a=1, b=2))
run("== dict", lambda s: s == {"a": 1, "b": 2})
run("== right", lambda s: O(a=1, b=2) == s)
run("repr", lambda s: repr(s))
run("reversed", lambda s: list(reversed(s)))
run("items", lambda s: list(O.items(s)))
run("values", lambda s: list(O.values(s)))
run("move_to_end", lambda s: s.move_to_end("a"))
run("move_to_end of none", lambda s: s.move_to_end("z"))
run("getitem", lambda s: s["z"])
run("or", lambda s: s | {1: 2})
run("ror", lambda s: {1: 2} | s)
run("ror ordered", lambda s: O(c=3) | s)
run("or ordered", lambda s: s | O(c=3))
run("ior", lambda s: operator.ior(s, {1: 2}))
run("ior pairs", lambda s: operator.ior(s, [(1, 2)]))
run("fromkeys", lambda s: S.fromkeys("xy"))
run("fromkeys of dict", lambda s: S.fromkeys({"x": 1}))
run("reduce", lambda s: s.__reduce__()[:4])
run("OrderedDict.update", lambda s: O.update(s, a=3, c=5))
run("OrderedDict.pop", lambda s: O.pop(s, "a"))
run("update with items", lambda s: s.update(OnlyItems()))
run("items and", lambda s: s.items() & {("a", 1)})
run("**", lambda s: dict(**s))
run("{**}", lambda s: {**s})
run("json", lambda s: json.dumps(s))
run("dict or", lambda s: {} | s)


class Default(O):
    def __missing__(self, key):
        self[key] = key
        return key


d = Default()
print(d["x"], d, d.pop("y", 1), d.get("q"), d.setdefault("e"), d)


def changed(change, view):
    o = O.fromkeys("abc")
    iterator = iter(view(o))
    seen = [next(iterator)]
    for step in range(5):
        try:
            if step == 0:
                change(o)
            seen.append(next(iterator))
        except BaseException as error:
            seen.append(repr(error))
    print(seen, list(o))


CHANGES = [
    lambda o: o.clear(),
    lambda o: o.pop("a"),
    lambda o: o.move_to_end("a"),
    lambda o: o.move_to_end("c"),
    lambda o: o.move_to_end("a", last=False),
    lambda o: o.move_to_end("c", last=False),
    lambda o: o.__setitem__("a", 5),
    lambda o: o.__setitem__("z", 5),
    lambda o: (o.pop("b"), o.update(b=1)),
    lambda o: o.update({"a": 3}),
    lambda o: (o.clear(), o.update(a=1, b=1, c=1)),
    lambda o: o.setdefault("a"),
    lambda o: o.__delitem__("c"),
    lambda o: o.popitem(last=False),
]
for view in [lambda o: o, lambda o: o.keys(), lambda o: o.items(), lambda o: o.values(), reversed]:
    for change in CHANGES:
        changed(change, view)

# The order through many moves at both ends.
o = O.fromkeys(range(20))
model = list(range(20))
seed = 12345
for n in range(5000):
    seed = (seed * 1103515245 + 12345) % 2**31
    key, what = seed // 65536 % 40, seed // 8 % 7
    if what < 2 and key in o:
        o.move_to_end(key, last=what == 0)
        model.remove(key)
        model.insert(len(model) if what == 0 else 0, key)
    elif what == 2:
        if key not in o:
            model.append(key)
        o[key] = n
    elif what == 3 and key in o:
        del o[key]
        model.remove(key)
    elif what == 4 and model:
        last = seed % 3 == 0
        assert o.popitem(last)[0] == model.pop(-1 if last else 0)
    elif what == 5:
        if key not in o:
            model.append(key)
        o.setdefault(key)
        o.move_to_end(key, False)
        model.remove(key)
        model.insert(0, key)
    assert list(o) == model == list(o.keys()) and list(reversed(o)) == model[::-1], n
    assert len(o) == len(model) and all(key in o for key in model)
print(len(o), o == O.fromkeys(model), dict.fromkeys(o) == dict.fromkeys(model))

# A queue and its reverse take time that grows with their length only.
o = O()
for n in range(20000):
    o[n] = n
    o.move_to_end(n, last=False)
for n in range(20000):
    o.popitem(last=False)
print(o)

o = O(a=1)
o.x = 5
again = pickle.loads(pickle.dumps(o))
print(again, again.__dict__, o.__reduce__()[:4], copy.copy(o).x, o.copy().__dict__, copy.deepcopy(o).x)
print(weakref.ref(o)() is o)


class Slots(O):
    __slots__ = ("x", "y")


s = Slots(a=1)
s.x = 3
print(s.__reduce__()[:3], s.__dict__)
s.q = 4
print(s.__reduce__()[:3], copy.copy(s).x, copy.copy(s).q)

o = O()
o["a"] = o
print(repr(o), repr(o.values()), repr(o.items()))
o = O(a=1, b=2)
dict.pop(o, "a")
for look in (repr, list, lambda o: list(o.items())):
    try:
        print(look(o))
    except KeyError as error:
        print(repr(error))
o.clear()
print(o)
o = O(a=1, b=2)
o.__dict__ = {"x": 3}
print(o.x, type(o).__mro__, type(o.keys()).__mro__, type(iter(o)).__mro__)
for kind in (O, type(o.keys()), type(o.items()), type(o.values()), type(iter(o))):
    print(kind, sorted(kind.__dict__.keys() - {"__static_attributes__", "__firstlineno__"}), kind.__module__)

EXPRESSIONS = """
O(1, 2)
o.pop()
o.pop('q')
O().popitem()
o.popitem(last=0, x=1)
o.move_to_end()
o.move_to_end('q')
O().move_to_end([])
o.move_to_end([])
o.update(1, 2)
o.update(self=3)
o | 1
o | []
o.__or__(1)
{} | o
o.__ior__(3)
o.fromkeys()
O.fromkeys(iterable='ab', value=3)
o.setdefault()
o.setdefault(key='k', default=3)
o.pop(key='k')
repr(o.keys())
repr(o.values())
repr(o.items())
o.__reduce__()[:4]
iter(o).__reduce__()
reversed(o.items()).__reduce__()
o.keys() & {'a'}
o == {'b': 2, 'a': 1}
{'b': 2, 'a': 1} == o
o == O(b=2, a=1)
o != O(b=2, a=1)
o == O(a=1, b=2)
o.__eq__([])
o < o
o.keys().mapping
o.pop([])
o.setdefault([])
o[[]]
o.popitem(False)
o.popitem(last=[])
o.__setitem__({}, 1)
o.__delitem__('z')
o.update([1])
o.update([[1]])
o.update([[1, 2, 3]])
o.update([()])
o.update(3)
o.__class_getitem__(int)
O.__hash__
hash(o)
operator.length_hint(iter(o))
isinstance(o.keys(), type({}.keys()))
o.clear(1)
o.items().isdisjoint([])
list(reversed(o.values()))
sorted(o.items() - [])
o.keys() == {'a': 1, 'b': 3}.keys()
o.__getstate__()
o.move_to_end('a', last=True, x=2)
o.move_to_end(key='a')
type(o.keys())()
type(iter(o))(o)
pickle.loads(pickle.dumps(iter(o.items()))).__reduce__()
"""
for line in EXPRESSIONS.split("\n")[1:-1]:
    o = O(a=1, b=2)
    try:
        print(line, "->", eval(line), o)
    except Exception as error:
        print(line, "!!", type(error).__name__, error, o)
