"""Documents to JSON text and back: nested dicts and lists, strings with escapes, floats, both libraries' fast paths."""

import json
import sys


def numbers(seed):
    while True:
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        yield seed >> 8


def document(random, width):
    names = ["Grüße", "naïve", "plain", 'quo"ted', "tab\there", "日本語", "back\\slash", "end"]
    return {
        "title": "document %d" % next(random),
        "active": next(random) % 2 == 0,
        "nothing": None,
        "matrix": [[next(random) % 1000 for _ in range(10)] for _ in range(width // 10)],
        "prices": [next(random) / 64.0 for _ in range(width)],
        "people": [
            {
                "id": next(random),
                "name": names[next(random) % len(names)],
                "tags": [names[next(random) % len(names)] for _ in range(4)],
                "address": {"street": "Street %d" % (next(random) % 100), "city": None, "zip": "%05d" % (next(random) % 100000)},
            }
            for _ in range(width)
        ],
    }


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 90
    random = numbers(42)
    checksum = 0
    for turn in range(rounds):
        original = document(random, 250)
        compact = json.dumps(original, separators=(",", ":"))
        pretty = json.dumps(original, indent=2, sort_keys=True, ensure_ascii=False)
        copy = json.loads(compact)
        assert copy == json.loads(pretty) == original
        checksum = (checksum * 31 + len(compact) + 7 * len(pretty) + sum(map(ord, pretty[turn::97]))) % 1000000007
    print(checksum)


main()
