"""datetime: a thousand operations on values chosen by a generator of our own, with clocks that are set forward and back."""
import operator
import os
import time as clock
import warnings
from datetime import *

warnings.simplefilter("ignore")
os.environ["TZ"] = "CET-1CEST,M3.5.0,M10.5.0/3"
clock.tzset()
state = 5


def below(bound):
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) & (2**64 - 1)
    return (state >> 33) % bound


def one_of(choices):
    return choices[below(len(choices))]


class Zone(tzinfo):
    def __init__(self, minutes, kind):
        self.minutes = minutes
        self.kind = kind

    def is_summer(self, moment):
        return moment is not None and moment.month in (4, 5, 6, 7)

    def utcoffset(self, moment):
        if self.kind == 3:
            return None
        more = moment is not None and (self.is_summer(moment) or moment.fold)
        return timedelta(minutes=self.minutes + 60 * bool(more))

    def dst(self, moment):
        return timedelta(hours=self.is_summer(moment)) if self.kind else None

    def tzname(self, moment):
        return f"Z%{self.minutes}"

    def __repr__(self):
        return f"Zone({self.minutes}, {self.kind})"


class Date(date):
    def __new__(cls, *args, **keywords):
        return date.__new__(cls, *args, **keywords)


class DateTime(datetime):
    pass


class Time(time):
    pass


class Delta(timedelta):
    pass


ZONES = [
    None,
    None,
    timezone.utc,
    timezone(timedelta(hours=5, minutes=30)),
    timezone(timedelta(hours=-3, seconds=7, microseconds=9), "foo"),
    Zone(60, 1),
    Zone(-300, 0),
    Zone(0, 3),
]
INTEGERS = [0, 1, -1, 2, 3, 7, 60, 86399, 86400, 999999, 10**6, -86400, 10**9, -(10**9), 10**12, 2**31, 2**63, 2**70, -(2**70), True]
FLOATS = [0.0, 0.5, -0.5, 1.5, 2.5, 1e-6, 5e-7, 1.5e-6, -1.5e-6, 1e10, 1e20, -1e20, float("nan"), float("inf"), 0.1, 1 / 3, 1e300]
CODES = "Y y m d H M S f z :z Z j U W w a A b B c x X p I G V u % C F T D e : :x".split()


def number():
    kind = below(4)
    if kind == 0:
        return one_of(INTEGERS)
    if kind == 1:
        return one_of(FLOATS)
    if kind == 2:
        return below(1000) - 500
    return (below(2000001) - 1000000) / one_of([1, 7, 1000, 3.3])


def a_delta():
    while True:
        try:
            return one_of([timedelta, timedelta, Delta])(*[number() for _ in range(below(5))])
        except (ValueError, OverflowError):
            pass


def a_date():
    if below(6) == 0:
        return one_of([date.min, date.max, date(2000, 2, 29), date(1900, 2, 28), date(1999, 12, 31)])
    return one_of([date, date, Date]).fromordinal(1 + below(3652059))


def a_time():
    micro = one_of([0, 1, 500000, 999999, below(10**6)])
    return one_of([time, time, Time])(below(24), below(60), below(60), micro, one_of(ZONES), fold=below(2))


def a_datetime():
    kind = below(8)
    if kind == 0:
        return one_of([datetime.min, datetime.max, datetime(2024, 3, 31, 2, 30), datetime(2024, 10, 27, 2, 30), datetime(2024, 10, 27, 2, 30, fold=1)])
    if kind < 4:
        numbers = 1970 + below(80), 1 + below(12), 1 + below(28), below(24), below(60), below(60), below(10**6)
        return one_of([datetime, DateTime])(*numbers, one_of(ZONES), fold=below(2))
    return one_of([datetime, DateTime]).combine(a_date(), a_time())


def anything():
    return one_of([a_delta, a_date, a_time, a_datetime, number])()


def a_text():
    made = one_of([a_date, a_time, a_datetime])()
    text = made.isoformat()
    for _ in range(below(3)):
        place = below(len(text) + 1)
        character = one_of("0123456789-:+Z.,WT x")
        kind = below(3)
        text = text[:place] + (character if kind != 1 else "") + text[place + (kind > 0) :]
    if below(3) == 0:
        text = text.replace(one_of("-:"), "")
    if below(4) == 0:
        form = one_of(["%04d-W%02d-%d", "%04dW%02d%d", "%04d-W%02d", "%04dW%02d"])
        text = form % a_date().isocalendar()[: form.count("%")] + one_of(["", "T10", "T1030", "-10", "010", " 10:30"])
    return text


OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, divmod, operator.lt, operator.le, operator.eq, operator.ne]
COMMON = "__repr__ __str__ __reduce__".split()
METHODS = {
    timedelta: "total_seconds __neg__ __abs__ __bool__ __pos__".split(),
    datetime: "timetuple utctimetuple date time timetz ctime isocalendar utcoffset dst tzname timestamp astimezone isoformat toordinal weekday".split(),
    date: "timetuple ctime isocalendar isoformat toordinal weekday isoweekday".split(),
    time: "utcoffset dst tzname isoformat".split(),
}
FIELDS = "year month day hour minute second microsecond fold tzinfo".split()


def operation():
    kind = below(8)
    if kind < 2:
        operands, function = (anything(), anything()), one_of(OPERATORS)
        return (function.__name__, *operands), lambda: function(*operands)
    if kind == 2:
        text, cls = a_text(), one_of([date, time, datetime, DateTime, Date, Time])
        return (cls.__name__, text), lambda: cls.fromisoformat(text)
    if kind == 3:
        made = one_of([a_date, a_time, a_datetime])()
        form = "".join("%" + one_of(CODES) for _ in range(1 + below(5)))
        return (made, form), lambda: made.strftime(form)
    if kind == 4:
        made = one_of([a_delta, a_date, a_time, a_datetime])()
        own = next(names for cls, names in METHODS.items() if isinstance(made, cls))
        name = one_of(COMMON + own)
        return (made, name), lambda: getattr(made, name)()
    if kind == 5:
        made = one_of([a_date, a_time, a_datetime])()
        fields = {}
        for _ in range(below(3) + 1):
            name = one_of(FIELDS)
            fields[name] = one_of(ZONES + [5]) if name == "tzinfo" else one_of([0, 1, 2, 12, 28, 31, 59, 60, 9999, 10000, -1])
        return (made, fields), lambda: made.replace(**fields)
    if kind == 6:
        made, zone = a_datetime(), one_of(ZONES)
        return ("astimezone", made, zone), lambda: made.astimezone(zone)
    seconds = one_of([number(), below(2**33) - 10**9, 1711846800 + below(7200), 1729990800 + below(7200) + 0.5])
    zone, cls = one_of(ZONES), one_of([datetime, DateTime])
    return ("fromtimestamp", seconds, zone), lambda: cls.fromtimestamp(seconds, zone)


for count in range(1000):
    shown, act = operation()
    try:
        result = act()
        answer = f"{result!r} {type(result).__name__}"
    except Exception as error:
        answer = f"{type(error).__name__}: {error}"
    print(count, ascii(shown), "->", ascii(answer))
