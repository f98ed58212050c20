// The process around a server of tests that run the real serve() in a process of its own: no terminal, and SIGTERM
// as the only signal.

import type { ServePlatform } from "../../../../../server/mod.ts";

/** The platform of such a server with these arguments, whose threads `spawn` starts. */
export function platformOf(
  args: readonly string[],
  spawn: (name: string) => Worker,
): ServePlatform {
  return {
    args,
    env: {},
    limits: { totalMemoryBytes: 2 ** 31, containerMemoryBytes: 0, cpus: 2 },
    canSharePort: true,
    denoVersion: Deno.version.deno,
    spawn,
    onReload: () => {},
    onSignal: (handler) => Deno.addSignalListener("SIGTERM", () => handler("SIGTERM")),
    out: console.log,
    err: console.error,
    exit: Deno.exit,
  };
}
