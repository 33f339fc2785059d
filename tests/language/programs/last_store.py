"""Who stores an attribute keeps neither the object nor the value for longer than the store takes."""
import gc
import weakref


class Plain:
    pass


class Slotted:
    __slots__ = ('me', '__weakref__')


class Filled:
    def __init__(self):
        self.me = None


def fresh(make):
    node = make()
    node.me = node
    return weakref.ref(node)


def late(make):
    node = make()
    node.me = 1
    node.me = node
    return weakref.ref(node)


def dynamic(make):
    node = make()
    setattr(node, 'me', node)
    return weakref.ref(node)


def other(make):
    """The value dies, the object lives on."""
    node, keeper = make(), make()
    node.me = node
    keeper.me = node
    keeper.me = None
    return weakref.ref(node)


for make in Plain, Slotted, Filled:
    for store in fresh, late, dynamic, other:
        reference = store(make)
        gc.collect()
        print(make.__name__, store.__name__, reference() is None)
