# The end of a program with threads: what still runs, in which order, and what does not.
import subprocess
import sys


def run(title, program):
    print('==', title, flush=True)
    done = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True,
                          timeout=60)
    print(done.stdout, end='')
    for line in done.stderr.splitlines():
        if not line.startswith(('  ', 'Traceback')):
            print('err:', line.rstrip(': '))
    print('status', done.returncode)


run('a thread that outlives main', '''
import threading, time, atexit
atexit.register(print, 'atexit')
def work():
    time.sleep(0.2)
    print('work done', threading.main_thread().is_alive())
threading.Thread(target=work).start()
print('main done')
''')

run('a thread started by a thread after main', '''
import threading, time
def second():
    time.sleep(0.1)
    print('second')
def first():
    threading.main_thread().join()
    threading.Thread(target=second).start()
    print('first')
threading.Thread(target=first).start()
print('main done')
''')

run('_thread threads are daemons', '''
import _thread, time
started = _thread.allocate_lock()
started.acquire()
def work():
    started.release()
    time.sleep(1000)
_thread.start_new_thread(work, ())
started.acquire()
print('main done')
''')

run('daemons stop', '''
import threading, time, sys, atexit
def busy():
    while True:
        pass
def sleepy():
    while True:
        time.sleep(0.001)
def locked():
    lock = threading.Lock()
    with lock:
        lock.acquire()
def writer():
    while True:
        print(end='')
for work in busy, sleepy, locked, writer:
    threading.Thread(target=work, daemon=True).start()
def at_end():
    print('atexit', sys.is_finalizing(), len(threading.enumerate()))
atexit.register(at_end)
time.sleep(0.05)
print('main done')
''')

run('exceptions in threads', '''
import threading
def fail():
    raise ValueError('in the thread')
def leave():
    raise SystemExit(5)
for function in fail, leave:
    thread = threading.Thread(target=function, name='T')
    thread.start()
    thread.join()
print('main goes on')
''')

run('an excepthook', '''
import threading
def hook(args):
    print('hook', args.exc_type.__name__, args.exc_value, args.thread.name, type(args).__name__)
threading.excepthook = hook
def fail():
    raise ValueError('in the thread')
threading.Thread(target=fail, name='T').start()
''')

run('main fails while threads run', '''
import threading, time
def work():
    time.sleep(0.2)
    print('work done')
threading.Thread(target=work).start()
raise ValueError('main')
''')

run('sys.exit in main while threads run', '''
import threading, time, sys
def work():
    time.sleep(0.2)
    print('work done')
threading.Thread(target=work).start()
sys.exit(3)
''')

run('atexit in the opposite order, after threads', '''
import atexit, threading, time
atexit.register(print, 'first registered')
atexit.register(print, 'second registered')
threading._register_atexit(print, 'threading atexit')
def work():
    time.sleep(0.1)
    atexit.register(print, 'registered in a thread')
    print('work done')
threading.Thread(target=work).start()
print('main done')
''')

run('finalizers at the end', '''
import threading, _thread, time, sys, os
running = threading.Event()
def busy():
    running.set()
    while True:
        time.sleep(0.001)
daemon = threading.Thread(target=busy, daemon=True)
daemon.start()
# Before, it may hold a lock of the module, which nobody gives back once it has been stopped.
running.wait()
def work():
    pass
class AtEnd:
    def __del__(self):
        print('finalizing', sys.is_finalizing(), daemon.is_alive())
        for act in (
            daemon.join,
            lambda: daemon.join(5),
            lambda: threading.Thread(target=work).start(),
            lambda: _thread.start_new_thread(work, ()),
            os.fork,
        ):
            try:
                act()
            except BaseException as error:
                print(type(error).__name__, error)
            else:
                print('no error')
import gc
gc.disable()
at_end = AtEnd()
at_end.itself = at_end
del at_end
print('main done', sys.is_finalizing())
''')

run('what daemons hold is not finalized', '''
import threading, time
class Held:
    def __del__(self):
        print('must not be')
started = threading.Event()
def work():
    held = Held()
    def generate():
        try:
            yield
        finally:
            print('must not be either')
    generator = generate()
    next(generator)
    started.set()
    while True:
        time.sleep(0.001)
threading.Thread(target=work, daemon=True).start()
started.wait()
print('main done')
''')

run('atexit may start threads', '''
import atexit, threading
def at_end():
    thread = threading.Thread(target=print, args=('in a thread',))
    thread.start()
    thread.join()
atexit.register(at_end)
print('main done')
''')

run('interrupt_main', '''
import _thread, signal, threading, time
handled = threading.Semaphore(0)
def handler(number, frame):
    print('signal', number, threading.current_thread() is threading.main_thread())
    handled.release()
signal.signal(signal.SIGINT, handler)
signal.signal(signal.SIGTERM, handler)
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
def work():
    _thread.interrupt_main()
    # Otherwise the second handler may run in the middle of the first.
    handled.acquire()
    _thread.interrupt_main(signal.SIGTERM)
    handled.acquire()
    _thread.interrupt_main(signal.SIGUSR1)
thread = threading.Thread(target=work)
thread.start()
while thread.is_alive():
    time.sleep(0.001)
for number in 0, -1, 1000:
    try:
        _thread.interrupt_main(number)
    except ValueError as error:
        print(error)
''')

run('KeyboardInterrupt while waiting for threads at the end', '''
import os, signal, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)
def work():
    time.sleep(0.3)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.3)
threading.Thread(target=work).start()
print('main done', flush=True)
''')
