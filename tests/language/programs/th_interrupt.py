# Ctrl-C ends every kind of wait in the main thread, at once.
import os
import queue
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from _queue import SimpleQueue
from multiprocessing import connection


def check(name, wait):
    ready = threading.Event()

    def interrupt():
        ready.wait()
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGINT)

    helper = threading.Thread(target=interrupt)
    helper.start()
    began = time.monotonic()
    try:
        ready.set()
        wait()
    except KeyboardInterrupt:
        took = time.monotonic() - began
        print(name, 'interrupted', 'at once' if took < 10 else 'late')
    else:
        print(name, 'not interrupted')
    helper.join()


signal.signal(signal.SIGINT, signal.default_int_handler)

check('sleep', lambda: time.sleep(20))

held = threading.Lock()
held.acquire()
check('Lock.acquire', held.acquire)
check('Lock.acquire with timeout', lambda: held.acquire(timeout=20))

taken = threading.Event()
leave = threading.Event()
rlock = threading.RLock()


def hold():
    with rlock:
        taken.set()
        leave.wait()


holder = threading.Thread(target=hold)
holder.start()
taken.wait()
check('RLock.acquire', rlock.acquire)
check('RLock.acquire with timeout', lambda: rlock.acquire(timeout=20))
check('Thread.join', holder.join)
check('Thread.join with timeout', lambda: holder.join(20))
leave.set()
holder.join()

check('Event.wait', lambda: threading.Event().wait())
check('Event.wait with timeout', lambda: threading.Event().wait(20))


def wait_for_condition():
    condition = threading.Condition()
    with condition:
        condition.wait()


check('Condition.wait', wait_for_condition)
check('Semaphore.acquire', threading.Semaphore(0).acquire)
check('Barrier.wait', threading.Barrier(2).wait)
check('Queue.get', queue.Queue().get)
check('SimpleQueue.get', SimpleQueue().get)
check('SimpleQueue.get with timeout', lambda: SimpleQueue().get(timeout=20))
full = queue.Queue(1)
full.put(1)
check('Queue.put', lambda: full.put(2))
check('Queue.join', full.join)

reader, writer = os.pipe()
check('os.read', lambda: os.read(reader, 1))
check('select.select', lambda: select.select([reader], [], []))
check('select.select with timeout', lambda: select.select([reader], [], [], 20))
poll = select.poll()
poll.register(reader, select.POLLIN)
check('poll', poll.poll)
epoll = select.epoll()
epoll.register(reader, select.EPOLLIN)
check('epoll', epoll.poll)
check('connection.wait', lambda: connection.wait([reader]))
with open(reader, 'rb', buffering=0, closefd=False) as raw:
    check('FileIO.read', lambda: raw.read(1))
with open(reader, 'rb', closefd=False) as buffered:
    check('BufferedReader.read', lambda: buffered.read(1))
with open(reader, closefd=False) as text:
    check('TextIOWrapper.readline', text.readline)

os.set_blocking(writer, False)
try:
    while True:
        os.write(writer, bytes(65536))
except BlockingIOError:
    pass
os.set_blocking(writer, True)
check('os.write', lambda: os.write(writer, bytes(65536)))

ours, theirs = socket.socketpair()
check('recv', lambda: ours.recv(1))
ours.settimeout(20)
check('recv with timeout', lambda: ours.recv(1))
listener = socket.create_server(('127.0.0.1', 0))
check('accept', listener.accept)
listener.close()

child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(30)'])
check('os.waitpid', lambda: os.waitpid(child.pid, 0))
check('Popen.wait with timeout', lambda: child.wait(20))
child.kill()
child.wait()

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
check('sigtimedwait', lambda: signal.sigtimedwait([signal.SIGUSR1], 20))
check('pause', signal.pause)


def compute():
    while True:
        pass


check('a loop', compute)
