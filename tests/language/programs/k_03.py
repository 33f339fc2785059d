from collections import deque, Counter, defaultdict, OrderedDict, namedtuple, ChainMap, UserDict, UserList, UserString
d = deque([1, 2, 3], maxlen=4)
d.append(4); d.append(5); d.appendleft(0); d.rotate(1)
print(d, d.pop(), d.popleft(), d[0], len(d), d.maxlen, list(reversed(d)), d.index(2), d.count(2), 3 in d, d + deque([9]), d == deque([2, 3], 4), deque("ab") * 2)
for f in (lambda: deque().pop(), lambda: d[10], lambda: d.remove(99), lambda: d.index(99), lambda: deque(5), lambda: deque([], -1), lambda: deque([1], 1).insert(0, 2)):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
c = Counter("mississippi")
print(c, c.most_common(2), c["z"], sorted(c.elements()), c + Counter("ms"), c - Counter("iiii"), c & Counter("is"), c | Counter("zz"), c.total(), +Counter(a=-1, b=2), -Counter(a=-1))
dd = defaultdict(list, x=[1]); dd["y"].append(2); print(dd, dd.get("z"), dd.default_factory, defaultdict(int, a=1) | {"b": 2})
od = OrderedDict(a=1, b=2, c=3); od.move_to_end("a"); od.move_to_end("c", last=False); print(od, od.popitem(last=False), list(reversed(od)), od == {"b": 2, "a": 1}, OrderedDict(a=1, b=2) == OrderedDict(b=2, a=1))
P = namedtuple("P", "x y", defaults=[5]); p = P(1)
print(p, p.x, p._asdict(), p._replace(y=7), P._fields, P._make([8, 9]), p == (1, 5), P._field_defaults, hash(p) == hash((1, 5)), namedtuple("Q", "a def a", rename=True)._fields)
for f in (lambda: P(), lambda: P(1, 2, 3), lambda: namedtuple("B", "class"), lambda: namedtuple("B", "a a"), lambda: p._replace(z=1)):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
m = ChainMap({"a": 1}, {"a": 2, "b": 3}); m["c"] = 4; print(m, m["a"], m["b"], len(m), sorted(m), m.parents, m.new_child({"z": 0})["z"])
print(UserDict(a=1), UserList([1, 2])[::-1], UserString("abc").upper())
