from dataclasses import dataclass, field, asdict, astuple, replace, fields, FrozenInstanceError, KW_ONLY
@dataclass(order=True)
class P:
    x: int
    y: int = 5
    l: list = field(default_factory=list, compare=False)
@dataclass(frozen=True, slots=True)
class F:
    a: int
    _: KW_ONLY
    b: str = "b"
@dataclass
class C(P):
    z: str = field(default="z", repr=False)
    def __post_init__(self): self.total = self.x + self.y
p = P(1)
print(p, p == P(1), P(1, 2) < P(1, 3), asdict(p), astuple(p), replace(p, x=9), [f.name for f in fields(P)], C(1, 2), C(1, 2).total, F(1, b="q"), hash(F(1)) == hash(F(1)), P.__match_args__, p.l is P(1).l)
for f in (lambda: P(), lambda: setattr(F(1), "a", 2), lambda: F(1, 2), lambda: hash(p), lambda: P(1, 2, [], 4), lambda: replace(p, q=1), lambda: p < 5, lambda: dataclass(type("B", (), {"__annotations__": {"l": list}, "l": []}))):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
