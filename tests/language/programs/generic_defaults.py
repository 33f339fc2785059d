def f[T](a, b=1, *, c=3): return a,b,c
print(f(1))
def g[T=int](*, c=3, d): return c,d
print(g(d=1))
class C:
    def m[T](self, a="a", *, b: T=2) -> T: return a, b
print(C().m())
