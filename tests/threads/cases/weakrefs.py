"""Weak references, finalizers and the collector, under races."""

import gc
import threading
import weakref

from race import Cases

CASES = Cases("weakref")
COLLECT = Cases("collector")


class Thing:
    def __init__(self, number=0):
        self.number = number


def settle(condition):
    """Collects until a condition holds: callbacks may run in another thread, a little later."""
    import time

    for _ in range(200):
        gc.collect()
        if condition():
            return True
        time.sleep(0.005)
    return False


@CASES.case
def dead_or_whole(run):
    """A reference gives the whole object or None, never something else."""
    for _ in run.rounds():
        strong = {n: Thing(n) for n in range(100)}
        weak = [weakref.ref(strong[n]) for n in range(100)]

        def drop():
            for n in range(100):
                del strong[n]
            gc.collect()

        def look():
            for n, reference in enumerate(weak):
                thing = reference()
                if thing is not None and thing.number != n:
                    return n

        run.same(run.race(drop, look, look, look)[1:], [None] * 3, "look")


@CASES.case
def callbacks_run_once(run):
    for _ in run.rounds(least=1):
        called, things, weak = [], [], []

        # On a thread that ends: what it leaves on its native stack keeps nothing alive.
        def make():
            things.extend(Thing(n) for n in range(60))
            weak.extend(weakref.ref(thing, lambda reference, n=n: called.append(n)) for n, thing in enumerate(things))

        def drop():
            while True:
                try:
                    things.pop()
                except IndexError:
                    return

        run.race(make)
        run.race(drop, drop, gc.collect)
        run.expect(settle(lambda: len(called) == 60), "callbacks called", len(called))
        run.same(sorted(called), list(range(60)), "callbacks")
        run.same([reference() for reference in weak], [None] * 60, "references")


@CASES.case
def finalizers_run_once(run):
    for _ in run.rounds(least=1):
        ended = []

        class Ends:
            def __init__(self, number):
                self.number = number
                self.me = self

            def __del__(self):
                ended.append(self.number)

        def make(thread):
            for n in range(20):
                Ends((thread, n))

        run.race(lambda: make(1), lambda: make(2), gc.collect)
        run.expect(settle(lambda: len(ended) == 40), "finalizers run", len(ended))
        run.same(sorted(ended), [(t, n) for t in (1, 2) for n in range(20)], "finalizers")


@CASES.case
def resurrection(run):
    """An object that saves itself is whole, and its finalizer does not run again."""
    for _ in run.rounds(least=1):
        saved, ended = [], []

        class Saves:
            def __init__(self, number):
                self.number = number

            def __del__(self):
                ended.append(self.number)
                saved.append(self)

        def make(thread):
            for n in range(10):
                Saves((thread, n))

        run.race(lambda: make(1), lambda: make(2), gc.collect)
        run.expect(settle(lambda: len(ended) == 20), "finalizers run", len(ended))
        run.same(sorted(thing.number for thing in saved), sorted(ended), "saved")
        saved.clear()
        gc.collect()
        gc.collect()
        run.same(len(ended), 20, "finalizers run twice")


@CASES.case
def finalize_objects(run):
    for _ in run.rounds(least=1):
        called = []
        things = [Thing(n) for n in range(40)]
        finalizers = [weakref.finalize(thing, called.append, n) for n, thing in enumerate(things)]

        def call(start):
            for finalizer in finalizers[start::3]:
                finalizer()

        run.race(lambda: call(0), lambda: call(0), lambda: call(1), things.clear)
        run.expect(settle(lambda: len(called) == 40), "called", len(called))
        run.same(sorted(called), list(range(40)), "called")


@CASES.case
def value_dictionary(run):
    for _ in run.rounds():
        shared = weakref.WeakValueDictionary()
        kept = {}

        def work(thread):
            for n in range(60):
                thing = Thing(n)
                shared[thread, n] = thing
                if n % 3 == 0:
                    kept[thread, n] = thing
                found = shared.get((thread, n))
                if found is not thing:
                    return n

        def look():
            for _ in range(10):
                for key, thing in list(shared.items()):
                    if thing.number != key[1]:
                        return key
                len(shared)

        run.same(run.race(lambda: work(1), lambda: work(2), look, gc.collect)[:3], [None] * 3, "work")
        run.expect(all(shared[key] is thing for key, thing in kept.items()), "lost a value that lives")


@CASES.case
def key_dictionary(run):
    for _ in run.rounds():
        shared = weakref.WeakKeyDictionary()
        kept = []

        def work(thread):
            for n in range(50):
                thing = Thing(n)
                shared[thing] = (thread, n)
                if n % 3 == 0:
                    kept.append((thing, (thread, n)))
                if shared.get(thing) != (thread, n):
                    return n

        run.same(run.race(lambda: work(1), lambda: work(2), gc.collect)[:2], [None] * 2, "work")
        run.expect(all(shared[thing] == value for thing, value in kept), "lost a key that lives")


@CASES.case
def weak_set(run):
    for _ in run.rounds():
        shared = weakref.WeakSet()
        kept = []

        def work():
            for n in range(50):
                thing = Thing(n)
                shared.add(thing)
                if n % 3 == 0:
                    kept.append(thing)
                if thing not in shared:
                    return n

        run.same(run.race(work, work, gc.collect)[:2], [None] * 2, "work")
        run.expect(all(thing in shared for thing in kept), "lost an element that lives")


@CASES.case
def one_reference_for_all(run):
    """`weakref.ref(x)` without a callback is one object, whoever asks."""
    for _ in run.rounds():
        things = [Thing(n) for n in range(50)]
        got = run.race(*[lambda: [weakref.ref(thing) for thing in things]] * 4)
        run.expect(all(a is b for other in got for a, b in zip(got[0], other)), "several references")


@CASES.case
def proxies(run):
    for _ in run.rounds():
        strong = [Thing(7)]
        proxy = weakref.proxy(strong[0])

        def look():
            for _ in range(100):
                try:
                    if proxy.number != 7:
                        return proxy.number
                except ReferenceError as error:
                    run.saw(error)
                    return None

        def drop():
            strong.clear()
            gc.collect()

        run.same(run.race(look, look, drop)[:2], [None] * 2, "look")


@CASES.case
def thread_locals_die(run):
    """What a thread kept in `threading.local` dies with it, and with the local."""
    for _ in run.rounds(least=1):
        shared = threading.local()
        weak = []

        def work():
            thing = Thing()
            shared.thing = thing
            weak.append(weakref.ref(thing))

        run.race(work, work, work)
        run.expect(settle(lambda: [r() for r in weak] == [None] * 3), "still there", [r() for r in weak])


@COLLECT.case
def cycles_in_all_threads(run):
    """Threads make rings while others collect: what is held stays whole."""
    for _ in run.rounds():

        def work(thread):
            kept = []
            for n in range(100):
                ring = [Thing((thread, n, k)) for k in range(4)]
                for a, b in zip(ring, ring[1:] + ring[:1]):
                    a.next = b
                if n % 4 == 0:
                    kept.append(ring[0])
            for index, thing in enumerate(kept):
                for k in range(4):
                    if thing.number != (thread, index * 4, k):
                        return thing.number
                    thing = thing.next

        def collect():
            for generation in range(3):
                gc.collect(generation)

        run.same(run.race(lambda: work(1), lambda: work(2), collect), [None] * 3, "rings")


@COLLECT.case
def collections_at_once(run):
    for _ in run.rounds(least=1):
        run.race(*[gc.collect] * 4)


@COLLECT.case
def get_objects_and_referrers(run):
    for _ in run.rounds(least=1):
        done = []

        def work():
            for n in range(100):
                [Thing(n) for _ in range(10)]
            done.append(1)

        def look():
            while not done:
                for thing in gc.get_objects():
                    if type(thing) is Thing and type(getattr(thing, "number", 0)) is not int:
                        return thing
                gc.get_count(), gc.get_stats()

        run.same(run.race(work, look)[1], None, "objects")


@COLLECT.case
def enabled_and_disabled(run):
    for _ in run.rounds():

        def toggle():
            for n in range(50):
                gc.disable()
                gc.enable()
                gc.get_threshold()

        def work():
            for n in range(100):
                ring = []
                ring.append(ring)

        run.race(toggle, work, work)
        run.expect(gc.isenabled(), "not enabled")


@COLLECT.case
def callbacks_of_the_collector(run):
    seen = []
    callback = lambda phase, info: seen.append(phase)
    gc.callbacks.append(callback)
    try:
        for _ in run.rounds(least=1):
            run.race(gc.collect, gc.collect)
        # Collections that come by themselves may be under way just now, inside of callbacks too.
        starts, stops = seen.count("start"), seen.count("stop")
        run.expect(min(starts, stops) >= 2, "phases", seen[:10])
    finally:
        gc.callbacks.remove(callback)


@COLLECT.case
def deep_structures(run):
    """Long chains are freed while others run."""
    for _ in run.rounds(least=1):

        def work():
            chain = None
            for _ in range(20000):
                chain = (chain,)
            return chain is not None

        run.same(run.race(work, work, gc.collect)[:2], [True] * 2, "chains")


CASES.update(COLLECT)
