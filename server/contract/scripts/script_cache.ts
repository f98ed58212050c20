// The scripts that a worker knows, by their text and by its SHA-1. Bounded in number and bytes: the one that was used
// longest ago goes first. Knows no Lua; what a script was compiled to is its runner's affair.

import { createHash } from "node:crypto";
import type { Args } from "../args.ts";
import type { MemorySource } from "../memory_account.ts";
import { sameBytes } from "../same_bytes.ts";

/** Most scripts that a worker keeps, and most bytes of them. */
export const MAX_SCRIPTS = 1000;
export const MAX_SCRIPTS_BYTES = 4 * 1024 * 1024;
/** Longest script. */
export const MAX_SCRIPT_BYTES = 1024 * 1024;
/** What a script costs beside its text. */
const SCRIPT_COST_BYTES = 512;
/** Hexadecimal digits of a SHA-1, and how many of them a number holds exactly. */
const SHA_DIGITS = 40;
const SHORT_DIGITS = 13;
/** Scripts are looked for by their length and so many of their bytes, far from each other. */
const SAMPLES = 16;

/** A script. */
export class Script {
  /** The SHA-1 of its text, 40 hexadecimal digits in lower case. */
  readonly sha: string;
  readonly source: Uint8Array;
  /** Whether it asks for keys that it has not named, so that all shards are locked for it. */
  needsAll: boolean | null = null;
  /** What its runner has made of it; null: nothing yet, or not any more. */
  compiled: unknown = null;
  /** When it was used last, in uses of all scripts. */
  usedAt = 0;

  constructor(sha: string, source: Uint8Array) {
    this.sha = sha;
    this.source = source;
  }

  /** What it takes. */
  get heldBytes(): number {
    return this.source.length + SCRIPT_COST_BYTES;
  }
}

/** The SHA-1 of a text in hexadecimal digits. */
export function shaOf(source: Uint8Array): string {
  return createHash("sha1").update(source).digest("hex");
}

/** The scripts of one worker. */
export class ScriptCache {
  /** What they are taken from; without it they are only bounded. */
  memory: MemorySource | null = null;
  /** Told of each script that goes. */
  onDrop: (script: Script) => void = () => {};
  /** Told that one goes for others. */
  onEvict: () => void = () => {};
  /** By the first digits of their SHA-1. */
  readonly #bySha = new Map<number, Script>();
  /** By a print of their text. */
  readonly #byText = new Map<number, Script>();
  #heldBytes = 0;
  #uses = 0;

  /** How many there are. */
  get size(): number {
    return this.#bySha.size;
  }

  /** What they take. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** All of them. */
  all(): IterableIterator<Script> {
    return this.#bySha.values();
  }

  /** The script whose text is argument `index`. */
  findText({ bytes, starts, lengths }: Args, index: number): Script | undefined {
    const [start, length] = [starts[index]!, lengths[index]!];
    const found = this.#byText.get(printOf(bytes, start, length));
    if (found === undefined || found.source.length !== length) return undefined;
    return sameBytes(found.source, 0, bytes, start, length) ? this.#used(found) : undefined;
  }

  /** The script whose SHA-1, in any case, is argument `index`. */
  findSha({ bytes, starts, lengths }: Args, index: number): Script | undefined {
    const start = starts[index]!;
    if (lengths[index] !== SHA_DIGITS) return undefined;
    const found = this.#bySha.get(shortOf(bytes, start));
    if (found === undefined) return undefined;
    for (let i = SHORT_DIGITS; i < SHA_DIGITS; i++) {
      if (digitOf(bytes[start + i]!) !== digitOf(found.sha.charCodeAt(i))) return undefined;
    }
    return this.#used(found);
  }

  #used(script: Script): Script {
    script.usedAt = ++this.#uses;
    return script;
  }

  /** Keeps a script, in place of others where there are too many. Returns it, or the one that is there already. */
  add(script: Script): Script {
    const short = shortOfText(script.sha);
    const known = this.#bySha.get(short);
    if (known !== undefined && known.sha === script.sha) return this.#used(known);
    if (known !== undefined) this.drop(known);
    while (this.size >= MAX_SCRIPTS || this.#heldBytes + script.heldBytes > MAX_SCRIPTS_BYTES) {
      this.#dropOldest();
    }
    while (this.memory !== null && !this.memory.tryTake(script.heldBytes)) {
      // One script is needed by whoever asks for it: it stays for that call at least.
      if (this.size === 0) return script;
      this.#dropOldest();
    }
    this.#heldBytes += script.heldBytes;
    this.#bySha.set(short, script);
    this.#byText.set(printOf(script.source, 0, script.source.length), script);
    return this.#used(script);
  }

  #dropOldest(): void {
    let oldest: Script | undefined;
    for (const script of this.#bySha.values()) {
      if (oldest === undefined || script.usedAt < oldest.usedAt) oldest = script;
    }
    this.onEvict();
    this.drop(oldest!);
  }

  /** Forgets a script. */
  drop(script: Script): void {
    const { sha, source, heldBytes } = script;
    if (!this.#bySha.delete(shortOfText(sha))) return;
    const print = printOf(source, 0, source.length);
    if (this.#byText.get(print) === script) this.#byText.delete(print);
    this.#heldBytes -= heldBytes;
    this.memory?.give(heldBytes);
    this.onDrop(script);
  }

  /** Forgets all. */
  clear(): void {
    for (const script of [...this.#bySha.values()]) this.drop(script);
  }
}

function printOf(bytes: Uint8Array, start: number, length: number): number {
  let print = length;
  const step = Math.max(1, Math.floor(length / SAMPLES));
  for (let i = start + length - 1; i >= start; i -= step) print = Math.imul(print, 31) + bytes[i]!;
  return print | 0;
}

/** The value of a hexadecimal digit; 16 for anything else. */
function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : 16;
}

/** The first digits of a SHA-1 as a number, or -1 where one is no digit. */
function shortOf(bytes: Uint8Array, start: number): number {
  let number = 0;
  for (let i = start; i < start + SHORT_DIGITS; i++) {
    const digit = digitOf(bytes[i]!);
    if (digit > 15) return -1;
    number = 16 * number + digit;
  }
  return number;
}

function shortOfText(sha: string): number {
  return parseInt(sha.slice(0, SHORT_DIGITS), 16);
}
