// Whether a script asks only for keys that it is given, as far as its text shows. Then the shards of those are locked
// and no others. Where the text leaves a doubt all are locked: of keys that are put together each has its own shard.

/** Longer texts are not looked at. */
const MAX_TEXT_CHARS = 32 * 1024;
const MAX_NAMES = 32;

/** An element of KEYS. All repetitions are bounded: the text is a client's. */
const GIVEN = String.raw`KEYS\s{0,4}\[\s{0,4}\w{1,32}\s{0,4}\]`;
/** A call of a command: its name, its first argument, and what follows that. */
const CALL = new RegExp(
  String.raw`\bredis\s{0,4}\.\s{0,4}p?call\s{0,4}\(\s{0,32}(?:"(\w{1,32})"|'(\w{1,32})')\s{0,32}` +
    String.raw`(?:,\s{0,32}(${GIVEN}|\w{1,64})\s{0,32})?([,)])`,
  "g",
);
/** A key that is given to the script, by a name of its own. */
const NAMING = new RegExp(
  String.raw`\blocal\s{1,4}(\w{1,64})\s{0,4}=\s{0,4}${GIVEN}[ \t]{0,8}(?=[\r\n;]|--|local\b)`,
  "g",
);
/** Uses of the table "redis" by which nothing is asked for. */
const HARMLESS =
  /\bredis\s{0,4}\.\s{0,4}(?:sha1hex|log|LOG_\w{1,16}|error_reply|status_reply|replicate_commands)\b/g;
const REDIS = /\bredis\b/g;
/** What could reach it by another way. */
const OTHER_WAYS = /\b(?:_G|getfenv|setfenv|loadstring|load)\b/;

/** Commands whose first argument is their only key. */
const SINGLE: ReadonlySet<string> = new Set([
  ..."append decr decrby expire expireat expiretime get getbit getdel getex getrange getset".split(
    " ",
  ),
  ..."hdel hexists hget hgetall hincrby hincrbyfloat hkeys hlen hmget hmset hset hsetnx".split(" "),
  ..."hstrlen hvals incr incrby incrbyfloat lindex linsert llen lpop lpos lpush lpushx".split(" "),
  ..."lrange lrem lset ltrim persist pexpire pexpireat pexpiretime psetex pttl rpop rpush".split(
    " ",
  ),
  ..."rpushx sadd scard set setbit setex setnx setrange sismember smembers smismember".split(" "),
  ..."spop srandmember srem strlen ttl type xadd xlen xrange xrevrange xtrim zadd zcard".split(" "),
  ..."zcount zincrby zlexcount zmscore zpopmax zpopmin zrange zrangebylex zrangebyscore".split(" "),
  ..."zrank zrem zremrangebyrank zremrangebyscore zrevrange zrevrangebyscore zrevrank".split(" "),
  "zscore",
]);
/** The same where there is one argument. */
const ALONE: ReadonlySet<string> = new Set(["del", "exists", "unlink", "touch", "mget"]);
const KEYLESS: ReadonlySet<string> = new Set(["time", "ping", "echo", "publish"]);

/** Whether the text shows that all keys it asks for are given to it. */
export function asksForGivenKeys(text: string): boolean {
  if (text.length > MAX_TEXT_CHARS || OTHER_WAYS.test(text)) return false;
  const names = namesOfGiven(text);
  let calls = 0;
  for (const [, doubleQuoted, quoted, key = "", behind] of text.matchAll(CALL)) {
    const command = (doubleQuoted ?? quoted ?? "").toLowerCase();
    calls++;
    if (KEYLESS.has(command)) continue;
    if (!key.startsWith("KEYS") && !names.has(key)) return false;
    if (!SINGLE.has(command) && !(ALONE.has(command) && behind === ")")) return false;
  }
  const uses = text.match(REDIS)?.length ?? 0;
  return uses === calls + (text.match(HARMLESS)?.length ?? 0);
}

/** Names that stand for keys given to the script, wherever they are used. */
function namesOfGiven(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, name] of text.matchAll(NAMING)) {
    if (names.size < MAX_NAMES) names.add(name!);
  }
  for (const name of names) {
    const uses = new RegExp(String.raw`\b${name}\b\s{0,4}[,=](?!=)`, "g");
    // One that is set again, or perhaps, may be anything.
    const sets = [...text.matchAll(uses)].filter(([use]) => use.endsWith("="));
    if (sets.length !== 1) names.delete(name);
  }
  return names;
}
