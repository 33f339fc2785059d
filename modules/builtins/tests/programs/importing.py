import sys
sys._get_cpu_count_config = lambda: -1
import _imp, marshal

def error(f, *args, **keywords):
    try:
        f(*args, **keywords)
    except Exception as e:
        return f'{type(e).__name__}: {e}'
    return None

def same(found, wanted):
    if found != wanted:
        raise AssertionError(f'{found!r} is not {wanted!r}')

code = compile('x=1\ndef f(a, *b, c=2, **d): return [i for i in b]', 'f', 'exec')
for value in [1, -5, 1 << 100, -(1 << 70), 1.5, 2j, 'abc', '\xe9', '\ud800', b'x', (1, (2,)), [1], {1: 2}, {3},
              frozenset([4]), None, True, ..., StopIteration, code]:
    for version in range(6):
        back = marshal.loads(marshal.dumps(value, version))
        same((back, type(back)), (value, type(value)))
same(marshal.loads(marshal.dumps(slice(1, 2, 3))), slice(1, 2, 3))
ring = []
ring.append(ring)
back = marshal.loads(marshal.dumps(ring))
same(back[0] is back, True)
ring = ([],)
ring[0].append(ring)
back = marshal.loads(marshal.dumps(ring))
same(back[0][0] is back, True)
same(error(marshal.dumps, object()), 'ValueError: unmarshallable object')
same(error(marshal.loads, b''), 'EOFError: EOF read where object expected')
same(error(marshal.loads, marshal.dumps(code), allow_code=False), 'ValueError: unmarshalling code objects is disallowed')

same(_imp.source_hash(1, b'abc'), b'\xaf\xbdc\xb5@\xc5\x06I')
same((_imp.is_builtin('sys'), _imp.is_builtin('marshal'), _imp.is_builtin('os')), (-1, 1, 0))
same(error(_imp.release_lock), 'RuntimeError: not holding the import lock')
_imp.acquire_lock()
_imp.acquire_lock()
same(_imp.lock_held(), True)
_imp.release_lock()
_imp.release_lock()
same(_imp.lock_held(), False)
same(error(_imp.get_frozen_object, 'foo'), "ImportError: No such frozen object named 'foo'")
same(_imp.find_frozen('zipimport'), (None, False, 'zipimport'))

same(error(__import__, 'nope'), "ModuleNotFoundError: No module named 'nope'")
same(error(__import__, 'sys.foo'), "ModuleNotFoundError: No module named 'sys.foo'; 'sys' is not a package")
import os
same(os.__file__, '/<stdlib>/os.py')
same(os.__spec__.loader.get_source('os')[:30], 'r"""OS routines for NT or Posi')
same(os.path.__name__, 'posixpath')
import importlib.machinery
same(importlib.__path__, ['/<stdlib>/importlib'])
names = dict(os.__spec__.loader.iter_modules('p.'))
same((names['p.os'], names['p.json']), (False, True))
