"""Integers for which there is no memory."""

import resource

try:
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[0])
except FileNotFoundError:
    pages = 1 << 16
limit = pages * resource.getpagesize() + (1 << 30)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

number = 1 << 100
for what in (
    lambda: 1 << (1 << 34),
    lambda: number << (1 << 34),
    lambda: -number << (1 << 34),
    lambda: 1 << (1 << 70),
    lambda: f"{number:>20000000000}",
):
    try:
        print(what().bit_length())
    except (MemoryError, OverflowError) as error:
        print(type(error).__name__, error)
print((number << 1000).bit_length())
