"""Threads that insert the same keys at the same time: each key is there once."""
import threading


class Key:
    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return hash(self.name)


def race(act):
    barrier = threading.Barrier(8)

    def run():
        barrier.wait()
        act()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


wrong = 0
for _ in range(150):
    keys = [Key(str(number)) for number in range(256)]
    elements, table, shared = set(), {}, {}

    def add():
        for key in keys:
            elements.add(key)

    def store():
        for key in keys:
            table[key] = key

    def default():
        for key in keys:
            shared.setdefault(key, key)

    for act in add, store, default:
        race(act)
    wrong += len(elements) != 256 or len(table) != 256 or len(shared) != 256
    wrong += len(list(table)) != 256 or len(list(shared)) != 256
print(wrong)
