# Native functions without a signature of their own have the one that their number of arguments says.
import datetime
import inspect
import stat
import _stat

for owner, names in [
    (datetime.datetime, ("utcnow", "ctime", "fromisoformat", "now", "__reduce__", "fromtimestamp")),
    (datetime.timezone, ("dst", "tzname", "__getinitargs__")),
    (_stat, ("S_IMODE", "filemode")),
]:
    for name in names:
        print(name, getattr(owner, name).__text_signature__, vars(owner)[name].__text_signature__)
print(inspect.signature(datetime.datetime.utcnow), inspect.signature(stat.S_IMODE), inspect.signature(datetime.datetime.ctime))
