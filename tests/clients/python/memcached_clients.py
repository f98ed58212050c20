"""pymemcache and python-memcached: all commands of the classic text protocol, flags kept."""
import sys

port = int(sys.argv[1])


def run_pymemcache() -> None:
    from pymemcache import serde
    from pymemcache.client.base import Client, PooledClient
    from pymemcache.client.hash import HashClient

    plain = Client(("127.0.0.1", port))
    assert plain.set("k", b"v", expire=60, noreply=False)
    assert plain.get("k") == b"v" and plain.get("none") is None
    assert plain.add("k", b"w", noreply=False) is False
    assert plain.replace("k", b"w", noreply=False) and plain.append("k", b"x", noreply=False)
    assert plain.prepend("k", b"u", noreply=False) and plain.get("k") == b"uwx"
    value, cas = plain.gets("k")
    assert plain.cas("k", b"new", cas) is True and plain.cas("k", b"old", cas) is False
    assert plain.cas("none", b"old", cas) is None
    plain.set("n", b"5")
    assert plain.incr("n", 3) == 8 and plain.decr("n", 10) == 0 and plain.incr("none", 1) is None
    assert plain.touch("k", 100, noreply=False) and plain.get("k") == b"new"
    assert plain.set_many({f"m{i}": bytes(i) for i in range(100)}, noreply=False) == []
    found = plain.get_many([f"m{i}" for i in range(101)])
    assert found == {f"m{i}": bytes(i) for i in range(100)}
    assert plain.delete("k", noreply=False) and not plain.delete("k", noreply=False)
    assert plain.delete_many(["m1", "m2"], noreply=False)
    plain.set("big", b"x" * 500_000, noreply=False)
    assert len(plain.get("big")) == 500_000
    assert b"version" in plain.stats() and plain.version()
    pooled = PooledClient(("127.0.0.1", port), serde=serde.pickle_serde, max_pool_size=4)
    for value in ("é", 7, 2**70, {"a": [1, None]}, b"\x00\r\n"):
        pooled.set("typed", value, noreply=False)
        assert pooled.get("typed") == value, value
    hashed = HashClient([("127.0.0.1", port)], serde=serde.compressed_serde)
    hashed.set_many({"a": "x" * 5000, "b": 1})
    assert hashed.get_many(["a", "b"]) == {"a": "x" * 5000, "b": 1}
    assert plain.flush_all(noreply=False) and plain.get("n") is None
    for client in (plain, pooled, hashed):
        client.close()


def run_python_memcached() -> None:
    import memcache

    client = memcache.Client([f"127.0.0.1:{port}"], debug=True)
    for value in ("é", 7, 2**70, {"a": 1}, b"\x00\r\n"):
        assert client.set("k", value, time=60) and client.get("k") == value, value
    assert client.set_multi({"a": 1, "b": 2}, key_prefix="p") == []
    assert client.get_multi(["a", "b"], key_prefix="p") == {"a": 1, "b": 2}
    assert client.incr("pa") == 2 and client.decr("pb") == 1
    assert client.gets("k") is not None and client.cas("k", "mine")
    assert client.touch("k", 60) and client.delete("k") and client.get("k") is None
    assert client.add("k", "y") and client.prepend("k", "x")
    assert client.get("k") == "xy" and len(client.get_stats()) == 1
    client.flush_all()
    assert client.get("k") is None
    client.disconnect_all()


RUNS = {"pymemcache": run_pymemcache, "python-memcached": run_python_memcached}
for name in sys.argv[2:]:
    RUNS[name]()
print("ok")
