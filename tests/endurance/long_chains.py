"""Chains of millions of links, and a weak cache of a million entries: whatever walks them must not recurse natively.

    grwl tests/endurance/long_chains.py [LINKS]      (default 10 million)
"""
import copy
import gc
import pickle
import sys
import threading
import time
import weakref

LINKS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000


class Link:
    __slots__ = "next", "__weakref__"

    def __init__(self, following):
        self.next = following


class Final(Link):
    __slots__ = ()
    count = 0

    def __del__(self):
        Final.count += 1


def chain(make, count):
    link = None
    for _ in range(count):
        link = make(link)
    return link


def timed(what, work):
    begin = time.monotonic()
    work()
    print(f"{what}: {time.monotonic() - begin:.1f} s", flush=True)


def made(what, make, count):
    """A chain in a list. It is made on another thread: no word on this one's stack keeps a link of it alive."""
    held = []

    def work():
        thread = threading.Thread(target=lambda: held.append(chain(make, count)))
        thread.start()
        thread.join()
    timed(f"{count} {what}", work)
    return held


def dropped(held):
    """Nobody has the chain any more."""
    held.clear()
    timed("  dropped", gc.collect)


def wrapped(link):
    return [link]


def nest(link):
    return (link,)


def entry(link):
    return {1: link}


def closure(link):
    return lambda: link


def error(link):
    made = ValueError()
    made.__cause__ = link
    return made


def main():
    for name, make in ("links", Link), ("lists", wrapped), ("tuples", nest), ("dicts", entry), ("functions", closure):
        held = made(name, make, LINKS)
        timed("  marked", gc.collect)
        short = chain(make, 2000)
        for work in repr, str, hash, copy.deepcopy, pickle.dumps, lambda last: last == short:
            try:
                work(held[0])
            except (RecursionError, TypeError, AttributeError, pickle.PicklingError):
                pass
        dropped(held)
    count = LINKS // 10
    dropped(made("links with finalizers", Final, count))
    for _ in range(50):
        if Final.count == count:
            break
        gc.collect()
    assert Final.count >= count - 10, Final.count
    dropped(made("exceptions", error, count))
    ring = Link(None)
    held = made("links of a ring", lambda link: Link(link or ring), count)
    ring.next = held[0]
    there = weakref.ref(held[0])
    del ring
    dropped(held)
    cache = weakref.WeakValueDictionary()
    kept = []
    timed("weak entries", lambda: kept.extend(cache.setdefault(i, Link(None)) for i in range(count)))
    del kept[::2]
    timed("  half of them dropped", gc.collect)
    assert count // 2 - 100 <= len(cache) <= count // 2 + 100, len(cache)
    kept.clear()
    timed("  all of them dropped", gc.collect)
    assert len(cache) < 100, len(cache)
    print("done")


main()
