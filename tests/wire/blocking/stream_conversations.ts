// What clients that wait for entries of streams, and others, say to each other and are told, by name: the same of a
// redis-server and of this one. All that wait for a stream are served. Entries have ids of their own.

/** Streams. */
export const STREAM_CONVERSATIONS: Readonly<Record<string, string>> = {
  "entries that are there": `
    A XADD s 1-1 a 1 => "1-1"
    A XADD s 2-1 b 2 => "2-1"
    A XREAD BLOCK 0 STREAMS s 0 => [["s", [["1-1", ["a", "1"]], ["2-1", ["b", "2"]]]]]
    A XREAD COUNT 1 BLOCK 0 STREAMS none s 0 1-0 => [["s", [["1-1", ["a", "1"]]]]]`,
  "all that wait are served": `
    A XREAD BLOCK 0 STREAMS s $ => wait
    B XREAD BLOCK 0 STREAMS s 0 => wait
    C XREAD COUNT 1 BLOCK 0 STREAMS t s 5 1-0 => wait
    D XADD s 1-1 a 1 => "1-1"
    A <= [["s", [["1-1", ["a", "1"]]]]]
    B <= [["s", [["1-1", ["a", "1"]]]]]
    C <= [["s", [["1-1", ["a", "1"]]]]]`,
  "what is new, and nothing before": `
    A XADD s 1-1 a 1 => "1-1"
    A XREAD BLOCK 0 STREAMS s $ => wait
    B XREAD BLOCK 0 STREAMS s 3-1 => wait
    C XADD s 2-1 b 2 => "2-1"
    A <= [["s", [["2-1", ["b", "2"]]]]]
    C XADD s 3-1 c 3 => "3-1"
    C XADD s 3-2 d 4 => "3-2"
    B <= [["s", [["3-2", ["d", "4"]]]]]`,
  "a transaction is one change": `
    A XREAD BLOCK 0 STREAMS s $ => wait
    B XREAD COUNT 2 BLOCK 0 STREAMS s $ => wait
    C MULTI => +OK
    C XADD s 1-1 a 1 => +QUEUED
    C XADD s 1-2 b 2 => +QUEUED
    C XADD s 1-3 c 3 => +QUEUED
    C XDEL s 1-1 => +QUEUED
    C EXEC => ["1-1", "1-2", "1-3", :1]
    A <= [["s", [["1-2", ["b", "2"]], ["1-3", ["c", "3"]]]]]
    B <= [["s", [["1-2", ["b", "2"]], ["1-3", ["c", "3"]]]]]`,
  "inside MULTI nothing waits": `
    A MULTI => +OK
    A XREAD BLOCK 0 STREAMS s $ => +QUEUED
    A EXEC => [nil list]`,
  "time is over, or somebody says so": `
    A XREAD BLOCK 5 STREAMS s $ => nil list
    A XREAD BLOCK 0 STREAMS s $ => wait
    B CLIENT UNBLOCK $A TIMEOUT => :1
    A <= nil list
    A XREAD BLOCK 0 STREAMS s $ => wait
    B CLIENT UNBLOCK $A ERROR => :1
    A <= -UNBLOCKED client unblocked via CLIENT UNBLOCK`,
  "a stream that goes and comes": `
    A XADD s 5-1 a 1 => "5-1"
    A XREAD BLOCK 0 STREAMS s $ => wait
    B DEL s => :1
    B XADD s 5-1 b 2 => "5-1"
    B SET t text => +OK
    B XADD s 5-2 c 3 => "5-2"
    A <= [["s", [["5-2", ["c", "3"]]]]]
    A XREAD BLOCK 0 STREAMS t $ => -WRONGTYPE Operation against a key holding the wrong kind of value`,
  "a stream that comes by another way": `
    A XREAD BLOCK 0 STREAMS s 0 => wait
    B XADD other 1-1 a 1 => "1-1"
    B RENAME other s => +OK
    A <= [["s", [["1-1", ["a", "1"]]]]]`,
  "other types under the key": `
    A XREAD BLOCK 0 STREAMS k 0 => wait
    B BLPOP k 0 => wait
    C RPUSH k x => :1
    B <= ["k", "x"]
    C XADD k 1-1 a 1 => "1-1"
    A <= [["k", [["1-1", ["a", "1"]]]]]`,
};
