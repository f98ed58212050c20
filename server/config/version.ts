// The version, from deno.json, and how this program was built. Both are imported, not read at run time,
// so that a packed or compiled program carries them inside. The build tools write their own build.json
// into the copy that they build from.

import project from "../../deno.json" with { type: "json" };
import build from "./build.json" with { type: "json" };

/** slabkv's version. */
export const VERSION: string = project.version;

/** What --version prints: version, how it was built and from which commit. */
export function versionLine(): string {
  const commit = build.commit === "" ? "" : `, commit ${build.commit}`;
  return `slabkv ${VERSION} (${build.how}${commit}, Deno ${Deno.version.deno})`;
}
