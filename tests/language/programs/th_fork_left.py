# What the module threading knows of threads in a child of fork, and in a child of that.
import os
import sys
import threading
import warnings

warnings.simplefilter("ignore", DeprecationWarning)

go_on = threading.Event()
waiting = threading.Thread(target=go_on.wait, name="waiting")
ended = threading.Thread(target=print, args=("ended",), name="ended")
later = threading.Thread(target=print, args=("later",), name="later")


def show(place):
    left = sorted(thread.name for thread in threading._dangling)
    print(place, left, threading.active_count(), flush=True)


def child(place, act):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            act()
        finally:
            sys.stdout.flush()
            os._exit(0)
    print(place, "ended with", os.waitpid(pid, 0)[1], flush=True)


def grandchild():
    # Not started before either fork: it can be started here, and waited for.
    later.start()
    later.join()
    print("waiting", waiting.is_alive(), "later", later.is_alive())
    waiting.join()
    print("active", [thread.name for thread in threading.enumerate()])


def in_child():
    print("waiting", waiting.is_alive(), "ended", ended.is_alive())
    waiting.join()
    ended.join()
    child("grandchild", grandchild)


def foreign(done):
    def look():
        show("forked by a thread of _thread's")

    child("foreign", look)
    done.release()


import _thread

done = _thread.allocate_lock()
done.acquire()
_thread.start_new_thread(foreign, (done,))
done.acquire()

ended.start()
ended.join()
waiting.start()
child("child", in_child)
go_on.set()
waiting.join()
later.start()
later.join()
