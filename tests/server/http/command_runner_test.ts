// What the commands of a REST request hold of the memory budget, and when they are told to stop.

import { assert, assertEquals } from "@std/assert";
import { Cache } from "../../../cache/mod.ts";
import { COMMANDS } from "../../../server/commands/table.ts";
import { CommandContext } from "../../../server/contract/command.ts";
import { MemoryBudget } from "../../../server/contract/memory_budget.ts";
import { Session } from "../../../server/contract/session.ts";
import { CommandRunner } from "../../../server/http/command_runner.ts";
import { LocalServer } from "../../../server/process/local_server.ts";
import { configOf, newRegion, NOW_MS } from "../fixture.ts";

const BUDGET_BYTES = 64 * 1024 * 1024;
const MULTI = new TextEncoder().encode("MULTI");
const ORIGIN = { protocol: "rest", address: () => "", trace: () => null } as const;
const WORD = "x".repeat(100_000);

function setUp() {
  const region = newRegion();
  const budget = new MemoryBudget(region, 1, BUDGET_BYTES);
  const server = new LocalServer(configOf(), NOW_MS);
  const session = new Session(0, "http", "", "", NOW_MS, true);
  const context = new CommandContext(new Cache(region, 1), server, COMMANDS, session);
  const client = new AbortController();
  const runner = new CommandRunner(context, budget, { failed() {} });
  assert(runner.begin(false, false, true, () => client.signal, ORIGIN));
  return { budget, runner, client };
}

Deno.test("CommandRunner counts the commands that a transaction has queued, until its end", async () => {
  const { budget, runner } = setUp();
  const before = budget.takenBytes;
  await runner.mark(MULTI);
  for (let i = 0; i < 5; i++) await runner.one(["SET", "k", WORD]);
  assertEquals(runner.reply.error, null);
  assert(budget.takenBytes - before >= 5 * WORD.length, String(budget.takenBytes - before));
  runner.end();
  assertEquals(budget.takenBytes, 0);
});

Deno.test("CommandRunner refuses to queue where no memory is left", async () => {
  const { budget, runner } = setUp();
  budget.take(budget.bytesLeft);
  await runner.mark(MULTI);
  await runner.one(["SET", "k", WORD]);
  assert(runner.reply.error?.startsWith("OOM "), String(runner.reply.error));
});

Deno.test("CommandRunner.watchClient() notices a client that goes, and none of the request before", () => {
  const { runner, client } = setUp();
  runner.watchClient();
  assertEquals(runner.hasLeft, false);
  client.abort();
  assertEquals(runner.hasLeft, true);
  runner.end();
  runner.begin(false, false, true, () => client.signal, ORIGIN);
  assertEquals(runner.hasLeft, false);
});

Deno.test("CommandRunner.workedBytes counts what answers and commands have copied", async () => {
  const { runner } = setUp();
  await runner.one(["SETRANGE", "k", "99999", "x"]);
  const written = runner.workedBytes;
  assert(written >= WORD.length, String(written));
  await runner.one(["GET", "k"]);
  assert(runner.workedBytes - written >= WORD.length);
});
