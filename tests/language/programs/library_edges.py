"""Odds and ends of the library: how file types are made, what text files refuse, what errors are told."""
import io
import os
import pickle
import struct
import subprocess
import sys
import warnings

for name in sorted(vars(io)):
    kind = getattr(io, name)
    if isinstance(kind, type) and kind.__module__ == '_io':
        print(name, '__new__' in vars(kind))
print(type(object.__new__(io.BufferedReader)), type(object.__new__(io.TextIOWrapper)))
for kind in io.FileIO, io.BytesIO:
    try:
        object.__new__(kind)
    except TypeError as error:
        print(error)


class Tagged(io.BufferedReader):
    def __init__(self, raw, tag):
        super().__init__(raw)
        self.tag = tag

    def __getstate__(self):
        return self.tag, self.raw.getvalue()

    def __setstate__(self, state):
        tag, value = state
        self.__init__(io.BytesIO(value), tag)


for protocol in range(6):
    again = pickle.loads(pickle.dumps(Tagged(io.BytesIO(b'data'), 'ham'), protocol))
    print(again.tag, again.read(), type(again) is Tagged)

text = io.TextIOWrapper(io.BytesIO(), 'ascii')
for arguments in [dict(encoding='locale\0'), dict(encoding='\udcfe'), dict(errors='\udcfe'), dict(newline='xyz'), dict(encoding=4)]:
    try:
        text.reconfigure(**arguments)
    except Exception as error:
        print(type(error).__name__)

with warnings.catch_warnings():
    warnings.simplefilter('error')
    for act in os.fsync, os.fdatasync, os.fchdir, os.fstat:
        try:
            act(True)
        except RuntimeWarning as warning:
            print(act.__name__, warning)


class Odd:
    known = None

    def __getattr__(self, name):
        raise AttributeError('own text')


try:
    Odd().unknown
except AttributeError as error:
    print(error, error.name, type(error.obj))


class Signed:
    "Signed(one, two=2)\n--\n\nA class that says how it is called."


class Unsigned:
    "Other(one)\n--\n\nText."


print(Signed.__text_signature__, Unsigned.__text_signature__, type.__text_signature__)
for kind in type(sys.flags), type(sys.version_info):
    try:
        tuple.__new__(kind)
    except TypeError as error:
        print(error)


class Name(str):
    def __reduce__(self):
        return str(self)


for name in 'nonascii\xff', 'nonencodable\udbff':
    value = Name(name)
    value.__module__ = __name__
    globals()[name] = value
    for protocol in 0, 3:
        try:
            print(pickle.dumps(value, protocol)[-20:])
        except pickle.PicklingError as error:
            print(error, type(error.__context__))

for data in [b'\x80\x04\x95\x06\0\0\0\0\0\0\0Vhelloworld\n.', b'\x80\x04\x95\x09\0\0\0\0\0\0\0cbuiltins\nprint\n.']:
    try:
        pickle.load(io.BytesIO(data))
    except pickle.UnpicklingError as error:
        print(error)

for act in [lambda: struct.pack_into('i', bytearray(4), 1, 0), lambda: struct.pack_into('i', bytearray(4), -3, 0),
            lambda: struct.pack_into('i', bytearray(4), -5, 0), lambda: struct.unpack_from('i', bytes(4), 1),
            lambda: struct.unpack_from('i', bytes(4), -3), lambda: struct.unpack_from('i', bytes(4), -5)]:
    try:
        act()
    except struct.error as error:
        print(error)


def run(*arguments, **variables):
    environment = {**os.environ, **variables}
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=environment)
    return done.returncode, done.stdout, done.stderr


print(run('-X', 'cpu_count=4321', '-c', 'import os; print(os.cpu_count(), os.process_cpu_count())'))
print(run('-X', 'utf8=1', '-c', 'import io; print(io.text_encoding(None))'))
print(run('-X', 'utf8=0', '-c', 'import io; print(io.text_encoding(None))'))
code, out, err = run('-X', 'warn_default_encoding', '-c', 'open("/dev/null")')
print(code, [line for line in err.splitlines() if 'Encoding' in line])
print(run('-X', 'dev', '-c', 'b"".decode(errors="no such handler")')[2].splitlines()[-1])
print(run('-v', '-c', 'print(1)')[:2])
code, out, err = run('-X', 'importtime', '-c', 'import this_is_not_there')
print(code, any(line.startswith('import time:') and line.endswith(' this_is_not_there') for line in err.splitlines()))
