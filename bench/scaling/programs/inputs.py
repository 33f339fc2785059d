"""Files that the programs make for themselves, once: they lie in the system's folder for temporary files."""

import os
import tempfile


class Random:
    """A small generator of numbers that looks random and is the same everywhere."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        return (self.state >> 33) % limit


def file_of_blocks(name, block, megabytes):
    """A file that holds `block` so often that it has about that size; its path, and how often."""
    repeats = max(1, round(megabytes * 1_000_000 / len(block)))
    folder = os.path.join(tempfile.gettempdir(), "grwl-bench-scaling")
    path = os.path.join(folder, f"{name}-{repeats}")
    if not os.path.exists(path) or os.path.getsize(path) != repeats * len(block):
        os.makedirs(folder, exist_ok=True)
        unfinished = f"{path}.{os.getpid()}"
        with open(unfinished, "wb") as file:
            for _ in range(repeats):
                file.write(block)
        os.replace(unfinished, path)
    return path, repeats


def pieces_of(path, piece):
    """How many pieces of that many bytes the file has."""
    return -(-os.path.getsize(path) // piece)


def read_piece(path, piece, index):
    """The lines that begin in a piece of the file."""
    with open(path, "rb") as file:
        if index > 0:
            file.seek(index * piece - 1)
            file.readline()
        text = file.read((index + 1) * piece - file.tell())
        return text if text.endswith(b"\n") else text + file.readline()
