from enum import Enum, IntEnum, Flag, IntFlag, StrEnum, auto, unique
class Color(Enum):
    RED = 1
    GREEN = "g"
    CRIMSON = 1
    def nice(self): return self.name.title()
class N(IntEnum): A = auto(); B = auto()
class Fl(Flag): R = auto(); W = auto(); X = auto(); RW = R | W
class S(StrEnum): ONE = auto(); TWO = "2"
print(Color.RED, repr(Color.RED), Color(1), Color["GREEN"], Color.CRIMSON is Color.RED, list(Color), Color.RED.name, Color.RED.value, Color.RED.nice(), len(Color), Color.RED in Color, Color.__members__, N.A < N.B, N.A + 1, N(2), f"{N.A} {N.B!r} {S.ONE}", S.TWO == "2", Fl.R | Fl.X, Fl.RW & Fl.R, ~Fl.R, Fl(0), list(Fl.RW), Fl.R in Fl.RW, bool(Fl(0)), {Color.RED: 1}[Color(1)])
for f in (lambda: Color(9), lambda: Color["NO"], lambda: Color.NO, lambda: setattr(Color, "RED", 2), lambda: Color.RED < Color.GREEN, lambda: type("X", (Color,), {}), lambda: Fl(64), lambda: unique(Color), lambda: Color.RED.RED, lambda: Color()):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
E2 = Enum("E2", "a b c"); print(list(E2), E2.b.value)
