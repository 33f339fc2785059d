# While threads wait in every kind of call, others run, and the collector does its work.
import gc
import os
import queue
import select
import socket
import subprocess
import sys
import threading
import time
from _queue import SimpleQueue

waits = {}


def wait(function):
    waits[function.__name__] = function
    return function


held = threading.Lock()
held.acquire()
events = threading.Event()
condition = threading.Condition()
reader, writer = os.pipe()
ours, theirs = socket.socketpair()
listener = socket.create_server(('127.0.0.1', 0))
child = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'],
                         stdin=subprocess.PIPE)
simple = SimpleQueue()
ordinary = queue.Queue()
full = queue.Queue(1)
full.put('first')
barrier = threading.Barrier(2)
semaphore = threading.Semaphore(0)


@wait
def lock():
    with held:
        return 'locked'


@wait
def event():
    return events.wait()


@wait
def condition_variable():
    with condition:
        return condition.wait()


@wait
def simple_queue():
    return simple.get()


@wait
def ordinary_queue():
    return ordinary.get()


@wait
def full_queue():
    return full.put('second')


@wait
def at_barrier():
    barrier.wait()


@wait
def at_semaphore():
    return semaphore.acquire()


@wait
def read():
    return os.read(reader, 1)


@wait
def selected():
    return bool(select.select([reader], [], [])[0])


@wait
def receive():
    return ours.recv(1)


@wait
def accepted():
    connection, _ = listener.accept()
    connection.close()
    return 'accepted'


@wait
def waitpid():
    return child.wait()


@wait
def join():
    return waiters['event'].join()


@wait
def sleep():
    while not events.is_set():
        time.sleep(0.02)
    return 'slept'


results = {}
began = []


def run(name, function):
    began.append(name)
    results[name] = function()


waiters = {}
for name, function in waits.items():
    thread = threading.Thread(target=run, args=(name, function))
    waiters[name] = thread
    thread.start()
while len(began) < len(waits):
    time.sleep(0.01)
time.sleep(0.3)

start = time.monotonic()
for _ in range(5):
    garbage = [[i] for i in range(10000)]
    gc.collect()
print('collected', time.monotonic() - start < 20)
print('done already', sorted(results))
print('alive', sum(thread.is_alive() for thread in waiters.values()))
frames = sys._current_frames()
print('frames of all', {thread.ident for thread in waiters.values()} <= set(frames))
inner = {name: frames[thread.ident] for name, thread in waiters.items()}


def names(frame):
    while frame is not None:
        yield frame.f_code.co_name
        frame = frame.f_back


print('each in its function', all(name in names(frame) for name, frame in inner.items()))
del frames, inner

held.release()
events.set()
with condition:
    condition.notify()
simple.put('simple')
ordinary.put('ordinary')
print('taken out', full.get())
barrier.wait()
semaphore.release()
os.write(writer, b'xy')
theirs.send(b'z')
socket.create_connection(listener.getsockname()).close()
child.stdin.close()
for thread in waiters.values():
    thread.join()
for name in sorted(results):
    print(name, results[name])
