// The first members of a collection, read by the command of its type. What comes of each is a row of texts; their
// bytes may be anything.

import type { NamedKey } from "../../server/observe/facts/key_facts.ts";
import { make, scrolling } from "../dom/elements.ts";
import { KeyedTable } from "../dom/table.ts";
import { visible } from "../dom/visible.ts";
import { plainText } from "../console/reply_text.ts";
import type { Server } from "../state/server.ts";

const MAX_ROWS = 100;
const MAX_SHOWN_CHARS = 400;

interface Way {
  readonly command: (key: string) => readonly string[];
  readonly titles: readonly string[];
  /** The rows of an answer. */
  readonly rows: (answer: unknown) => string[][];
}

/** A list of an answer, or of its second part, which is what scans have found. */
function listOf(answer: unknown, isScan = false): unknown[] {
  const list = isScan && Array.isArray(answer) ? answer[1] : answer;
  return Array.isArray(list) ? list : [];
}

function pairs(list: readonly unknown[]): string[][] {
  const rows: string[][] = [];
  for (let i = 0; i + 1 < list.length; i += 2) {
    rows.push([plainText(list[i]), plainText(list[i + 1])]);
  }
  return rows;
}

const scan = (name: string) => (key: string) => [name, key, "0", "COUNT", String(MAX_ROWS)];

const WAYS: Readonly<Record<string, Way>> = {
  list: {
    command: (key) => ["LRANGE", key, "0", String(MAX_ROWS - 1)],
    titles: ["Index", "Element"],
    rows: (answer) => listOf(answer).map((element, i) => [String(i), plainText(element)]),
  },
  set: {
    command: scan("SSCAN"),
    titles: ["Member"],
    rows: (answer) => listOf(answer, true).map((member) => [plainText(member)]),
  },
  hash: {
    command: scan("HSCAN"),
    titles: ["Field", "Value"],
    rows: (answer) => pairs(listOf(answer, true)),
  },
  zset: {
    command: (key) => ["ZRANGE", key, "0", String(MAX_ROWS - 1), "WITHSCORES"],
    titles: ["Member", "Score"],
    rows: (answer) => pairs(listOf(answer)),
  },
  stream: {
    command: (key) => ["XRANGE", key, "-", "+", "COUNT", String(MAX_ROWS)],
    titles: ["Entry", "Fields"],
    rows: (answer) =>
      listOf(answer).map((entry) => {
        const [id, fields] = listOf(entry);
        return [plainText(id), pairs(listOf(fields)).map((pair) => pair.join(": ")).join(", ")];
      }),
  },
};

/** Whether members of this type can be listed. */
export function hasMembers(type: string): boolean {
  return Object.hasOwn(WAYS, type);
}

/** A table of the first members, or null where the type has none. Throws ServerError as commands do. */
export async function membersOf(
  server: Server,
  type: string,
  { key }: NamedKey,
): Promise<HTMLElement | null> {
  const way = WAYS[type];
  if (way === undefined || key === undefined) return null;
  const rows = way.rows(await server.command(way.command(key))).slice(0, MAX_ROWS);
  const columns = way.titles.map((title, i) => ({
    title,
    kind: "name" as const,
    text: (row: string[]) => row[i] ?? "",
    node: (row: string[]) => visible(row[i] ?? "", MAX_SHOWN_CHARS),
  }));
  const numbered = new Map(rows.map((row, i) => [row, String(i)]));
  const table = new KeyedTable<string[]>("Members", columns, (row) => numbered.get(row)!, "None.");
  table.show(rows);
  return make("div", {}, scrolling("Members", table.element));
}
