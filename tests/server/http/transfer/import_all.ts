// Imports a body as POST /import does, for tests: all of its commands, into a cache.
// See import_runner_test.ts.

import { ImportRunner } from "../../../../server/http/transfer/import_runner.ts";
import type { ServerCache } from "../../../../server/contract/counters.ts";
import { contextOf } from "../../fixture.ts";

const MAX_BYTES = 64 * 1024 * 1024;

/** Runs the commands in `bytes`. Resolves with what has become of them. */
export async function importedInto(cache: ServerCache, bytes: Uint8Array) {
  const runner = new ImportRunner(contextOf(cache), MAX_BYTES, { failed: () => {} });
  runner.begin(bytes, 0);
  while (await runner.step());
  const { done, stored, failed, skipped, unreadable } = runner;
  return { done, stored, failed, skipped: Object.fromEntries(skipped), unreadable };
}
