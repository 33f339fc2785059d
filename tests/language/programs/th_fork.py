# os.fork in a program with threads: hooks, what the child has, what it can do.
import os
import sys
import threading
import time
import warnings
import _thread

warnings.simplefilter('ignore', DeprecationWarning)

log = []
os.register_at_fork(before=lambda: log.append('before 1'),
                    after_in_child=lambda: log.append('child 1'),
                    after_in_parent=lambda: log.append('parent 1'))
os.register_at_fork(before=lambda: log.append('before 2'),
                    after_in_child=lambda: log.append('child 2'),
                    after_in_parent=lambda: log.append('parent 2'))


def in_child(function):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            function()
            sys.stdout.flush()
            status = 0
        except BaseException as error:
            print(type(error), error, flush=True)
        finally:
            os._exit(status)
    _, status = os.waitpid(pid, 0)
    print('status', os.waitstatus_to_exitcode(status))


in_child(lambda: print(log))
print(log)
log.clear()

stop = threading.Event()
lock = threading.Lock()
started = threading.Barrier(5)


def hold():
    with lock:
        started.wait()
        stop.wait()


def count():
    started.wait()
    numbers = {}
    while not stop.is_set():
        for i in range(100):
            numbers[i] = [i]


def sleep():
    started.wait()
    while not stop.is_set():
        time.sleep(0.001)


def compute():
    started.wait()
    while not stop.is_set():
        sum(range(1000))


threads = [threading.Thread(target=f, name=f.__name__) for f in (hold, count, sleep, compute)]
for thread in threads:
    thread.start()
started.wait()
main_ident = threading.get_ident()


def look():
    print('threads', [thread.name for thread in threading.enumerate()], threading.active_count())
    print('alive', [thread.is_alive() for thread in threads])
    for thread in threads:
        thread.join()
    print('joined')
    print('main', threading.main_thread().name, threading.current_thread().name,
          threading.get_ident() == main_ident,
          threading.main_thread().native_id == threading.get_native_id() == os.getpid())
    print('lock', lock.locked(), lock.acquire(timeout=0.01))
    print('frames', len(sys._current_frames()))


in_child(look)


def start_more():
    done = []
    more = [threading.Thread(target=lambda: done.append(1)) for _ in range(5)]
    for thread in more:
        thread.start()
    for thread in more:
        thread.join()
    print('more', len(done))
    data = [{i: [i] for i in range(100)} for _ in range(100)]
    import gc
    gc.collect()
    print(len(data), sum(len(one) for one in data))


in_child(start_more)


def fork_again():
    in_child(look)


in_child(fork_again)

for _ in range(20):
    pid = os.fork()
    if pid == 0:
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
print('forked often')

stop.set()
for thread in threads:
    thread.join()


def fork_in_thread():
    def look():
        current = threading.current_thread()
        print('in the child', current.name, current is threading.main_thread(),
              type(current).__name__, current.daemon, threading.active_count())

    in_child(look)


thread = threading.Thread(target=fork_in_thread, name='forker')
thread.start()
thread.join()

done = _thread.allocate_lock()
done.acquire()


def fork_in_plain_thread():
    def look():
        current = threading.current_thread()
        print('in the child', current.name, current is threading.main_thread(),
              type(current).__name__, threading.active_count())

    in_child(look)
    done.release()


_thread.start_new_thread(fork_in_plain_thread, ())
done.acquire()
print('end')
