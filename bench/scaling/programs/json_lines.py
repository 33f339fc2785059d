"""Aggregates a file of JSON lines: parses each, sums amounts and counts by country, by a pool of threads over pieces of the file."""

import json
from concurrent.futures import ThreadPoolExecutor

from inputs import Random, file_of_blocks, pieces_of, read_piece

PIECE = 1 << 19
ORDERS = 5000
COUNTRIES = ["AT", "BE", "CH", "DE", "ES", "FR", "IT", "NL", "PL", "SE"]


def make_orders():
    random = Random(7)
    for number in range(ORDERS):
        order = {
            "id": number,
            "customer": {"name": f"customer {random.below(700)}", "country": COUNTRIES[random.below(len(COUNTRIES))]},
            "items": [
                {"article": f"A{random.below(5000):05}", "count": 1 + random.below(4), "price": random.below(20000) / 100}
                for _ in range(1 + random.below(3))
            ],
            "express": random.below(5) == 0,
            "note": None,
        }
        yield order


def prepare(size):
    block = "".join(json.dumps(order) + "\n" for order in make_orders()).encode()
    path, repeats = file_of_blocks("orders", block, 60 * size)
    return path, repeats * ORDERS


def aggregate(path, index):
    """Orders, cents and express orders by country, of one piece."""
    countries = {}
    for line in read_piece(path, PIECE, index).splitlines():
        order = json.loads(line)
        sums = countries.setdefault(order["customer"]["country"], [0, 0, 0])
        sums[0] += 1
        sums[1] += sum(item["count"] * round(item["price"] * 100) for item in order["items"])
        sums[2] += order["express"]
    return countries


def run(work, threads):
    path, orders = work
    totals = {}
    with ThreadPoolExecutor(threads) as pool:
        for countries in pool.map(lambda index: aggregate(path, index), range(pieces_of(path, PIECE))):
            for country, sums in countries.items():
                so_far = totals.get(country, (0, 0, 0))
                totals[country] = tuple(a + b for a, b in zip(so_far, sums))
    found = sum(sums[0] for sums in totals.values())
    if found != orders or sorted(totals) != COUNTRIES:
        raise AssertionError(f"{found} of {orders} orders")
    return " ".join(f"{country}:{count}/{cents}/{express}" for country, (count, cents, express) in sorted(totals.items()))
