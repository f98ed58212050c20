// The version, from the one place where it is written down.

import project from "../deno.json" with { type: "json" };

/** slabkv's version. */
export const version: string = project.version;
