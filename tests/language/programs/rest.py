"""What a program has dropped is closed when the process comes to rest, whatever its threads wait in: the other side waits for that."""
import queue
import select
import selectors
import socket
import threading
import time
import weakref


class Node:
    pass


def in_time(what, wait):
    """`wait` ends only once an object has died that nobody has any more."""
    start = time.monotonic()
    wait()
    took = time.monotonic() - start
    print(what, 'ends', 'in time' if took < 20 else took)


def dropped(closing):
    """Makes an object, dropped at once, whose end calls `closing`."""
    def make():
        weakref.finalize(Node(), closing).atexit = False
    # In a thread that ends: what a stack still shows of a call that is over would keep the object.
    maker = threading.Thread(target=make)
    maker.start()
    maker.join()


def by_lock():
    lock = threading.Lock()
    lock.acquire()
    dropped(lock.release)
    lock.acquire()


def by_timed_lock():
    lock = threading.Lock()
    lock.acquire()
    dropped(lock.release)
    assert lock.acquire(timeout=60)


def by_rlock():
    lock = threading.RLock()
    event = threading.Event()

    def hold():
        with lock:
            held.set()
            event.wait()
    held = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    dropped(event.set)
    with lock:
        pass
    holder.join()


def by_event():
    event = threading.Event()
    dropped(event.set)
    event.wait()


def by_condition():
    condition = threading.Condition()
    done = []

    def finish():
        with condition:
            done.append(1)
            condition.notify_all()
    dropped(finish)
    with condition:
        condition.wait_for(lambda: done)


def by_queue():
    items = queue.Queue()
    dropped(lambda: items.put(1))
    items.get()


def by_simple_queue():
    items = queue.SimpleQueue()
    dropped(lambda: items.put(1))
    items.get()


def by_join():
    event = threading.Event()
    waiter = threading.Thread(target=event.wait)
    waiter.start()
    dropped(event.set)
    waiter.join()


def by_select():
    a, b = socket.socketpair()
    with a, b:
        dropped(lambda: b.send(b'x'))
        assert select.select([a], [], [])[0] == [a]


def by_poll():
    a, b = socket.socketpair()
    with a, b:
        poll = select.poll()
        poll.register(a, select.POLLIN)
        dropped(lambda: b.send(b'x'))
        assert poll.poll() == [(a.fileno(), select.POLLIN)]


def by_epoll():
    a, b = socket.socketpair()
    with a, b, select.epoll() as epoll:
        epoll.register(a, select.EPOLLIN)
        dropped(lambda: b.send(b'x'))
        assert epoll.poll() == [(a.fileno(), select.EPOLLIN)]


def by_selector():
    a, b = socket.socketpair()
    with a, b, selectors.DefaultSelector() as selector:
        selector.register(a, selectors.EVENT_READ)
        dropped(lambda: b.send(b'x'))
        assert selector.select(60)


def by_timeout():
    a, b = socket.socketpair()
    with a, b:
        a.settimeout(60)
        dropped(lambda: b.send(b'x'))
        assert a.recv(1) == b'x'


def by_accept():
    with socket.create_server(('127.0.0.1', 0)) as server:
        address = server.getsockname()
        clients = []
        dropped(lambda: clients.append(socket.create_connection(address)))
        server.accept()[0].close()
        clients[0].close()


def by_peer():
    """A server whose handler forgets to close its connection; the client reads to the end."""
    with socket.create_server(('127.0.0.1', 0)) as server:
        def handle(connection):
            connection.sendall(connection.recv(100).upper())

        def client():
            with socket.create_connection(server.getsockname()) as connection:
                connection.sendall(b'question')
                answer = b''
                while part := connection.recv(100):
                    answer += part
                print(answer.decode())

        asking = threading.Thread(target=client)
        asking.start()
        connection, _ = server.accept()
        handling = threading.Thread(target=handle, args=(connection,))
        del connection
        handling.start()
        handling.join()
        del handling
        asking.join()


def by_child():
    """A child of a fork, whose processor time begins anew."""
    import os
    pid = os.fork()
    if pid == 0:
        lock = threading.Lock()
        lock.acquire()
        dropped(lock.release)
        os._exit(3 if lock.acquire(timeout=20) else 4)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


for name, wait in list(globals().items()):
    if name.startswith('by_'):
        in_time(name, wait)
