/**
 * What imports what, as a graph of files: circles in it, files that nobody reaches, and arrows
 * between rooms (folders). Works on texts, so that tests can make up files of their own.
 */

import type { Source } from "./sources.ts";

/** An import of one room by another, with the files that it stands for. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** "a.ts imports b.ts" for each. */
  readonly imports: readonly string[];
}

/**
 * Gives the room of a file: the folder, for the server the one below it. Folders inside a room, such
 * as those of commands by group, belong to it.
 */
export function roomOf(path: string): string {
  const folders = path.split("/").slice(0, -1);
  if (folders.length === 0) return path;
  return folders.slice(0, folders[0] === "server" ? 2 : 1).join("/");
}

/** Gives the arrows between rooms, ordered by name. */
export function arrowsOf(files: readonly Source[]): Arrow[] {
  const found = new Map<string, { from: string; to: string; imports: string[] }>();
  for (const { path, imports } of files) {
    for (const target of imports.filter((name) => name.endsWith(".ts"))) {
      const [from, to] = [roomOf(path), roomOf(target)];
      if (from === to) continue;
      const key = `${from} -> ${to}`;
      const arrow = found.get(key) ?? { from, to, imports: [] };
      arrow.imports.push(`${path} imports ${target}`);
      found.set(key, arrow);
    }
  }
  return [...found.entries()].sort(([a], [b]) => a < b ? -1 : 1).map(([, arrow]) => arrow);
}

/**
 * Gives the circles: groups of files each of which imports, over others perhaps, all the rest.
 *
 * R. Tarjan, "Depth-first search and linear graph algorithms", 1972.
 */
export function circlesOf(files: readonly Source[]): string[][] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (path: string): void => {
    order.set(path, order.size);
    lowest.set(path, order.get(path)!);
    stack.push(path);
    for (const next of byPath.get(path)!.imports) {
      if (!byPath.has(next)) continue;
      if (!order.has(next)) visit(next);
      if (!stack.includes(next)) continue;
      lowest.set(path, Math.min(lowest.get(path)!, lowest.get(next)!));
    }
    if (lowest.get(path) !== order.get(path)) return;
    const circle = stack.splice(stack.indexOf(path));
    if (circle.length > 1 || byPath.get(path)!.imports.includes(path)) circles.push(circle.sort());
  };
  for (const path of byPath.keys()) if (!order.has(path)) visit(path);
  return circles;
}

/**
 * Gives the files that nothing leads to: not imported, not started as a worker or program by another
 * file, and not part of any of `commands`, such as the tasks of deno.json.
 */
export function unreachedOf(files: readonly Source[], commands: readonly string[]): string[] {
  const reached = new Set(
    files.flatMap((file) => [...file.imports, ...startedBy(file)].filter((to) => to !== file.path)),
  );
  return files.map(({ path }) => path).filter((path) =>
    !reached.has(path) && !/(_test|_bench|\.d)\.ts$/.test(path) &&
    !commands.some((command) => command.includes(path))
  );
}

/** The paths that a file names in a string, as it does of workers and programs that it starts. */
function startedBy({ path, code }: Source): string[] {
  return [...code.matchAll(/"([\w./]+\.ts)"/g)].map(([, target = ""]) =>
    new URL(target, `file:///${path}`).pathname.slice(1)
  );
}
