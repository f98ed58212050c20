// The HTTP benchmarks in their smallest form, so that they cannot rot: every answer is checked, no
// figure is judged.

import { assert, assertEquals } from "@std/assert";
import { fill } from "../bench/http/fill.ts";

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  const path = new URL("../bench/http/run.ts", import.meta.url).pathname;
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", path, ...args] });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("bench:http --tiny compares three servers and finds no wrong answer", async () => {
  const { code, text } = await run("--tiny");
  assertEquals(code, 0, text);
  for (const part of ["| slabkv", "Deno.serve", "/mget", "/mput"]) {
    assert(text.includes(part), text);
  }
});

Deno.test("bench:http --tiny --publish finds every key that was put", async () => {
  const { code, text } = await run("--tiny", "--publish");
  assertEquals(code, 0, text);
});

Deno.test("bench:fill fills a small region twice over without an error", async () => {
  const result = await fill({ memory: "8MiB", connections: 20, times: 2 });
  assert(result.evictions > 0 && result.itemsHeld > 5_000, JSON.stringify(result));
  assertEquals(result.lockTimeouts, 0);
});
