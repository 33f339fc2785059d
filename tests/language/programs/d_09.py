# generators with try/finally/with/loops over yields, and their frames' state
def g(log):
    for i in range(3):
        try:
            log.append(("try", i))
            yield i
        except ValueError:
            log.append(("except", i))
            continue
        else: log.append(("else", i))
        finally: log.append(("finally", i))
    log.append("end")
log = []
i = g(log)
print(next(i), i.throw(ValueError), next(i), log)
i.close()
print(log[-1])
class CM:
    def __enter__(self): print("enter"); return self
    def __exit__(self, *a): print("exit", a[0])
def with_gen():
    with CM():
        yield 1
        yield 2
w = with_gen()
print(next(w)); w.close()
for x in with_gen(): print(x)
def fr():
    a = 1
    yield
    b = 2
    yield
f = fr()
next(f)
print(f.gi_frame.f_locals, f.gi_frame.f_lineno - f.gi_frame.f_code.co_firstlineno, f.gi_suspended)
next(f)
print(f.gi_frame.f_locals, f.gi_frame.f_code.co_name)
print(next(f, "end"), f.gi_frame, f.gi_suspended)
def stack_deep():
    return [1, 2, (yield "a"), {"k": (yield "b"), **{"z": (yield "c")}}, f"{(yield 'd')}!", *(yield "e")]
s = stack_deep()
print(next(s))
for v in (3, 4, 5, 6):
    print(s.send(v))
try: s.send([7, 8])
except StopIteration as e: print(e.value)
def args(*a, k=1, **kw): yield a; yield k; yield kw
print(list(args(1, 2, k=3, z=4)))
def cl():
    x = 0
    def inc():
        nonlocal x
        x += 1
        return x
    while True: yield inc
c = cl()
print(next(c)(), next(c)(), next(c)())
class M:
    def __iter__(self):
        yield self
        yield from super().__dir__()[:0]
print([type(m).__name__ for m in M()])
def two():
    x = yield (yield "first")
    return x
t = two()
print(next(t), t.send("second"))
try: t.send("third")
except StopIteration as e: print(e.value)
def many(n):
    for i in range(n): yield i
print(sum(many(100000)))
gens = [many(3) for _ in range(4)]
print([next(a) for _ in range(3) for a in gens])
lam = lambda: (yield 5)
print(list(lam()))
