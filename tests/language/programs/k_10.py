import heapq, bisect, random, string, textwrap, struct, os.path, datetime
h = [5, 1, 4]; heapq.heapify(h); heapq.heappush(h, 0); print(heapq.heappop(h), h, heapq.nlargest(2, h), heapq.nsmallest(2, [3, 1, 2], key=lambda x: -x), list(heapq.merge([1, 4], [2, 3])), heapq.heappushpop(h, 9), heapq.heapreplace(h, 2))
print(bisect.bisect([1, 2, 2, 3], 2), bisect.bisect_left([1, 2, 2, 3], 2), bisect.insort(l := [1, 3], 2), l)
r = random.Random(42)
print(r.random(), r.randint(1, 100), r.choice("abc"), r.sample(range(100), 5), r.shuffle(l2 := list(range(8))), l2, r.uniform(0, 1), r.gauss(0, 1), r.getrandbits(70), r.choices("ab", [1, 3], k=5), r.randrange(0, 100, 7), random.Random("seed").random(), r.expovariate(1))
random.seed(1); print(random.random(), random.randbytes(4))
print(string.ascii_letters, string.digits, string.punctuation, repr(string.whitespace), string.Template("$a ${b} $$").substitute(a=1, b=2), string.capwords("a bc"), string.Formatter().format("{0}-{x}", 1, x=2))
print(textwrap.fill("the quick brown fox jumps over the lazy dog", 20), textwrap.dedent("  a\n   b\n"), textwrap.indent("a\nb", "> "), textwrap.shorten("hello big world", 12), textwrap.wrap("aaaaaaaaaa bb", 4))
print(struct.pack("<iHb", -1, 65535, -5), struct.unpack(">If", struct.pack(">If", 7, 1.5)), struct.calcsize("@bi"), struct.pack("5s3p?q", b"abc", b"xyz", True, -2), list(struct.iter_unpack("<H", b"\1\0\2\0")))
for f in (lambda: struct.pack("b", 200), lambda: struct.pack("i"), lambda: struct.unpack("i", b"a"), lambda: struct.pack("z", 1), lambda: struct.pack("i", "a"), lambda: random.choice([]), lambda: random.randint(5, 1), lambda: random.sample([1], 2)):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
print(os.path.join("a", "b", "/c", "d"), os.path.split("/a/b.txt"), os.path.splitext("x.tar.gz"), os.path.basename("/a/"), os.path.dirname("/a/b"), os.path.normpath("a/../b//c/."), os.path.isabs("/x"), os.path.commonpath(["/a/b", "/a/c"]), os.path.relpath("/a/b", "/a/c"), os.path.exists("/no/such"))
dt = datetime.datetime(2024, 2, 29, 12, 30, 15, 123456); td = datetime.timedelta(days=1, hours=-5)
print(dt, repr(dt), dt + td, td, repr(td), dt.isoformat(), dt.strftime("%Y-%m-%d %H:%M:%S.%f %j %A %b %p %y"), dt.weekday(), dt.date() - datetime.date(2024, 1, 1), datetime.datetime.fromisoformat("2024-01-02T03:04:05+02:00"), datetime.date(2024, 1, 31).replace(month=3), td.total_seconds(), dt.replace(tzinfo=datetime.timezone.utc).timestamp(), datetime.datetime.strptime("05/Mar/2021", "%d/%b/%Y"), datetime.time(1, 2) < datetime.time(2), dt.isocalendar(), datetime.date.fromordinal(738000), divmod(td, datetime.timedelta(hours=7)), datetime.date.max)
for f in (lambda: datetime.date(2023, 2, 29), lambda: datetime.datetime.strptime("x", "%Y"), lambda: dt - dt.replace(tzinfo=datetime.timezone.utc), lambda: datetime.timedelta(days=10 ** 10), lambda: datetime.date(0, 1, 1), lambda: dt < 5):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
