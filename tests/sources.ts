/**
 * The source files of the repository for tests that look at code: their text, their imports, and
 * where functions begin and end. Goes by lines, which suffices for formatted source.
 */

/** A source file. */
export interface Source {
  /** Path from the root of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  /** The text without comments. */
  readonly code: string;
  /** What is imported: paths from the root, or specifiers of packages. */
  readonly imports: readonly string[];
}

/** A function and where it stands. */
export interface FunctionSpan {
  readonly name: string;
  /** Number of its first line, from 1. */
  readonly line: number;
  readonly lines: number;
}

const root = new URL("../", import.meta.url);

/**
 * Reads all TypeScript files of some files and folders.
 *
 * @param names files and folders from the root; those that do not exist are left out
 * @returns the files in the order of their paths
 */
export async function readSources(names: readonly string[]): Promise<Source[]> {
  const paths: string[] = [];
  const top = new Set(Array.from(Deno.readDirSync(root), (entry) => entry.name));
  for (const name of names.filter((name) => top.has(name))) collectPaths(name, paths);
  return await Promise.all(
    paths.sort().map(async (path) => sourceOf(path, await Deno.readTextFile(new URL(path, root)))),
  );
}

/** Makes a source file of its path and text. */
export function sourceOf(path: string, text: string): Source {
  return { path, text, code: withoutComments(text), imports: importsOf(path, text) };
}

function collectPaths(path: string, paths: string[]): void {
  if (path.endsWith(".ts")) {
    paths.push(path);
    return;
  }
  for (const entry of Deno.readDirSync(new URL(`${path}/`, root))) {
    const inside = `${path}/${entry.name}`;
    if (entry.isDirectory || entry.name.endsWith(".ts")) collectPaths(inside, paths);
  }
}

/** Gives what a file imports, re-exports or loads: paths from the root, or package specifiers. */
export function importsOf(path: string, text: string): string[] {
  const clause = /(?:\bfrom|^import|\bimport\()\s*"([^"]+)"/gm;
  return [...withoutComments(text).matchAll(clause)].map(([, target = ""]) => {
    if (!target.startsWith(".")) return target;
    return new URL(target, `file:///${path}`).pathname.slice(1);
  });
}

/** Gives the lines of the first paragraph of the comment that a file begins with. */
export function openingComment(text: string): string[] {
  const comment = /^(?:\/\*\*?[^]*?\*\/|(?:\/\/.*\n)+)/.exec(text)?.[0] ?? "";
  const lines = comment.split("\n").map((line) => line.replace(/^[\s/*]+|[\s/*]+$/g, ""));
  const words = lines.slice(lines.findIndex((line) => line !== ""));
  const blank = words.indexOf("");
  return blank === -1 ? words : words.slice(0, blank);
}

/** Gives the functions of more than `maxLines` lines, signature and closing brace included. */
export function longFunctions(text: string, maxLines: number): FunctionSpan[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    const name = functionName(line);
    const end = name === undefined ? undefined : lastLine(lines, index);
    if (name === undefined || end === undefined) return [];
    const length = end - index + 1;
    return length > maxLines ? [{ name, line: index + 1, lines: length }] : [];
  });
}

const declaration = /^\s*(?:export )?(?:default )?(?:async )?function\*? ?(\w+)/;
const arrow = /^\s*(?:export )?const (\w+)(?:: [^=]+)? = (?:async )?(?:<.*>)?\(.*(?:\(|=> \{)$/;
const method =
  /^\s+(?:(?:public|private|protected|static|async|override|get|set) )*\*?(#?\w+)(?:<.*>)?\(.*[({]$/;
const keyword = /^(?:if|for|while|switch|catch|return|function|with|do|else|await|new)$/;

function functionName(line: string): string | undefined {
  const name = (declaration.exec(line) ?? arrow.exec(line) ?? method.exec(line))?.[1];
  return name !== undefined && !keyword.test(name) ? name : undefined;
}

// A formatted function ends at the first line of its own indentation that closes a brace and
// opens none; a call over several lines ends at one that closes a parenthesis instead.
function lastLine(lines: readonly string[], start: number): number | undefined {
  const indent = /^\s*/.exec(lines[start]!)![0];
  for (let index = start + 1; index < lines.length; index++) {
    const line = lines[index]!;
    if (!line.startsWith(indent) || line.length === indent.length) continue;
    const first = line[indent.length]!;
    if (first === "}" && !line.endsWith("{")) return index;
    if (first === ")" && !line.endsWith("{")) return undefined;
  }
  return undefined;
}

function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[^]*?\*\/$/gm, "").replace(/(?:^|\s)\/\/.*$/gm, "");
}
