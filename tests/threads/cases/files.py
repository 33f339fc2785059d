"""Files and buffers that threads share: writes stay whole, nothing is lost, a closed file says so."""

import io
import os
import sys
import tempfile

from race import Cases

CASES = Cases("file")


def line(thread, number):
    return f"thread {thread} number {number} {'x' * (number % 50)}\n"


def lines_of(threads, count):
    return sorted(line(t, n) for t in range(threads) for n in range(count))


@CASES.case
def string_io(run):
    for _ in run.rounds():
        shared = io.StringIO()
        run.race(*[lambda t=t: [shared.write(line(t, n)) for n in range(100)] for t in range(4)])
        run.same(sorted(shared.getvalue().splitlines(True)), lines_of(4, 100), "lines")


@CASES.case
def bytes_io(run):
    for _ in run.rounds():
        shared = io.BytesIO()
        run.race(*[lambda t=t: [shared.write(line(t, n).encode()) for n in range(100)] for t in range(4)])
        run.same(sorted(shared.getvalue().decode().splitlines(True)), lines_of(4, 100), "lines")


@CASES.case
def bytes_io_read(run):
    """Each line is read by one thread."""
    text = "".join(line(0, n) for n in range(400)).encode()
    for _ in run.rounds():
        shared = io.BytesIO(text)
        got = sum(run.race(*[lambda: list(iter(shared.readline, b""))] * 4), [])
        run.same(sorted(got), sorted(text.splitlines(True)), "lines")


@CASES.case
def string_io_read(run):
    text = "".join(line(0, n) for n in range(400))
    for _ in run.rounds():
        shared = io.StringIO(text)
        got = sum(run.race(*[lambda: list(shared)] * 4), [])
        run.same(sorted(got), sorted(text.splitlines(True)), "lines")


@CASES.case
def bytes_io_beside_a_view(run):
    for _ in run.rounds():
        shared = io.BytesIO(b"\x07" * 100)
        done = []

        def change():
            for _ in range(100):
                try:
                    shared.seek(0, 2)
                    shared.write(b"\x07" * 10)
                    shared.truncate(100)
                except BufferError as error:
                    run.saw(error)
            done.append(1)

        def look():
            while not done:
                with shared.getbuffer() as view:
                    if set(view.tolist()) - {7, 0}:
                        return view.tolist()
                if set(shared.getvalue()) - {7, 0}:
                    return shared.getvalue()

        run.same(run.race(change, look, look)[1:], [None] * 2, "bytes")


# CPython's own files lose or double lines when threads share them for reading; ours do not.
STRICT = sys.implementation.name != "cpython"


class Temporary:
    def __enter__(self):
        self.file, self.path = tempfile.mkstemp(prefix="threads")
        os.close(self.file)
        return self.path

    def __exit__(self, *error):
        os.unlink(self.path)


@CASES.each(("unbuffered", 0), ("small", 64), ("usual", -1))
def written_by_all(run, buffering):
    for _ in run.rounds():
        with Temporary() as path:
            with open(path, "wb", buffering=buffering) as shared:
                run.race(*[lambda t=t: [shared.write(line(t, n).encode()) for n in range(60)] for t in range(4)])
            with open(path) as file:
                run.same(sorted(file), lines_of(4, 60), "lines")


@CASES.case
def text_written_by_all(run):
    for _ in run.rounds():
        with Temporary() as path:
            with open(path, "w") as shared:
                run.race(*[lambda t=t: [shared.write(line(t, n)) for n in range(60)] for t in range(4)])
            with open(path) as file:
                run.same(sorted(file), lines_of(4, 60), "lines")


@CASES.case
def printed_by_all(run):
    """`print` writes the text and its end apart: each is whole, and none is lost."""
    for _ in run.rounds():
        with Temporary() as path:
            with open(path, "w") as shared:
                run.race(*[lambda t=t: [print(f"{t}.{n};", file=shared) for n in range(60)] for t in range(4)])
            with open(path) as file:
                text = file.read()
            run.same(text.count("\n"), 240, "ends")
            run.same(
                sorted(text.replace("\n", "").split(";")[:-1]),
                sorted(f"{t}.{n}" for t in range(4) for n in range(60)),
                "texts",
            )


@CASES.case
def lines_read_by_all(run):
    text = "".join(line(0, n) for n in range(300))
    for _ in run.rounds():
        with Temporary() as path:
            with open(path, "w") as file:
                file.write(text)
            with open(path, "rb", buffering=128) as shared:
                got = sum(run.race(*[lambda: list(iter(shared.readline, b""))] * 4), [])
            if STRICT:
                run.same(sorted(got), sorted(text.encode().splitlines(True)), "lines")
            run.expect(set(b"".join(got)) <= set(text.encode()), "made up bytes")


@CASES.case
def blocks_read_by_all(run):
    data = bytes(range(250)) * 8
    for _ in run.rounds():
        with Temporary() as path:
            with open(path, "wb") as file:
                file.write(data)
            with open(path, "rb", buffering=100) as shared:
                got = sum(run.race(*[lambda: list(iter(lambda: shared.read(10), b""))] * 4), [])
            run.same(sorted(got), sorted(data[n : n + 10] for n in range(0, 2000, 10)), "blocks")


@CASES.case
def text_lines_read_by_all(run):
    text = "".join(line(0, n) for n in range(300))
    for _ in run.rounds():
        with Temporary() as path:
            with open(path, "w") as file:
                file.write(text)
            with open(path) as shared:
                got = sum(run.race(*[lambda: list(iter(shared.readline, ""))] * 3), [])
            if STRICT:
                run.same(sorted(got), sorted(text.splitlines(True)), "lines")
            run.expect(set("".join(got)) <= set(text), "made up characters")


@CASES.case
def read_and_written(run):
    """One file object for reading and writing; seeks of several threads mix, bytes never do."""
    for _ in run.rounds():
        with Temporary() as path:
            with open(path, "w+b", buffering=64) as shared:
                shared.write(b"a" * 500)

                def write():
                    for n in range(60):
                        shared.seek(n)
                        shared.write(b"b" * 5)

                def read():
                    for n in range(60):
                        shared.seek(n * 3)
                        if set(shared.read(7)) - set(b"ab"):
                            return n

                run.same(run.race(write, read, read)[1:], [None] * 2, "bytes")


@CASES.case
def closed_by_another(run):
    for _ in run.rounds():
        with Temporary() as path:
            shared = open(path, "wb", buffering=32)

            def work():
                for n in range(200):
                    try:
                        shared.write(b"0123456789")
                        shared.flush()
                    except ValueError as error:
                        run.expect("closed" in str(error) or "close" in str(error), "message", str(error))
                        run.saw(error)
                        return

            def close():
                shared.flush()
                shared.close()

            run.race(work, work, lambda: close_quietly(run, close))
            with open(path, "rb") as file:
                text = file.read()
            run.same(text, b"0123456789" * (len(text) // 10), "bytes")


def close_quietly(run, close):
    try:
        close()
    except ValueError as error:
        run.saw(error)


@CASES.case
def pipes(run):
    for _ in run.rounds():
        source, target = os.pipe()

        def put(thread):
            for n in range(60):
                os.write(target, bytes([thread]) * 8)

        def put_all():
            run.race(lambda: put(1), lambda: put(2))
            os.close(target)

        def take():
            got = []
            while data := os.read(source, 8):
                got.append(data)
            return b"".join(got)

        got = b"".join(run.race(put_all, take, take)[1:])
        os.close(source)
        run.same((got.count(1), got.count(2)), (480, 480), "bytes")


@CASES.case
def sockets(run):
    import socket

    for _ in run.rounds():
        one, two = socket.socketpair()
        with one, two:

            def put(thread):
                for n in range(50):
                    one.sendall(bytes([thread]) * 16)

            def take():
                got = b""
                while len(got) < 1600:
                    got += two.recv(4096)
                return got

            got = run.race(lambda: put(1), lambda: put(2), take)[2]
            run.same((got.count(1), got.count(2)), (800, 800), "bytes")


@CASES.case
def folders(run):
    import shutil

    for _ in run.rounds():
        path = tempfile.mkdtemp(prefix="threads")

        def work(thread):
            for n in range(20):
                name = os.path.join(path, f"{thread}_{n}")
                with open(name, "w") as file:
                    file.write(name)
                if f"{thread}_{n}" not in os.listdir(path):
                    return n
                with os.scandir(path) as entries:
                    for entry in entries:
                        entry.name
                os.rename(name, name + "r")

        run.same(run.race(*[lambda t=t: work(t) for t in range(3)]), [None] * 3, "folders")
        run.same(len(os.listdir(path)), 60, "files")
        shutil.rmtree(path)


@CASES.case
def temporary_names(run):
    for _ in run.rounds():

        def work():
            files = [tempfile.TemporaryFile() for _ in range(10)]
            for file in files:
                file.close()
            with tempfile.TemporaryDirectory() as folder:
                return folder

        run.same(len(set(run.race(*[work] * 4))), 4, "folders")
