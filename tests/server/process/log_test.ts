// The log: a line each for people, one JSON object per line for programs, errors to stderr.

import { assertEquals } from "@std/assert";
import { Log } from "../../../server/process/log.ts";
import { NOW_MS } from "../fixture.ts";

function lines(format: "text" | "json"): { out: string[]; err: string[] } {
  const out: string[] = [];
  const err: string[] = [];
  const now = () => NOW_MS;
  const log = new Log({
    format,
    now,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  });
  log.info("start", "started\nhere", { workers: 2, addresses: ["a", "b"] });
  log.warn("drain", "some were cut off");
  log.error("hang", "a worker hangs", { silent: 6 });
  return { out, err };
}

Deno.test("Log writes text for people, without fields", () => {
  assertEquals(lines("text"), {
    out: ["started\nhere"],
    err: ["slabkv: some were cut off", "slabkv: a worker hangs"],
  });
});

Deno.test("Log writes one JSON object per line with --log-format json", () => {
  const { out, err } = lines("json");
  const time = "2023-11-14T22:13:20.000Z";
  assertEquals(out, [
    `{"time":"${time}","level":"info","event":"start","message":"started\\nhere","workers":2,` +
    '"addresses":["a","b"]}',
  ]);
  assertEquals(err, [
    `{"time":"${time}","level":"warn","event":"drain","message":"some were cut off"}`,
    `{"time":"${time}","level":"error","event":"hang","message":"a worker hangs","silent":6}`,
  ]);
});
