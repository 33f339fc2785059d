# What we mend in the library's own files.
import io
import os
import tarfile
import tempfile
import types
from unittest import mock

import pydoc


def archive(*members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, change in members:
            member = tarfile.TarInfo(name)
            data = change.pop("data", b"")
            member.size = len(data)
            for field, value in change.items():
                setattr(member, field, value)
            tar.addfile(member, io.BytesIO(data))
    out.seek(0)
    return out


def extract(filter, *members):
    with tempfile.TemporaryDirectory() as folder:
        inside = os.path.join(folder, "inside")
        os.mkdir(inside)
        try:
            with tarfile.open(fileobj=archive(*members)) as tar:
                tar.extractall(inside, filter=filter)
        except tarfile.FilterError as error:
            print(type(error).__name__)
        found = [os.path.relpath(os.path.join(at, name), folder) for at, folders, files in os.walk(folder) for name in folders + files]
        print(filter, sorted(found))


link = {"type": tarfile.SYMTYPE, "linkname": "elsewhere"}
hard = {"type": tarfile.LNKTYPE, "linkname": "file"}
for filter in ("tar", "data"):
    extract(filter, ("../outside/../inside/file", {"data": b"1"}))
    extract(filter, (".", dict(link)))
    extract(filter, ("", dict(link)), ("file", {"data": b"1"}))
    extract(filter, ("file", {"data": b"1"}), ("hard", dict(hard)))

with tempfile.TemporaryDirectory() as folder:
    members = ("file", {"data": b"1"}), ("deep/link", {**link, "linkname": "../file"}), ("hard", {**hard, "linkname": "deep/link"})
    with tarfile.open(fileobj=archive(*members)) as tar:
        tar.extractall(folder, filter="data")
    print(os.path.islink(os.path.join(folder, "hard")), open(os.path.join(folder, "hard")).read())

with tarfile.open(fileobj=archive(("folder/", {"type": tarfile.DIRTYPE}), ("./x/", {"data": b"1"}))) as tar:
    for name in ("folder", "folder/", "./x/", "./x", "y"):
        try:
            print(tar.getmember(name).name)
        except KeyError as error:
            print(error)

for now in (-1, 2**32, 2**32 - 1):
    with mock.patch("time.time", return_value=now):
        out = io.BytesIO()
        tarfile.open(fileobj=out, mode="w|gz").close()
        print(out.getvalue()[4:8])

module = types.ModuleType("sample", "text")
module.__file__ = "/a b/\udce7.py"
print("/a%20b/%E7.py" in pydoc.HTMLDoc().docmodule(module))
