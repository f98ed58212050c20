// The version, from the one place where it is written down, and how this program was built.
// Imported rather than read, so that a packed or compiled program carries both inside; the build
// tools write their own build.json into the copy that they build from.

import project from "../../deno.json" with { type: "json" };
import build from "./build.json" with { type: "json" };

/** slabkv's version. */
export const VERSION: string = project.version;

/** What --version prints: version, how it was built and from which commit. */
export function versionLine(): string {
  const commit = build.commit === "" ? "" : `, commit ${build.commit}`;
  return `slabkv ${VERSION} (${build.how}${commit}, Deno ${Deno.version.deno})`;
}
