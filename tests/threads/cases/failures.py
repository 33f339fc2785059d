"""Exceptions, tracebacks, frames and tracing across threads."""

import sys
import threading
import traceback

from race import Cases

CASES = Cases("exception")
TRACE = Cases("trace")


@CASES.case
def one_instance_raised_by_all(run):
    """One exception object raised in several threads at once: each catches it."""
    for _ in run.rounds():
        shared = ValueError("shared")

        def work():
            caught = 0
            for _ in range(100):
                try:
                    raise shared
                except ValueError as error:
                    caught += error is shared
                    traceback.format_exception(error)[-1]
                    error.__traceback__ = None
            return caught

        run.same(run.race(work, work, work), [100] * 3, "caught")


@CASES.case
def chains_stay_short(run):
    """`__context__` and `__cause__` of shared exceptions: no thread walks round for ever."""
    for _ in run.rounds():
        first, second = KeyError("first"), IndexError("second")

        def work(a, b):
            for _ in range(60):
                try:
                    try:
                        raise a
                    except LookupError:
                        raise b from a
                except LookupError as error:
                    if error.__cause__ not in (a, b):
                        return error.__cause__
                    a.__cause__ = a.__context__ = b.__cause__ = b.__context__ = None
                    a.__traceback__ = b.__traceback__ = None

        run.same(run.race(lambda: work(first, second), lambda: work(second, first))[:0], [], "work")


@CASES.case
def notes_and_arguments(run):
    for _ in run.rounds():
        shared = ValueError()
        shared.add_note("first")

        def work(thread):
            for n in range(100):
                shared.add_note(f"{thread}.{n}")
                shared.args = (thread, n)
                if len(shared.args) != 2:
                    return shared.args
                str(shared), repr(shared)

        run.same(run.race(*[lambda t=t: work(t) for t in range(3)]), [None] * 3, "work")
        run.same(len(shared.__notes__), 301, "notes")


@CASES.case
def groups(run):
    for _ in run.rounds():
        shared = ExceptionGroup("all", [ValueError(n) for n in range(5)] + [KeyError(n) for n in range(5)])

        def work():
            found = 0
            for _ in range(30):
                try:
                    try:
                        raise shared
                    except* ValueError as part:
                        found += len(part.exceptions)
                except* KeyError as rest:
                    found += len(rest.exceptions)
            return found

        run.same(run.race(work, work, work), [300] * 3, "found")


@CASES.case
def exc_info_is_the_threads_own(run):
    for _ in run.rounds():

        def work(thread):
            for n in range(100):
                try:
                    raise KeyError((thread, n))
                except KeyError:
                    if sys.exception().args[0] != (thread, n) or sys.exc_info()[0] is not KeyError:
                        return sys.exception()
                if sys.exception() is not None:
                    return sys.exception()

        run.same(run.race(*[lambda t=t: work(t) for t in range(4)]), [None] * 4, "exception")


@CASES.case
def finally_runs_once(run):
    for _ in run.rounds():
        ran = []

        def work(thread):
            for n in range(80):
                try:
                    try:
                        if n % 2:
                            raise KeyError
                        continue
                    finally:
                        ran.append((thread, n))
                except KeyError:
                    pass

        run.race(*[lambda t=t: work(t) for t in range(4)])
        run.same(sorted(ran), [(t, n) for t in range(4) for n in range(80)], "finally")


@CASES.case
def recursion_in_threads(run):
    """Each thread has its own depth, and RecursionError can be caught."""
    for _ in run.rounds():

        def deep(n):
            return 1 + deep(n + 1)

        def work():
            try:
                deep(0)
            except RecursionError as error:
                run.saw(error)
                return "caught"

        run.same(run.race(work, work, work), ["caught"] * 3, "recursion")


@CASES.case
def thread_excepthook(run):
    for _ in run.rounds():
        seen = []
        old = threading.excepthook
        threading.excepthook = lambda args: seen.append(args.exc_value.args[0])
        try:

            def fail(n):
                raise ValueError(n)

            threads = [threading.Thread(target=fail, args=(n,)) for n in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            threading.excepthook = old
        run.same(sorted(seen), list(range(6)), "hook")


@CASES.case
def traceback_of_a_running_thread(run):
    """`sys._current_frames`: the frames of others, while they run."""
    for _ in run.rounds():
        done = []

        def inner(n):
            local = n
            return local + 1

        def work():
            for n in range(2000):
                inner(n)
            done.append(1)

        def look():
            looked = 0
            while len(done) < 2:
                for frame in sys._current_frames().values():
                    while frame is not None:
                        frame.f_code.co_name, frame.f_lineno
                        local = frame.f_locals.get("local", 0)
                        if type(local) is not int:
                            return local
                        frame = frame.f_back
                looked += 1

        run.same(run.race(work, work, look)[2], None, "a local")


@CASES.case
def locals_stored_from_outside(run):
    """PEP 667: another thread writes a local of a running frame."""
    for _ in run.rounds():
        frames = []
        done = []

        def work():
            value = 0
            frames.append(sys._getframe())
            while value != 1:
                pass
            return value

        def store():
            while not frames:
                pass
            frames[0].f_locals["value"] = 1

        run.same(run.race(work, store)[0], 1, "value")


@TRACE.case
def settrace_of_all(run):
    """Tracing comes and goes in all threads while they run; results stay right."""
    for _ in run.rounds():
        done = []
        events = []

        def trace(frame, event, argument):
            events.append(event)
            return trace

        def function(n):
            return n + 1

        def work():
            total = 0
            for n in range(300):
                total += function(n)
            done.append(1)
            return total

        def toggle():
            while len(done) < 2:
                threading.settrace_all_threads(trace)
                threading.settrace_all_threads(None)

        got = run.race(work, work, toggle)
        threading.settrace_all_threads(None)
        threading.settrace(None)
        run.same(got[:2], [sum(range(1, 301))] * 2, "results")


@TRACE.case
def setprofile_of_all(run):
    for _ in run.rounds():
        done = []

        def profile(frame, event, argument):
            pass

        def work():
            total = 0
            for n in range(300):
                total += len(str(n))
            done.append(1)
            return total

        def toggle():
            while len(done) < 2:
                threading.setprofile_all_threads(profile)
                threading.setprofile_all_threads(None)

        got = run.race(work, work, toggle)
        threading.setprofile_all_threads(None)
        threading.setprofile(None)
        run.same(got[:2], [790] * 2, "results")


@TRACE.case
def monitoring_toggled(run):
    tool = sys.monitoring.PROFILER_ID
    events = sys.monitoring.events
    sys.monitoring.use_tool_id(tool, "race")
    try:
        for _ in run.rounds():
            done = []
            counted = []

            def function(n):
                return n + 1

            def work():
                total = 0
                for n in range(300):
                    total += function(n)
                done.append(1)
                return total

            def toggle():
                sys.monitoring.register_callback(tool, events.PY_START, lambda code, offset: counted.append(1))
                while len(done) < 2:
                    sys.monitoring.set_events(tool, events.PY_START)
                    sys.monitoring.set_local_events(tool, function.__code__, events.LINE)
                    sys.monitoring.set_local_events(tool, function.__code__, 0)
                    sys.monitoring.set_events(tool, 0)

            run.same(run.race(work, work, toggle)[:2], [sum(range(1, 301))] * 2, "results")
    finally:
        sys.monitoring.free_tool_id(tool)


CASES.update(TRACE)
