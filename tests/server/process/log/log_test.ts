// The log: a line each for people, one JSON object per line for programs, warnings and errors to stderr, and
// nothing below the wanted level.

import { assertEquals } from "@std/assert";
import type { LogLevel } from "../../../../server/contract/log/events.ts";
import { Log } from "../../../../server/process/log/log.ts";
import { NOW_MS } from "../../fixture.ts";

const TIME = "2023-11-14T22:13:20.000Z";

function lines(format: "text" | "json", level?: LogLevel): { out: string[]; err: string[] } {
  const out: string[] = [];
  const err: string[] = [];
  const log = new Log({
    format,
    ...level !== undefined && { level },
    now: () => NOW_MS,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  });
  log.debug("worker-started", "worker 1 listens", { worker: 1 });
  log.info("start", "started\nhere", { workers: 2, addresses: ["a", "b"] });
  log.info("drain", "stops", { signal: "SIGTERM" });
  log.warn("drain-cut", "some were cut off");
  log.error("bug", "it hangs\n  at x\x1b[2J", { worker: 6 });
  log.error("refused", "Cannot start");
  return { out, err };
}

Deno.test("Log writes one line with time and level for people, but for the banner", () => {
  assertEquals(lines("text"), {
    out: ["started\nhere", `${TIME} info  stops`],
    err: [
      `${TIME} warn  some were cut off`,
      `${TIME} error it hangs | at x\\x1b[2J`,
      "slabkv: Cannot start",
    ],
  });
});

Deno.test("Log writes one JSON object per line with --log-format json", () => {
  const { out, err } = lines("json");
  assertEquals(out, [
    `{"time":"${TIME}","level":"info","event":"start","message":"started\\nhere","workers":2,` +
    '"addresses":["a","b"]}',
    `{"time":"${TIME}","level":"info","event":"drain","message":"stops","signal":"SIGTERM"}`,
  ]);
  assertEquals(
    err[0],
    `{"time":"${TIME}","level":"warn","event":"drain-cut","message":"some were cut off"}`,
  );
});

Deno.test("Log leaves out what is below --log-level", () => {
  const counts = (level: LogLevel) => {
    const { out, err } = lines("json", level);
    return [...out, ...err].map((line) => JSON.parse(line).event);
  };
  const all = ["worker-started", "start", "drain", "drain-cut", "bug", "refused"];
  assertEquals(counts("debug"), all);
  assertEquals(counts("info"), all.slice(1));
  assertEquals(counts("warn"), all.slice(3));
  assertEquals(counts("error"), all.slice(4));
});
