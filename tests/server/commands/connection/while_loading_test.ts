// Which commands run while data are being loaded. The expected answers are those of redis-server 7.0
// while it loads, but for its name.

import { assertEquals } from "@std/assert";
import { Args } from "../../../../server/contract/args.ts";
import { RespReply } from "../../../../server/codecs/resp_reply.ts";
import { findCommand } from "../../../../server/commands/find.ts";
import { refusedWhileLoading } from "../../../../server/commands/connection/while_loading.ts";
import { LocalServer } from "../../../../server/process/local_server.ts";
import { configOf, newCache, NOW_MS } from "../../fixture.ts";
import { wordsOf } from "../notation.ts";
import { Speaker } from "../speaker.ts";

/** The refusal of a line, or null where it would be run. */
function refusal({ context }: Speaker, line: string): string | null {
  const [name, ...words] = wordsOf(line);
  const args = new Args();
  for (const word of words) args.pushBytes(word, 0, word.length);
  const reply = new RespReply();
  reply.begin();
  const command = findCommand(name!, 0, name!.length)!;
  if (!refusedWhileLoading(context, command, args, reply)) return null;
  return new TextDecoder().decode(reply.bytes.subarray(0, reply.used));
}

const LOADING = "-LOADING slabkv is loading the dataset in memory\r\n";

Deno.test("refusedWhileLoading() refuses what Redis refuses while it loads", () => {
  const speaker = new Speaker(newCache());
  const lines = "PING,GET k,SET k v,MGET a b,OBJECT ENCODING k,MEMORY USAGE k,DBSIZE,SAVE,BGSAVE," +
    "BGREWRITEAOF,FLUSHALL,EVAL x 0,TYPE k,KEYS *,SCAN 0,SWAPDB 0 1,REPLICAOF NO ONE," +
    "object encoding k";
  for (const line of lines.split(",")) assertEquals(refusal(speaker, line), LOADING, line);
});

Deno.test("refusedWhileLoading() lets run what Redis lets run, and what is refused in any case", () => {
  const speaker = new Speaker(newCache());
  const lines = "ECHO x,SELECT 1,MULTI,EXEC,WATCH a,UNWATCH,OBJECT HELP,CLIENT ID,CONFIG GET a," +
    "LASTSAVE,DEBUG SLEEP 0,TIME,COMMAND,COMMAND COUNT,ROLE,HELLO 2,RESET,AUTH x,LATENCY RESET," +
    "SLOWLOG LEN,ACL WHOAMI,INFO,SHUTDOWN,client list,GET,SET k,OBJECT FOO,OBJECT ENCODING,CLIENT";
  for (const line of lines.split(",")) assertEquals(refusal(speaker, line), null, line);
});

Deno.test("refusedWhileLoading() leaves it to dispatch() to ask for the token first", () => {
  const server = new LocalServer(configOf("--token", "secret"), NOW_MS);
  const speaker = new Speaker(newCache(), server, false);
  assertEquals(refusal(speaker, "GET k"), null);
  speaker.session.isAuthenticated = true;
  assertEquals(refusal(speaker, "GET k"), LOADING);
});

Deno.test("refusedWhileLoading() breaks a transaction and counts the refusal", async () => {
  const cache = newCache();
  const speaker = new Speaker(cache);
  await speaker.say("MULTI");
  assertEquals(await speaker.say("ECHO x"), "+QUEUED");
  assertEquals(refusal(speaker, "GET k"), LOADING);
  const aborted = "-EXECABORT Transaction discarded because of previous errors.";
  assertEquals(await speaker.say("EXEC"), aborted);
  const { id } = findCommand(new TextEncoder().encode("GET"), 0, 3)!;
  assertEquals(speaker.context.stats.sums().refused[id], 1);
});
