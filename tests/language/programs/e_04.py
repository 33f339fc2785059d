def ident[T](x: T) -> T: return x
class Box[T, *Ts, **P]:
    item: T
    def get[U: int](self, u: U) -> tuple[T, U]: return u
type Alias[T] = list[T] | dict[str, T]
type Rec = int | list[Rec]
type Bad = undefined_name
print(ident(5), ident.__type_params__, Box.__type_params__, Box.get.__type_params__[0].__bound__)
print(Alias, Alias.__value__, Alias.__type_params__, Alias[int], Alias.__name__, Rec.__value__)
try: Bad.__value__
except NameError as e: print(e)
T = ident.__type_params__[0]
print(T.__name__, T.__bound__, T.__constraints__, type(T).__name__)
class D[T = int, U: (int, str) = str]: pass
print(D.__type_params__[0].__default__, D.__type_params__[1].__constraints__, D.__type_params__[1].__default__)
print(Box[int, str, [bool]], D[int, str], D[int, str]().__class__.__name__)
print(Box.__orig_bases__, Box.__parameters__, Box.__mro__[1].__name__)
class E[X](D[X]): pass
print(E.__orig_bases__, E[int].__args__, E[int].__origin__.__name__)
def outer[A]():
    def inner[B](): return A, B
    return inner
print(outer()(), outer().__qualname__, ident.__qualname__, ident.__name__)
class Cls[T]:
    t = T
    def m(self): return T
    type A = T
print(Cls.t, Cls().m() is Cls.t, Cls.A.__value__)
def lim[T: undefined_bound](x: T): return x
print(lim(1))
try: lim.__type_params__[0].__bound__
except NameError as e: print(e)
print(list[int][0:0] if 0 else list[int], dict[str, int].__args__, (int | str).__args__, int | "str" if 0 else int | None)
for f in (lambda: list[int](), lambda: isinstance([], list[int]), lambda: Alias(), lambda: T(), lambda: int | 5, lambda: dict[int].x, lambda: D[1, 2, 3], lambda: int[str]):
    try: print(f())
    except (TypeError, AttributeError) as e: print(e)
