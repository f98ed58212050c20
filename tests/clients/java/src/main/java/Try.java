import static org.redisson.api.RateType.OVERALL;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.redisson.Redisson;
import org.redisson.api.*;
import org.redisson.api.options.LocalCachedMapOptions;
import org.redisson.api.stream.StreamAddArgs;
import org.redisson.api.stream.StreamCreateGroupArgs;
import org.redisson.api.stream.StreamReadGroupArgs;
import org.redisson.client.codec.IntegerCodec;
import org.redisson.config.Config;

/** Tries Redisson against the server on a port of 127.0.0.1, with two clients. */
public class Try {
  interface Part {
    void run() throws Exception;
  }

  private final RedissonClient one;
  private final RedissonClient two;
  private int failed = 0;

  Try(String port) {
    Config config = new Config();
    String address = "redis://127.0.0.1:" + port;
    config.useSingleServer().setAddress(address).setConnectionMinimumIdleSize(2).setConnectionPoolSize(8);
    one = Redisson.create(config);
    two = Redisson.create(config);
  }

  public static void main(String[] args) {
    Try all = new Try(args[0]);
    all.part("locks", all::locks);
    all.part("fair and read-write locks", all::otherLocks);
    all.part("semaphores and latches", all::semaphores);
    all.part("maps", all::maps);
    all.part("rate limiter", all::rateLimiter);
    all.part("topics", all::topics);
    all.part("collections and queues", all::collections);
    all.part("Bloom filter, numbers, bits", all::numbers);
    all.part("batch and transaction", all::batches);
    all.part("streams", all::streams);
    all.part("local cached map", all::localCache);
    all.part("scripts and keys", all::scripts);
    System.out.println(all.failed == 0 ? "ok" : all.failed + " failed");
    System.exit(all.failed);
  }

  private void part(String name, Part part) {
    int before = failed;
    try {
      part.run();
    } catch (Throwable error) {
      check(error.toString(), false);
    }
    System.out.println(name + (failed == before ? " ok" : " FAILED"));
  }

  private synchronized void check(String what, boolean holds) {
    if (holds) return;
    System.out.println("not so: " + what);
    failed++;
  }

  private static <T> Future<T> start(Callable<T> work) {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    Future<T> result = executor.submit(work);
    executor.shutdown();
    return result;
  }

  private void locks() throws Exception {
    RLock lock = one.getLock("lock");
    RLock other = two.getLock("lock");
    lock.lock(60, TimeUnit.SECONDS);
    lock.lock();
    check("it is held twice", lock.getHoldCount() == 2);
    check("others wait in vain", !other.tryLock(50, 60_000, TimeUnit.MILLISECONDS));
    lock.unlock();
    Future<Boolean> woken = start(() -> other.tryLock(10, 60, TimeUnit.SECONDS));
    Thread.sleep(300);
    lock.unlock();
    check("who waits is woken by a message", woken.get(5, TimeUnit.SECONDS));
    other.forceUnlock();
    AtomicInteger inside = new AtomicInteger();
    int[] count = {0};
    List<Future<?>> turns = new ArrayList<>();
    for (RedissonClient client : List.of(one, two, one, two)) {
      turns.add(start(() -> {
        for (int i = 0; i < 20; i++) {
          RLock turn = client.getLock("turns");
          turn.lock();
          check("one is alone", inside.incrementAndGet() == 1);
          count[0]++;
          inside.decrementAndGet();
          turn.unlock();
        }
        return null;
      }));
    }
    for (Future<?> turn : turns) turn.get(30, TimeUnit.SECONDS);
    check("80 turns", count[0] == 80);
  }

  private void otherLocks() {
    RLock fair = one.getFairLock("fair");
    fair.lock();
    check("the fair lock is held", fair.isHeldByCurrentThread());
    fair.unlock();
    RReadWriteLock mine = one.getReadWriteLock("rw");
    RReadWriteLock theirs = two.getReadWriteLock("rw");
    mine.readLock().lock();
    check("two read", theirs.readLock().tryLock());
    check("nobody writes", !theirs.writeLock().tryLock());
    theirs.readLock().unlock();
    mine.readLock().unlock();
    check("one writes", mine.writeLock().tryLock());
    mine.writeLock().unlock();
  }

  private void semaphores() throws Exception {
    RSemaphore semaphore = one.getSemaphore("semaphore");
    semaphore.trySetPermits(2);
    check("two permits", semaphore.tryAcquire(2) && !two.getSemaphore("semaphore").tryAcquire());
    semaphore.release(2);
    check("again", two.getSemaphore("semaphore").tryAcquire(Duration.ofSeconds(5)));
    RPermitExpirableSemaphore expiring = one.getPermitExpirableSemaphore("expiring");
    expiring.trySetPermits(1);
    String id = expiring.acquire(60, TimeUnit.SECONDS);
    check("one permit", two.getPermitExpirableSemaphore("expiring").tryAcquire() == null);
    expiring.release(id);
    RCountDownLatch latch = one.getCountDownLatch("latch");
    latch.trySetCount(1);
    Future<Boolean> open = start(() -> two.getCountDownLatch("latch").await(5, TimeUnit.SECONDS));
    Thread.sleep(100);
    latch.countDown();
    check("the latch opens", open.get());
  }

  private void maps() throws Exception {
    RMap<String, Object> map = one.getMap("map");
    map.put("a", 1);
    check("put", map.put("a", 2).equals(1) && map.putIfAbsent("a", 3).equals(2));
    check("replace", map.replace("a", 2, 4) && map.fastPut("b", "é"));
    check("all", map.readAllMap().size() == 2 && map.computeIfAbsent("z", key -> 9).equals(9));
    check("remove", map.remove("a", 4));
    RMap<String, Integer> numbers = one.getMap("numbers", new IntegerCodec());
    check("add", numbers.addAndGet("n", 5).equals(5));
    RMapCache<String, Integer> cache = one.getMapCache("cache");
    cache.put("a", 1, 60, TimeUnit.SECONDS);
    cache.put("b", 2, 1, TimeUnit.MILLISECONDS);
    Thread.sleep(20);
    check("entries expire", cache.get("a") == 1 && cache.get("b") == null);
  }

  private void rateLimiter() {
    RRateLimiter limiter = one.getRateLimiter("limiter");
    limiter.trySetRate(OVERALL, 3, Duration.ofHours(1));
    check("three", limiter.tryAcquire() && limiter.tryAcquire() && limiter.tryAcquire());
    check("no fourth", !limiter.tryAcquire());
    check("for nobody", two.getRateLimiter("limiter").availablePermits() == 0);
  }

  private void topics() throws Exception {
    CountDownLatch heard = new CountDownLatch(2);
    two.getTopic("topic").addListener(String.class, (channel, text) -> heard.countDown());
    two.getPatternTopic("top*").addListener(String.class, (pattern, channel, text) -> heard.countDown());
    check("two are told", one.getTopic("topic").publish("news") == 2);
    check("two hear", heard.await(5, TimeUnit.SECONDS));
  }

  private void collections() throws Exception {
    RSet<Integer> set = one.getSet("set");
    set.addAll(List.of(1, 2, 3));
    check("set", set.contains(2) && set.removeRandom() != null);
    RScoredSortedSet<String> sorted = one.getScoredSortedSet("sorted");
    sorted.add(1, "a");
    sorted.add(2, "b");
    check("sorted set", sorted.rank("b") == 1 && sorted.pollFirst().equals("a"));
    RList<String> list = one.getList("list");
    list.add("a");
    list.add(0, "b");
    check("list", list.get(0).equals("b") && list.remove("a") && list.size() == 1);
    RBlockingQueue<String> queue = one.getBlockingQueue("queue");
    Future<String> next = start(() -> two.<String>getBlockingQueue("queue").poll(5, TimeUnit.SECONDS));
    queue.offer("x");
    check("who waits gets it", "x".equals(next.get()));
    RDelayedQueue<String> delayed = one.getDelayedQueue(queue);
    delayed.offer("late", 50, TimeUnit.MILLISECONDS);
    check("what is late comes", "late".equals(queue.poll(5, TimeUnit.SECONDS)));
    delayed.destroy();
  }

  private void numbers() {
    RBloomFilter<String> filter = one.getBloomFilter("filter");
    filter.tryInit(1000, 0.01);
    filter.add("a");
    check("Bloom filter", filter.contains("a") && !filter.contains("b"));
    RAtomicLong number = one.getAtomicLong("number");
    check("long", number.incrementAndGet() == 1 && number.compareAndSet(1, 5) && number.getAndDelete() == 5);
    check("double", one.getAtomicDouble("double").addAndGet(0.5) == 0.5);
    RBitSet bits = one.getBitSet("bits");
    bits.set(5);
    check("bits", bits.get(5) && bits.cardinality() == 1);
    RIdGenerator ids = one.getIdGenerator("ids");
    ids.tryInit(1, 10);
    check("ids", ids.nextId() == 1);
  }

  private void batches() {
    BatchOptions options = BatchOptions.defaults().executionMode(BatchOptions.ExecutionMode.REDIS_WRITE_ATOMIC);
    RBatch batch = one.createBatch(options);
    batch.getBucket("bucket").setAsync(1);
    batch.getAtomicLong("counter").incrementAndGetAsync();
    check("batch", batch.execute().getResponses().size() == 2);
    RTransaction transaction = one.createTransaction(TransactionOptions.defaults());
    transaction.getMap("changed").put("a", 1);
    transaction.getBucket("stored").set(2);
    transaction.commit();
    check("transaction", one.getMap("changed").get("a").equals(1) && one.getBucket("stored").get().equals(2));
  }

  private void streams() {
    RStream<String, String> stream = one.getStream("stream");
    stream.createGroup(StreamCreateGroupArgs.name("group").makeStream());
    stream.add(StreamAddArgs.entry("k", "v"));
    Map<StreamMessageId, Map<String, String>> read =
        stream.readGroup("group", "consumer", StreamReadGroupArgs.neverDelivered());
    check("read", read.size() == 1);
    check("acknowledged", stream.ack("group", read.keySet().iterator().next()) == 1);
  }

  private void localCache() throws Exception {
    LocalCachedMapOptions<String, Integer> options = LocalCachedMapOptions.name("local");
    RLocalCachedMap<String, Integer> mine = one.getLocalCachedMap(options);
    RLocalCachedMap<String, Integer> theirs = two.getLocalCachedMap(options);
    mine.put("a", 1);
    check("both see it", theirs.get("a") == 1);
    mine.put("a", 2);
    for (int i = 0; i < 1000 && theirs.get("a") != 2; i++) Thread.sleep(5);
    check("both see the change", theirs.get("a") == 2);
  }

  private void scripts() {
    Object seven = one.getScript().eval(RScript.Mode.READ_WRITE, "return 7", RScript.ReturnType.INTEGER);
    check("script", seven.equals(7L));
    check("keys", one.getKeys().count() > 0 && one.getKeys().getKeysStream().count() > 0);
  }
}
