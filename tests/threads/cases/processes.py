"""Fork, signals and the end of a program, while threads run. Most cases are programs of their own."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

from race import Cases

CASES = Cases("fork")
SIGNAL = Cases("signal")
END = Cases("shutdown")


def program(run, text, code=0, out=None, times=1, signals=None):
    """Runs a program; its status and what it prints must be as expected."""
    for _ in run.rounds(least=times):
        child = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", textwrap.dedent(text)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
        )
        try:
            got, errors = child.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            child.kill()
            got, errors = child.communicate()
            run.expect(False, "hangs; it printed", got.decode(), errors.decode()[-300:])
        run.expect(child.returncode == code, "status", child.returncode, got.decode(), errors.decode()[-400:])
        if out is not None:
            run.same(got.decode(), out, "stdout")


BUSY = """
import os, sys, threading, time, signal
shared = {"list": [], "stop": False}
def busy(n=0):
    while not shared["stop"]:
        shared[n % 50] = [n]
        shared["list"].append(n)
        if len(shared["list"]) > 100: shared["list"].clear()
        n += 1
def start(count=3, daemon=True):
    threads = [threading.Thread(target=busy, args=(k,), daemon=daemon) for k in range(count)]
    for thread in threads: thread.start()
    return threads
"""


def wait_for(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@CASES.case
def thread_local_data_in_the_child(run):
    """The forking thread has its own still; new threads do not find that of threads which are not there any more."""
    program(
        run,
        BUSY
        + """
local = threading.local()
ready = threading.Barrier(4)
def other(number):
    local.x = number
    ready.wait()
    busy()
for number in range(3): threading.Thread(target=other, args=(number,), daemon=True).start()
ready.wait()
local.x = "main"
pid = os.fork()
if pid == 0:
    found = []
    def look():
        found.append(getattr(local, "x", None))
        time.sleep(0.02)
    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    os._exit(0 if local.x == "main" and found == [None] * 6 else 3)
shared["stop"] = True
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
""",
    )


@CASES.case
def child_works(run):
    """A child forked while others change dicts and lists works, alone, and ends."""
    program(
        run,
        BUSY
        + """
start()
for n in range(6):
    pid = os.fork()
    if pid == 0:
        good = threading.active_count() == 1 and threading.current_thread() is threading.main_thread()
        shared[1] = 2
        shared["list"].append(1)
        import gc; gc.collect()
        done = []
        thread = threading.Thread(target=done.append, args=(1,))
        thread.start(); thread.join()
        os._exit(7 if good and done == [1] else 3)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code != 7: sys.exit(f"child {n}: {code}")
shared["stop"] = True
""",
    )


@CASES.case
def forked_by_threads(run):
    program(
        run,
        BUSY
        + """
start(2)
codes = []
def fork():
    for n in range(4):
        pid = os.fork()
        if pid == 0:
            os._exit(5 if threading.active_count() == 1 else 3)
        codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
threads = [threading.Thread(target=fork) for _ in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
if codes != [5] * 12: sys.exit(str(codes))
shared["stop"] = True
""",
    )


@CASES.case
def hooks_run(run):
    program(
        run,
        BUSY
        + """
start(2)
ran = []
os.register_at_fork(before=lambda: ran.append("b"), after_in_parent=lambda: ran.append("p"), after_in_child=lambda: ran.append("c"))
for n in range(5):
    ran.clear()
    pid = os.fork()
    if pid == 0: os._exit(0 if ran == ["b", "c"] else 3)
    if ran != ["b", "p"]: sys.exit(str(ran))
    if os.waitpid(pid, 0)[1]: sys.exit("child")
shared["stop"] = True
""",
    )


@CASES.case
def locks_in_the_child(run):
    """Locks of the library that another thread held are usable in the child: import, logging, stdout."""
    program(
        run,
        BUSY
        + """
import logging, io
logger = logging.Logger("x"); logger.addHandler(logging.StreamHandler(io.StringIO()))
def log():
    while not shared["stop"]: logger.warning("text %d", 1)
def importing():
    while not shared["stop"]:
        sys.modules.pop("colorsys", None); import colorsys
for target in (log, importing): threading.Thread(target=target, daemon=True).start()
for n in range(6):
    pid = os.fork()
    if pid == 0:
        signal.alarm(10)
        logger.warning("child")
        sys.modules.pop("quopri", None); import quopri
        os._exit(4)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code != 4: sys.exit(f"child: {code}")
shared["stop"] = True
""",
    )


@CASES.case
def subprocesses_by_threads(run):
    for _ in run.rounds(least=1):

        def work(thread):
            for n in range(2):
                text = f"{thread}.{n}"
                got = subprocess.run(["/bin/echo", text], stdout=subprocess.PIPE, check=True)
                if got.stdout.decode().strip() != text:
                    return got.stdout

        run.same(run.race(*[lambda t=t: work(t) for t in range(4)]), [None] * 4, "echo")


@CASES.case
def multiprocessing_pool(run):
    program(
        run,
        BUSY
        + """
import multiprocessing
start(2)
context = multiprocessing.get_context("fork")
queue = context.SimpleQueue()
workers = [context.Process(target=queue.put, args=(n,)) for n in range(3)]
for worker in workers: worker.start()
got = sorted(queue.get() for _ in workers)
for worker in workers: worker.join()
if got != [0, 1, 2] or any(worker.exitcode for worker in workers): sys.exit(str(got))
shared["stop"] = True
""",
    )


@SIGNAL.case
def handled_by_the_main_thread(run):
    """Signals to any thread run their handler in the main thread, none while another runs it."""
    got = []
    main = threading.main_thread()
    # A handler of a signal that comes while it runs may be entered again: only counting is safe.
    old = signal.signal(signal.SIGUSR2, lambda *_: got.append(threading.current_thread() is main))
    try:
        for _ in run.rounds():
            before = len(got)

            def kill():
                for _ in range(20):
                    signal.pthread_kill(threading.get_ident(), signal.SIGUSR2)

            run.race(kill, kill)
            until = time.monotonic() + 10
            while len(got) == before and time.monotonic() < until:
                time.sleep(0.001)
            run.expect(len(got) > before, "no signal was handled")
            run.expect(all(got), "handled in another thread")
            run.seen["signals"] += len(got) - before
    finally:
        signal.signal(signal.SIGUSR2, old)


@SIGNAL.case
def timer_storm(run):
    count = []
    old = signal.signal(signal.SIGALRM, lambda *_: count.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    try:
        for _ in run.rounds():
            shared = []
            run.race(*[lambda: [shared.append(n) for n in range(500)]] * 3)
            run.same(len(shared), 1500, "elements")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    run.expect(count, "no alarm")
    run.seen["alarms"] += len(count)


@SIGNAL.case
def interrupts_a_wait(run):
    """A handler runs while the main thread waits for a lock, and the wait goes on."""
    got = []
    old = signal.signal(signal.SIGUSR2, lambda *_: got.append(1))
    try:
        for _ in run.rounds():
            lock = threading.Lock()
            lock.acquire()
            before = len(got)

            def wake():
                signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR2)
                until = time.monotonic() + 10
                while len(got) == before and time.monotonic() < until:
                    time.sleep(0.0005)
                lock.release()

            thread = threading.Thread(target=wake)
            thread.start()
            run.expect(lock.acquire(timeout=15), "never released")
            thread.join()
            run.expect(len(got) == before + 1, "handled", len(got) - before)
    finally:
        signal.signal(signal.SIGUSR2, old)


@SIGNAL.case
def exceptions_from_a_handler(run):
    """What a handler raises comes out of the main thread's wait; the others go on."""

    class Alarm(Exception):
        pass

    def handler(*_):
        raise Alarm

    old = signal.signal(signal.SIGUSR2, handler)
    try:
        for _ in run.rounds():
            shared, ready = [], threading.Event()

            def work():
                for n in range(200):
                    shared.append(n)
                # An exception in the middle of start() is more than threading can take, in CPython too.
                ready.wait()
                os.kill(os.getpid(), signal.SIGUSR2)

            thread = threading.Thread(target=work)
            try:
                thread.start()
                ready.set()
                time.sleep(15)
                run.expect(False, "no exception")
            except Alarm as error:
                run.saw(error)
            thread.join()
            run.same(len(shared), 200, "elements")
    finally:
        signal.signal(signal.SIGUSR2, old)


@SIGNAL.case
def keyboard_interrupt(run):
    program(
        run,
        BUSY
        + """
signal.signal(signal.SIGINT, signal.default_int_handler)
start()
threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    while True: shared["x"] = [1]
except KeyboardInterrupt:
    print("interrupted", flush=True)
shared["stop"] = True
""",
        out="interrupted\n",
    )


@SIGNAL.case
def waited_for_by_a_thread(run):
    program(
        run,
        BUSY
        + """
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
start(2)
got = []
thread = threading.Thread(target=lambda: got.append(signal.sigwait({signal.SIGUSR1})))
thread.start()
os.kill(os.getpid(), signal.SIGUSR1)
thread.join()
shared["stop"] = True
sys.exit(0 if got == [signal.SIGUSR1] else 3)
""",
    )


@END.case
def daemons_run_on(run):
    """The main thread ends while daemon threads change shared objects: a clean end."""
    program(run, BUSY + "start(4)\ntime.sleep(0.02)\nprint('end')\n", out="end\n")


@END.case
def daemons_print(run):
    program(
        run,
        BUSY
        + """
def talk():
    while True: sys.stderr.write("."); print("x" * 50, file=sys.stderr)
for _ in range(3): threading.Thread(target=talk, daemon=True).start()
time.sleep(0.02)
print("end")
""",
        out="end\n",
    )


@END.case
def daemons_hold_locks(run):
    program(
        run,
        BUSY
        + """
lock = threading.Lock()
def hold():
    while True:
        with lock: time.sleep(0.001)
for _ in range(3): threading.Thread(target=hold, daemon=True).start()
time.sleep(0.02)
""",
    )


@END.case
def waits_for_the_others(run):
    program(
        run,
        """
import threading, time
def work():
    time.sleep(0.05)
    print("worked")
threading.Thread(target=work).start()
""",
        out="worked\n",
    )


@END.case
def threads_started_at_the_end(run):
    """A thread that starts others until it cannot."""
    program(
        run,
        """
import threading, sys
count = [0]
def chain(n):
    count[0] += 1
    if n: threading.Thread(target=chain, args=(n - 1,)).start()
    else: print("last", count[0])
threading.Thread(target=chain, args=(20,)).start()
""",
        out="last 21\n",
    )


@END.case
def exit_functions(run):
    program(
        run,
        BUSY
        + """
import atexit
for n in range(3): atexit.register(print, "exit", n)
threading._register_atexit(lambda: shared.__setitem__("stop", True))
start(2, daemon=False)
""",
        out="exit 2\nexit 1\nexit 0\n",
    )


@END.case
def exit_in_a_thread(run):
    """SystemExit ends its thread only."""
    program(
        run,
        """
import sys, threading
thread = threading.Thread(target=sys.exit, args=(3,))
thread.start(); thread.join()
print("goes on")
sys.exit(4)
""",
        code=4,
        out="goes on\n",
    )


@END.case
def hard_exit_by_a_thread(run):
    program(
        run,
        BUSY + "start(3)\nthreading.Thread(target=lambda: os._exit(9)).start()\nwhile True: shared['y'] = 1\n",
        code=9,
    )


@END.case
def error_in_the_main_thread(run):
    program(run, BUSY + "start(3)\nraise SystemExit(6)\n", code=6)


@END.case
def finalizers_at_the_end(run):
    program(
        run,
        BUSY
        + """
class Ends:
    def __del__(self): pass
def make():
    while True:
        ring = [Ends()]; ring.append(ring)
for _ in range(3): threading.Thread(target=make, daemon=True).start()
keep = Ends()
time.sleep(0.03)
print("end")
""",
        out="end\n",
    )


@END.case
def pool_at_the_end(run):
    program(
        run,
        """
from concurrent.futures import ThreadPoolExecutor
executor = ThreadPoolExecutor(3)
results = [executor.submit(pow, n, 2) for n in range(30)]
import atexit
atexit.register(lambda: print(sum(result.result() for result in results)))
""",
        out="8555\n",
    )


CASES.update(SIGNAL)
CASES.update(END)
