/**
 * The rules of the documents as text: how long lines are, how tables are written, and that links and
 * names lead somewhere. Functions that return what is wrong; docs_test.ts applies them.
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
      else if (endings.some((ending) => `/${name}`.endsWith(ending))) paths.push(folder + name);
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

/** Links of a page to other files and to headings: what stands between their parentheses. */
function linksOf(text: string): string[] {
  const prose = proseLines(text).join("\n").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\[[^\][]*\]\(([^()\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors of a page's headings, as GitHub makes them: "a--b" of "A & B", "a-1" of a second "A". */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const line of proseLines(text)) {
    const title = /^#{1,6} +(.+?) *$/.exec(line)?.[1];
    if (title === undefined) continue;
    const plain = title.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = plain.replace(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
    let name = anchor;
    for (let n = 1; anchors.has(name); n++) name = `${anchor}-${n}`;
    anchors.add(name);
  }
  return anchors;
}

/**
 * Links of Markdown that lead nowhere, as "page: link".
 *
 * @param pages the pages, whose headings are what anchors can name
 * @param exists whether there is a file or folder with this path from the root
 */
export function deadLinks(pages: readonly Text[], exists: (path: string) => boolean): string[] {
  const anchors = new Map(pages.map(({ path, text }) => [path, anchorsOf(text)]));
  return pages.flatMap(({ path, text }) =>
    linksOf(text).filter((link) => {
      const { pathname, hash } = new URL(link, `file:///${path}`);
      const target = decodeURIComponent(pathname.slice(1));
      if (hash === "") return !exists(target);
      return !anchors.get(target)?.has(decodeURIComponent(hash.slice(1)));
    }).map((link) => `${path}: ${link}`)
  );
}

/** Pages that code, scripts and settings name by their paths and that are not there. */
export function unknownPages(texts: readonly Text[], exists: (path: string) => boolean): string[] {
  const page = /(?<![\w./@-])(?:[\w-]+\/)*[\w-]+\.md\b/g;
  return texts.flatMap(({ path, text }) =>
    (text.match(page) ?? []).filter((name) => !exists(name)).map((name) => `${path}: ${name}`)
  );
}

/**
 * Sources and scripts that code, workflows and settings name by their paths from the root and that are not there.
 * Settings may name them as regular expressions do: "a\.ts".
 */
export function unknownSources(
  texts: readonly Text[],
  exists: (path: string) => boolean,
): string[] {
  const source =
    /(?<![\w./-])(?:bench|cache|client|deploy|server|std|tests|tools)\/[\w./-]+\.(?:ts|sh)\b/g;
  return texts.flatMap(({ path, text }) =>
    (text.replaceAll("\\.", ".").match(source) ?? [])
      .filter((name) => !exists(name))
      .map((name) => `${path}: ${name}`)
  );
}

/** What is declared in the sources: functions, methods and classes, as far as pages name them. */
export interface Declared {
  /** Names of functions and methods, private ones with their "#". */
  readonly functions: ReadonlySet<string>;
  /** "Class.method" of every class. */
  readonly methods: ReadonlySet<string>;
}

const FUNCTION = /^\s*(?:export )?(?:default )?(?:async )?function\*? ?(\w+)/;
const ARROW = /^\s*(?:export )?const (\w+)\b[^=]*= (?:async )?(?:<.*>)?\(/;
const CLASS = /^(?:export )?(?:abstract )?(?:class|interface) (\w+)/;
const METHOD =
  /^ {2}(?:(?:public|private|protected|static|abstract|async|override|get|set|readonly) )*\*?(#?\w+)(?:<.*>)?\(/;

/** Finds what formatted sources declare, line by line. */
export function declaredIn(sources: readonly Text[]): Declared {
  const functions = new Set<string>();
  const methods = new Set<string>();
  for (const { text } of sources) {
    let owner = "";
    for (const line of text.split("\n")) {
      owner = CLASS.exec(line)?.[1] ?? (line === "}" ? "" : owner);
      const method = owner === "" ? undefined : METHOD.exec(line)?.[1];
      const name = method ?? (FUNCTION.exec(line) ?? ARROW.exec(line))?.[1];
      if (name === undefined) continue;
      functions.add(name);
      if (method !== undefined) methods.add(`${owner}.${method}`);
    }
  }
  return { functions, methods };
}

/**
 * Names in backticks that the sources do not know, as "page: name": `path/of/a.ts` and `folder/`, and
 * `name()` or `Class.method()`.
 */
export function unknownNames(
  pages: readonly Text[],
  { functions, methods }: Declared,
  exists: (path: string) => boolean,
): string[] {
  return pages.flatMap(({ path, text }) => {
    const spans = proseLines(text).join("\n").match(/`[^`]+`/g) ?? [];
    return spans.map((span) => span.slice(1, -1)).filter((name) => {
      if (/^(?:[\w.-]+\/)+(?:[\w-]+\.[a-z]+)?$/.test(name)) return !exists(name);
      const [, owner, called] = /^(?:(\w+)\.)?(#?\w+)\(\)$/.exec(name) ?? [];
      if (called === undefined) return false;
      return !(owner === undefined ? functions.has(called) : methods.has(`${owner}.${called}`));
    }).map((name) => `${path}: ${name}`);
  });
}
