# many arguments, locals, constants and nesting: wide operands of the bytecode
names = [f"v{i}" for i in range(300)]
src = "def f(%s):\n" % ", ".join(names) + "    return " + " + ".join(names)
ns = {}
exec(src, ns)
print(ns["f"](*range(300)), ns["f"].__code__.co_argcount)
src = "def g():\n" + "".join(f"    x{i} = {i} * 2\n" for i in range(400)) + "    return x0 + x255 + x256 + x399"
exec(src, ns)
print(ns["g"]())
print(len(eval("[" + ",".join(str(i) for i in range(1000)) + "]")), eval("(" + ",".join(repr(str(i)) for i in range(600)) + ")")[599])
print(len(eval("{" + ",".join(f"{i}: {i}" for i in range(500)) + "}")), len(eval("{" + ",".join(map(str, range(300))) + "}")))
src = "def h(x):\n" + "    if x < 0: return 'neg'\n" + "".join(f"    if x == {i}: x += 1\n" for i in range(500)) + "    return x"
exec(src, ns)
print(ns["h"](0), ns["h"](499), ns["h"](-1), ns["h"](1000))
src = "def loop():\n    n = 0\n    for i in range(3):\n" + "        n += 1\n" * 600 + "    return n"
exec(src, ns)
print(ns["loop"]())
print(eval("+".join(["1"] * 2000)), eval("(" * 50 + "1" + ")" * 50), eval("[" * 30 + "]" * 30))
src = "class C:\n" + "".join(f"    a{i} = {i}\n" for i in range(300))
exec(src, ns)
print(ns["C"].a299, sum(1 for k in vars(ns["C"]) if k.startswith("a")))
def kw(**k): return len(k)
print(eval("kw(" + ",".join(f"k{i}={i}" for i in range(300)) + ")"), kw(**{f"x{i}": i for i in range(1000)}))
print(eval("max(" + ",".join(map(str, range(500))) + ")"), len(eval("'" + "x" * 10000 + "'")))
depth = "".join("    " * i + f"for i{i} in range(2):\n" for i in range(15)) + "    " * 15 + "n += 1"
ns["n"] = 0
exec(depth, ns)
print(ns["n"])
try: exec("".join("    " * i + "while 1:\n" for i in range(25)) + "    " * 25 + "pass")
except SyntaxError as e: print(e.msg)
cells = "def outer():\n" + "".join(f"    c{i} = {i}\n" for i in range(270)) + "    def inner(): return " + "+".join(f"c{i}" for i in range(270)) + "\n    return inner()"
exec(cells, ns)
print(ns["outer"]())
f = "f'" + "".join("{%d}" % i for i in range(300)) + "'"
print(len(eval(f)))
print(eval("a[0]" + "[0]" * 20, {"a": eval("[" * 21 + "7" + "]" * 21)}))
ifs = "x = 5\n" + "".join(("el" if i else "") + f"if x == {i + 100}: y = {i}\n" for i in range(100)) + "else: y = 'else'"
exec(ifs, ns)
print(ns["y"])
print(eval(" if 0 else ".join(map(str, range(60)))), eval("not " * 41 + "1"), eval("-" * 40 + "1"))
unpack = ",".join(f"u{i}" for i in range(300)) + " = range(300)"
exec(unpack, ns)
print(ns["u299"])
