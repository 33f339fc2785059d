"""Is imported by every process of an interpreter with the tests installed (see `installed.rs`).

All tests of `concurrent.futures` name the executor of interpreters as they are loaded, also in processes that they start. Where there are no
interpreters within a process there is none, and nothing but its own tests is to be left out.
"""

import sys


class Finder:
    """Prepares `concurrent.futures` before its tests are loaded; finds nothing itself."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == 'test.test_concurrent_futures':
            stand_in()
        return None


def stand_in():
    from concurrent import futures
    from unittest import SkipTest

    class InterpreterPoolExecutor(futures.Executor):
        def __init__(self, *args, **kwargs):
            raise SkipTest('InterpreterPoolExecutor is not available')

    if not hasattr(futures, 'InterpreterPoolExecutor'):
        futures.InterpreterPoolExecutor = InterpreterPoolExecutor


sys.meta_path.insert(0, Finder)
