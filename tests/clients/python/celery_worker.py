"""celery: a worker in threads of this process; results, retries, chords, groups, tasks with a countdown."""
import sys

from celery import Celery, chain, chord, group
from celery.contrib.testing.worker import start_worker

url = f"redis://127.0.0.1:{sys.argv[1]}"
app = Celery("tasks", broker=f"{url}/0", backend=f"{url}/1")
app.conf.update(worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)
tries = []


@app.task
def add(a, b):
    return a + b


@app.task
def total(numbers):
    return sum(numbers)


@app.task(bind=True, max_retries=3)
def again(self):
    tries.append(1)
    if len(tries) < 3:
        raise self.retry(countdown=0)
    return len(tries)


@app.task
def broken():
    raise ValueError("out of order")


with start_worker(app, pool="threads", concurrency=4, perform_ping_check=False, loglevel="ERROR"):
    patience = {"timeout": 20}
    assert add.delay(2, 3).get(**patience) == 5
    assert group(add.s(i, i) for i in range(10)).apply_async().get(**patience) == [2 * i for i in range(10)]
    assert chord([add.s(i, 1) for i in range(5)], total.s()).apply_async().get(**patience) == 15
    assert chain(add.s(1, 2), add.s(10)).apply_async().get(**patience) == 13
    assert again.delay().get(**patience) == 3
    assert add.apply_async((1, 1), countdown=0.1, priority=3).get(**patience) == 2
    failed = broken.delay()
    try:
        failed.get(**patience)
        raise AssertionError("a task that fails has a result")
    except ValueError as error:
        assert str(error) == "out of order"
    assert failed.state == "FAILURE"
    revoked = add.apply_async((1, 1), countdown=600)
    revoked.revoke()
    assert app.control.inspect(timeout=5).ping() is not None
print("ok")
