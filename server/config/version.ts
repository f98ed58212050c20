// The version, from deno.json, and how this program was built. Both are imported, not read at run time,
// so that a packed or compiled program carries them inside. The build tools write their own build.json
// into the copy that they build from.

import project from "../../deno.json" with { type: "json" };
import build from "./build.json" with { type: "json" };

/** slabkv's version. */
export const VERSION: string = project.version;

/** How this program was built, and from which commit; that is empty where nobody has said. */
export const BUILD: { readonly how: string; readonly commit: string } = build;

/** The oldest Deno that the server is tested with; of an older one some bounds do not hold. */
export const MIN_DENO = "2.9.6";

/** Why the server cannot run with this version of Deno; undefined if it can. */
export function denoProblem(version: string): string | undefined {
  const numbersOf = (text: string) => text.split(/[.+-]/).slice(0, 3).map(Number);
  const [found, least] = [numbersOf(version), numbersOf(MIN_DENO)];
  const i = least.findIndex((number, i) => number !== found[i]);
  if (i < 0 || found[i]! > least[i]!) return undefined;
  return `Cannot run with Deno ${version}: it takes ${MIN_DENO} or later, ` +
    `such as npx --yes deno@${MIN_DENO} task start`;
}

/** What --version prints: version, how it was built and from which commit. */
export function versionLine(): string {
  const commit = build.commit === "" ? "" : `, commit ${build.commit}`;
  return `slabkv ${VERSION} (${build.how}${commit}, Deno ${Deno.version.deno})`;
}
