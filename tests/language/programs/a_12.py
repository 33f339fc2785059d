class P:
    kind = "point"
    def __init__(self, x, y=0):
        self.x = x
        self.y = y
    def add(self, o):
        return P(self.x + o.x, self.y + o.y)
    def __repr__(self):
        return f"P({self.x}, {self.y})"
    def __eq__(self, o):
        return isinstance(o, P) and (self.x, self.y) == (o.x, o.y)
p, q = P(1, 2), P(3)
print(p, q, p.add(q), p == P(1, 2), p != q, p.kind, P.kind)
p.x = 10
p.new = "attr"
print(p, p.new, p.__dict__, vars(q))
P.kind = "changed"
print(p.kind, hasattr(p, "z"), getattr(p, "x"))
setattr(p, "z", 3)
del p.new
print(p.__dict__, P.__name__, type(p) is P, isinstance(p, P))
class Q(P):
    def __init__(self, *a):
        super().__init__(*a)
        self.extra = 1
    def add(self, o):
        return "Q:" + repr(super().add(o))
print(Q(1, 2).add(p), Q.__mro__ == (Q, P, object), issubclass(Q, P), Q(5).extra)
class Stack:
    def __init__(self): self.items = []
    def push(self, x): self.items.append(x); return self
    def pop(self): return self.items.pop()
    def __len__(self): return len(self.items)
    def __iter__(self): return iter(self.items)
    def __contains__(self, x): return x in self.items
    def __getitem__(self, i): return self.items[i]
s = Stack().push(1).push(2).push(3)
print(len(s), list(s), 2 in s, s[0], s[-1], s.pop(), len(s), [x for x in s])
m = s.push
m(99)
print(s.items, Stack.pop(s), m.__name__)
