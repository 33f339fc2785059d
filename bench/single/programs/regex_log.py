"""A web server's log, searched with regular expressions: groups, alternatives, substitution with a function."""

import re
import sys

LINE = re.compile(
    r'(?P<host>\S+) - (?P<user>\S+) \[(?P<day>\d\d)/(?P<month>\w{3})/(?P<year>\d{4}):(?P<time>[\d:]+) [+-]\d{4}\] '
    r'"(?P<method>[A-Z]+) (?P<path>[^ ?"]+)(?:\?(?P<query>[^ "]*))? HTTP/\d\.\d" (?P<status>\d{3}) (?P<size>\d+|-)'
    r'(?: "(?P<referrer>[^"]*)" "(?P<agent>[^"]*)")?$'
)
PARAMETER = re.compile(r"([a-z_]+)=([^&]*)")
ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
ADDRESS = re.compile(r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b")
ROBOT = re.compile(r"bot|crawl(?:er|ing)?|spider", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+")


def numbers(seed):
    while True:
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        yield seed >> 8


def log(random, count):
    methods = ["GET", "GET", "GET", "POST", "HEAD"]
    paths = ["/", "/index.html", "/images/logo.png", "/api/v1/items/%d", "/search", "/a/very/long/path/to/a/page/%d.html"]
    agents = ["Mozilla/5.0 (X11; Linux x86_64)", "GoogleBot/2.1", "curl/8.1", "A Spider (friendly)"]
    months = ["Jan", "Apr", "Jul", "Oct"]

    def pick(items):
        return items[next(random) % len(items)]

    for _ in range(count):
        path = pick(paths)
        if "%d" in path:
            path %= next(random) % 5000
        if next(random) % 3 == 0:
            path += "?q=%%41%%%02x+x&page=%d&order_by=date" % (65 + next(random) % 26, next(random) % 50)
        host = "%d.%d.%d.%d" % tuple(next(random) % 300 for _ in range(4))
        line = '%s - %s [%02d/%s/2024:%02d:%02d:%02d +0000] "%s %s HTTP/1.1" %d %s' % (
            host,
            pick(["-", "ann", "bob"]),
            1 + next(random) % 28,
            pick(months),
            next(random) % 24,
            next(random) % 60,
            next(random) % 60,
            pick(methods),
            path,
            pick([200, 200, 200, 301, 404, 500]),
            pick(["-", str(next(random) % 100000)]),
        )
        if next(random) % 2:
            line += ' "http://example.com/%d" "%s"' % (next(random) % 10, pick(agents))
        yield line


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30000
    statuses, parameters, words = {}, {}, {}
    size = robots = addresses = unread = 0
    for line in log(numbers(7), count):
        found = LINE.match(line)
        if found is None:
            unread += 1
            continue
        statuses[found["status"]] = statuses.get(found["status"], 0) + 1
        if found["size"] != "-":
            size += int(found["size"])
        if found["query"]:
            query = ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), found["query"])
            for name, value in PARAMETER.findall(query):
                parameters[name] = parameters.get(name, 0) + len(value)
        if ROBOT.search(found["agent"] or ""):
            robots += 1
        if ADDRESS.search(line):
            addresses += 1
        for word in WORD.finditer(found["path"]):
            words[word[0]] = words.get(word[0], 0) + 1
    print(sorted(statuses.items()), sorted(parameters.items()))
    print(sorted(words.items()))
    print(size, robots, addresses, unread)


main()
