"""Takes fields out of log lines by a regular expression, and sums them up: by a pool of threads over pieces of a file."""

import re
from concurrent.futures import ThreadPoolExecutor

from inputs import Random, file_of_blocks, pieces_of, read_piece

PIECE = 1 << 19
LINES = 10_000
SERVICES = ["auth", "billing", "catalog", "mail", "search"]
STATUSES = [200, 200, 200, 204, 301, 404, 500, 503]

ENTRY = re.compile(
    r'^(?P<address>\d{1,3}(?:\.\d{1,3}){3}) - - \[(?P<time>[^\]]+)\] "(?P<method>GET|POST|PUT) /(?P<service>\w+)/(?P<path>[^" ?]*)(?:\?[^" ]*)?'
    r' HTTP/1\.1" (?P<status>\d{3}) (?P<bytes>\d+)$',
    re.MULTILINE,
)


def make_lines():
    random = Random(3)
    for number in range(LINES):
        address = ".".join(str(1 + random.below(250)) for _ in range(4))
        service = SERVICES[random.below(len(SERVICES))]
        method = ("GET", "POST", "PUT")[random.below(3)]
        question = f"?page={random.below(50)}&sort=name" if random.below(3) == 0 else ""
        clock = f"{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}"
        status = STATUSES[random.below(len(STATUSES))]
        yield (
            f'{address} - - [23/Nov/2026:{clock} +0000] "{method} /{service}/item/{random.below(10000)}{question} HTTP/1.1"'
            f" {status} {random.below(100000)}\n"
        )


def prepare(size):
    path, repeats = file_of_blocks("access", "".join(make_lines()).encode(), 60 * size)
    return path, repeats * LINES


def extract(path, index):
    """Requests, errors and bytes by service, of one piece."""
    services = {}
    for entry in ENTRY.finditer(read_piece(path, PIECE, index).decode()):
        sums = services.setdefault(entry["service"], [0, 0, 0])
        sums[0] += 1
        sums[1] += entry["status"] >= "400"
        sums[2] += int(entry["bytes"])
    return services


def run(work, threads):
    path, lines = work
    totals = {service: [0, 0, 0] for service in SERVICES}
    with ThreadPoolExecutor(threads) as pool:
        for services in pool.map(lambda index: extract(path, index), range(pieces_of(path, PIECE))):
            for service, sums in services.items():
                totals[service] = [a + b for a, b in zip(totals[service], sums)]
    found = sum(sums[0] for sums in totals.values())
    if found != lines:
        raise AssertionError(f"{found} of {lines} lines")
    return " ".join(f"{service}:{count}/{errors}/{size}" for service, (count, errors, size) in sorted(totals.items()))
