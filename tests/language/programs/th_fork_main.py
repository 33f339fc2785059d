# In the child of a fork that a worker thread made, the main thread is over, whether or not it was about to end.
import os
import sys
import threading
import warnings

warnings.simplefilter('ignore', DeprecationWarning)
main = threading.current_thread()
result = []


def work():
    child = os.fork()
    if child != 0:
        _, status = os.waitpid(child, 0)
        result.append(os.waitstatus_to_exitcode(status))
        return
    waiting = threading.Thread(target=main.join)
    waiting.start()
    waiting.join(10)
    if waiting.is_alive():
        print('main thread: never ends', flush=True)
        os._exit(1)
    print('main thread:', main.is_alive(), flush=True)
    os._exit(0)


sys.stdout.flush()
worker = threading.Thread(target=work)
worker.start()
worker.join()
print(result)
