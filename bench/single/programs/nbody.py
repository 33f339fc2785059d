"""Five bodies under gravity: floating-point arithmetic on attributes of few objects."""

import sys
from math import sqrt

SOLAR_MASS = 39.47841760435743
DAYS = 365.24


class Body:
    def __init__(self, mass, position, velocity):
        self.mass = mass * SOLAR_MASS
        self.x, self.y, self.z = position
        self.vx, self.vy, self.vz = (part * DAYS for part in velocity)


def bodies():
    sun = Body(1.0, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    jupiter = Body(
        9.54791938424326609e-04,
        (4.84143144246472090, -1.16032004402742839, -0.103622044471123109),
        (1.66007664274403694e-03, 7.69901118419740425e-03, -6.90460016972063023e-05),
    )
    saturn = Body(
        2.85885980666130812e-04,
        (8.34336671824457987, 4.12479856412430479, -4.03523417114321381e-01),
        (-2.76742510726411e-03, 4.99852801234917238e-03, 2.30417297573763929e-05),
    )
    uranus = Body(
        4.36624404335156298e-05,
        (12.8943695621391310, -15.1111514016986312, -0.223307578892655734),
        (2.96460137564761618e-03, 2.37847173959480950e-03, -2.96589568540237556e-05),
    )
    neptune = Body(
        5.15138902046611451e-05,
        (15.3796971148509165, -25.9193146099879641, 0.179258772950371181),
        (2.68067772490389322e-03, 1.62824170038242295e-03, -9.51592254519715870e-05),
    )
    planets = [jupiter, saturn, uranus, neptune]
    # Not by sum(): since Python 3.12 it adds floats with a correction, and older ones would go another way.
    for planet in planets:
        sun.vx -= planet.vx * planet.mass / SOLAR_MASS
        sun.vy -= planet.vy * planet.mass / SOLAR_MASS
        sun.vz -= planet.vz * planet.mass / SOLAR_MASS
    return [sun, *planets]


def energy(system):
    total = 0.0
    for i, body in enumerate(system):
        total += 0.5 * body.mass * (body.vx**2 + body.vy**2 + body.vz**2)
        for other in system[i + 1 :]:
            dx, dy, dz = body.x - other.x, body.y - other.y, body.z - other.z
            total -= body.mass * other.mass / sqrt(dx * dx + dy * dy + dz * dz)
    return total


def advance(system, pairs, step, count):
    for _ in range(count):
        for a, b in pairs:
            dx = a.x - b.x
            dy = a.y - b.y
            dz = a.z - b.z
            square = dx * dx + dy * dy + dz * dz
            strength = step / (square * sqrt(square))
            pull = b.mass * strength
            a.vx -= dx * pull
            a.vy -= dy * pull
            a.vz -= dz * pull
            pull = a.mass * strength
            b.vx += dx * pull
            b.vy += dy * pull
            b.vz += dz * pull
        for body in system:
            body.x += step * body.vx
            body.y += step * body.vy
            body.z += step * body.vz


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 120000
    system = bodies()
    pairs = [(a, b) for i, a in enumerate(system) for b in system[i + 1 :]]
    print(f"{energy(system):.6f}")
    advance(system, pairs, 0.01, count)
    print(f"{energy(system):.6f}")


main()
