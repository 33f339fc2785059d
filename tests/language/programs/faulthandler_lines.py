# faulthandler's tracebacks name the lines that run.
import faulthandler
import re
import tempfile
import threading


def shown(act):
    with tempfile.TemporaryFile() as file:
        act(file)
        file.seek(0)
        text = file.read().decode()
    lines = re.findall(r'File "(.*)", line (.*) in (.*)', text)
    return [(path.rpartition("/")[2], line, name) for path, line, name in lines]


def dump(file):
    # The line of the call is the next but one.

    faulthandler.dump_traceback(file, all_threads=False)


def nested(file):
    for number in range(3):
        if number == 2:
            dump(
                file,
            )


class Shown:
    def __repr__(self):
        dump(self.file)
        return ""


def generator(file):
    yield 1
    yield dump(file)


def through_repr(file):
    it = Shown()
    it.file = file
    repr(
        it
    )


def long_line(file): [dump(file) for _ in [0]]; x = 1; y = 2; return [x, y]


for act in [dump, nested, through_repr, lambda file: list(generator(file)), lambda f: sorted([2, 1], key=lambda x: dump(f) if x == 1 else x) if 0 else dump(f), long_line]:
    print(*shown(act), sep="\n")

waits = threading.Event()
entered = threading.Event()


def other():
    entered.set()
    waits.wait()


thread = threading.Thread(target=other)
thread.start()
entered.wait()
found = shown(lambda file: faulthandler.dump_traceback(file))
print([entry for entry in found if entry[2] == "other"])
print(all(line.isdigit() for _, line, _ in found))
waits.set()
thread.join()
