"""Writes `src/tables.bin`: what CPython's multibyte codecs convert to what. Run it with CPython 3.14:

    python3.14 modules/multibyte/tables.py modules/multibyte/src/tables.bin

A byte sequence is a number, its first byte the highest. The file is a row of codecs, in the order of CODECS; all numbers are little-endian:

    u8   one more than the index of the codec that this one begins with, 0: none
    u32  n, then n runs of sequences that the other has and this one has not: u32 first, u32 how many
    u32  n, then n runs of sequences that stand for one character of the first plane each: u32 first, u32 how many, u16 each character
    u32  n, then n sequences that stand for other characters: u32 sequence, u32 character, u32 second character or 0
    u32  n, then n characters that are not encoded as the smallest sequence that stands for them: u32 character, u32 sequence or 0
    u32  n, then n runs of characters that GB18030 encodes as four bytes: u32 first, u32 how many, u32 number of the first sequence
"""

import struct
import sys

CODECS = ('gbk gb2312 gb18030 big5 cp950 big5hkscs euc_jis_2004 euc_jisx0213 euc_jp shift_jis_2004 shift_jisx0213 '
          'cp932 shift_jis cp949 euc_kr johab').split()
BASES = {'gb2312': 'gbk', 'gb18030': 'gbk', 'cp950': 'big5', 'big5hkscs': 'big5', 'euc_jisx0213': 'euc_jis_2004',
         'shift_jisx0213': 'shift_jis_2004', 'shift_jis': 'cp932', 'euc_kr': 'cp949'}


def number(sequence):
    return int.from_bytes(sequence, 'big')


def decoding(codec):
    """What stands for which text: sequences of one, two and three bytes."""
    known = {}
    level = [b'']
    for length in 1, 2, 3:
        longer = []
        for start in level:
            for byte in range(256):
                sequence = start + bytes([byte])
                try:
                    known[number(sequence)] = sequence.decode(codec)
                except UnicodeDecodeError as error:
                    if 'incomplete' in error.reason and error.end == length:
                        longer.append(sequence)
        level = longer if codec not in ('gb18030', 'euc_kr') or length == 1 else []
    return known


def encoding(codec):
    known = {}
    for code in range(0x110000):
        try:
            known[code] = chr(code).encode(codec)
        except UnicodeEncodeError:
            pass
    return known


def runs(numbers):
    """Runs of neighbours: pairs of the first and how many."""
    found = []
    for item in sorted(numbers):
        if found and item == sum(found[-1]):
            found[-1][1] += 1
        else:
            found.append([item, 1])
    return found


def part(rows):
    return struct.pack('<I', len(rows)) + b''.join(rows)


def write(codec, known):
    base = BASES.get(codec)
    before = known[base] if base else {}
    now = known[codec] = decoding(codec)
    gone = [item for item in before if item not in now]
    new = {item: text for item, text in now.items() if before.get(item) != text}
    plain = {item: text for item, text in new.items() if len(text) == 1 and ord(text) < 0x10000}
    encoded = encoding(codec)
    smallest = {}
    for item in sorted(now):
        if len(now[item]) == 1:
            smallest.setdefault(ord(now[item]), item)
    four = {}
    other = []
    for code in sorted(encoded.keys() | smallest.keys()):
        sequence = encoded.get(code, b'')
        if len(sequence) == 4 and codec == 'gb18030':
            if code < 0x10000:
                a, b, c, d = sequence
                four[code] = ((a - 0x81) * 10 + b - 0x30) * 1260 + (c - 0x81) * 10 + d - 0x30
        elif len(sequence) == 8:
            pass
        elif number(sequence) != smallest.get(code, 0):
            other.append(struct.pack('<II', code, number(sequence)))
    fours = []
    for code, item in four.items():
        if fours and code == fours[-1][0] + fours[-1][1] and item == fours[-1][2] + fours[-1][1]:
            fours[-1][1] += 1
        else:
            fours.append([code, 1, item])
    return b''.join([
        bytes([CODECS.index(base) + 1 if base else 0]),
        part([struct.pack('<II', *run) for run in runs(gone)]),
        part([struct.pack('<II', first, count) + b''.join(struct.pack('<H', ord(plain[first + i])) for i in range(count))
              for first, count in runs(plain)]),
        part([struct.pack('<III', item, *map(ord, text), *[0] * (2 - len(text)))
              for item, text in sorted(new.items()) if item not in plain]),
        part(other),
        part([struct.pack('<III', *run) for run in fours]),
    ])


def main():
    known = {}
    data = b''.join(write(codec, known) for codec in CODECS)
    with open(sys.argv[1], 'wb') as file:
        file.write(data)


if __name__ == '__main__':
    main()
