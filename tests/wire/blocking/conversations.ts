// What clients that wait and others say to each other and are told, by name: the same of a redis-server and of
// this one. Who has been served is asked before it matters to others, since with several workers a client of
// another one is served a moment after the push was answered.

/** Lists. */
export const LIST_CONVERSATIONS: Readonly<Record<string, string>> = {
  "at once": `
    A RPUSH k 1 2 3 => :3
    A BLPOP none k 0 => ["k", "1"]
    A BRPOP k none 0 => ["k", "3"]
    A BLMOVE k l LEFT RIGHT 0 => "2"
    A BRPOPLPUSH l k 0 => "2"
    A BLMPOP 0 2 none k LEFT COUNT 5 => ["k", ["2"]]
    A EXISTS k l => :0`,
  "who waits longest is served first": `
    A BLPOP k 0 => wait
    B BRPOP k 0 => wait
    C BLPOP k 0 => wait
    D RPUSH k 1 => :1
    A <= ["k", "1"]
    D RPUSH k 2 => :1
    B <= ["k", "2"]
    A BLPOP k 0 => wait
    D RPUSH k 3 => :1
    C <= ["k", "3"]
    D RPUSH k 4 => :1
    A <= ["k", "4"]`,
  "one push for several": `
    A BLPOP k 0 => wait
    B BRPOP k 0 => wait
    C LPUSH k 1 2 3 => :3
    A <= ["k", "3"]
    B <= ["k", "1"]
    C LRANGE k 0 -1 => ["2"]`,
  "a transaction is one change": `
    A BLPOP k 0 => wait
    B MULTI => +OK
    B LPUSH k a => +QUEUED
    B LPUSH k b => +QUEUED
    B LPUSH k c => +QUEUED
    B EXEC => [:1, :2, :3]
    A <= ["k", "c"]
    B LRANGE k 0 -1 => ["b", "a"]`,
  "what is gone at the end of a transaction wakes nobody": `
    A BLPOP k 0 => wait
    B MULTI => +OK
    B LPUSH k a => +QUEUED
    B DEL k => +QUEUED
    B EXEC => [:1, :1]
    B MULTI => +OK
    B LPUSH k a => +QUEUED
    B DEL k => +QUEUED
    B SET k text => +QUEUED
    B EXEC => [:1, :1, +OK]
    B DEL k => :1
    B LPUSH k b => :1
    A <= ["k", "b"]`,
  "the key that was written first, of several": `
    A BLPOP k1 k2 0 => wait
    B MULTI => +OK
    B RPUSH k2 b => +QUEUED
    B RPUSH k1 a => +QUEUED
    B EXEC => [:1, :1]
    A <= ["k2", "b"]
    B LRANGE k1 0 -1 => ["a"]`,
  "a key that is named twice": `
    A BLPOP k k 0 => wait
    B RPUSH k a b => :2
    A <= ["k", "a"]
    A BLPOP k k 0 => ["k", "b"]
    A BRPOP k k k 0 => wait
    B RPUSH k c => :1
    A <= ["k", "c"]`,
  "other types": `
    A SET s text => +OK
    A RPUSH k x => :1
    A BLPOP s k 0 => -WRONGTYPE Operation against a key holding the wrong kind of value
    A BLPOP k s 0 => ["k", "x"]
    A BLMOVE s k LEFT LEFT 0 => -WRONGTYPE Operation against a key holding the wrong kind of value
    A BLMPOP 0 1 s LEFT => -WRONGTYPE Operation against a key holding the wrong kind of value
    A BLPOP k 0 => wait
    B SET k text => +OK
    B DEL k => :1
    B SADD k m => :1
    B DEL k => :1
    B RPUSH k y => :1
    A <= ["k", "y"]`,
  "a chain of moves": `
    A BLMOVE l1 l2 RIGHT LEFT 0 => wait
    B BLMOVE l2 l3 LEFT RIGHT 0 => wait
    C RPUSH l1 foo => :1
    A <= "foo"
    B <= "foo"
    C LRANGE l3 0 -1 => ["foo"]
    C EXISTS l1 l2 => :0`,
  "a circle of moves": `
    A BRPOPLPUSH l1 l2 0 => wait
    B BRPOPLPUSH l2 l1 0 => wait
    C RPUSH l1 foo => :1
    A <= "foo"
    B <= "foo"
    C LRANGE l1 0 -1 => ["foo"]
    C LLEN l2 => :0`,
  "a move to the same list": `
    A BRPOPLPUSH l l 0 => wait
    B RPUSH l foo bar => :2
    A <= "bar"
    B LRANGE l 0 -1 => ["bar", "foo"]`,
  "a move to what is no list": `
    A BRPOPLPUSH l t1 0 => wait
    B BLMOVE l t2 LEFT LEFT 0 => wait
    C SET t1 nolist => +OK
    C LPUSH l foo => :1
    A <= -WRONGTYPE Operation against a key holding the wrong kind of value
    B <= "foo"
    C LRANGE t2 0 -1 => ["foo"]
    C EXISTS l => :0`,
  "a move to what is no list leaves its element": `
    A BRPOPLPUSH l t 0 => wait
    B SET t nolist => +OK
    B RPUSH l foo => :1
    A <= -WRONGTYPE Operation against a key holding the wrong kind of value
    B LRANGE l 0 -1 => ["foo"]`,
  "moved elements wake those who wait for where they go": `
    A BLPOP b 0 => wait
    B RPUSH a x => :1
    B LMOVE a b LEFT LEFT => "x"
    A <= ["b", "x"]
    A BLPOP b 0 => wait
    B RPUSH a y => :1
    B BLMOVE a b LEFT LEFT 0 => "y"
    A <= ["b", "y"]`,
  "several elements": `
    A BLMPOP 0 2 k l RIGHT COUNT 2 => wait
    B BLMPOP 0 1 k LEFT COUNT 10 => wait
    C RPUSH k 1 2 3 4 5 => :5
    A <= ["k", ["5", "4"]]
    B <= ["k", ["1", "2", "3"]]`,
  "renamed and copied lists": `
    A BLPOP k 0 => wait
    B RPUSH other x y => :2
    B RENAME other k => +OK
    A <= ["k", "x"]
    B LRANGE k 0 -1 => ["y"]
    A BLPOP copy 0 => wait
    B COPY k copy => :1
    A <= ["copy", "y"]
    B EXISTS k copy => :1`,
  "databases": `
    A SELECT 1 => +OK
    A BLPOP k 0 => wait
    B RPUSH k zero => :1
    B MOVE k 1 => :1
    A <= ["k", "zero"]
    A BLPOP k 0 => wait
    B RPUSH k one => :1
    B SWAPDB 0 1 => +OK
    A <= ["k", "one"]`,
  "timeouts": `
    A BLPOP k 0.01 => nil list
    A BRPOP k l 0.001 => nil list
    A BLMOVE k l LEFT LEFT 0.01 => nil list
    A BRPOPLPUSH k l 0.01 => nil list
    A BLMPOP 0.01 1 k LEFT => nil list
    A BLPOP k 0 => wait
    B BLPOP k 0.01 => nil list
    B RPUSH k 1 => :1
    A <= ["k", "1"]`,
  "CLIENT UNBLOCK": `
    A BLPOP k 0 => wait
    B BLPOP k 0 => wait
    C BLMOVE k l LEFT LEFT 0 => wait
    D CLIENT UNBLOCK $A => :1
    A <= nil list
    D CLIENT UNBLOCK $A => :0
    D CLIENT UNBLOCK $B ERROR => :1
    B <= -UNBLOCKED client unblocked via CLIENT UNBLOCK
    D CLIENT UNBLOCK $C TIMEOUT => :1
    C <= nil list
    D CLIENT UNBLOCK $D => :0
    B BLPOP k 0 => wait
    D RPUSH k 1 => :1
    B <= ["k", "1"]`,
  "clients that leave": `
    A BLPOP k 0 => wait
    B BLPOP k 0 => wait
    C BLPOP k 0 => wait
    A close
    D CLIENT KILL ID $B => :1
    B closed
    D RPUSH k 1 => :1
    C <= ["k", "1"]
    D EXISTS k => :0`,
  "inside MULTI": `
    A MULTI => +OK
    A BLPOP k 0 => +QUEUED
    A BLMOVE k l LEFT LEFT 0 => +QUEUED
    A RPUSH k 1 2 => +QUEUED
    A BLPOP k 0 => +QUEUED
    A BLMPOP 0 1 k LEFT => +QUEUED
    A BRPOPLPUSH k l 0 => +QUEUED
    A EXEC => [nil list, nil, :2, ["k", "1"], ["k", ["2"]], nil]`,
};

/** Sorted sets. */
export const SORTED_SET_CONVERSATIONS: Readonly<Record<string, string>> = {
  "sorted sets: at once": `
    A ZADD z 1 a 2.5 b 3 c 4 d => :4
    A BZPOPMIN none z 0 => ["z", "a", "1"]
    A BZPOPMAX z none 0 => ["z", "d", "4"]
    A BZMPOP 0 2 none z MIN COUNT 5 => ["z", [["b", "2.5"], ["c", "3"]]]
    A EXISTS z => :0`,
  "sorted sets: who waits longest is served first": `
    A BZPOPMIN z 0 => wait
    B BZPOPMAX z 0 => wait
    C BZMPOP 0 1 z MAX COUNT 2 => wait
    D ZADD z 1 a 2 b 3 c 4 d 5 e => :5
    A <= ["z", "a", "1"]
    B <= ["z", "e", "5"]
    C <= ["z", [["d", "4"], ["c", "3"]]]
    D ZRANGE z 0 -1 => ["b"]`,
  "sorted sets: a transaction is one change": `
    A BZPOPMIN z 0 => wait
    B MULTI => +OK
    B ZADD z 0 a => +QUEUED
    B ZADD z 1 b => +QUEUED
    B ZADD z -1 c => +QUEUED
    B EXEC => [:1, :1, :1]
    A <= ["z", "c", "-1"]
    B ZRANGE z 0 -1 => ["a", "b"]`,
  "sorted sets: other types, and who waits for another type": `
    A BZPOPMIN k 0 => wait
    B BLPOP k 0 => wait
    C RPUSH k x => :1
    B <= ["k", "x"]
    C ZADD k 1 m => :1
    A <= ["k", "m", "1"]
    C SET k text => +OK
    C BZPOPMIN k 0 => -WRONGTYPE Operation against a key holding the wrong kind of value
    C BZMPOP 0 1 k MIN => -WRONGTYPE Operation against a key holding the wrong kind of value`,
  "sorted sets: other commands that put members in": `
    A BZPOPMIN to 0 => wait
    B ZADD from 1 a => :1
    B RENAME from to => +OK
    A <= ["to", "a", "1"]
    A BZPOPMAX to 0 => wait
    B ZINCRBY to 1.5 b => "1.5"
    A <= ["to", "b", "1.5"]`,
  "sorted sets: timeouts and CLIENT UNBLOCK": `
    A BZPOPMIN z 0.01 => nil list
    A BZPOPMAX z y 0.01 => nil list
    A BZMPOP 0.01 1 z MIN => nil list
    A BZPOPMIN z 0 => wait
    B CLIENT UNBLOCK $A => :1
    A <= nil list
    A MULTI => +OK
    A BZPOPMIN z 0 => +QUEUED
    A BZMPOP 0 1 z MIN => +QUEUED
    A EXEC => [nil list, nil list]`,
};
