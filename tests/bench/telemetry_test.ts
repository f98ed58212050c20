// The benchmark of what being watched costs, in its smallest form: it runs, and Deno's telemetry reaches its collector.

import { assert, assertEquals } from "@std/assert";

Deno.test("bench:telemetry --tiny scrapes a server, and has another one send its traces", async () => {
  const path = new URL("../../bench/metrics/telemetry.ts", import.meta.url).pathname;
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", path, "--tiny"] });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout) + decoder.decode(stderr);
  assertEquals(code, 0, text);
  for (const part of ["| workers |", "HTTP put, all traces", "The collector has taken"]) {
    assert(text.includes(part), text);
  }
});
