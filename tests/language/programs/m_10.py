# Processes: fork with several threads, its hooks, exit statuses; programs started with pipes, descriptors and a function before them.
import os
import signal
import subprocess
import sys
import threading
import warnings

warnings.simplefilter("ignore")

order = []
os.register_at_fork(
    before=lambda: order.append("before 1"),
    after_in_parent=lambda: order.append("parent 1"),
    after_in_child=lambda: order.append("child 1"),
)
os.register_at_fork(
    before=lambda: order.append("before 2"),
    after_in_parent=lambda: order.append("parent 2"),
    after_in_child=lambda: order.append("child 2"),
)


def in_child(function):
    """What the function prints in a forked child, and how the child ended."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            os.write(write, repr(function()).encode())
            os._exit(3)
        finally:
            os._exit(99)
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        text = answer.read().decode()
    _, status = os.waitpid(pid, 0)
    return text, os.waitstatus_to_exitcode(status)


print(in_child(lambda: order))
print(order)

# Other threads are gone in the child; their locks are not taken there.
stop = threading.Event()
others = [threading.Thread(target=stop.wait) for _ in range(3)]
for other in others:
    other.start()


def look():
    made = []
    thread = threading.Thread(target=lambda: made.append(sum(range(1000))))
    thread.start()
    thread.join()
    return threading.active_count(), made


for _ in range(5):
    print(in_child(look))

# A fork in another thread: that one becomes the main thread.
results = []


def forks():
    results.append(in_child(lambda: threading.current_thread() is threading.main_thread()))


thread = threading.Thread(target=forks)
thread.start()
thread.join()
print(results)
stop.set()
for other in others:
    other.join()

# A child that ends as programs do.
pid = os.fork()
if pid == 0:
    sys.exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

# Programs.
print(subprocess.run(["cat"], input=b"through a pipe", capture_output=True).stdout)
print(subprocess.run(["sh", "-c", "echo to stderr >&2; exit 5"], capture_output=True))
print(subprocess.run(["sh", "-c", "echo $A $B"], env={"A": "1"}, capture_output=True).stdout)
print(subprocess.run(["pwd"], cwd="/", capture_output=True).stdout)
print(subprocess.run(["sh", "-c", "kill -TERM $$"]).returncode == -signal.SIGTERM)
for name in ("/nonexistent/program", "/"):
    try:
        subprocess.run([name])
    except OSError as error:
        print(type(error).__name__, error.errno, error.filename)
try:
    subprocess.run(["true"], cwd="/nonexistent")
except OSError as error:
    print(type(error).__name__, error.filename)


def before():
    os.environ["SET"] = "before"
    os.putenv("SET", "before")


print(subprocess.run(["sh", "-c", "echo $SET"], preexec_fn=before, capture_output=True).stdout)


def fails():
    raise ValueError


try:
    subprocess.run(["true"], preexec_fn=fails)
except subprocess.SubprocessError as error:
    print(error)

read, write = os.pipe()
script = f"import os; os.write({write}, b'passed')"
for passed in ((write,), ()):
    done = subprocess.run(
        [sys.executable, "-c", script], pass_fds=passed, stderr=subprocess.DEVNULL
    )
    print(done.returncode)
print(os.read(read, 100))
try:
    subprocess.run(["sleep", "10"], timeout=0.1)
except subprocess.TimeoutExpired as error:
    print(error)
