"""_uuid: identifiers of the time and the machine are unique, also where threads make them at once."""
import _uuid
import threading
import uuid

print(_uuid.has_uuid_generate_time_safe, _uuid.has_stable_extractable_node)
made, safety = _uuid.generate_time_safe()
print(type(made), len(made), safety)
one, other = uuid.uuid1(), uuid.uuid1()
print(one.version, one.variant, one.is_safe, one.node == other.node, one.time < other.time, one.clock_seq == other.clock_seq)
found = []


def make():
    mine = [_uuid.generate_time_safe()[0] for _ in range(5000)]
    found.extend(mine)
    times = [uuid.UUID(bytes=item).time for item in mine]
    assert times == sorted(times)


threads = [threading.Thread(target=make) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(found), len(set(found)))
