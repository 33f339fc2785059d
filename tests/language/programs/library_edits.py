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

import http.client
import http.cookiejar
import urllib.request


class Socket:
    def __init__(self, data):
        self.data = data

    def makefile(self, mode):
        return io.BytesIO(self.data)


def response(data):
    try:
        found = http.client.HTTPResponse(Socket(data))
        found.begin()
        print(found.status, found.read())
    except http.client.HTTPException as error:
        print(type(error).__name__, error)


final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"
chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n"
for count in (0, 1, 99, 100):
    response(b"HTTP/1.1 100 Continue\r\n\r\n" * count + final)
for count in (0, 1, 99, 100, 101):
    response(chunked + b"Trailer: x\r\n" * count + b"\r\n")
response(chunked)

passwords = urllib.request.HTTPPasswordMgr()
passwords.add_password("realm", "https://host/a", "user", "secret")
passwords.add_password("realm", "other", "user", "second")
for uri in ("https://host/a/b", "http://host:443/a/b", "http://host/a", "https://host/c", "host:443", "http://other/x", "https://other/x"):
    print(uri, passwords.find_user_password("realm", uri))

jar = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(rfc2965=True))
request = urllib.request.Request("http://www.example.com/")
headers = http.client.HTTPMessage()
headers["Set-Cookie2"] = 'a="1"; Version="-1"'
headers["Set-Cookie2"] = 'b="1"; Version="1"'
answer = types.SimpleNamespace(info=lambda: headers)
jar.extract_cookies(answer, request)
print(sorted(cookie.name for cookie in jar))

import gettext

for plural in ("!n == 1", "!(n > 2) * 3", "n ? !n : 4"):
    print(plural, [int(gettext.c2py(plural)(n)) for n in range(5)])

import netrc

for text in ('"" invalid', 'machine host login "" password x', "machine host login", 'machine ""'):
    with tempfile.NamedTemporaryFile("w", delete_on_close=False) as file:
        file.write(text)
        file.close()
        try:
            print(netrc.netrc(file.name).hosts)
        except netrc.NetrcParseError as error:
            print(error.msg, error.lineno)

import bdb

debugger = bdb.Bdb()
for _ in range(3):
    debugger.set_break(__file__, 1)
debugger.clear_all_file_breaks(__file__)
print([entry for entry in bdb.Breakpoint.bplist.values() if entry])

import datetime
import struct
import zoneinfo


def zone(rule):
    head = b"TZif2" + bytes(15)
    one = struct.pack(">6llbb", 0, 0, 0, 0, 1, 4, 0, 0, 0) + b"UTC\0"
    try:
        return zoneinfo.ZoneInfo.from_file(io.BytesIO((head + one) * 2 + b"\n" + rule.encode() + b"\n"))
    except ValueError:
        return None


for rule in ("AAA0BBB,J59,J300", "AAA0BBB,J60,J300", "AAA0BBB,59,300"):
    for year in (2023, 2024):
        days = [datetime.datetime(year, month, day, 12, tzinfo=zone(rule)) for month, day in ((2, 27), (2, 28), (3, 1), (3, 2))]
        if year == 2024:
            days.insert(2, datetime.datetime(2024, 2, 29, 12, tzinfo=days[0].tzinfo))
        print(rule, year, [day.tzname() for day in days])
for rule in ("AAA", "A.A4", "AAA4BBB,M3.2-0,M11.1.0", "AAA4BBB,J+60,J300", "AAA4BBB,J60,J300/2", "AAA4B_B,J60,J300"):
    print(rule, zone(rule) is not None)
