# type() and instance introspection, ABC-free protocol checks
class A: x = 1
class B(A):
    def m(self): pass
print(type.__mro__, type(type), object.__base__, type.__base__, A.__base__, type(A).__name__)
print(A.__dict__["x"], "m" in B.__dict__, "x" in B.__dict__, type(A.__dict__).__name__)
try: A.__dict__["y"] = 1
except TypeError as e: print(e)
try: int.foo = 1
except TypeError as e: print(e)
try: del int.real
except TypeError as e: print(e)
for a in ((), ("A",), ("A", ()), ("A", (), {}, 1), (1, (), {}), ("A", [], {}), ("A", (), []), ("A", (5,), {}), ("A\0", (), {})):
    try: print(type(*a))
    except (TypeError, ValueError) as e: print(type(e).__name__, e)
for f in (lambda: isinstance(1, 5), lambda: isinstance(1, [int]), lambda: issubclass(1, int), lambda: issubclass(int, 1), lambda: isinstance(1), lambda: isinstance(1, (str, (float, int))), lambda: isinstance(1, int | str), lambda: issubclass(bool, int | None), lambda: isinstance(None, int | None), lambda: isinstance([], list[int]), lambda: isinstance(1, ())):
    try: print(f())
    except TypeError as e: print(e)
print(A.__subclasses__() == [B], A.__basicsize__ > 0, A.__flags__ & (1 << 9) != 0, A.__weakrefoffset__ != 0)
print(object.__reduce_ex__ is not None, object().__eq__(1), object().__ne__(1), object().__lt__(1), (1).__eq__("a"), (1).__lt__(2.5), "a".__add__.__name__, [].__class__, (1).__class__.__class__)
for n in ("__init__", "__new__", "__repr__", "__hash__", "__str__", "__setattr__", "__init_subclass__", "__subclasshook__"):
    print(n, type(getattr(object, n)).__name__, getattr(object, n).__name__, end="; ")
print()
print(sorted(n for n in dir(object)))
print(int.__add__(1, 2), int.__add__(1, 2.5), str.__len__("abc"), list.__getitem__([1], 0), dict.__contains__({1: 1}, 1))
for f in (lambda: int.__add__("a", 1), lambda: int.__add__(1), lambda: str.upper(1), lambda: list.append(1, 2), lambda: list.append([], 1, 2), lambda: "".upper(1), lambda: [].append(), lambda: dict.get(), lambda: int.__add__()):
    try: print(f())
    except TypeError as e: print(e)
print(object.__init__.__objclass__, int.__add__.__qualname__, str.join.__qualname__, [].append.__qualname__, [].append.__self__, len.__module__, len.__self__, int.from_bytes.__self__, str.join.__doc__ is not None, len.__text_signature__)
