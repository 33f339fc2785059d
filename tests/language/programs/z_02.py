# hashlib and hmac; one digest fed by several threads.
import hashlib
import hmac
import threading

data = bytes(range(256)) * 40
for name in sorted(hashlib.algorithms_guaranteed):
    digest = hashlib.new(name, data, usedforsecurity=False)
    copy = digest.copy()
    copy.update(b"more")
    if name.startswith("shake"):
        print(name, digest.name, digest.block_size, digest.digest_size, digest.hexdigest(20), copy.hexdigest(5))
    else:
        print(name, digest.name, digest.block_size, digest.digest_size, digest.hexdigest()[:24], copy.hexdigest()[:8])
for name in ("md5", "sha1", "sha256", "sha3_384", "sha512"):
    print(name, hmac.new(b"key" * 50, data, name).hexdigest()[:24], hmac.digest(b"key", data, name).hex()[:24])
tree = dict(fanout=2, depth=2, leaf_size=64, node_offset=1, node_depth=1, inner_size=32, last_node=True)
print(hashlib.blake2b(data, digest_size=9, key=b"k", salt=b"s", person=b"p", **tree).hexdigest())
print(hashlib.blake2s(data, digest_size=9, key=b"k", salt=b"s", person=b"p", **tree).hexdigest())


def attempt(function, *args, **names):
    try:
        print(function(*args, **names))
    except Exception as error:
        print(type(error).__name__, error)


attempt(hashlib.blake2b, digest_size=65)
attempt(hashlib.blake2s, salt=b"x" * 9)
attempt(hashlib.blake2s, depth=0)
attempt(hashlib.blake2b, "text")

shared = hashlib.blake2b()
piece = b"x" * 5000


def feed():
    for _ in range(50):
        shared.update(piece)
        shared.update(b"x" * 10)


threads = [threading.Thread(target=feed) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(shared.hexdigest() == hashlib.blake2b(b"x" * 5010 * 200).hexdigest())
