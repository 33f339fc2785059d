# Numbers at the edge of what a size may be, where they go on to other functions.
import io
import _io
import _sre


def attempt(function, *arguments):
    try:
        print(function(*arguments))
    except Exception as error:
        print(type(error).__name__, error)


class Raw(io.RawIOBase):
    def readinto(self, buffer):
        return 0


for size in 2**63 - 1, 2**62, 2**61, 2**63:
    attempt(Raw().read, size)


class Lines(io.RawIOBase):
    def read(self, size=-1):
        print('read', size)
        return b''


for size in -1, 5, 2**63 - 1, 2**62:
    attempt(Lines().readline, size)

for code in -128, -1, 0x110000, 2**31 - 1, 65, 0xc4:
    attempt(_sre.unicode_tolower, code)
    attempt(_sre.ascii_tolower, code)
    attempt(_sre.unicode_iscased, code)
    attempt(_sre.ascii_iscased, code)
