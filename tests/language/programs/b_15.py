class E(Exception): pass
class E2(E):
    def __init__(self, a, b): super().__init__(a); self.b = b
class E3(E):
    def __str__(self): return "custom str"
class E4(Exception):
    def __init__(self, *, code): self.code = code
for e in (E(), E("m"), E("m", 2), E2("x", "y"), E3("z"), E4(code=5), KeyError("k"), KeyError(1, 2), OSError(2, "nope"), OSError(2, "nope", "file"), OSError("one"), StopIteration(5), SystemExit(3), UnicodeError("u"), ImportError("i", name="n", path="p"), SyntaxError("s"), SyntaxError("s", ("f", 1, 2, "text")), NameError("n", name="nm"), AttributeError("a", name="x", obj=1)):
    print(type(e).__name__, repr(e), "|", str(e), "|", e.args)
e = E2("x", "y")
print(e.b, E4(code=5).code, e.__dict__)
e.extra = 1
print(e.extra, e.__dict__)
print(type(OSError(2, "x")), type(OSError(13, "x")), type(OSError(17, "x")), type(OSError(999, "x")), OSError(2, "m", "f").filename, OSError(2, "m").errno, OSError(2, "m").strerror)
print(StopIteration(5).value, StopIteration().value, SystemExit(3).code, SystemExit().code, SystemExit(1, 2).code)
e.args = (1, 2)
print(e.args, str(e))
try: e.args = 5
except TypeError as x: print(x)
print([c.__name__ for c in ZeroDivisionError.__mro__], [c.__name__ for c in FileNotFoundError.__mro__], [c.__name__ for c in UnicodeDecodeError.__mro__])
print(BaseException.__subclasses__()[:2] and issubclass(KeyboardInterrupt, Exception), issubclass(StopIteration, Exception), issubclass(GeneratorExit, Exception))
print(IOError is OSError, EnvironmentError is OSError, issubclass(TimeoutError, OSError), issubclass(RecursionError, RuntimeError), issubclass(NotImplementedError, RuntimeError), issubclass(TabError, SyntaxError), issubclass(ModuleNotFoundError, ImportError))
for f in (lambda: E4(), lambda: E(x=1), lambda: ImportError(foo=1), lambda: UnicodeDecodeError("a"), lambda: E2("x"), lambda: KeyError(k=1), lambda: AttributeError(bad=1)):
    try: f()
    except TypeError as x: print(x)
u = UnicodeDecodeError("utf-8", b"\xff\xfe", 0, 1, "reason")
print(str(u), u.encoding, u.object, u.start, u.end, u.reason)
print(str(UnicodeEncodeError("ascii", "aé€", 1, 3, "why")), "|", str(UnicodeEncodeError("ascii", "aé", 1, 2, "why")), "|", str(UnicodeTranslateError("€x", 0, 1, "r")))
