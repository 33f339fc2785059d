# SyntaxError._metadata: the last statement with blocks that the parser has read, and the text; keywords are suggested by it.
import traceback

SOURCES = [
    "fur a in b:\n  pass\n", "x=1\ny=2\nfur a in b:\n  pass\n", "f(1 2)\n", "def f():\n  x = 1\n  whille True:\n    pass\n", "impor math\n",
    "a = [1,\n 2 3\n", "if x:\n  pass\nelseif y:\n  pass", "x = (", "print 1", "class A:\n def f(self):\n  if x:\n   pass\n  elso:\n   pass\n y=1\n",
    "from x imprt y\n", "@foo\n@bar\ndef f():\n  retur 1\n", "try:\n pass\nexcep: pass\n", "\\\nfur a in b:\n  pass", "async whith a:\n  pass",
    "with block ad something:\n  pass", "if é: pass\nfür a in b: pass", "return", "def f(x,x): pass", "[\nx for x\nin range(3)\nof x\n]",
]
for mode in ("exec", "single", "eval"):
    for source in SOURCES:
        try:
            compile(source, "<s>", mode)
        except SyntaxError as error:
            print(mode, repr(source), error._metadata, traceback.format_exception_only(error)[-1].strip())

BEFORE = [
    "def f(): pass\n", "@d\ndef f(): pass\n", "class A: pass\n", "@d\nclass A: pass\n", "if x: pass\nelse: pass\n", "if x:\n  y\nelif z:\n  y\nelse:\n  z\n",
    "for x in y: pass\n", "while x: pass\n", "with (x as y):\n  pass\n", "try: pass\nfinally: pass\n", "try: pass\nexcept* x: pass\n", "match x:\n case 1: pass\n",
    "async def f():\n  async for x in y: pass\n", "def f():\n  if x: pass\n", "if x:\n  if y: pass\n  if z: pass\n", "try:\n  if x: pass\nfinally: pass\n",
    "type X = int\n", "if x:\n  def f(): pass\n", "class A:\n  def f(self):\n    if x: pass\n  def g(self): pass\n",
]
for before in BEFORE:
    text = before + "fur a in b: pass\n"
    indented = "".join(f" {line}\n" for line in text.splitlines())
    for source in (text, "if q:\n" + indented, "def q():\n" + indented):
        try:
            compile(source, "<s>", "exec")
        except SyntaxError as error:
            print(repr(before), error._metadata[:2])
try:
    compile("1;2\n3", "<s>", "single")
except SyntaxError as error:
    print(error, error._metadata)

import _suggestions
import keyword

for word in "of fo elso iff ad imprt adn wiht esle excep awiat x Flase nill aa".split():
    print(word, _suggestions._generate_suggestions(keyword.kwlist, word))
for args in ((), ([1], "a"), ((), "a"), ([], 1), (["a"], "a"), (["abc"] * 750, "abd"), (["a\udc80"], "a")):
    try:
        print(_suggestions._generate_suggestions(*args))
    except Exception as error:
        print(type(error).__name__, error)
