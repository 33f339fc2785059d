# Functions of the system that take a thread's identity: one that is no thread's is refused.
import signal
import threading
import time

print(time.pthread_getcpuclockid(threading.get_ident()) != 0)

ready, leave = threading.Event(), threading.Event()


def wait():
    ready.set()
    leave.wait()


worker = threading.Thread(target=wait)
worker.start()
ready.wait()
clock = time.pthread_getcpuclockid(worker.ident)
print(time.clock_gettime(clock) >= 0)

caught = []
signal.signal(signal.SIGUSR1, lambda number, frame: caught.append(threading.current_thread() is threading.main_thread()))
signal.pthread_kill(worker.ident, signal.SIGUSR1)
while not caught:
    time.sleep(0.001)
print(caught)
leave.set()
worker.join()

for ident in 0, 2, 65536, 1 << 40:
    for function in time.pthread_getcpuclockid, lambda ident: signal.pthread_kill(ident, 0):
        try:
            function(ident)
        except OSError as error:
            print(ident, type(error).__name__, error)
