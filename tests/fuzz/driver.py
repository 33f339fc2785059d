"""Runs the cases of a batch, one after the other: compile and exec, with a limit on time and on steps.

    driver.py BATCH DESCRIPTOR [FIRST [LAST]]

A batch is a row of records: length (4 bytes), mode (1 byte), seed (8 bytes), text. Before a case begins its number is written to the descriptor.
"""
import ast
import builtins
import faulthandler
import marshal
import os
import posix
import resource
import signal
import sys
import threading
import time
import types
import _signal
import _thread

SECONDS = 0.25
STEPS = 3000


class Limit(BaseException):
    """The case has had its time."""


def out_of_bounds(*args, **kwargs):
    raise OSError("not in here")


class Null:
    """Where the cases print to."""
    encoding = "utf-8"
    errors = "strict"

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return False

    def fileno(self):
        raise OSError


def lock_away():
    """What would end the process, or touch the driver."""
    for name in ("_exit abort fork forkpty kill killpg system execv execve posix_spawn posix_spawnp close closerange dup2 setuid "
                 "setgid chdir fchdir chroot nice waitpid wait waitid wait3 wait4 ftruncate sendfile write writev umask "
                 "openpty login_tty tcsetpgrp").split():
        for module in posix, os:
            if hasattr(module, name):
                setattr(module, name, out_of_bounds)
    for name in ("signal setitimer alarm raise_signal pthread_kill pause sigwait sigwaitinfo sigtimedwait pthread_sigmask "
                 "set_wakeup_fd siginterrupt").split():
        for module in signal, _signal:
            if hasattr(module, name):
                setattr(module, name, out_of_bounds)
    for name in list(vars(faulthandler)):
        if name.startswith("_") or name.startswith("dump_traceback_later") or name in ("enable", "disable", "register"):
            if callable(getattr(faulthandler, name)) and not name.startswith("__"):
                setattr(faulthandler, name, out_of_bounds)
    for module in _thread, threading:
        for name in ("start_new_thread", "start_joinable_thread", "start_new", "_start_new_thread", "_start_joinable_thread",
                     "interrupt_main", "_excepthook"):
            if hasattr(module, name):
                setattr(module, name, out_of_bounds)
    time.sleep = lambda seconds: None
    sys.setswitchinterval = out_of_bounds
    sys._settraceallthreads = sys._setprofileallthreads = out_of_bounds
    sys.set_int_max_str_digits = out_of_bounds
    # The limits are the driver's own.
    resource.setrlimit = resource.prlimit = out_of_bounds
    sys.addaudithook = out_of_bounds
    # Whoever calls foreign functions can break anything.
    sys.modules["_ctypes"] = None


class Random:
    """SplitMix64."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        mask = (1 << 64) - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return (z ^ (z >> 31)) % bound

    def pick(self, items):
        return items[self.below(len(items))]


def namespace():
    return {"__name__": "case", "__builtins__": builtins}


def steps():
    """A trace function that ends what goes on for too long."""
    left = STEPS

    def trace(frame, event, arg):
        nonlocal left
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            # An exception out of nowhere between taking the import lock and the `try` behind it would leave the lock taken, in CPython as well.
            return None
        left -= 1
        if left < 0:
            if left < -STEPS:
                leave(77)
            raise Limit
        if left % 7 == 0:
            frame.f_trace_opcodes = True
            frame.f_locals
        return trace
    return trace


def plain(text, random):
    exec(compile(text, "<case>", random.pick(["exec", "exec", "exec", "exec", "single"]), dont_inherit=True), namespace())


def traced(text, random):
    code = compile(text, "<case>", "exec", dont_inherit=True, optimize=random.below(3))
    sys.settrace(steps())
    try:
        exec(code, namespace())
    finally:
        sys.settrace(None)


def together(text, random):
    """Two threads run the same code with the same globals."""
    code = compile(text, "<case>", "exec", dont_inherit=True)
    shared = namespace()

    def other():
        sys.settrace(steps())
        try:
            exec(code, shared)
        except BaseException:
            pass
    handle = start_thread(other)
    try:
        exec(code, shared)
    finally:
        signal_timer(signal.ITIMER_REAL, 0)
        handle.join(5)
        if not handle.is_done():
            leave(77)


def nodes_of(tree):
    return list(ast.walk(tree))


def tree(text, random):
    """Nodes of the tree are exchanged, fields emptied or filled with something else."""
    top = ast.parse(text)
    nodes = nodes_of(top)
    for _ in range(1 + random.below(4)):
        node = random.pick(nodes)
        fields = list(node._fields) + list(node._attributes)
        if not fields:
            continue
        name = random.pick(fields)
        other = random.pick(nodes)
        what = random.below(8)
        if what == 0:
            value = None
        elif what == 1:
            value = getattr(other, random.pick(list(other._fields) or ["lineno"]), other)
        elif what == 2:
            value = [other, random.pick(nodes)]
        elif what == 3:
            value = random.pick([0, -1, 1 << 70, "x", "", "\ud800", "__debug__", b"x", 1.5, [], [None], (), ..., True])
        elif what == 4:
            value = ast.Constant(random.pick([(), (1, ...), frozenset((1,)), "\0", {}, node, 1j]), lineno=1, col_offset=0)
        else:
            value = other
        old = getattr(node, name, None)
        if isinstance(old, list) and old and what > 3:
            old[random.below(len(old))] = value
        else:
            setattr(node, name, value)
    if random.below(2):
        ast.fix_missing_locations(top)
    if random.below(4) == 0:
        ast.unparse(top)
    exec(compile(top, "<case>", "exec", dont_inherit=True), namespace())


def all_code(code):
    found = [code]
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found += all_code(constant)
    return found


def spoil(code, random):
    """The code with something changed."""
    changes = {}
    for _ in range(1 + random.below(2)):
        what = random.below(14)
        if what < 8:
            units = bytearray(changes.get("co_code", code.co_code))
            for _ in range(1 + random.below(3)):
                at = random.below(len(units))
                kind = random.below(6)
                if kind == 0:
                    units[at] = random.below(256)
                elif kind == 1:
                    units[at | 1] = random.pick([0, 1, 2, 3, 4, 8, 127, 255])
                elif kind == 2:
                    units[at & ~1] = random.below(130)
                elif kind == 3 and len(units) > 2:
                    del units[at & ~1:(at & ~1) + 2]
                elif kind == 4:
                    units[at & ~1:at & ~1] = units[(other := random.below(len(units)) & ~1):other + 2]
                else:
                    del units[2 * (1 + random.below(len(units) // 2)):]
            changes["co_code"] = bytes(units)
        elif what == 8:
            changes["co_consts"] = code.co_consts[:random.below(len(code.co_consts) + 1)]
        elif what == 9:
            changes["co_names"] = code.co_names[:random.below(len(code.co_names) + 1)]
        elif what == 10:
            changes["co_stacksize"] = random.below(code.co_stacksize + 1)
        elif what == 11:
            table = bytearray(code.co_exceptiontable or b"\x80\x01\x02\x03")
            table[random.below(len(table))] = random.below(256)
            changes["co_exceptiontable"] = bytes(table)
        elif what == 12:
            changes[random.pick(["co_flags", "co_argcount", "co_kwonlyargcount", "co_posonlyargcount", "co_firstlineno"])] = random.pick(
                [0, 1, 2, 3, code.co_flags ^ (1 << random.below(10)), code.co_argcount + 1])
        else:
            field = random.pick(["co_freevars", "co_cellvars", "co_varnames"])
            old = getattr(code, field)
            new = random.pick([old[1:], old + ("extra",), old[::-1], old + old[:1]])
            changes[field] = new
            if field == "co_varnames":
                changes["co_nlocals"] = len(new)
    if random.below(6) == 0:
        changes["co_linetable"] = bytes(random.below(256) for _ in range(random.below(40)))
    return code.replace(**changes)


def spoilt(code, random):
    """Code whose inner code may have been changed."""
    constants = []
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            constant = spoilt(constant, random)
        constants.append(constant)
    code = code.replace(co_consts=tuple(constants))
    if random.below(3) == 0:
        try:
            code = spoil(code, random)
        except (ValueError, SystemError, OverflowError):
            pass
    return code


def bytecode(text, random):
    code = spoilt(compile(text, "<case>", "exec", dont_inherit=True), random)
    for each in all_code(code):
        list(each.co_lines())
        list(each.co_positions())
    if random.below(3) == 0:
        sys.settrace(steps())
    space = namespace()
    try:
        exec(code, space)
        for value in list(space.values()):
            if isinstance(value, types.FunctionType):
                try:
                    result = value(*[1] * value.__code__.co_argcount)
                    for _ in zip(result, range(5)):
                        pass
                except Exception:
                    pass
    finally:
        sys.settrace(None)


def marshalled(text, random):
    data = bytearray(marshal.dumps(compile(text, "<case>", "exec", dont_inherit=True), random.below(6)))
    for _ in range(1 + random.below(3)):
        data[random.below(len(data))] = random.below(256)
    value = marshal.loads(bytes(data))
    if isinstance(value, types.CodeType):
        exec(value, namespace())


def tools(text, random):
    """The other ways that text goes."""
    import io
    import symtable
    import tokenize
    what = random.below(5)
    if what == 0:
        list(tokenize.tokenize(io.BytesIO(text).readline))
    elif what == 1:
        symtable.symtable(text.decode("latin-1"), "<case>", random.pick(["exec", "eval", "single"]))
    elif what == 2:
        ast.dump(ast.parse(text, mode=random.pick(["exec", "eval", "single", "func_type"]), type_comments=True))
    elif what == 3:
        ast.unparse(ast.parse(text))
    else:
        code = compile(text, "<case>", random.pick(["exec", "eval", "single"]),
                       random.pick([0, 0x200, 0x2000, 0x4000, 0x1000000, 0x100000]), True, random.below(4) - 1)
        eval(code, namespace())


MODES = [plain, traced, together, tree, bytecode, marshalled, tools]
leave = posix._exit
start_thread = _thread.start_joinable_thread
signal_timer = signal.setitimer


def main():
    with open(sys.argv[1], "rb") as file:
        batch = file.read()
    descriptor = int(sys.argv[2])
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    last = int(sys.argv[4]) if len(sys.argv) > 4 else 1 << 60
    tell = posix.write
    raised = 0

    def alarm(signal_number, frame):
        nonlocal raised
        raised += 1
        if raised > 40:
            leave(77)
        raise Limit

    signal.signal(signal.SIGALRM, alarm)
    stop = signal_timer
    trace, profile, write = sys.settrace, sys.setprofile, sys.unraisablehook
    modules = set(sys.modules)
    lock_away()
    null = Null()
    at = number = 0
    while at < len(batch):
        length = int.from_bytes(batch[at:at + 4], "little")
        mode = batch[at + 4]
        seed = int.from_bytes(batch[at + 5:at + 13], "little")
        text = batch[at + 13:at + 13 + length]
        at += 13 + length
        number += 1
        if not first <= number - 1 <= last:
            continue
        tell(descriptor, b"%d\n" % (number - 1))
        raised = 0
        sys.stdout = sys.stderr = null
        sys.unraisablehook = lambda *args: None
        sys.setrecursionlimit(1000)
        try:
            stop(signal.ITIMER_REAL, SECONDS, 0.02)
            MODES[mode](text, Random(seed))
        except BaseException as error:
            try:
                str(error)
            except BaseException:
                pass
            error = None
        finally:
            try:
                stop(signal.ITIMER_REAL, 0)
            except Limit:
                stop(signal.ITIMER_REAL, 0)
            trace(None)
            profile(None)
    leave(0)


main()
