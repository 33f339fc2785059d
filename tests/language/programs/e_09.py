ns = {}
exec("x = 1\ndef f(): return x + 1", ns)
print(ns["x"], ns["f"](), "__builtins__" in ns)
print(eval("a + b", {"a": 1, "b": 2}), eval("a * 2", {"a": 1}, {"a": 10}))
g, l = {"v": "g"}, {}
exec("w = v; v = 'l'\nclass K: q = v", g, l)
print(l["w"], l["v"], l["K"].q, g["v"])
c = compile("[i * i for i in range(n)]", "<name>", "eval")
print(eval(c, {"n": 4}), c.co_filename, c.co_name)
c = compile("1 + 1", "f", "single")
exec(c)
try: exec(compile("1 + 1\n'x'\n", "f", "single"))
except SyntaxError as e: print(e)
