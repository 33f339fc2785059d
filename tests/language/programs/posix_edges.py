# Numbers that the system's calls refuse, and ranges of descriptors.
import os


def show(what, act):
    try:
        print(what, act())
    except (BufferError, OSError, OverflowError, ValueError, TypeError) as error:
        print(what, type(error).__name__, error)


# All of a range at once, however large it is.
ends = os.pipe()
extra = os.dup2(ends[0], 200)
os.closerange(200, 2**31 - 1)
for fd in extra, ends[0]:
    show("open", lambda: os.fstat(fd) is not None)
show("empty", lambda: os.closerange(5, 5))
show("backwards", lambda: os.closerange(2**31 - 1, 0))

for number in 2**40, -1, 2**32, "x", 1.5:
    show("pidfd_open", lambda: os.close(os.pidfd_open(os.getpid(), number)))
    show("splice", lambda: os.splice(-1, -1, 1, flags=number))
    show("eventfd", lambda: os.eventfd(number))
counter = os.eventfd(0)
for number in -1, 2**64, "x":
    show("eventfd_write", lambda: os.eventfd_write(counter, number))

show("pread", lambda: os.pread(0, -1, 0))
show("pread", lambda: os.pread(0, 1, 2**70))
show("ftruncate", lambda: os.ftruncate(-1, -(2**70)))
show("lseek", lambda: os.lseek(ends[0], 0, 0))
show("sendfile", lambda: os.sendfile(-1, -1, 0, -1))
show("copy_file_range", lambda: os.copy_file_range(-1, -1, -1))
show("readv", lambda: os.readv(0, [b"abc"]))
show("readv", lambda: os.readv(0, 1))
show("writev", lambda: os.writev(1, [1]))
show("urandom", lambda: os.urandom(-1))
show("getrandom", lambda: os.getrandom(-1))
show("waitstatus_to_exitcode", lambda: [os.waitstatus_to_exitcode(status) for status in (0, 256, 9)])
show("waitstatus_to_exitcode", lambda: os.waitstatus_to_exitcode(0x137F))
show("waitstatus_to_exitcode", lambda: os.waitstatus_to_exitcode(0xFFFF))
