class Vec:
    __slots__ = ("x", "y")
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
    def __add__(self, o): return Vec(self.x + o.x, self.y + o.y)
    def __mul__(self, k): return Vec(self.x * k, self.y * k) if isinstance(k, (int, float)) else NotImplemented
    __rmul__ = __mul__
    def __matmul__(self, o): return self.x * o.x + self.y * o.y
    def __iter__(self): yield self.x; yield self.y
    def __eq__(self, o): return tuple(self) == tuple(o)
    def __hash__(self): return hash(tuple(self))
    def __abs__(self): return (self @ self) ** 0.5
    def __bool__(self): return any(self)
    def __repr__(self): return f"Vec({self.x!r}, {self.y!r})"
    def __getitem__(self, i): return (self.x, self.y)[i]
    def __len__(self): return 2
    def __neg__(self): return self * -1
v, w = Vec(1, 2), Vec(3.5, -1)
print(v + w, v * 3, 3 * v, v @ w, [*v], v == Vec(1, 2), abs(Vec(3, 4)), bool(Vec(0, 0)), -v, v[1], v[-1], v[:], len(v), len({v, Vec(1, 2)}), sum(v), max(w), dict([v]), sorted([w, v], key=abs))
try: v * "a"
except TypeError as e: print(e)
class Matrix:
    def __init__(self, rows): self.rows = [list(r) for r in rows]
    def __getitem__(self, ij):
        i, j = ij
        if isinstance(i, slice): return [r[j] for r in self.rows[i]]
        return self.rows[i][j]
    def __setitem__(self, ij, v): i, j = ij; self.rows[i][j] = v
    def __matmul__(self, o): return Matrix([[sum(a * b for a, b in zip(r, c)) for c in zip(*o.rows)] for r in self.rows])
    def __pow__(self, n):
        m = Matrix([[int(i == j) for j in range(len(self.rows))] for i in range(len(self.rows))])
        for _ in range(n): m = m @ self
        return m
    def __repr__(self): return repr(self.rows)
m = Matrix([[1, 1], [1, 0]])
print(m[0, 1], m[:, 0], m ** 10, m @ m)
m[0, 0] = 5
m[1, 1] += 7
print(m)
class Node:
    def __init__(self, v, *kids): self.v, self.kids = v, kids
    def __iter__(self):
        yield self.v
        for k in self.kids: yield from k
    def __contains__(self, x): return any(x == y for y in self)
    def __len__(self): return sum(1 for _ in self)
    def depth(self): return 1 + max((k.depth() for k in self.kids), default=0)
t = Node(1, Node(2, Node(3)), Node(4))
print(list(t), 3 in t, 9 in t, len(t), t.depth())
class Stack(list):
    push = list.append
    @property
    def top(self): return self[-1]
s = Stack(); s.push(1); s.push(2)
print(s, s.top, s.pop(), s)
class Poly:
    def __init__(self, *c): self.c = c
    def __call__(self, x):
        r = 0
        for a in reversed(self.c): r = r * x + a
        return r
    def __mul__(self, o):
        out = [0] * (len(self.c) + len(o.c) - 1)
        for i, a in enumerate(self.c):
            for j, b in enumerate(o.c): out[i + j] += a * b
        return Poly(*out)
    def __str__(self): return " + ".join(f"{a}x^{i}" for i, a in enumerate(self.c) if a)
print(Poly(1, 2, 3)(10), Poly(1, 1) * Poly(1, 1) * Poly(1, -1))
