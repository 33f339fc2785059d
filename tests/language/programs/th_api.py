# The module _thread: what there is, and what is refused.
import _thread
import sys
import threading
import time


def refused(function, *args, **kwargs):
    try:
        result = function(*args, **kwargs)
    except Exception as error:
        print(type(error).__name__, error)
    else:
        print('not refused', result)


print(_thread.error is RuntimeError, _thread.LockType is _thread.lock, _thread.TIMEOUT_MAX > 1e6)

# Starting.
refused(_thread.start_new_thread)
refused(_thread.start_new_thread, 1, ())
refused(_thread.start_new_thread, print, [])
refused(_thread.start_new_thread, print, (), [])
refused(_thread.start_joinable_thread, 1)
refused(_thread.start_joinable_thread, print, handle=5)
done = _thread.allocate_lock()
done.acquire()


def work(*args, **kwargs):
    print(args, kwargs, _thread._count())
    done.release()


ident = _thread.start_new_thread(work, (1, 2), {'a': 3})
done.acquire()
print(type(ident), ident > 0)

# Handles.
handle = _thread._ThreadHandle()
print(handle.ident, handle.is_done(), repr(handle))
refused(handle.join)
refused(handle._set_done)
gate = _thread.allocate_lock()
gate.acquire()
running = _thread.start_joinable_thread(gate.acquire)
print(running.is_done(), running.ident > 0)
print(running.join(0.01), running.join(timeout := 0), running.is_done())
refused(_thread.start_joinable_thread, print, handle=running)
gate.release()
print(running.join(), running.join(), running.is_done())
own = []


def join_itself():
    refused(own[0].join)


own.append(_thread._ThreadHandle())
_thread.start_joinable_thread(join_itself, handle=own[0])
own[0].join()
refused(handle.join, 1e100)
refused(handle.join, 'x')
main = _thread._make_thread_handle(_thread.get_ident())
refused(main.join)
print(_thread._get_main_thread_ident() == _thread.get_ident(), _thread._is_main_interpreter(),
      _thread.daemon_threads_allowed())

# Locks.
lock = _thread.allocate_lock()
print(lock.acquire(), lock.acquire(False), lock.acquire(timeout=0.01), lock.locked())
print(repr(lock).replace(hex(id(lock)), 'X'))
lock.release()
print(repr(lock).replace(hex(id(lock)), 'X'))
refused(lock.release)
refused(lock.acquire, False, 1)
refused(lock.acquire, True, -2)
refused(lock.acquire, True, float('nan'))
refused(lock.acquire, True, 1e300)
refused(lock.acquire, True, _thread.TIMEOUT_MAX + 1e6)
refused(lock.acquire, 'x', 'y')
with lock as entered:
    print(entered, lock.locked())
print(lock.__exit__(None, None, None) if lock.acquire() else None, lock.locked())
refused(_thread.allocate_lock, 1)
print(type(_thread.lock()).__name__)
refused(lambda: setattr(lock, 'x', 1))
refused(lambda: type('L', (_thread.lock,), {}))

# Locks that are taken again.
rlock = _thread.RLock()
print(rlock.acquire(), rlock.acquire(), rlock._recursion_count(), rlock._is_owned(), rlock.locked())
print(repr(rlock).replace(hex(id(rlock)), 'X').replace(str(_thread.get_ident()), 'I'))
results = []
_thread.start_joinable_thread(lambda: results.append(
    (rlock.acquire(False), rlock._is_owned(), rlock._recursion_count(), rlock.locked()))).join()
print(results)
_thread.start_joinable_thread(lambda: refused(rlock.release)).join()
state = rlock._release_save()
print(state == (2, _thread.get_ident()), rlock.locked())
rlock._acquire_restore(state)
rlock.release()
rlock.release()
refused(rlock.release)
refused(rlock._release_save)
refused(rlock._acquire_restore, 5)


class Mine(_thread.RLock):
    def __init__(self, a):
        self.a = a


with Mine(3) as it:
    print(it)

# Names, identities, stacks.
_thread.set_name('grüße')
print(_thread._get_name())
refused(_thread.set_name, 1)
refused(_thread.set_name)
print(_thread.get_native_id() == threading.get_native_id() == threading.main_thread().native_id)
print(_thread.stack_size(), _thread.stack_size(1 << 20), _thread.stack_size(0), _thread.stack_size())
refused(_thread.stack_size, -1)
refused(_thread.stack_size, 100)
refused(_thread.stack_size, 'x')

# Leaving, and failing.
_thread.start_joinable_thread(_thread.exit).join()
_thread.start_joinable_thread(lambda: sys.exit('not shown')).join()
seen = []
sys.unraisablehook = lambda args: seen.append((args.exc_type.__name__, str(args.exc_value),
                                               args.err_msg, args.object))
def fail():
    raise ValueError('seen')
_thread.start_joinable_thread(fail).join()
for name, text, message, what in seen:
    print(name, text, message and message.split(' at 0x')[0], what is fail)
refused(_thread._excepthook, 1)
refused(_thread._excepthook)

# Data of one thread.
local = _thread._local()
local.x = 1
found = []
def look():
    found.append(hasattr(local, 'x'))
    local.x = 2
    local.y = 3
    found.append(sorted(local.__dict__.items()))
_thread.start_joinable_thread(look).join()
print(found, local.x, local.__dict__)
refused(_thread._local, 1)


class Local(threading.local):
    made = 0

    def __init__(self, value):
        Local.made += 1
        self.value = value


local = Local(5)
local.value = 6
_thread.start_joinable_thread(lambda: found.append(local.value)).join()
print(found[-1], local.value, Local.made)
refused(lambda: local.nothing)
del local.value
refused(lambda: local.value)

# How often threads take turns.
print(sys.getswitchinterval())
sys.setswitchinterval(0.25)
print(sys.getswitchinterval())
refused(sys.setswitchinterval, 0)
refused(sys.setswitchinterval, -1.0)
refused(sys.setswitchinterval, 'x')
sys.setswitchinterval(0.005)

# Frames and exceptions of all threads.
ready, leave = threading.Event(), threading.Event()
def outer():
    try:
        raise KeyError('handled')
    except KeyError:
        inner()
def inner():
    ready.set()
    leave.wait()
thread = threading.Thread(target=outer)
thread.start()
ready.wait()
time.sleep(0.1)
frames, exceptions = sys._current_frames(), sys._current_exceptions()
names = []
frame = frames[thread.ident]
while frame:
    names.append(frame.f_code.co_name)
    frame = frame.f_back
print([name for name in names if name in ('outer', 'inner')])
print(repr(exceptions[thread.ident]), exceptions[threading.get_ident()])
print(sorted(frames) == sorted(exceptions) == sorted([thread.ident, threading.get_ident()]))
print(frames[threading.get_ident()] is sys._getframe())
leave.set()
thread.join()
