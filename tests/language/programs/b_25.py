# class attributes, instance attributes and class bodies changing while in use
class Counter:
    made = 0
    registry = {}
    def __init__(self, name):
        Counter.made += 1
        self.name, self.count = name, 0
        self.registry[name] = self
    def __call__(self):
        self.count += 1
        return self
    def __repr__(self): return f"{self.name}:{self.count}"
for n in "abc": Counter(n)()()
print(Counter.made, Counter.registry, "made" in Counter("d").__dict__)
c = Counter.registry["a"]
c.made = "own"
print(c.made, Counter.made, c().count)
del c.made
print(c.made)
for i in range(30): setattr(c, f"attr{i}", i)
print(len(c.__dict__), c.attr29, sum(v for k, v in vars(c).items() if k.startswith("attr")))
for i in range(0, 30, 2): delattr(c, f"attr{i}")
print(len(c.__dict__), hasattr(c, "attr2"), c.attr3, list(c.__dict__)[:4])
d = c.__dict__
d["via dict"] = 1
d.pop("attr1")
print(getattr(c, "via dict"), hasattr(c, "attr1"), list(d) == list(vars(c)))
c.__dict__.clear()
print(vars(c))
class E:
    if Counter.made > 3:
        def m(self): return "then"
    else:
        def m(self): return "else"
    for k in range(2): exec(f"v{k} = {k}")
    del k
    def helper(x): return x * 2
    value = helper(21)
print(E().m(), E.v1, E.value, hasattr(E, "k"))
E.late = lambda self: "late"
print(E().late())
