// The lines that MONITOR shows: time, database, who sent the command, and its words in quotes, as Redis writes them.
// Passwords are left out, and so are commands for people who run the server.

import type { Args } from "../../contract/args.ts";
import type { Command, CommandContext } from "../../contract/command.ts";
import { grownBytes } from "../../contract/growing_bytes.ts";
import type { Session } from "../../contract/session.ts";
import { writeText } from "../../contract/text_bytes.ts";
import { tokenOf } from "../argument_text.ts";

/** More than this of a command's arguments is not shown: a line is a few times as long. */
const MAX_SHOWN_BYTES = 256 * 1024;
/** A byte is shown in at most so many. */
const BYTES_PER_BYTE = 4;
const HEAD_BYTES = 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const HEX = "0123456789abcdef";
/** What is shown as a backslash and a letter. */
const LETTERS: Readonly<Record<number, string>> = {
  [QUOTE]: '"',
  [BACKSLASH]: "\\",
  0x0a: "n",
  0x0d: "r",
  0x09: "t",
  0x07: "a",
  0x08: "b",
};
const REDACTED = '"(redacted)"';

/** Subcommands that are shown of commands for people who run the server; all others of these are not. */
const SHOWN_OF: Readonly<Record<string, readonly string[]>> = {
  CLIENT: [
    ...["CACHING", "GETNAME", "GETREDIR", "HELP", "ID", "INFO", "NO-TOUCH", "REPLY", "SETINFO"],
    ...["SETNAME", "TRACKING", "TRACKINGINFO"],
  ],
  ACL: ["CAT", "GENPASS", "HELP", "WHOAMI"],
};

/** Whether MONITOR shows a command. Scripts are shown where they begin, and so not again where they end. */
export function isShown({ name, flags }: Command, args: Args): boolean {
  if (name === "QUIT") return false;
  if (!flags.includes("admin")) return true;
  return args.count > 0 && SHOWN_OF[name]?.includes(tokenOf(args, 0)) === true;
}

/** The line for a command, without its end. `who` says who sent it where that is no client. */
export function monitorLine(
  { session }: CommandContext,
  { name }: Command,
  args: Args,
  who: "lua" | null,
): Uint8Array {
  const address = who ?? addressOf(session);
  const head = `${timeText()} [${session.database} ${address}] "${name}"`;
  let bytes: Uint8Array = new Uint8Array(HEAD_BYTES);
  let at = writeText(head, bytes, 0);
  let shownBytes = 0;
  for (let i = 0; i < args.count; i++) {
    const length = Math.min(args.lengths[i]!, Math.max(0, MAX_SHOWN_BYTES - shownBytes));
    shownBytes += length + 1;
    const left = args.lengths[i]! - length;
    const needed = at + BYTES_PER_BYTE * length + HEAD_BYTES;
    if (needed > bytes.length) bytes = grownBytes(bytes, at, needed);
    bytes[at++] = SPACE;
    if (isSecret(name, args, i)) at += writeText(REDACTED, bytes, at);
    else at = writeQuoted(args, i, length, left, bytes, at);
    if (shownBytes >= MAX_SHOWN_BYTES) break;
  }
  return bytes.subarray(0, at);
}

function addressOf(session: Session): string {
  const address = session.origin?.address() ?? session.address;
  return address.startsWith("/") ? `unix:${address.replace(/:0$/, "")}` : address;
}

function timeText(): string {
  const us = Math.floor((performance.timeOrigin + performance.now()) * 1000);
  return `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, "0")}`;
}

/** Whether an argument is a name or password of AUTH, or of that option of HELLO. */
function isSecret(name: string, args: Args, index: number): boolean {
  if (name === "AUTH") return args.count <= 2;
  if (name !== "HELLO") return false;
  return index > 1 && tokenOf(args, index - 1) === "AUTH" ||
    index > 2 && tokenOf(args, index - 2) === "AUTH";
}

/** Writes the first `length` bytes of an argument; and how many more there are, if there are. */
function writeQuoted(
  args: Args,
  index: number,
  length: number,
  left: number,
  bytes: Uint8Array,
  from: number,
): number {
  const start = args.starts[index]!;
  let at = from;
  bytes[at++] = QUOTE;
  for (let i = start; i < start + length; i++) {
    const byte = args.bytes[i]!;
    const letter = LETTERS[byte];
    if (letter !== undefined) {
      bytes[at++] = BACKSLASH;
      bytes[at++] = letter.charCodeAt(0);
    } else if (byte >= SPACE && byte < 0x7f) bytes[at++] = byte;
    else at += writeText(`\\x${HEX[byte >> 4]}${HEX[byte & 15]}`, bytes, at);
  }
  if (left > 0) at += writeText(`... (${left} more bytes)`, bytes, at);
  bytes[at++] = QUOTE;
  return at;
}
