"""Spheres over a chequered floor, by rays with mirrors and shadows: many short-lived objects, operators as methods."""

import sys
from math import sqrt


class Vector:
    __slots__ = ("x", "y", "z")

    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor, self.z * factor)

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def unit(self):
        return self * (1.0 / sqrt(self.dot(self)))

    def mirrored(self, normal):
        return self - normal * (2.0 * self.dot(normal))


class Ray:
    def __init__(self, origin, direction):
        self.origin = origin
        self.direction = direction.unit()

    def at(self, distance):
        return self.origin + self.direction * distance


class Plain:
    def __init__(self, colour, mirror):
        self.colour = colour
        self.mirror = mirror

    def colour_at(self, point):
        return self.colour


class Chequered:
    mirror = 0.1

    def __init__(self, first, second):
        self.colours = first, second

    def colour_at(self, point):
        return self.colours[(int(point.x // 1.0) + int(point.z // 1.0)) % 2]


class Sphere:
    def __init__(self, centre, radius, surface):
        self.centre = centre
        self.radius = radius
        self.surface = surface

    def distance(self, ray):
        offset = self.centre - ray.origin
        along = offset.dot(ray.direction)
        inside = self.radius * self.radius - offset.dot(offset) + along * along
        if inside < 0.0:
            return None
        return along - sqrt(inside)

    def normal(self, point):
        return (point - self.centre).unit()


class Floor:
    def __init__(self, height, surface):
        self.height = height
        self.surface = surface
        self.up = Vector(0.0, 1.0, 0.0)

    def distance(self, ray):
        if ray.direction.y == 0.0:
            return None
        return (self.height - ray.origin.y) / ray.direction.y

    def normal(self, point):
        return self.up


class Scene:
    sky = Vector(0.5, 0.7, 1.0)
    black = Vector(0.0, 0.0, 0.0)

    def __init__(self, shapes, lights):
        self.shapes = shapes
        self.lights = lights

    def nearest(self, ray):
        best, found = 1e9, None
        for shape in self.shapes:
            distance = shape.distance(ray)
            if distance is not None and 1e-6 < distance < best:
                best, found = distance, shape
        return best, found

    def is_lit(self, point, direction, distance):
        ray = Ray(point, direction)
        return self.nearest(ray)[0] >= distance

    def colour(self, ray, depth):
        distance, shape = self.nearest(ray)
        if shape is None:
            return self.sky
        point = ray.at(distance)
        normal = shape.normal(point)
        surface = shape.surface
        brightness = 0.1
        for light in self.lights:
            way = light - point
            length = sqrt(way.dot(way))
            lambert = way.dot(normal) / length
            if lambert > 0.0 and self.is_lit(point, way, length):
                brightness += 0.6 * lambert
        result = surface.colour_at(point) * brightness
        if surface.mirror > 0.0 and depth > 0:
            bounced = self.colour(Ray(point, ray.direction.mirrored(normal)), depth - 1)
            result = result * (1.0 - surface.mirror) + bounced * surface.mirror
        return result


def scene():
    shapes = [Floor(-1.0, Chequered(Vector(0.1, 0.1, 0.1), Vector(0.9, 0.9, 0.9)))]
    for i in range(6):
        colour = Vector(0.2 + 0.15 * i, 0.9 - 0.12 * i, (0.3 * i) % 1.0)
        centre = Vector(-2.5 + i, -0.5 + 0.3 * (i % 3), 4.0 + (i % 2) * 1.5)
        shapes.append(Sphere(centre, 0.6, Plain(colour, 0.3)))
    return Scene(shapes, [Vector(-5.0, 6.0, -3.0), Vector(5.0, 8.0, 0.0)])


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 170
    picture = scene()
    eye = Vector(0.0, 0.5, -2.0)
    checksum = 0
    for row in range(size):
        for column in range(size):
            direction = Vector(2.0 * column / size - 1.0, 1.0 - 2.0 * row / size, 2.0)
            colour = picture.colour(Ray(eye, direction), 3)
            for part in (colour.x, colour.y, colour.z):
                checksum = (checksum * 31 + min(255, int(part * 255.0))) % 1000000007
    print(checksum)


main()
