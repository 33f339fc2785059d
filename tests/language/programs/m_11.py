# Sockets and waiting for them: both ends in one program, time limits, messages with descriptors, select, poll, epoll, signals on the way.
import os
import select
import signal
import socket
import sys
import threading
import time

server = socket.create_server(("127.0.0.1", 0))


def serve():
    connection, _ = server.accept()
    with connection:
        while data := connection.recv(1000):
            connection.sendall(data[::-1])


thread = threading.Thread(target=serve)
thread.start()
with socket.create_connection(server.getsockname()) as client:
    client.sendall(b"hello")
    print(client.recv(100))
    buffer = bytearray(10)
    client.sendall(b"into")
    print(client.recv_into(buffer), buffer)
    client.shutdown(socket.SHUT_WR)
    print(client.recv(1))
thread.join()
server.close()

# Much data both ways at once.
left, right = socket.socketpair()
got = []
reader = threading.Thread(target=lambda: got.append(sum(map(len, iter(lambda: right.recv(65536), b"")))))
reader.start()
left.sendall(bytes(3_000_000))
left.close()
reader.join()
print(got)
right.close()

left, right = socket.socketpair()
left.settimeout(0.05)
try:
    left.recv(1)
except TimeoutError as error:
    print(repr(error), left.gettimeout())
left.setblocking(False)
try:
    left.recv(1)
except BlockingIOError as error:
    print(type(error).__name__, left.getblocking())
left.setblocking(True)

# Descriptors travel.
read, write = os.pipe()
rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS)
left.sendmsg([b"he", b"re"], [(*rights, write.to_bytes(4, sys.byteorder))])
data, ancillary, flags, address = right.recvmsg(100, socket.CMSG_SPACE(4))
descriptors = [int.from_bytes(data, sys.byteorder) for level, kind, data in ancillary if (level, kind) == rights]
print(data, len(descriptors), address)
os.write(descriptors[0], b"through the other")
print(os.read(read, 100))
for number in (read, write, *descriptors):
    os.close(number)
print(left.sendmsg([b"a", b"bc"]), right.recvmsg(10)[0])

# Readiness.
print(select.select([left, right], [left], [], 0) == ([], [left], []))
right.send(b"x")
print(select.select([left, right], [], [], 5)[0] == [left])
poll = select.poll()
poll.register(left, select.POLLIN)
poll.register(right, select.POLLIN | select.POLLOUT)
print([(number == left.fileno(), events) for number, events in poll.poll(1000)])
poll.unregister(right)
with select.epoll() as epoll:
    epoll.register(left, select.EPOLLIN)
    print(epoll.poll(1) == [(left.fileno(), select.EPOLLIN)])
    left.recv(1)
    print(epoll.poll(0.01))
    try:
        epoll.register(left, select.EPOLLIN)
    except FileExistsError as error:
        print(error.errno == 17)
print(epoll.closed)

# A signal is handled in the middle of a wait, which goes on; an exception of its handler ends it.
handled = []
signal.signal(signal.SIGALRM, lambda number, frame: handled.append(number))
signal.setitimer(signal.ITIMER_REAL, 0.05)
start = time.monotonic()
print(select.select([left], [], [], 0.2)[0], time.monotonic() - start >= 0.2, handled)


class Stop(Exception):
    pass


def stop(number, frame):
    raise Stop


signal.signal(signal.SIGALRM, stop)
for wait in (lambda: left.recv(1), lambda: poll.poll(), lambda: os.read(left.fileno(), 1)):
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        wait()
    except Stop:
        print("stopped")
left.close()
right.close()
try:
    left.send(b"x")
except OSError as error:
    print(error.errno == 9)
for wrong in (("127.0.0.1",), ("127.0.0.1", 70000), "127.0.0.1", (1, 2)):
    with socket.socket() as one:
        try:
            one.connect(wrong)
        except (TypeError, OverflowError) as error:
            print(type(error).__name__, error)
print(socket.inet_aton("1.2.3.4"), socket.inet_ntop(socket.AF_INET6, bytes(15) + b"\1"))
print(socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM))
try:
    socket.getaddrinfo("127.0.0.1", "no such service")
except socket.gaierror as error:
    print(error.errno == socket.EAI_SERVICE)
