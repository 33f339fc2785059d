# a small scheduler of coroutines
class Sleep:
    def __init__(self, n): self.n = n
    def __await__(self):
        for _ in range(self.n): yield "tick"
        return self.n
class Chan:
    def __init__(self): self.q = []
    async def put(self, v):
        self.q.append(v)
        await Sleep(1)
    async def get(self):
        while not self.q: await Sleep(1)
        return self.q.pop(0)
class Task:
    def __init__(self, name, co): self.name, self.co, self.result = name, co, None
    def step(self):
        try: self.co.send(None); return True
        except StopIteration as e: self.result = e.value
        except Exception as e: self.result = repr(e)
        return False
def run(**cos):
    tasks = [Task(n, c) for n, c in cos.items()]
    live, steps = list(tasks), 0
    while live:
        steps += 1
        live = [t for t in live if t.step()]
    return steps, {t.name: t.result for t in tasks}
async def producer(ch, n):
    for i in range(n):
        print("put", i)
        await ch.put(i)
    await ch.put(None)
    return "produced"
async def consumer(ch):
    out = []
    while (v := await ch.get()) is not None:
        print("get", v)
        out.append(v)
    return out
async def failing():
    await Sleep(2)
    raise ValueError("failed task")
async def deep(n): return await deep(n - 1) + 1 if n else await Sleep(1)
ch = Chan()
print(run(p=producer(ch, 3), c=consumer(ch), f=failing(), d=deep(10)))
def gen_sched(*gens):
    gens = list(gens)
    while gens:
        g = gens.pop(0)
        try: yield next(g)
        except StopIteration: continue
        gens.append(g)
def up(n, a): 
    for i in range(a): yield f"{n}{i}"
print(list(gen_sched(up("a", 3), up("b", 1), up("c", 2))))
def pipeline():
    def src():
        for i in range(10): yield i
    def keep(it):
        for x in it:
            if x % 2: yield x
    def sq(it):
        for x in it: yield x * x
    return sq(keep(src()))
print(list(pipeline()), sum(pipeline()))
def sink():
    out = []
    try:
        while True: out.append((yield len(out)))
    except GeneratorExit: print("sink", out)
s = sink(); next(s)
print(s.send("x"), s.send("y"))
s.close()
