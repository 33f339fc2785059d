# What a finalizer brings back: weak references to it are gone if a cycle held it, and stay if none did.
import gc
import threading
import weakref

kept = []


class A:
    def __del__(self):
        kept.append(self)


class B:
    pass


def make(cycle):
    a = A()
    a.b = B()
    a.b.c = B()
    if cycle == "all":
        a.b.c.a = a
    elif cycle == "itself":
        a.a = a
    elif cycle == "behind":
        a.b.c.b = a.b
    elif cycle == "list":
        a.list = [a]
    return [weakref.ref(x) for x in (a, a.b, a.b.c)] + [weakref.proxy(a.b)]


def is_there(reference):
    try:
        if type(reference) is weakref.ref:
            return reference() is not None
        reference.c
        return True
    except ReferenceError:
        return False


def in_thread(act, *args):
    """What `act` returns; no stack keeps what it leaves."""
    results = []
    thread = threading.Thread(target=lambda: results.append(act(*args)))
    thread.start()
    thread.join()
    return results[0]


def look(cycle):
    a = kept.pop()
    print(a.b.c is not None, weakref.ref(a)() is a, weakref.getweakrefcount(a.b))


for cycle in (None, "all", "itself", "behind", "list"):
    references = in_thread(make, cycle)
    gc.collect()
    gc.collect()
    print(cycle, len(kept), in_thread(lambda: [is_there(reference) for reference in references]))
    in_thread(look, cycle)
    gc.collect()
    gc.collect()
    print(in_thread(lambda: [is_there(reference) for reference in references]))
