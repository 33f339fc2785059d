"""Text put together in all the usual ways: +=, join, formatting, StringIO; and taken apart again."""

import io
import sys


def table(count):
    rows = []
    for i in range(count):
        rows.append(f"{i:>6}|{i * i:<12,}|{i / 7:10.3f}|{'x' * (i % 13):^14}|{i % 256:#04x}")
    return "\n".join(rows)


def page(count):
    html = "<ul>"
    for i in range(count):
        html += "<li id='item"
        html += str(i)
        html += "'>"
        html += "Nr. %d & %s" % (i, "äöü"[i % 3])
        html += "</li>"
    return html + "</ul>"


def stream(count):
    out = io.StringIO()
    for i in range(count):
        out.write("key")
        out.write(str(i))
        out.write(" = ")
        out.write(repr("value\t%d" % i))
        out.write("\n")
    return out.getvalue()


def letters(count):
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    return "".join(alphabet[(i * i + 3 * i) % 26] for i in range(count))


def words(text):
    counts = {}
    for word in text.split("e"):
        word = word.strip("ab").title()
        if word.startswith(("C", "Q")) or word.endswith("x"):
            word = word.lower().replace("q", "kw")
        counts[word] = counts.get(word, 0) + 1
    return counts


def records(text):
    result = {}
    for line in text.splitlines():
        key, _, value = line.partition(" = ")
        result[key[3:]] = value[1:-1].rsplit("\\t", 1)[-1]
    return result


def checksum(text):
    total = 0
    for i in range(0, len(text), 101):
        total = (total * 31 + ord(text[i])) % 1000000007
    return total


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    total = 0
    for turn in range(rounds):
        count = 4000 + turn
        texts = [table(count), page(count), stream(count), letters(8 * count)]
        total += sum(checksum(text) + len(text.encode()) for text in texts)
        total += len(words(texts[3])) + sum(map(int, records(texts[2]).values()))
        total += texts[1].count("<li") + texts[1].find("Nr. %d &" % (count // 2)) + len(texts[1].translate({38: "&amp;"}))
    print(total)


main()
