# sys.monitoring: every event with its arguments.
import sys, dis
m=sys.monitoring; E=m.events
m.use_tool_id(2,'x')
log=[]
names={v:k for k,v in vars(E).items()}
def mk(n):
    def f(code, *a):
        log.append((n, code.co_name)+tuple(x if isinstance(x,(int,str)) else type(x).__name__ for x in a))
    return f
for n,v in vars(E).items():
    if v and n!='BRANCH': m.register_callback(2,v,mk(n))
def gen():
    try:
        yield 1
        yield 2
    except ValueError: pass
def f(x):
    for i in (1,2):
        if i == x: continue
        else: y=i
    while x:
        x-=1
    try:
        len(5)
    except TypeError:
        pass
    for z in gen(): pass
    g=gen(); next(g)
    try: g.throw(ValueError)
    except StopIteration: pass
    try:
        try: 1/0
        finally: x=3
    except ZeroDivisionError: pass
    return [a for a in range(2)]
class A:
    def __init__(self): super().__init__()
    def meth(self,*a,**k): return 1
async def agen():
    yield 1
async def co():
    async for q in agen(): pass
    A().meth(1,k=2)
    A().meth(*(1,))
ALL=sum(v for n,v in vars(E).items() if v and n!='BRANCH')
def go(fn,*a):
    log.clear()
    m.set_events(2, ALL)
    try: fn(*a)
    finally: m.set_events(2,0)
    for l in log: print(l)
go(f, 2)
print()
def runco():
    c=co()
    try: c.send(None)
    except StopIteration: pass
go(runco)
