"""The Mandelbrot set: float arithmetic, a row a task."""

from concurrent.futures import ThreadPoolExecutor

LIMIT = 100


def prepare(size):
    return max(16, int(400 * size**0.5))


def row(side, number):
    """For each point of a row, after how many steps it leaves the circle."""
    steps = []
    y = (2 * number + 1) / side - 1.0
    for column in range(side):
        x = 3.0 * column / side - 2.0
        real, imaginary = 0.0, 0.0
        step = 0
        while step < LIMIT:
            squares = real * real + imaginary * imaginary
            if squares > 4.0:
                break
            imaginary, real = 2.0 * real * imaginary + y, real * real - imaginary * imaginary + x
            step += 1
        steps.append(step)
    return steps


def run(side, threads):
    with ThreadPoolExecutor(threads) as pool:
        rows = list(pool.map(lambda number: row(side, number), range(side)))
    total = sum(map(sum, rows))
    inside = sum(steps.count(LIMIT) for steps in rows)
    # It is its own mirror image.
    if any(rows[number] != rows[-1 - number] for number in range(side // 2)):
        raise AssertionError("not symmetrical")
    return f"{side} x {side}: {total} steps, {inside} points inside"
