"""Objects, classes and modules that change while others use them."""

import abc
import enum
import sys
import types

from race import Cases

CASES = Cases("attribute")
CLASS = Cases("class")
GLOBAL = Cases("global")


class Plain:
    pass


class Slots:
    __slots__ = tuple("abcdefgh")


def until(done, count, function):
    """Calls the function until `count` others are done; the first thing that it complains of."""
    while len(done) < count:
        complaint = function()
        if complaint is not None:
            return complaint


@CASES.each(("one", 1), ("many", 40))
def stores_side_by_side_are_kept(run, names):
    """Threads add attributes to one object, each its own: all are there afterwards."""
    for _ in run.rounds():
        shared = Plain()

        def work(thread):
            for n in range(names):
                setattr(shared, f"a{thread}_{n}", (thread, n))

        run.race(*[lambda t=t: work(t) for t in range(4)])
        expected = {f"a{t}_{n}": (t, n) for t in range(4) for n in range(names)}
        run.same(dict(sorted(vars(shared).items())), dict(sorted(expected.items())), "attributes")


@CASES.case
def stores_and_deletes(run):
    """Each thread adds and deletes attributes; one that stays is always found with its value."""
    for _ in run.rounds():
        shared = Plain()
        shared.stays = "stays"
        done = []

        def work(thread):
            for n in range(120):
                setattr(shared, f"a{thread}", n)
                setattr(shared, f"b{thread}", n)
                delattr(shared, f"a{thread}")
                if getattr(shared, f"b{thread}") != n:
                    return "lost b"
            done.append(1)

        def look():
            for name, value in vars(shared).copy().items():
                if name != "stays" and type(value) is not int:
                    return name, value
            return None if shared.stays == "stays" else shared.stays

        got = run.race(lambda: work(1), lambda: work(2), lambda: until(done, 2, look))
        run.same(got, [None] * 3, "complaints")
        run.same(set(vars(shared)), {"stays", "b1", "b2"}, "names")


@CASES.case
def one_shape_many_objects(run):
    """Objects of a class get their attributes in different orders in different threads."""
    for _ in run.rounds():

        class Local:
            pass

        def work(thread):
            made = []
            for n in range(100):
                it = Local()
                for name in ("x", "y", "z")[:: 1 if (n + thread) % 2 else -1]:
                    setattr(it, name, (name, thread, n))
                made.append(it)
            for n, it in enumerate(made):
                for name in "xyz":
                    if getattr(it, name) != (name, thread, n):
                        return name, vars(it)

        run.same(run.race(*[lambda t=t: work(t) for t in range(4)]), [None] * 4, "an object")


@CASES.case
def slots(run):
    for _ in run.rounds():
        shared = Slots()

        def work(name):
            for n in range(300):
                setattr(shared, name, n)
                if getattr(shared, name) != n:
                    return name
                if n % 3 == 0:
                    delattr(shared, name)
                    if hasattr(shared, name):
                        return name

        run.same(run.race(*[lambda n=n: work(n) for n in "abcd"]), [None] * 4, "slot")


@CASES.case
def dict_replaced(run):
    """`__dict__` is replaced as a whole: an object shows the one or the other."""
    for _ in run.rounds():
        shared = Plain()
        shared.x = shared.y = 0
        done = []

        def work():
            for n in range(1, 150):
                shared.__dict__ = {"x": n, "y": n}
            done.append(1)

        def look():
            x, y = shared.x, shared.y
            if x > y:
                return x, y
            now = vars(shared)
            if now["x"] != now["y"]:
                return now

        run.same(run.race(work, lambda: until(done, 1, look))[1], None, "attributes")


@CASES.case
def dict_view_is_the_object(run):
    for _ in run.rounds():
        shared = Plain()
        view = vars(shared)

        def by_name():
            for n in range(200):
                setattr(shared, f"n{n}", n)

        def by_view():
            for n in range(200):
                view[f"v{n}"] = n

        run.race(by_name, by_view)
        run.same(len(view), 400, "length")
        run.expect(all(getattr(shared, f"v{n}") == n == view[f"n{n}"] for n in range(200)), "lost")


@CASES.case
def class_assigned(run):
    class One:
        def name(self):
            return "one"

    class Two:
        def name(self):
            return "two"

    for _ in run.rounds():
        shared = One()
        shared.x = 1
        done = []

        def work():
            for n in range(300):
                shared.__class__ = (One, Two)[n % 2]
            done.append(1)

        def look():
            if shared.name() not in ("one", "two") or shared.x != 1 or type(shared) not in (One, Two):
                return shared

        run.same(run.race(work, lambda: until(done, 1, look), lambda: until(done, 1, look))[1:], [None] * 2, "look")


@CASES.case
def descriptors(run):
    """A property that comes and goes above an instance's own attribute."""
    for _ in run.rounds():

        class Local:
            pass

        shared = Local()
        shared.__dict__["x"] = "own"
        done = []

        def work():
            for _ in range(100):
                Local.x = property(lambda self: "property")
                Local.x = "class"
                del Local.x
            done.append(1)

        def look():
            if shared.x not in ("own", "property"):
                return shared.x

        run.same(run.race(work, *[lambda: until(done, 1, look)] * 2)[1:], [None] * 2, "x")


@CASES.case
def getattr_hook(run):
    for _ in run.rounds():

        class Local:
            def __getattr__(self, name):
                return name

        shared = Local()
        done = []

        def work():
            for n in range(200):
                shared.x = n
                del shared.x
            done.append(1)

        def look():
            if shared.x != "x" and type(shared.x) not in (int, str):
                return shared.x

        run.same(run.race(work, *[lambda: until(done, 1, look)] * 2)[1:], [None] * 2, "x")


@CLASS.case
def methods_replaced(run):
    """A call finds the one method or the other; after the last store everybody finds the last."""
    for _ in run.rounds():

        class Local:
            def method(self):
                return 0

        shared = Local()
        done = []

        def work():
            for n in range(1, 150):
                Local.method = lambda self, n=n: n
            done.append(1)

        def look():
            last = [0]

            def one():
                now = shared.method()
                if now < last[0]:
                    return last[0], now
                last[0] = now

            return until(done, 1, one) or (None if shared.method() == 149 else shared.method())

        run.same(run.race(work, look, look)[1:], [None] * 2, "method went back")


@CLASS.case
def methods_come_and_go(run):
    for _ in run.rounds():

        class Base:
            def method(self):
                return "base"

        class Local(Base):
            pass

        shared = Local()
        done = []

        def work():
            for _ in range(150):
                Local.method = lambda self: "local"
                del Local.method
            done.append(1)

        def look():
            if shared.method() not in ("base", "local") or super(Local, shared).method() != "base":
                return "strange"

        run.same(run.race(work, *[lambda: until(done, 1, look)] * 3)[1:], [None] * 3, "method")


@CLASS.case
def operators_replaced(run):
    """Slots of a class follow its methods."""
    for _ in run.rounds():

        class Local:
            def __add__(self, other):
                return 1

            def __len__(self):
                return 1

            def __eq__(self, other):
                return True

            __hash__ = object.__hash__

        shared = Local()
        done = []

        def work():
            for n in range(60):
                Local.__add__ = lambda self, other: 2
                Local.__len__ = lambda self: 2
                Local.__call__ = lambda self: 3
                Local.__iter__ = lambda self: iter([1])
                del Local.__call__, Local.__iter__
            done.append(1)

        def look():
            if shared + 1 not in (1, 2) or len(shared) not in (1, 2) or not shared == 0:
                return "strange"
            try:
                if shared() != 3 or list(shared) != [1]:
                    return "call"
            except TypeError as error:
                run.saw(error)
            except AttributeError as error:
                run.saw(error)

        run.same(run.race(work, *[lambda: until(done, 1, look)] * 2)[1:], [None] * 2, "operators")


@CLASS.case
def bases_assigned(run):
    class One:
        def name(self):
            return "one"

    class Two:
        def name(self):
            return "two"

    for _ in run.rounds():

        class Middle(One):
            pass

        class Leaf(Middle):
            pass

        shared = Leaf()
        done = []

        def work():
            for n in range(60):
                Middle.__bases__ = ((One,), (Two,), (One, Two))[n % 3]
            done.append(1)

        def look():
            if shared.name() not in ("one", "two") or not isinstance(shared, Middle):
                return "strange"
            if not {One, Two} & set(Leaf.__mro__):
                return Leaf.__mro__

        run.same(run.race(work, *[lambda: until(done, 1, look)] * 2)[1:], [None] * 2, "look")


@CLASS.case
def classes_made_in_threads(run):
    """Subclasses made at once are all known to their base, and work."""
    for _ in run.rounds():

        class Base:
            made = []

            def __init_subclass__(cls):
                Base.made.append(cls)

        def work(thread):
            classes = [type(f"C{thread}_{n}", (Base,), {"n": n}) for n in range(30)]
            return [c.n == n and c().n == n for n, c in enumerate(classes)]

        run.same(run.race(*[lambda t=t: work(t) for t in range(4)]), [[True] * 30] * 4, "classes")
        run.same(len(Base.made), 120, "made")
        run.same(set(Base.made) - set(Base.__subclasses__()), set(), "unknown to the base")


@CLASS.case
def abstract_registrations(run):
    for _ in run.rounds():

        class Kind(abc.ABC):
            pass

        classes = [type(f"C{n}", (), {}) for n in range(60)]

        def work(start):
            for c in classes[start::2]:
                if isinstance(c(), Kind):
                    return "early"
                Kind.register(c)
                if not isinstance(c(), Kind) or not issubclass(c, Kind):
                    return c

        def look():
            for c in classes:
                issubclass(c, Kind)

        run.same(run.race(lambda: work(0), lambda: work(1), look, look), [None] * 4, "register")
        run.expect(all(issubclass(c, Kind) for c in classes), "a registration was lost")


@CLASS.case
def enums(run):
    for _ in run.rounds():
        Colour = enum.Enum("Colour", {f"C{n}": n for n in range(20)})
        Flags = enum.Flag("Flags", [f"F{n}" for n in range(8)])

        def work(thread):
            for n in range(60):
                if Colour(n % 20) is not Colour[f"C{n % 20}"] or Colour(n % 20).value != n % 20:
                    return n
                # A combination is made when first seen, and is one object from then on.
                if Flags(n) is not Flags(n) or Flags(n).value != n:
                    return "flag", n
            return [id(Flags(n)) for n in range(60)]

        got = run.race(*[lambda t=t: work(t) for t in range(4)])
        run.expect(all(other == got[0] for other in got), "enums differ", got)


@CLASS.case
def class_dict_iterated(run):
    for _ in run.rounds():

        class Local:
            pass

        done = []

        def work(thread):
            for n in range(100):
                setattr(Local, f"a{thread}_{n}", n)
                if n > 5:
                    delattr(Local, f"a{thread}_{n - 5}")
            done.append(1)

        def look():
            dir(Local)
            vars(Local).copy()
            for name, value in list(vars(Local).items()):
                if name.startswith("a") and type(value) is not int:
                    return name

        run.same(run.race(lambda: work(1), lambda: work(2), lambda: until(done, 2, look))[2], None, "look")


@CLASS.case
def function_parts_replaced(run):
    """A function's code and defaults change while it is called."""

    def one(x=1, y=1):
        return x, y

    def two(x=1, y=1):
        return y, x

    for _ in run.rounds():

        def shared(x=1, y=1):
            return x, y

        done = []

        def work():
            for n in range(150):
                shared.__code__ = (one, two)[n % 2].__code__
                shared.__defaults__ = ((1, 1), (2, 2))[n % 2]
                shared.__kwdefaults__ = None
                shared.__name__ = f"n{n}"
            done.append(1)

        def look():
            if shared() not in ((1, 1), (2, 2)):
                return shared()
            repr(shared)

        run.same(run.race(work, *[lambda: until(done, 1, look)] * 2)[1:], [None] * 2, "result")


@CLASS.case
def super_calls(run):
    for _ in run.rounds():

        class Base:
            def value(self):
                return 1

        class Local(Base):
            def value(self):
                return super().value() + 1

        shared = Local()
        done = []

        def work():
            for n in range(150):
                Base.value = lambda self: 1
                Base.other = n
            done.append(1)

        def look():
            if shared.value() != 2:
                return shared.value()

        run.same(run.race(work, *[lambda: until(done, 1, look)] * 2)[1:], [None] * 2, "value")


@CLASS.case
def dataclasses_and_named_tuples(run):
    import collections
    import dataclasses

    for _ in run.rounds(least=1):

        def work(thread):
            for n in range(4):
                Point = dataclasses.make_dataclass(f"P{thread}", ["x", "y"], order=True)
                Pair = collections.namedtuple(f"T{thread}", "a b")
                if Point(1, 2) != Point(1, 2) or Pair(1, 2).b != 2:
                    return n

        run.same(run.race(*[lambda t=t: work(t) for t in range(3)]), [None] * 3, "work")


NUMBER = 0


def read_number():
    return NUMBER


@GLOBAL.case
def globals_stored(run):
    """A global changes under a function that reads it: values only grow."""
    global NUMBER
    for _ in run.rounds():
        NUMBER = 0
        done = []

        def work():
            global NUMBER
            for n in range(1, 800):
                NUMBER = n
            done.append(1)

        def look():
            last = [0]

            def one():
                now = read_number()
                if now < last[0]:
                    return last[0], now
                last[0] = now

            return until(done, 1, one) or (None if read_number() == 799 else "old")

        run.same(run.race(work, look, look)[1:], [None] * 2, "global")


@GLOBAL.case
def globals_come_and_go(run):
    space = {"__builtins__": __builtins__}
    exec("def read(): return name\ndef length(): return len('abc')", space)
    for _ in run.rounds():
        space["name"] = 0
        done = []

        def work():
            for n in range(200):
                space["name"] = n
                space[f"other{n % 50}"] = n
                del space["name"]
                space["len"] = lambda text: 3
                del space["len"]
            done.append(1)

        def look():
            try:
                if type(space["read"]()) is not int:
                    return "strange"
            except NameError as error:
                run.saw(error)
            if space["length"]() != 3:
                return "len"

        run.same(run.race(work, *[lambda: until(done, 1, look)] * 2)[1:], [None] * 2, "global")


@GLOBAL.case
def builtins_overridden(run):
    import builtins

    for _ in run.rounds():
        done = []

        def work():
            for n in range(150):
                builtins.race_probe = n
                del builtins.race_probe
            done.append(1)

        def look():
            try:
                if type(race_probe) is not int:
                    return "strange"
            except NameError as error:
                run.saw(error)
            if len("abc") != 3 or abs(-1) != 1:
                return "builtins"

        run.same(run.race(work, *[lambda: until(done, 1, look)] * 2)[1:], [None] * 2, "builtin")


@GLOBAL.case
def module_attributes(run):
    for _ in run.rounds():
        module = types.ModuleType("shared")

        def work(thread):
            for n in range(150):
                setattr(module, f"a{thread}_{n}", n)

        run.race(*[lambda t=t: work(t) for t in range(4)])
        names = {name for name in vars(module) if name.startswith("a")}
        run.same(len(names), 600, "attributes")


@GLOBAL.case
def exec_and_eval_in_shared_globals(run):
    for _ in run.rounds():
        space = {}

        def work(thread):
            for n in range(15):
                exec(f"def f{thread}_{n}(x):\n    return x + {n}", space)
                if eval(f"f{thread}_{n}(1)", space) != n + 1:
                    return n

        run.same(run.race(*[lambda t=t: work(t) for t in range(4)]), [None] * 4, "work")
        run.same(len([name for name in space if name.startswith("f")]), 60, "functions")


@GLOBAL.case
def interned_names_are_one(run):
    for number in run.rounds():

        def work():
            return [sys.intern(f"name {number} {n}") for n in range(200)]

        got = run.race(*[work] * 4)
        run.expect(all(a is b for other in got for a, b in zip(got[0], other)), "two objects of one name")


CASES.update(CLASS)
CASES.update(GLOBAL)
