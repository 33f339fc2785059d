# Where there is no memory for another thread, starting it says so.
import resource
import threading

with open('/proc/self/status') as status:
    used = next(int(line.split()[1]) << 10 for line in status if line.startswith('VmSize'))
soft, hard = resource.getrlimit(resource.RLIMIT_AS)
over = threading.Event()
threads = []
resource.setrlimit(resource.RLIMIT_AS, (used + (400 << 20), hard))
try:
    for _ in range(1000):
        thread = threading.Thread(target=over.wait)
        thread.start()
        threads.append(thread)
except RuntimeError as error:
    print(error)
finally:
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    over.set()
for thread in threads:
    thread.join()
print(0 < len(threads) < 1000, threading.active_count())
