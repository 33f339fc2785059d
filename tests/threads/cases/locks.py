"""Locks, queues, threads and what is built of them."""

import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from race import Cases

CASES = Cases("lock")
QUEUE = Cases("queue")
THREAD = Cases("thread")


class Count:
    value = 0


@CASES.each(
    ("lock", threading.Lock),
    ("rlock", threading.RLock),
    ("condition", threading.Condition),
    ("semaphore", lambda: threading.Semaphore(1)),
    ("bounded_semaphore", lambda: threading.BoundedSemaphore(1)),
)
def excludes(run, make):
    for _ in run.rounds():
        lock, shared = make(), Count()

        def work():
            for _ in range(150):
                with lock:
                    shared.value += 1

        run.race(*[work] * 4)
        run.same(shared.value, 600, "count")


@CASES.case
def rlock_nested(run):
    for _ in run.rounds():
        lock, shared = threading.RLock(), Count()

        def work():
            for _ in range(60):
                with lock, lock:
                    lock.acquire()
                    shared.value += 1
                    lock.release()

        run.race(*[work] * 4)
        run.same(shared.value, 240, "count")
        run.expect(lock.acquire(blocking=False), "still held")


@CASES.case
def try_and_time_out(run):
    for _ in run.rounds():
        lock, shared = threading.Lock(), Count()

        def work(**how):
            mine = 0
            while mine < 60:
                if lock.acquire(**how):
                    shared.value += 1
                    mine += 1
                    lock.release()

        run.race(lambda: work(blocking=False), lambda: work(timeout=0.001), lambda: work())
        run.same(shared.value, 180, "count")


@CASES.case
def released_by_another(run):
    for _ in run.rounds():
        there, back = threading.Lock(), threading.Lock()
        there.acquire()
        back.acquire()
        seen = []

        def ping():
            for n in range(80):
                seen.append(("ping", n))
                there.release()
                back.acquire()

        def pong():
            for n in range(80):
                there.acquire()
                seen.append(("pong", n))
                back.release()

        run.race(ping, pong)
        run.same(seen, [(who, n) for n in range(80) for who in ("ping", "pong")], "order")


@CASES.case
def condition_wakes_all(run):
    for _ in run.rounds():
        condition, arrived, go = threading.Condition(), [], []

        def wait():
            with condition:
                arrived.append(1)
                condition.wait_for(lambda: go, timeout=20)
                return bool(go)

        def wake():
            while len(arrived) < 3:
                time.sleep(0)
            with condition:
                go.append(1)
                condition.notify_all()
            return True

        run.same(run.race(wait, wait, wait, wake), [True] * 4, "woken")


@CASES.case
def event(run):
    for _ in run.rounds():
        shared = threading.Event()
        run.same(run.race(*[lambda: shared.wait(20)] * 3, lambda: shared.set() or True), [True] * 4, "woken")


@CASES.case
def barrier(run):
    for _ in run.rounds():
        shared, seen = threading.Barrier(3), []

        def work(thread):
            for n in range(20):
                seen.append(n)
                shared.wait(20)

        run.race(*[lambda t=t: work(t) for t in range(3)])
        run.same(seen, [n for n in range(20) for _ in range(3)], "order")


@CASES.case
def semaphore_bounds(run):
    for _ in run.rounds():
        semaphore, inside, most = threading.Semaphore(2), [], []

        def work():
            for _ in range(60):
                with semaphore:
                    inside.append(1)
                    most.append(len(inside))
                    inside.pop()

        run.race(*[work] * 4)
        run.expect(max(most) <= 2, "too many inside", max(most))


@CASES.case
def locals_are_the_threads_own(run):
    for _ in run.rounds():

        class Mine(threading.local):
            def __init__(self):
                self.made = threading.get_ident()

        shared = Mine()

        def work(thread):
            if shared.made != threading.get_ident():
                return "made"
            for n in range(100):
                shared.x = (thread, n)
                if shared.x != (thread, n) or vars(shared)["x"] != (thread, n):
                    return shared.x

        run.same(run.race(*[lambda t=t: work(t) for t in range(4)]), [None] * 4, "local")


@CASES.case
def context_variables(run):
    import contextvars

    for _ in run.rounds():
        variable = contextvars.ContextVar("variable", default=None)

        def work(thread):
            if variable.get() is not None:
                return "inherited"
            for n in range(100):
                token = variable.set((thread, n))
                if contextvars.copy_context()[variable] != (thread, n) or variable.get() != (thread, n):
                    return n
                variable.reset(token)

        run.same(run.race(*[lambda t=t: work(t) for t in range(4)]), [None] * 4, "variable")


@QUEUE.each(
    ("queue", lambda: queue.Queue()),
    ("bounded", lambda: queue.Queue(3)),
    ("simple", queue.SimpleQueue),
    ("lifo", queue.LifoQueue),
    ("priority", queue.PriorityQueue),
)
def nothing_is_lost(run, make):
    for _ in run.rounds():
        shared = make()

        def put(thread):
            for n in range(80):
                shared.put((thread, n))

        def take():
            return [shared.get(timeout=20) for _ in range(80)]

        got = run.race(lambda: put(1), lambda: put(2), take, take)[2:]
        run.same(sorted(sum(got, [])), [(t, n) for t in (1, 2) for n in range(80)], "elements")
        run.expect(shared.empty(), "not empty")


@QUEUE.case
def join_and_task_done(run):
    for _ in run.rounds():
        shared, worked = queue.Queue(), []

        def work():
            while (task := shared.get()) is not None:
                worked.append(task)
                shared.task_done()
            shared.task_done()

        def feed():
            for n in range(50):
                shared.put(n)
            shared.put(None)
            shared.put(None)
            shared.join()
            return len(worked)

        run.same(run.race(work, work, feed)[2], 50, "worked when join returned")


@QUEUE.case
def shut_down(run):
    for _ in run.rounds():
        shared = queue.Queue()

        def take():
            mine = []
            try:
                while True:
                    mine.append(shared.get())
            except queue.ShutDown:
                return mine

        def feed():
            for n in range(50):
                shared.put(n)
            shared.shutdown()
            return []

        run.same(sorted(sum(run.race(take, take, feed), [])), list(range(50)), "elements")


@THREAD.case
def started_and_joined(run):
    for _ in run.rounds():
        ran = []

        def work(thread):
            for n in range(6):
                child = threading.Thread(target=ran.append, args=((thread, n),))
                child.start()
                child.join()

        run.race(*[lambda t=t: work(t) for t in range(3)])
        run.same(sorted(ran), [(t, n) for t in range(3) for n in range(6)], "ran")


@THREAD.case
def joined_by_many(run):
    for _ in run.rounds():
        go = threading.Event()
        child = threading.Thread(target=go.wait)
        child.start()
        run.race(child.join, child.join, child.join, go.set)
        run.expect(not child.is_alive(), "alive after join")


@THREAD.case
def enumerated(run):
    for _ in run.rounds():

        def work():
            for _ in range(10):
                child = threading.Thread(target=int)
                child.start()
                child.join()

        def look():
            for _ in range(40):
                if threading.current_thread() not in threading.enumerate():
                    return "not there"
                threading.active_count()

        run.same(run.race(work, work, look)[2], None, "look")


@THREAD.case
def pool(run):
    for _ in run.rounds():
        with ThreadPoolExecutor(4) as executor:
            squares = list(executor.map(lambda n: n * n, range(60)))
            futures = [executor.submit(divmod, 7, n % 3) for n in range(30)]
            errors = sum(type(future.exception()) is ZeroDivisionError for future in futures)
        run.same(squares, [n * n for n in range(60)], "squares")
        run.same(errors, 10, "errors")


@THREAD.case
def pool_cancelled(run):
    for _ in run.rounds():
        ran = []
        with ThreadPoolExecutor(2) as executor:
            futures = [executor.submit(ran.append, n) for n in range(40)]
            run.race(*[lambda s=s: [future.cancel() for future in futures[s::2]] for s in range(2)])
        cancelled = sum(future.cancelled() for future in futures)
        run.same(len(ran) + cancelled, 40, "ran or cancelled")


@THREAD.case
def timers(run):
    for _ in run.rounds():
        ran = []
        timers = [threading.Timer(0.002, ran.append, [n]) for n in range(4)]
        for timer in timers:
            timer.start()
        timers[0].cancel()
        for timer in timers:
            timer.join()
        run.expect({1, 2, 3} <= set(ran), "timers that did not run", ran)


@THREAD.case
def event_loops(run):
    import asyncio

    async def main(n):
        async def step(k):
            await asyncio.sleep(0)
            return k

        return sum(await asyncio.gather(*[step(k) for k in range(n)]))

    for _ in run.rounds():
        run.same(run.race(*[lambda: asyncio.run(main(20))] * 3), [190] * 3, "sums")


@THREAD.case
def called_soon_from_outside(run):
    import asyncio

    for _ in run.rounds():
        loops = queue.SimpleQueue()
        got = []

        async def main():
            done = asyncio.Event()
            loops.put((asyncio.get_running_loop(), done))
            loops.put((asyncio.get_running_loop(), done))
            await done.wait()

        def call(thread):
            loop, done = loops.get(timeout=20)

            def add(n):
                got.append(n)
                if len(got) == 60:
                    done.set()

            for n in range(30):
                loop.call_soon_threadsafe(add, (thread, n))

        run.race(lambda: asyncio.run(main()), lambda: call(1), lambda: call(2))
        run.same(sorted(got), [(t, n) for t in (1, 2) for n in range(30)], "calls")


CASES.update(QUEUE)
CASES.update(THREAD)
