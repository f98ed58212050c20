"""rq, dramatiq and huey: each carries out jobs with a worker in this process."""
import sys

import redis

port = int(sys.argv[1])
client = redis.Redis(port=port)


def run_rq() -> None:
    from rq import Queue, Retry, SimpleWorker

    queue = Queue("sums", connection=client)
    jobs = [queue.enqueue(divmod, 17 + i, 5) for i in range(5)]
    bad = queue.enqueue(divmod, 1, 0)
    after = queue.enqueue(len, "abc", depends_on=jobs[0])
    again = queue.enqueue("math.sqrt", -1, retry=Retry(max=2))
    SimpleWorker([queue], connection=client).work(burst=True, logging_level="ERROR")
    assert [job.return_value() for job in jobs] == [divmod(17 + i, 5) for i in range(5)]
    assert bad.get_status() == "failed" and "ZeroDivisionError" in bad.latest_result().exc_string
    assert after.return_value() == 3
    assert again.get_status(refresh=True) == "failed"
    assert len(queue.failed_job_registry) == 2 and len(queue.finished_job_registry) == 6
    queue.delete(delete_jobs=True)


def run_dramatiq() -> None:
    import dramatiq
    from dramatiq.brokers.redis import RedisBroker
    from dramatiq.results import Results
    from dramatiq.results.backends import RedisBackend

    broker = RedisBroker(port=port)
    broker.add_middleware(Results(backend=RedisBackend(port=port)))
    dramatiq.set_broker(broker)
    tries = []

    @dramatiq.actor(store_results=True)
    def double(n):
        return 2 * n

    @dramatiq.actor(store_results=True, max_retries=3, min_backoff=1, max_backoff=2)
    def again():
        tries.append(1)
        if len(tries) < 3:
            raise RuntimeError("not yet")
        return len(tries)

    worker = dramatiq.Worker(broker, worker_threads=4, worker_timeout=50)
    import logging

    logging.disable(logging.CRITICAL)
    worker.start()
    messages = [double.send(i) for i in range(10)]
    late = double.send_with_options(args=(21,), delay=50)
    assert [m.get_result(block=True, timeout=20_000) for m in messages] == [2 * i for i in range(10)]
    assert late.get_result(block=True, timeout=20_000) == 42
    assert again.send().get_result(block=True, timeout=20_000) == 3
    broker.join(double.queue_name, timeout=20_000)
    worker.stop()
    broker.close()


def run_huey() -> None:
    from huey import PriorityRedisExpireHuey, RedisHuey

    for kind in (RedisHuey, PriorityRedisExpireHuey):
        huey = kind(kind.__name__, port=port, immediate=False)

        @huey.task(retries=2)
        def triple(n):
            return 3 * n

        @huey.task()
        @huey.lock_task("one")
        def locked():
            return "locked"

        consumer = huey.create_consumer(workers=2, periodic=False, initial_delay=0.01)
        consumer.start()
        results = [triple(i) for i in range(5)]
        assert [r(blocking=True, timeout=20) for r in results] == [3 * i for i in range(5)]
        assert locked()(blocking=True, timeout=20) == "locked"
        late = triple.schedule((7,), delay=600)
        late.revoke()
        huey.put("kept", 1)
        assert huey.get("kept") == 1
        consumer.stop(graceful=True)
        huey.flush()


for name in sys.argv[2:]:
    {"rq": run_rq, "dramatiq": run_dramatiq, "huey": run_huey}[name]()
print("ok")
