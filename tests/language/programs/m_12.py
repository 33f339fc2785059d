# Files in memory, also by several threads at once; locks on files; semaphores that processes share.
import fcntl
import mmap
import os
import tempfile
import threading
from _multiprocessing import SemLock

file = tempfile.TemporaryFile()
file.write(b"0123456789" * 1000)
file.flush()
memory = mmap.mmap(file.fileno(), 0)
print(len(memory), memory[3], memory[-4:], memory[0:10:3], memory.find(b"345", 10), memory.rfind(b"9"))
memory[0:3] = b"abc"
memory[5] = 88
memory.move(7, 0, 3)
print(memory.read(10), memory.tell(), memory.read_byte(), memory.readline()[:5])
memory.seek(0)
print(memory.write(b"written"), os.pread(file.fileno(), 10, 0))
with memoryview(memory) as view:
    view[0] = 33
    try:
        memory.close()
    except BufferError as error:
        print(error)
memory.resize(50)
print(len(memory), os.fstat(file.fileno()).st_size, memory[:3])
for act in (lambda: memory[50], lambda: memory.seek(51), lambda: memory.__setitem__(0, 256), lambda: memory["a"]):
    try:
        act()
    except (IndexError, ValueError, TypeError) as error:
        print(type(error).__name__, error)

# Threads that read, write, resize and close: exceptions, nothing worse.
stop = threading.Event()
allowed = (ValueError, BufferError, IndexError)
private = mmap.mmap(-1, 1 << 16, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
refused = []


def work(act):
    while not stop.is_set():
        try:
            act()
        except allowed:
            pass
        except BaseException as error:
            refused.append(error)
            return


def resize():
    private.resize(1 << 12)
    private.resize(1 << 16)


acts = [lambda: private[100:5000], lambda: private.find(b"x"), resize, lambda: private.seek(0) or private.write(b"y" * 100)]
threads = [threading.Thread(target=work, args=(act,)) for act in acts]
for thread in threads:
    thread.start()
threading.Event().wait(0.3)
stop.set()
for thread in threads:
    thread.join()
private.close()
print(refused, private.closed)
try:
    private[0]
except ValueError as error:
    print(error)

# What threads write one after another is all there.
count = 2000
shared = mmap.mmap(-1, 4 * count)
threads = [threading.Thread(target=lambda: [shared.write_byte(7) for _ in range(count)]) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(shared.tell(), shared[:] == b"\7" * 4 * count)

fcntl.flock(file, fcntl.LOCK_EX)
fcntl.lockf(file, fcntl.LOCK_EX, 10, 5)
print(fcntl.fcntl(file, fcntl.F_GETFD) == fcntl.FD_CLOEXEC)
for act in (lambda: fcntl.lockf(file, 0), lambda: fcntl.fcntl(file, 1, 1.5), lambda: fcntl.fcntl(-1, 1)):
    try:
        act()
    except (ValueError, TypeError) as error:
        print(type(error).__name__, error)

semaphore = SemLock(1, 2, 2, f"/grwl-{os.getpid()}", True)
print(semaphore.acquire(), semaphore.acquire(), semaphore.acquire(False), semaphore._is_zero())
pid = os.fork()
if pid == 0:
    semaphore.release()
    os._exit(0)
print(semaphore.acquire(True, 10), os.waitpid(pid, 0)[1])
semaphore.release()
semaphore.release()
try:
    semaphore.release()
except ValueError as error:
    print(error)
