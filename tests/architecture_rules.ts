/**
 * The rules of the code base that a compiler does not know, as functions from files to what is wrong
 * with them. architecture_test.ts holds the repository to them, and each of them to files that break it.
 */

import { arrowsOf, circlesOf, roomOf } from "./import_graph.ts";
import { longFunctions, openingComment, type Source } from "./sources.ts";

/** A rule: gives "path: what is wrong" for all that breaks it. */
export type Rule = (files: readonly Source[]) => string[];

/** Which room may import which. What is not here may not, and what is here has to be needed. */
export const ROOM_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["client", "server"],
  "client": ["server/config", "server/disk", "server/observe", "server/rdb"],
  "server": ["server/config", "server/disk", "server/process"],
  "server/process": [
    "cache",
    "server/changes",
    "server/commands",
    "server/config",
    "server/contract",
    "server/disk",
    "server/http",
    "server/messages",
    "server/observe",
    "server/raw",
  ],
  "server/http": [
    "cache",
    "server/codecs",
    "server/commands",
    "server/config",
    "server/contract",
    "server/observe",
  ],
  "server/raw": ["cache", "server/codecs", "server/commands", "server/config", "server/contract"],
  "server/commands": [
    "cache",
    "server/config",
    "server/contract",
    "server/lua",
    "server/observe",
    "server/rdb",
  ],
  "server/changes": ["cache", "server/contract"],
  "server/messages": ["cache", "server/contract"],
  "server/observe": ["cache", "server/config", "server/contract"],
  "server/codecs": ["server/contract"],
  "server/contract": ["cache", "server/config", "server/rdb"],
  "server/config": [],
  "server/rdb": [],
  "server/lua": ["server/contract"],
  "server/disk": ["cache", "server/config", "server/contract"],
  "cache": [],
  "dashboard": ["server/observe"],
};

/** Rooms with a door: others import this file of theirs and no other. */
const DOORS: Readonly<Record<string, string>> = {
  "cache": "cache/mod.ts",
  "client": "client/mod.ts",
  "server": "server/mod.ts",
};

const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 60;
/** Most files of one folder. */
const MAX_FOLDER_FILES = 20;

/** Folders, files and functions ("path#function") that may be larger, and why. Keep it short. */
export const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  [
    "cache",
    "the engine is one thing, read from layout.ts to cache.ts; a cut would cross every file",
  ],
  ["tests/cache", "mirrors cache/, with the programs of its threads beside the tests"],
  ["tests/wire", "one file for each way in and each promise, all over the same server.ts"],
]);

/** Whether a file is part of the program, not of what surrounds it. */
export function isProduct({ path }: Source): boolean {
  return /^(main\.ts$|cache\/|client\/|dashboard\/|server\/)/.test(path);
}

/** Applies `find`, which gives what is wrong with one file, to all of them. */
function eachFile(files: readonly Source[], find: (file: Source) => readonly string[]): string[] {
  return files.flatMap((file) => find(file).map((what) => `${file.path}: ${what}`));
}

/** Rooms import only what the table lets them, through the doors that there are. */
export const keepsToRooms: Rule = (files) => {
  const product = files.filter(isProduct);
  const unknown = product.map(({ path }) => roomOf(path))
    .filter((room) => ROOM_IMPORTS[room] === undefined)
    .map((room) => `${room}: is no room of the table`);
  const forbidden = arrowsOf(product)
    .filter(({ from, to }) => !ROOM_IMPORTS[from]?.includes(to))
    .flatMap(({ imports }) => imports);
  const pastDoors = eachFile(product, ({ path, imports }) =>
    imports.filter((target) => {
      const room = roomOf(target);
      return room !== roomOf(path) && DOORS[room] !== undefined && DOORS[room] !== target;
    }).map((target) => `imports ${target}, past ${DOORS[roomOf(target)]}`));
  return [...new Set(unknown), ...forbidden, ...pastDoors];
};

/** Every import that the table allows is there. */
export const needsItsTable: Rule = (files) => {
  const there = new Set(
    arrowsOf(files.filter(isProduct)).map(({ from, to }) => `${from} -> ${to}`),
  );
  return Object.entries(ROOM_IMPORTS)
    .flatMap(([from, rooms]) => rooms.map((to) => `${from} -> ${to}`))
    .filter((arrow) => !there.has(arrow))
    .map((arrow) => `${arrow}: is allowed and not needed`);
};

/** No file imports itself over others. */
export const hasNoCircles: Rule = (files) =>
  circlesOf(files).map((circle) => `${circle.join(", ")}: import each other in a circle`);

/** The engine uses no Deno, no Node, no package, no timer and no console. */
export const isEngineAlone: Rule = (files) =>
  eachFile(files.filter(({ path }) => path.startsWith("cache/")), ({ code, imports }) => [
    ...code.match(/\b(Deno|console|process|setTimeout|setInterval|queueMicrotask|fetch)\b/g) ?? [],
    ...imports.filter((target) => !target.startsWith("cache/")),
  ]);

/** Codecs use contract/ and themselves: no sockets, no Deno. node:buffer is memory, so it may be. */
export const areCodecsPure: Rule = (files) =>
  eachFile(files.filter(({ path }) => path.startsWith("server/codecs/")), ({ code, imports }) => [
    ...code.match(/\b(Deno|console|fetch|WebSocket|Worker|setTimeout|setInterval)\b/g) ?? [],
    ...imports.filter((target) =>
      !/^server\/(codecs|contract)\//.test(target) && target !== "node:buffer"
    ),
  ]);

/** Modules of the program keep nothing that changes; encoders and decoders of whole texts do not. */
export const hasNoModuleState: Rule = (files) =>
  eachFile(
    files.filter(isProduct),
    ({ code }) => [
      ...code.match(/^(?:export )?(?:let|var) \w+/gm) ?? [],
      ...code.match(
        /^(?:export )?const [a-z]\w*(?:: [^=\n]+)? = new (?!Text(?:En|De)coder\b)\w+/gm,
      ) ??
        [],
      // A table is written down with a type that nobody can change it through.
      ...code.match(/^(?:export )?const [A-Z]\w* = new (?:Map|Set|WeakMap|WeakSet|Array)\b/gm) ??
        [],
    ],
  );

/** Names that others know: fields of the log, which people filter by. */
const KEPT_NAMES: ReadonlySet<string> = new Set(["workersMax"]);

/** Fixed values of a module are in UPPER_CASE; bounds begin with max or min. */
export const namesConstants: Rule = (files) => {
  const constant = /^(?:export )?const [a-z]\w*(?:: [^=\n]+)? = (?:-?\d|["'`/[{])/gm;
  const bound = /\b(?:[A-Z][A-Z0-9_]*_(?:MAX|MIN)|[a-z]\w*[a-z0-9](?:Max|Min))\b/g;
  return eachFile(files.filter(({ path }) => !/^(tests|std)\//.test(path)), ({ code }) => [
    ...code.match(constant) ?? [],
    ...(code.match(bound) ?? []).filter((name) => !KEPT_NAMES.has(name)),
  ]);
};

/** Files open with 2 to 6 lines of what they own. */
export const saysWhatItOwns: Rule = (files) =>
  eachFile(files.filter(({ path }) => !/^(tests|bench|std)\//.test(path)), ({ text }) => {
    const { length } = openingComment(text);
    return length >= 2 && length <= 6 ? [] : [`opens with ${length} lines of comment`];
  });

/** Names of files are in snake_case and say what is inside. */
export const namesFiles: Rule = (files) =>
  eachFile(files, ({ path }) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const isPlain = /^[a-z0-9]+(_[a-z0-9]+)*(\.d)?\.ts$/.test(name);
    return isPlain && !/^(utils|helpers|index|types|misc|common)\.ts$/.test(name) ? [] : [name];
  });

/** Files have at most 300 lines, functions 60, folders 20 files. */
export const staysSmall: Rule = (files) => {
  const written = files.filter(({ path }) => !path.startsWith("std/"));
  return [
    ...eachFile(written, ({ path, text }) => {
      const lines = linesOf(text);
      return lines <= MAX_FILE_LINES || EXCEPTIONS.has(path) ? [] : [`${lines} lines`];
    }),
    ...eachFile(written, ({ path, text }) =>
      longFunctions(text, MAX_FUNCTION_LINES)
        .filter(({ name }) => !EXCEPTIONS.has(`${path}#${name}`))
        .map(({ name, line, lines }) => `${name} (line ${line}) has ${lines} lines`)),
    ...[...folderSizes(written)]
      .filter(([folder, size]) => size > MAX_FOLDER_FILES && !EXCEPTIONS.has(folder))
      .map(([folder, size]) => `${folder}: ${size} files`),
  ];
};

/** Exceptions are needed and give a reason. */
export const needsItsExceptions: Rule = (files) => {
  const sizes = folderSizes(files);
  return [...EXCEPTIONS].filter(([where, reason]) => {
    const [path = "", name] = where.split("#");
    const text = files.find((file) => file.path === path)?.text ?? "";
    const isNeeded = name === undefined
      ? linesOf(text) > MAX_FILE_LINES || (sizes.get(path) ?? 0) > MAX_FOLDER_FILES
      : longFunctions(text, MAX_FUNCTION_LINES).some((found) => found.name === name);
    return !isNeeded || reason.length < 20;
  }).map(([where]) => `${where}: the exception is not needed, or has no reason`);
};

function linesOf(text: string): number {
  return text.split("\n").length - 1;
}

/** How many files lie in each folder, those of folders in it not counted. */
function folderSizes(files: readonly Source[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { path } of files) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    sizes.set(folder, (sizes.get(folder) ?? 0) + 1);
  }
  return sizes;
}

/** std/ holds re-exports and nothing else. */
export const onlyReExports: Rule = (files) => {
  const reExport = /^export \{[\w\s,]+\} from "npm:deno-std@[\d.]+\/[\w/]+\.js";$/gm;
  const modules = files.filter(({ path }) => /^std\/.*(?<!\.d)\.ts$/.test(path));
  return eachFile(modules, ({ code }) => {
    const rest = code.replace(reExport, "").trim();
    return rest === "" ? [] : [rest];
  });
};
