"""redis-py: locks with and without an end, registered scripts, pipelines that watch."""
import sys
import threading

import redis
from redis.exceptions import LockError, LockNotOwnedError

client = redis.Redis(port=int(sys.argv[1]))

lock = client.lock("lock", timeout=60)
assert lock.acquire(blocking=False)
other = client.lock("lock", timeout=60)
assert not other.acquire(blocking=False)
assert lock.locked() and lock.owned() and not other.owned()
assert lock.extend(30) and 60 < client.ttl("lock") <= 90
assert lock.reacquire() and 0 < client.ttl("lock") <= 60
client.set("lock", "somebody else")
try:
    lock.release()
    raise AssertionError("a lock of somebody else was released")
except LockNotOwnedError:
    pass
client.delete("lock")
with client.lock("lock", timeout=60):
    assert client.exists("lock")
assert not client.exists("lock")
try:
    other.release()
    raise AssertionError("what is not locked was released")
except LockError:
    pass

inside = []


def count() -> None:
    for _ in range(10):
        with client.lock("turns", timeout=60, sleep=0.002):
            inside.append(1)
            assert len(inside) == 1
            client.incr("count")
            inside.pop()


threads = [threading.Thread(target=count) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert client.get("count") == b"40", client.get("count")

script = client.register_script("return {KEYS[1], ARGV[1], redis.call('INCRBY', KEYS[1], ARGV[1])}")
assert script(keys=["n"], args=[5]) == [b"n", b"5", 5]
client.script_flush()
assert script(keys=["n"], args=[5]) == [b"n", b"5", 10]
with client.pipeline() as pipeline:
    script(keys=["n"], args=[1], client=pipeline)
    pipeline.get("n")
    assert pipeline.execute() == [[b"n", b"1", 11], b"11"]


def more(pipeline) -> None:
    n = int(pipeline.get("n"))
    pipeline.multi()
    pipeline.set("n", n + 1)


assert client.transaction(more, "n") == [True] and client.get("n") == b"12"

subscriber = client.pubsub(ignore_subscribe_messages=True)
subscriber.subscribe("news")
while client.publish("news", "é".encode()) == 0:
    pass
message = None
while message is None:
    message = subscriber.get_message(timeout=1)
assert message["data"] == "é".encode(), message
print("ok")
