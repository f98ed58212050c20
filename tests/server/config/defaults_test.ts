// The configuration that nobody has said anything about. A new option has its default here, too.

import { assert, assertEquals } from "@std/assert";
import { parseConfig } from "../../../server/config/parse.ts";
import { GIB, MIB, parseSize } from "../../../server/config/units.ts";

const machine = { totalMemoryBytes: 16 * GIB, cpus: 4 };

Deno.test("parseConfig() gives the documented defaults", () => {
  const result = parseConfig([], {}, machine);
  assert(result.kind === "run");
  assertEquals(result.config, {
    host: "127.0.0.1",
    port: 7171,
    unixPath: undefined,
    unixMode: undefined,
    respPort: undefined,
    respUnixPath: undefined,
    respUnixMode: undefined,
    textPort: undefined,
    memcachePort: undefined,
    memcacheUnixPath: undefined,
    memcacheUnixMode: undefined,
    maxConnections: 20_000,
    idleTimeoutMs: 0,
    websocket: false,
    notifyKeyspaceEvents: "",
    memoryBytes: parseSize("1.4GiB")!,
    averageItemBytes: 160,
    workers: "auto",
    maxKeyChars: 256,
    maxValueChars: 256,
    maxValueBytes: 1_048_576,
    maxBodyBytes: 65_536,
    maxInFlight: 10_000,
    bodyTimeoutMs: 10_000,
    bodyMemoryBytes: 64 * MIB,
    maxLagMs: 500,
    scriptTimeMs: 1000,
    missStatus: 200,
    token: undefined,
    allowAdmin: false,
    allowHosts: [],
    allowOrigins: [],
    dashboard: "on",
    metrics: "on",
    allowRemote: false,
    tlsCertPath: undefined,
    tlsKeyPath: undefined,
    compress: false,
    dataDir: undefined,
    logMemoryBytes: 16 * MIB,
    fsync: "everysec",
    snapshotEveryMs: 0,
    onWriteError: "refuse",
    recover: false,
    drainTimeoutMs: 5000,
    logFormat: "text",
    logLevel: "info",
    slowMs: 1000,
  });
});
