# Threads that end because an object has died, while everybody waits for them and nothing else happens.
import threading
import queue
import weakref
from concurrent.futures import ThreadPoolExecutor

executor = ThreadPoolExecutor(max_workers=3)
print(list(executor.map(abs, range(-5, 5))))
threads = executor._threads
del executor
for thread in threads:
    thread.join()
print('the executor is gone, its threads have ended')


class Owner:
    pass


def work(inbox):
    while inbox.get() is not None:
        pass


inbox = queue.SimpleQueue()
owner = Owner()
weakref.finalize(owner, inbox.put, None)
thread = threading.Thread(target=work, args=(inbox,))
thread.start()
inbox.put(1)
owner.itself = owner
del owner.itself, owner
# What the interpreter has last touched may seem to be in use: let it touch something else.
for _ in range(3):
    other = Owner()
    other.itself = other
    weakref.finalize(other, print, end='').detach()
    inbox.put(1)
    del other.itself
thread.join()
print('the owner is gone, its thread has ended')
