"""Files of the built-in library, as importlib.resources wants them."""

import io
from importlib.resources.abc import Traversable, TraversableResources


class Path(Traversable):
    def __init__(self, importer, path):
        self._importer = importer
        self._path = path

    @property
    def name(self):
        return self._path.rpartition('/')[2]

    def iterdir(self):
        for name in self._importer.list_directory(self._path):
            yield Path(self._importer, f'{self._path}/{name}')

    def is_dir(self):
        return self._importer.has_directory(self._path)

    def is_file(self):
        return self._importer.has_file(self._path)

    def joinpath(self, *descendants):
        parts = [part for name in descendants
                 for part in str(name).split('/') if part and part != '.']
        return Path(self._importer, '/'.join([self._path, *parts]))

    def __truediv__(self, child):
        return self.joinpath(child)

    def read_bytes(self):
        return self._importer.get_data(self._path)

    def open(self, mode='r', *args, **kwargs):
        stream = io.BytesIO(self.read_bytes())
        if 'b' in mode:
            return stream
        return io.TextIOWrapper(stream, *args, **kwargs)

    def __str__(self):
        return self._path

    def __repr__(self):
        return f'Path({self._path!r})'


class Reader(TraversableResources):
    def __init__(self, importer, path):
        self._files = Path(importer, path)

    def files(self):
        return self._files
