// The version, from the one place where it is written down.
// Imported rather than read, so that a bundled or compiled program carries it inside.

import project from "../deno.json" with { type: "json" };

/** slabkv's version. */
export const version: string = project.version;
