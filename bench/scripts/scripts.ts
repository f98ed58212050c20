/** The scripts that are measured: what people run, each with one key, and the limits that it is held to. Pure. */

/** A script, and how it is called over and over. */
export interface BenchScript {
  readonly name: string;
  readonly source: string;
  /** The key and the arguments, as redis-benchmark takes them. */
  readonly key: string;
  readonly values: readonly string[];
  /** The most CPU time of the server for each run, in microseconds. */
  readonly maxCpuUs?: number;
}

/** A lock that only its owner lets go of, by its token. */
const RELEASE =
  `if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) else return 0 end`;

/** A window that counts, as rate-limiter-flexible and others have it. */
const FIXED_WINDOW = `local count = redis.call("INCR", KEYS[1])
if count == 1 then redis.call("PEXPIRE", KEYS[1], ARGV[2]) end
return {count, redis.call("PTTL", KEYS[1])}`;

/** A window of times in a sorted set, as Flask-Limiter has it. */
const SLIDING_LOG = `local now = tonumber(ARGV[1])
redis.call("ZREMRANGEBYSCORE", KEYS[1], 0, now - 1000)
if redis.call("ZCARD", KEYS[1]) < 10 then redis.call("ZADD", KEYS[1], now, ARGV[2]) return 1 end
return 0`;

/** A bucket of tokens in a hash, as redis_rate and @upstash/ratelimit have it. */
const TOKEN_BUCKET = `local bucket = redis.call("HMGET", KEYS[1], "tokens", "at")
local tokens, at = tonumber(bucket[1]) or 100, tonumber(bucket[2]) or tonumber(ARGV[1])
tokens = math.min(100, tokens + (tonumber(ARGV[1]) - at) * 0.01)
if tokens >= 1 then tokens = tokens - 1 end
redis.call("HSET", KEYS[1], "tokens", tokens, "at", ARGV[1])
redis.call("EXPIRE", KEYS[1], 60)
return math.floor(tokens)`;

const JSON_FIELD = `local value = cjson.decode(ARGV[1])
value[1] = value[1] + 1
local text = cjson.encode(value)
redis.call("SET", KEYS[1], text)
return text`;

const COMPUTE = `local sum = 0
for i = 1, 1000 do sum = sum + i % 7 end
return sum`;

const RANDOM_KEY = "script:__rand_int__";

export const SCRIPTS: readonly BenchScript[] = [
  {
    name: "GET and SET",
    source:
      `local value = redis.call("GET", KEYS[1]) redis.call("SET", KEYS[1], ARGV[1]) return value`,
    key: RANDOM_KEY,
    values: ["a value of some 30 characters"],
    maxCpuUs: 12,
  },
  { name: "return 1", source: "return 1", key: RANDOM_KEY, values: [] },
  { name: "lock released", source: RELEASE, key: RANDOM_KEY, values: ["token"] },
  {
    name: "fixed window",
    source: FIXED_WINDOW,
    key: `window:${RANDOM_KEY}`,
    values: ["10", "60000"],
  },
  {
    name: "sliding log",
    source: SLIDING_LOG,
    key: `log:${RANDOM_KEY}`,
    values: ["5000", "__rand_int__"],
  },
  {
    name: "token bucket",
    source: TOKEN_BUCKET,
    key: `bucket:${RANDOM_KEY}`,
    values: ["1700000000000"],
  },
  {
    name: "JSON",
    source: JSON_FIELD,
    key: RANDOM_KEY,
    values: ["[1,[2,3],true]"],
  },
  { name: "1,000 rounds of Lua", source: COMPUTE, key: RANDOM_KEY, values: [] },
];
