"""What every case is made of: a time budget, races, and the words for what went wrong.

A family is a module with a table `CASES`, made by `Cases`; an entry is a name and a function that takes a `Run`. The function
races threads in rounds until its budget is used up, and raises when what they saw cannot be. What it saw otherwise
it counts in `run.seen`, so that a reader of the results can tell a race that happened from one that did not.

    CASES = Cases("list")

    @CASES.case
    def append_is_unique(run):
        for _ in run.rounds():
            shared = []
            run.race(*[lambda: [shared.append(i) for i in range(100)]] * 3)
            run.expect(len(shared) == 300, "lost an append", len(shared))

`matrix` makes a row of cases for a container: each way to change it, raced with each way to read it.
"""

import threading
import time
from collections import Counter


class Failed(Exception):
    """What was seen cannot be."""


class Cases(dict):
    """A family's cases by name."""

    def __init__(self, family):
        self.family = family

    def add(self, name, function):
        name = f"{self.family}.{name}"
        if name in self:
            raise ValueError(f"two cases are called {name}")
        self[name] = function

    def case(self, function):
        self.add(function.__name__, function)
        return function

    def each(self, *rows):
        """One case a row: the row's first item is added to the function's name, the rest goes to the function."""

        def enter(function):
            for name, *rest in rows:
                self.add(f"{function.__name__}_{name}", lambda run, rest=rest: function(run, *rest))
            return function

        return enter


class Run:
    """One run of one case."""

    def __init__(self, budget):
        self.end = time.monotonic() + budget
        self.seen = Counter()

    def over(self):
        return time.monotonic() >= self.end

    def rounds(self, least=2):
        """Numbers of rounds until the budget is used up, `least` of them at any rate."""
        number = 0
        while number < least or not self.over():
            yield number
            number += 1
            self.seen["rounds"] += 1

    def race(self, *functions):
        """Runs each function in a thread of its own, all from the same moment; what they returned, in order.

        The first exception that one of them let out is raised here.
        """
        arrived = []
        results = [None] * len(functions)
        errors = []

        def run(number, function):
            arrived.append(number)
            while len(arrived) < len(functions):
                time.sleep(0)
            try:
                results[number] = function()
            except BaseException as error:
                errors.append(error)

        threads = [
            threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(functions)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if len(arrived) != len(functions):
            raise Failed(f"{len(functions)} threads ran, {arrived} arrived")
        if errors:
            raise errors[0]
        return results

    def expect(self, truth, *words):
        if not truth:
            raise Failed(" ".join(word if type(word) is str else repr(word)[:400] for word in words))

    def same(self, got, expected, *words):
        if got != expected:
            raise Failed(
                " ".join(map(str, words)) + f": expected {repr(expected)[:400]}, got {repr(got)[:400]}"
            )

    def saw(self, error):
        self.seen[type(error).__name__] += 1


class Way:
    """A way to change or to read a container.

    One that changes takes `(container, thread, number)` and returns what it put in and what it took out, as two lists, or
    None if nobody can tell. One that reads takes the container and returns the elements that it
    saw, or a number, a truth or None if it saw none. `may` are the exceptions that CPython raises there: types, or `(type, text)`.
    """

    def __init__(self, name, function, *may):
        self.name = name
        self.function = function
        self.may = [entry if type(entry) is tuple else (entry, "") for entry in may]

    def allows(self, error):
        return any(type(error) is kind and text in str(error) for kind, text in self.may)


def fresh(thread, number):
    """An element that no other thread makes, nor this one twice."""
    return f"v{thread}.{number}"


def is_element(value):
    return type(value) is str and value[:1] == "v" and "." in value


def matrix(cases, make, writers, readers, elements=iter, good=is_element, check=None, changes=24):
    """Enters a case a writer: two threads change a container, two read it, once with each reader.

    `elements` lists what a container holds, `good` says whether an element was ever put into one, and
    `check` looks at a container that is at rest.
    """
    readers = [Way(*row) for row in readers]
    for writer in [Way(*row) for row in writers]:
        cases.add(
            writer.name,
            lambda run, writer=writer: row(
                run, make, writer, readers, elements, good, check, changes
            ),
        )


def row(run, make, writer, readers, elements, good, check, changes):
    for number in run.rounds(least=len(readers)):
        reader = readers[number % len(readers)]
        one_pair(run, make, writer, reader, elements, good, check, changes)


def one_pair(run, make, writer, reader, elements, good, check, changes):
    container = make()
    before = Counter(elements(container))
    writing = [None, None]

    def write(thread):
        put, taken = Counter(), Counter()
        try:
            for number in range(changes):
                try:
                    change = writer.function(container, thread, number)
                except Exception as error:
                    if not writer.allows(error):
                        error.add_note(f"in the writer {writer.name}, beside the reader {reader.name}")
                        raise
                    run.saw(error)
                    continue
                if change is None:
                    put = None
                elif put is not None:
                    put.update(change[0])
                    taken.update(change[1])
        finally:
            writing.pop()
        return put, taken

    def read():
        saw = 0
        while True:
            last = not writing
            try:
                seen = reader.function(container)
                if seen is not None and not isinstance(seen, (bool, int)):
                    for element in seen:
                        saw += 1
                        if not good(element):
                            raise Failed(f"{reader.name} saw what was never there: {element!r:.200}")
            except Exception as error:
                if not reader.allows(error):
                    error.add_note(f"in the reader {reader.name}, beside the writer {writer.name}")
                    raise
                run.saw(error)
            if last:
                return saw

    first, second, *saw = run.race(lambda: write(1), lambda: write(2), read, read)
    run.seen["elements"] += sum(saw)
    after = Counter(elements(container))
    for element in after:
        run.expect(good(element), writer.name, "left what was never there:", element)
    if first[0] is not None and second[0] is not None:
        expected = before + first[0] + second[0]
        expected.subtract(first[1])
        expected.subtract(second[1])
        expected = {element: count for element, count in expected.items() if count}
        lost = {e: (c, after[e]) for e, c in expected.items() if after[e] != c}
        extra = {e: c for e, c in after.items() if e not in expected}
        run.expect(not lost and not extra, writer.name, "lost or made up changes: (expected, found)", lost, "extra", extra)
    if check:
        check(run, container)
