/**
 * The rules of the documents as text: how long lines are, and how tables are written. Functions of
 * a text that return what is wrong with it; docs_test.ts applies them.
 */

export const MAX_LINE_CHARS = 160;
const MAX_RULE_DASHES = 5;

/** Folders that hold nothing of ours: what .gitignore names, and Git's own. */
const FOREIGN: ReadonlySet<string> = new Set([".git", "dist", "coverage", "node_modules"]);

const root = new URL("../", import.meta.url);

/** A file of the repository. */
export interface Text {
  /** Path from the root of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Reads all files whose names end in one of `endings`, in the order of their paths. */
export async function readTexts(endings: readonly string[]): Promise<Text[]> {
  const paths: string[] = [];
  const walk = (folder: string): void => {
    for (const { name, isDirectory } of Deno.readDirSync(new URL(`./${folder}`, root))) {
      if (isDirectory && !FOREIGN.has(name)) walk(`${folder}${name}/`);
      else if (endings.some((ending) => name.endsWith(ending))) paths.push(folder + name);
    }
  };
  walk("");
  return await Promise.all(
    paths.sort().map(async (path) => {
      return { path, text: await Deno.readTextFile(new URL(path, root)) };
    }),
  );
}

/** Numbers of the lines that are too long. */
export function longLines(text: string): number[] {
  return text.split("\n").flatMap((line, index) =>
    [...line].length > MAX_LINE_CHARS ? [index + 1] : []
  );
}

/** The lines of a page with those inside fenced code left empty. */
export function proseLines(text: string): string[] {
  let fence = "";
  return text.split("\n").map((line) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? "";
    if (fence === "" && mark === "") return line;
    if (fence === "") fence = mark;
    else if (mark.startsWith(fence)) fence = "";
    return "";
  });
}

/** Numbers of the lines of tables whose cells are padded, or whose rule is longer than it need be. */
export function paddedRows(text: string): number[] {
  const longRule = new RegExp(`^\\|[-:| ]*-{${MAX_RULE_DASHES + 1},}`);
  return proseLines(text).flatMap((line, index) => {
    const isPadded = / {2,}\||\| {2,}/.test(line) || longRule.test(line);
    return line.startsWith("|") && isPadded ? [index + 1] : [];
  });
}
