"""limits and Flask-Limiter, dogpile.cache, fastapi-cache2, django-redis: limits, caches and locks on scripts."""
import sys
import threading

import redis.asyncio

port = int(sys.argv[1])
url = f"redis://127.0.0.1:{port}"


def run_limits() -> None:
    from limits import RateLimitItemPerHour, storage, strategies

    kept = storage.RedisStorage(url)
    for strategy in (
        strategies.FixedWindowRateLimiter,
        strategies.MovingWindowRateLimiter,
        strategies.SlidingWindowCounterRateLimiter,
    ):
        limiter = strategy(kept)
        item = RateLimitItemPerHour(3, namespace=strategy.__name__)
        assert [limiter.hit(item, "a") for _ in range(4)] == [True, True, True, False], strategy
        assert not limiter.test(item, "a") and limiter.test(item, "b")
        assert limiter.get_window_stats(item, "a").remaining == 0
        limiter.clear(item, "a")
        assert limiter.hit(item, "a", cost=3)
    assert kept.check()
    kept.reset()

    from flask import Flask
    from flask_limiter import Limiter

    app = Flask("limited")
    Limiter(lambda: "everybody", app=app, storage_uri=url, default_limits=["2 per hour"])
    app.add_url_rule("/", "index", lambda: "hello")
    with app.test_client() as client:
        assert [client.get("/").status_code for _ in range(3)] == [200, 200, 429]


def run_dogpile() -> None:
    from dogpile.cache import make_region

    arguments = {"port": port, "distributed_lock": True, "lock_timeout": 60, "lock_sleep": 0.002}
    region = make_region().configure("dogpile.cache.redis", arguments=arguments, expiration_time=60)
    calls = []
    create = lambda: calls.append(1) or len(calls)  # noqa: E731
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(region.get_or_create("k", create)))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 5 and calls == [1], (found, calls)
    region.set_multi({"a": 1, "b": [2]})
    assert region.get_multi(["a", "b"]) == [1, [2]]
    region.delete_multi(["a", "k"])
    assert region.get_or_create("k", create) == 2


def run_fastapi_cache() -> None:
    from fastapi import FastAPI
    from fastapi.testclient import TestClient
    from fastapi_cache import FastAPICache
    from fastapi_cache.backends.redis import RedisBackend
    from fastapi_cache.decorator import cache

    app = FastAPI()
    calls = []

    @app.get("/")
    @cache(expire=60, namespace="pages")
    async def index():
        calls.append(1)
        return {"calls": len(calls)}

    @app.delete("/")
    async def clear():
        return await FastAPICache.clear("pages")

    FastAPICache.init(RedisBackend(redis.asyncio.from_url(url)), prefix="fastapi")
    with TestClient(app) as client:
        assert [client.get("/").json() for _ in range(2)] == [{"calls": 1}] * 2
        assert client.delete("/").status_code == 200
        assert client.get("/").json() == {"calls": 2}


def run_django() -> None:
    from django.conf import settings

    settings.configure(
        CACHES={"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": f"{url}/2"}}
    )
    from django.core.cache import cache

    cache.set("k", {"a": [1, "é"]}, 60)
    assert cache.get("k") == {"a": [1, "é"]} and 0 < cache.ttl("k") <= 60
    cache.set_many({"a": 1, "b": 2})
    assert cache.get_many(["a", "b", "c"]) == {"a": 1, "b": 2}
    assert cache.incr("a", 5) == 6 and cache.add("a", 1) is False
    assert sorted(cache.keys("*")) == ["a", "b", "k"]
    with cache.lock("lock", timeout=60):
        assert not cache.lock("lock", timeout=60).acquire(blocking=False)
    assert cache.lock("lock", timeout=60).acquire(blocking=False)
    assert cache.delete_pattern("?") == 3
    cache.set("v", 1, version=2)
    assert cache.get("v") is None and cache.incr_version("v", version=2) == 3
    cache.clear()
    assert cache.get("v", version=3) is None


RUNS = {
    "limits": run_limits,
    "dogpile": run_dogpile,
    "fastapi-cache2": run_fastapi_cache,
    "django-redis": run_django,
}
for name in sys.argv[2:]:
    RUNS[name]()
print("ok")
