# Context variables and threads, by themselves and in executors.
import contextvars
import faulthandler
import os
import re
import sys
import tempfile
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from concurrent.futures import CancelledError, TimeoutError

number = contextvars.ContextVar('number', default=0)
number.set(1)
seen = []
context = contextvars.copy_context()
context.run(number.set, 2)
thread = threading.Thread(target=lambda: seen.append(number.get()), context=context)
thread.start()
thread.join()
thread = threading.Thread(target=lambda: seen.append(number.get()), context=contextvars.Context())
thread.start()
thread.join()
print(seen, number.get())


def set_and_get(value):
    number.set(value)
    time.sleep(0.001)
    return number.get()


with ThreadPoolExecutor(4) as pool:
    print(list(pool.map(lambda i: contextvars.copy_context().run(set_and_get, i), range(20))))
print(number.get())

inside = threading.Event()
leave = threading.Event()


def stay():
    inside.set()
    leave.wait()


shared = contextvars.copy_context()
thread = threading.Thread(target=shared.run, args=(stay,))
thread.start()
inside.wait()
try:
    shared.run(print)
except RuntimeError as error:
    print(re.sub('0x[0-9a-f]+', 'X', str(error)))
leave.set()
thread.join()

# Executors.
gate = threading.Event()
with ThreadPoolExecutor(1, thread_name_prefix='pool', initializer=number.set, initargs=(9,)) as pool:
    first = pool.submit(gate.wait)
    second = pool.submit(number.get)
    third = pool.submit(lambda: 1 / 0)
    last = pool.submit(print)
    print(last.cancel(), last.cancelled(), second.running())
    try:
        second.result(0.01)
    except TimeoutError as error:
        print('TimeoutError', error)
    second.add_done_callback(lambda future: print('callback', future.result()))
    gate.set()
    print(second.result(), repr(third.exception()))
    try:
        last.result()
    except CancelledError as error:
        print('CancelledError', error)
    done, rest = wait([first, second, third])
    print(len(done), len(rest))
    names = {pool.submit(lambda: threading.current_thread().name).result() for _ in range(5)}
    print(names)
    print(sorted(future.result() for future in as_completed([pool.submit(pow, i, 2) for i in range(5)])))
try:
    pool.submit(print)
except RuntimeError as error:
    print(error)

# All threads' tracebacks, later.
with tempfile.TemporaryFile('w+') as file:
    hold = threading.Event()

    def held():
        hold.wait()

    thread = threading.Thread(target=held, name='held')
    thread.start()
    faulthandler.dump_traceback_later(0.2, file=file)
    time.sleep(0.6)
    faulthandler.cancel_dump_traceback_later()
    hold.set()
    thread.join()
    file.seek(0)
    text = file.read()
    text = re.sub('0x[0-9a-f]+', 'X', text)
    for line in text.splitlines():
        if line.startswith(('Timeout', 'Thread', 'Current thread')):
            print(re.sub(r' \[.*\]', '', line))
        elif 'th_context' in line:
            print(line.split(' in ')[1])
