"""arq, channels_redis (of Django Channels), Flask-Session and Flask-Caching."""
import asyncio
import sys

port = int(sys.argv[1])
url = f"redis://127.0.0.1:{port}"


async def run_arq() -> None:
    from arq import Worker, create_pool, func
    from arq.connections import RedisSettings

    async def double(context, n):
        return 2 * n

    async def broken(context):
        raise ValueError("out of order")

    settings = RedisSettings(port=port)
    pool = await create_pool(settings)
    jobs = [await pool.enqueue_job("double", i) for i in range(5)]
    late = await pool.enqueue_job("double", 21, _defer_by=0.1)
    bad = await pool.enqueue_job("broken")
    functions = [func(double, name="double"), func(broken, name="broken")]
    worker = Worker(
        functions=functions, redis_settings=settings, burst=True, poll_delay=0.05, handle_signals=False
    )
    await worker.main()
    assert [await job.result(timeout=10) for job in jobs] == [0, 2, 4, 6, 8]
    assert await late.result(timeout=10) == 42
    try:
        await bad.result(timeout=10)
        raise AssertionError("a job that fails has a result")
    except ValueError:
        pass
    await worker.close()
    await pool.aclose()


async def run_channels() -> None:
    from channels_redis.core import RedisChannelLayer
    from channels_redis.pubsub import RedisPubSubChannelLayer

    for layer in (RedisChannelLayer, RedisPubSubChannelLayer):
        one, two = layer(hosts=[url]), layer(hosts=[url])
        mine, theirs = await one.new_channel(), await two.new_channel()
        await one.group_add("group", mine)
        await two.group_add("group", theirs)
        await one.group_send("group", {"type": "news", "n": 1})
        assert (await asyncio.wait_for(one.receive(mine), 10))["n"] == 1
        assert (await asyncio.wait_for(two.receive(theirs), 10))["n"] == 1
        await one.send(theirs, {"type": "bytes", "bytes": b"\0"})
        assert (await asyncio.wait_for(two.receive(theirs), 10))["bytes"] == b"\0"
        await one.group_discard("group", mine)
        await one.flush()


def run_flask() -> None:
    import redis
    from flask import Flask, session
    from flask_caching import Cache
    from flask_session import Session

    app = Flask("app")
    client = redis.Redis(port=port)
    app.config.update(SESSION_TYPE="redis", SESSION_REDIS=client, CACHE_TYPE="RedisCache")
    app.config.update(CACHE_REDIS_HOST="127.0.0.1", CACHE_REDIS_PORT=port)
    Session(app)
    cache = Cache(app)
    calls = []

    @app.route("/")
    def index():
        session["visits"] = session.get("visits", 0) + 1
        return str(session["visits"])

    @app.route("/cached")
    @cache.cached(timeout=60)
    def cached():
        calls.append(1)
        return str(len(calls))

    with app.test_client() as browser:
        assert [browser.get("/").text for _ in range(3)] == ["1", "2", "3"]
        assert [browser.get("/cached").text for _ in range(3)] == ["1", "1", "1"]
        cache.clear()
        assert browser.get("/cached").text == "2"


for name in sys.argv[2:]:
    if name == "flask":
        run_flask()
    else:
        run = {"arq": run_arq, "channels_redis": run_channels}[name]
        asyncio.run(asyncio.wait_for(run(), 50))
print("ok")
