"""Imports by several threads: a module's code runs once, and nobody sees half of a module."""

import importlib
import os
import shutil
import sys
import tempfile

from race import Cases

CASES = Cases("import")

SERIAL = iter(range(10**9))


class Folder:
    """A folder on `sys.path` with modules that no other round has."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="threads")
        self.serial = next(SERIAL)
        sys.path.insert(0, self.path)
        return self

    def __exit__(self, *error):
        sys.path.remove(self.path)
        shutil.rmtree(self.path, ignore_errors=True)
        for name in [name for name in sys.modules if name.partition(".")[0].endswith(f"_{self.serial}")]:
            del sys.modules[name]

    def name(self, stem):
        return f"{stem}_{self.serial}"

    def write(self, stem, text, package=False):
        name = self.name(stem)
        where = os.path.join(self.path, *name.split("."))
        if package:
            os.makedirs(where, exist_ok=True)
            where = os.path.join(where, "__init__")
        os.makedirs(os.path.dirname(where), exist_ok=True)
        with open(where + ".py", "w") as file:
            file.write(text)
        importlib.invalidate_caches()
        return name


RAN = []
ROUNDS = []
SLOW = "import race, imports, time\nimports.RAN.append(__name__)\nfirst = 1\ntime.sleep(0.002)\nlast = 2\n"


@CASES.case
def runs_once(run):
    for _ in run.rounds():
        with Folder() as folder:
            name = folder.write("once", SLOW)
            RAN.clear()
            got = run.race(*[lambda: importlib.import_module(name)] * 4)
            run.expect(all(module is got[0] for module in got), "several modules")
            run.expect(all(module.last == 2 for module in got), "half a module")
            run.same(len(RAN), 1, "ran")


@CASES.case
def statement_sees_the_whole(run):
    for _ in run.rounds():
        with Folder() as folder:
            name = folder.write("whole", SLOW)

            def work():
                space = {}
                exec(f"from {name} import last, first\nimport {name} as module", space)
                return space["first"], space["last"], space["module"].last

            run.same(run.race(*[work] * 4), [(1, 2, 2)] * 4, "names")


@CASES.case
def circular(run):
    """Two modules that import each other, from both ends at once: no deadlock."""
    for _ in run.rounds():
        with Folder() as folder:
            one, two = folder.name("one"), folder.name("two")
            folder.write("one", f"import time\ntime.sleep(0.001)\nimport {two}\nvalue = 1\n")
            folder.write("two", f"import time\ntime.sleep(0.001)\nimport {one}\nvalue = 2\n")
            run.race(lambda: importlib.import_module(one), lambda: importlib.import_module(two))
            run.same((sys.modules[one].value, sys.modules[two].value), (1, 2), "values")


@CASES.case
def failing(run):
    """A module that fails is gone; each thread gets the error; the next try runs it again."""
    for _ in run.rounds():
        with Folder() as folder:
            name = folder.write("fails", "import time\ntime.sleep(0.001)\nraise KeyError('fails')\n")

            def work():
                try:
                    importlib.import_module(name)
                except KeyError as error:
                    return error.args
                except ImportError as error:
                    run.saw(error)
                    return ("fails",)

            run.same(run.race(*[work] * 4), [("fails",)] * 4, "errors")
            run.expect(name not in sys.modules, "a module that failed is still there")


@CASES.case
def packages(run):
    for _ in run.rounds():
        with Folder() as folder:
            package = folder.write("package", "import time\ntime.sleep(0.001)\n", package=True)
            for n in range(6):
                with open(os.path.join(folder.path, package, f"part{n}.py"), "w") as file:
                    file.write(f"value = {n}\nfrom . import part{(n + 1) % 6}\n")
            importlib.invalidate_caches()

            def work(start):
                for n in range(start, start + 6):
                    if importlib.import_module(f"{package}.part{n % 6}").value != n % 6:
                        return n

            run.same(run.race(*[lambda s=s: work(s) for s in range(3)]), [None] * 3, "parts")
            for n in range(6):
                run.same(getattr(sys.modules[package], f"part{n}").value, n, "part")


@CASES.case
def many_at_once(run):
    for _ in run.rounds():
        with Folder() as folder:
            names = [folder.write(f"m{n}", f"value = {n}\n") for n in range(12)]

            def work(start):
                return sum(importlib.import_module(names[(start + n) % 12]).value for n in range(12))

            run.same(run.race(*[lambda s=s: work(s * 3) for s in range(4)]), [66] * 4, "sums")


@CASES.case
def standard_library(run):
    """Modules of the standard library that are taken out and imported again by all."""
    names = ["colorsys", "bisect", "sched", "quopri", "this_is_not_there", "graphlib", "keyword", "html.entities"]
    for _ in run.rounds():
        for name in names:
            sys.modules.pop(name, None)

        def work(start):
            missing = 0
            for n in range(len(names)):
                try:
                    importlib.import_module(names[(start + n) % len(names)])
                except ModuleNotFoundError:
                    missing += 1
            return missing

        run.same(run.race(*[lambda s=s: work(s * 2) for s in range(4)]), [1] * 4, "missing")


@CASES.case
def table_of_modules_changes(run):
    """`sys.modules` changes while others import what is there."""
    for _ in run.rounds():
        done = []

        def change():
            for n in range(200):
                sys.modules[f"strange{n}"] = sys
                del sys.modules[f"strange{n}"]
            done.append(1)

        def work():
            while not done:
                import os.path
                from threading import Thread

                if os.path.sep != "/" or Thread.__name__ != "Thread":
                    return "strange"
                list(sys.modules)

        run.same(run.race(change, work, work)[1:], [None] * 2, "work")


@CASES.case
def reloaded(run):
    for _ in run.rounds():
        with Folder() as folder:
            name = folder.write("again", "value = 1\nother = 2\n")
            module = importlib.import_module(name)
            done = []

            def again():
                for _ in range(5):
                    importlib.reload(module)
                done.append(1)

            def look():
                while not done:
                    if (module.value, module.other) != (1, 2):
                        return "strange"

            run.same(run.race(again, look)[1], None, "values")


@CASES.case
def lazily_by_getattr(run):
    """A module's `__getattr__` imports a part when first asked."""
    for _ in run.rounds():
        with Folder() as folder:
            package = folder.write(
                "lazy",
                "import importlib\ndef __getattr__(name):\n"
                "    if name.startswith('_'):\n        raise AttributeError(name)\n"
                "    return importlib.import_module('.' + name, __name__)\n",
                package=True,
            )
            with open(os.path.join(folder.path, package, "part.py"), "w") as file:
                file.write("value = 7\n")
            importlib.invalidate_caches()
            module = importlib.import_module(package)
            run.same(run.race(*[lambda: module.part.value] * 4), [7] * 4, "values")
