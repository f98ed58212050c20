// Scripts of clients of two workers: who knows them, what others see of them, who ends them, and what outlives a crash.

import { assertEquals, assertMatch } from "@std/assert";
import type { Talker } from "../blocking/conversation.ts";
import { spread } from "../spread.ts";
import { TestServer, until } from "../server.ts";

/** The words of a line with a script. */
function line(command: string, script: string, rest = "0"): string {
  return `${command} ${script.replaceAll(" ", "\\x20")} ${rest}`.trimEnd();
}

async function withTwo(
  args: readonly string[],
  use: (a: Talker, b: Talker, server: TestServer) => Promise<void>,
): Promise<void> {
  await using server = await TestServer.start(["--resp-port", "0", "--workers", "2", ...args]);
  const [a, b] = await spread(server, 2, 1) as [Talker, Talker];
  try {
    await use(a, b, server);
  } finally {
    a.close();
    b.close();
  }
}

Deno.test("a script that one worker was sent all workers know, and forget at once", async () => {
  await withTwo([], async (a, b) => {
    for (let i = 0; i < 5; i++) {
      const sha = JSON.parse(await a.say(line("SCRIPT LOAD", `return ${i}`, "")));
      assertEquals(await b.say(`EVALSHA ${sha} 0`), `:${i}`);
      assertEquals(await b.say(`SCRIPT EXISTS ${sha} x`), "[:1, :0]");
      assertEquals(await b.say("SCRIPT FLUSH"), "+OK");
      assertEquals(await a.say(`SCRIPT EXISTS ${sha}`), "[:0]");
      assertMatch(await a.say(`EVALSHA ${sha} 0`), /^-NOSCRIPT /);
    }
    assertEquals(await a.say(line("EVAL", "return 'mine'")), '"mine"');
    // It came with EVAL: the other worker hears of it a moment later.
    const own = JSON.parse(await a.say(line("SCRIPT LOAD", "return 'mine'", "")));
    await until(
      "the other one knows it",
      async () => await b.say(`SCRIPT EXISTS ${own}`) === "[:1]",
    );
    assertEquals(await b.say(`EVALSHA ${own} 0`), '"mine"');
  });
});

Deno.test("scripts come as REST commands, and INFO shows what there is of them", async () => {
  await withTwo([], async (a, _b, server) => {
    using client = await server.connect();
    const ask = async (...words: string[]) =>
      (await client.ask(`POST / ${JSON.stringify(words)}`)).text;
    const script = "return {redis.call('incrby', KEYS[1], ARGV[1]), {ok = 'x'}, 1.5, false}";
    assertEquals(await ask("EVAL", script, "1", "n", "4"), '{"result":[4,"x",1,null]}');
    assertEquals(
      await ask("EVAL_RO", script, "1", "n", "4"),
      await ask("EVAL_RO", script, "1", "n", "4"),
    );
    assertMatch(
      await ask("EVAL", "return x", "0"),
      /^{"error":"ERR user_script:1: Script attempted to access/,
    );
    assertMatch(
      (await client.ask(
        'POST /multi-exec [["SET","n","1"],["EVAL","return redis.call(\\"get\\",KEYS[1])","1","n"]]',
      )).text,
      /^\[{"result":"OK"},{"result":"1"}\]$/,
    );
    await until("both workers know them", async () => {
      const info = await a.say("INFO memory");
      return /number_of_cached_scripts:3/.test(info) && !/used_memory_lua:0/.test(info);
    });
  });
});

Deno.test("scripts of two workers that put their keys together lose no change", async () => {
  await withTwo([], async (a, b) => {
    const move =
      "local n = redis.call('incr', ARGV[1] .. 'a') redis.call('incr', ARGV[1] .. 'b') " +
      "redis.call('incrby', KEYS[1], n) return n";
    const rounds = 300;
    const both = [a, b].map(async (client) => {
      for (let i = 0; i < rounds; i++) await client.send(line("EVAL", move, "1 sum key:"));
      for (let i = 0; i < rounds; i++) assertMatch(await client.receive(), /^:/);
    });
    await Promise.all(both);
    assertEquals(await a.say("MGET key:a key:b"), `["${2 * rounds}", "${2 * rounds}"]`);
    assertEquals(await b.say("GET sum"), `"${rounds * (2 * rounds + 1)}"`);
  });
});

Deno.test("a script that runs for long lets others hear of it, and ends when it is killed", async () => {
  await withTwo(["--script-time", "20s"], async (a, b) => {
    for (let round = 0; round < 2; round++) {
      await a.send(
        line("EVAL", "while redis.call('get', KEYS[1]) do end while true do end", "1 k"),
      );
      await until("it is seen", async () => {
        const answer = await b.say("STRLEN k");
        return answer.startsWith("-BUSY Redis is busy running a script.");
      });
      await until("it is killed", async () => await b.say("SCRIPT KILL") === "+OK");
      assertMatch(await a.receive(), /^-ERR Script killed by user with SCRIPT KILL/);
      assertEquals(await b.say("GET k"), "nil");
      assertEquals(await b.say("SCRIPT KILL"), "-NOTBUSY No scripts in execution right now.");
    }
  });
});

Deno.test("a script that has written is not killed, but ended after five times its time", async () => {
  await withTwo(["--script-time", "100ms"], async (a, b) => {
    await a.send(line("EVAL", "redis.call('set', KEYS[1], 1) while true do end", "1 k"));
    await until("it is seen", async () => (await b.say("SCRIPT KILL")).startsWith("-UNKILLABLE"));
    assertMatch(await a.receive(), /^-ERR Script took longer than 500 ms .*stays script: /);
    assertEquals(await b.say("GET k"), '"1"');
    assertMatch(
      await a.say(line("EVAL", "while true do end")),
      /^-ERR Script took longer than 100 ms .*written nothing script: /,
    );
  });
});

Deno.test("what a script has written is seen as one change: by WATCH, and by who waits", async () => {
  await withTwo([], async (a, b) => {
    const push = "redis.call('rpush', KEYS[1], 'x', 'y') redis.call('lpop', KEYS[1]) " +
      "return redis.call('rpush', KEYS[1], 'z')";
    await b.send("BLPOP q 0");
    await until("it waits", async () => /blocked_clients:1/.test(await a.say("INFO clients")));
    assertEquals(await a.say(line("EVAL", push, "1 q")), ":2");
    assertEquals(await b.receive(), '["q", "y"]');
    assertEquals(await b.say("WATCH q"), "+OK");
    assertEquals(await a.say(line("EVAL", push, "1 q")), ":3");
    assertEquals(await b.say("MULTI"), "+OK");
    assertEquals(await b.say("PING"), "+QUEUED");
    assertEquals(await b.say("EXEC"), "nil list");
  });
});

Deno.test("after a crash the effects of each script are there as a whole, or not at all", async () => {
  const dir = await Deno.makeTempDir({ prefix: "slabkv-scripts-" });
  const args = ["--data-dir", dir, "--fsync", "always"];
  const script = "local n = redis.call('incr', KEYS[1]) redis.call('hset', KEYS[2], n, n) " +
    "redis.call('rpush', KEYS[3], n) redis.call('zadd', KEYS[4], n, n) return n";
  try {
    let answered = 0;
    await withTwo(args, async (a, _b, server) => {
      for (let i = 0; i < 400; i++) await a.send(line("EVAL", script, "4 n h l z"));
      while (answered < 200) answered = Number((await a.receive()).slice(1));
      server.kill("SIGKILL");
      await server.ended();
    });
    await withTwo(args, async (a) => {
      const n = Number(JSON.parse(await a.say("GET n")));
      assertEquals(n >= answered, true, `${n} of at least ${answered} are there`);
      for (const count of ["HLEN h", "LLEN l", "ZCARD z"]) {
        assertEquals(await a.say(count), `:${n}`);
      }
      assertEquals(await a.say("LINDEX l -1"), `"${n}"`);
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
