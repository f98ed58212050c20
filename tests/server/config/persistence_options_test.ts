// The options of --data-dir: what they come to, and what is refused.

import { assert, assertEquals } from "@std/assert";
import { type Config, logRingBytes } from "../../../server/config/config.ts";
import { variableName } from "../../../server/config/options.ts";
import { parseConfig } from "../../../server/config/parse.ts";
import { GIB, MIB } from "../../../server/config/units.ts";

const machine = { totalMemoryBytes: 16 * GIB, cpus: 4 };

function configOf(args: readonly string[], env: Record<string, string> = {}): Config {
  const result = parseConfig(args, env, machine);
  assert(result.kind === "run", JSON.stringify(result));
  return result.config;
}

function messageOf(args: readonly string[], env: Record<string, string> = {}): string {
  const result = parseConfig(args, env, machine);
  assert(result.kind === "error", JSON.stringify(result));
  return result.message;
}

const TABLE: readonly [flag: string, value: string, expected: Partial<Config>][] = [
  ["log-memory", "1MiB", { logMemoryBytes: MIB }],
  ["fsync", "always", { fsync: "always" }],
  ["fsync", "no", { fsync: "no" }],
  ["snapshot-every", "1h", { snapshotEveryMs: 3_600_000 }],
  ["on-write-error", "continue", { onWriteError: "continue" }],
  ["recover", "true", { recover: true }],
];

Deno.test("parseConfig() reads the options of --data-dir from flags and from variables", () => {
  const base = configOf(["--data-dir", "/data"]);
  assertEquals(base, { ...configOf([]), dataDir: "/data" });
  for (const [flag, value, expected] of TABLE) {
    const wanted = { ...base, ...expected };
    assertEquals(configOf(["--data-dir=/data", `--${flag}=${value}`]), wanted, flag);
    const env = { SLABKV_DATA_DIR: "/data", [variableName(flag)]: value };
    assertEquals(configOf([], env), wanted, flag);
  }
});

Deno.test("parseConfig() refuses the options of --data-dir without it, also with their defaults", () => {
  for (const [flag, value] of [...TABLE, ["fsync", "everysec"], ["recover", "false"]] as const) {
    const text = (name: string) => `Cannot use ${name} alone: give --data-dir too`;
    assertEquals(messageOf([`--${flag}=${value}`]), text(`--${flag}`));
    const name = variableName(flag);
    assertEquals(messageOf([], { [name]: value }), text(name));
  }
});

Deno.test("parseConfig() says what the options of --data-dir take", () => {
  const dir = ["--data-dir", "/data"];
  const table: [string[], string][] = [
    [["--data-dir", ""], "Option --data-dir has no value: expected the path of a folder"],
    [
      [...dir, "--fsync", "sometimes"],
      'Cannot use --fsync "sometimes": expected always or everysec or no',
    ],
    [
      [...dir, "--log-memory", "64KiB"],
      'Cannot use --log-memory "64KiB": expected a size from 1MiB to 1GiB, such as 1.5MiB, 64MiB or 512MB',
    ],
    [
      [...dir, "--on-write-error", "ignore"],
      'Cannot use --on-write-error "ignore": expected refuse or continue',
    ],
  ];
  for (const [args, message] of table) assertEquals(messageOf(args), message);
});

Deno.test("parseConfig() leaves the data at least 8 MiB, and half of the memory, beside the log ring", () => {
  const dir = ["--data-dir", "/data"];
  assertEquals(
    messageOf([...dir, "--memory", "16MiB"]),
    "Cannot use --log-memory 16MiB of --memory 16MiB: that leaves too little for data; " +
      "choose less, or --memory 32MiB or more",
  );
  assertEquals(
    messageOf([...dir, "--memory", "8MiB", "--log-memory", "1MiB"]),
    "Cannot use --log-memory 1MiB of --memory 8MiB: that leaves too little for data; " +
      "choose less, or --memory 9MiB or more",
  );
  assertEquals(logRingBytes(configOf([...dir, "--memory", "32MiB"])), 16 * MIB);
  assertEquals(logRingBytes(configOf([...dir, "--memory", "9MiB", "--log-memory", "1MiB"])), MIB);
  assertEquals(logRingBytes(configOf(["--memory", "8MiB"])), 0);
});
