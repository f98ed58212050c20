// Answers to memcached's clients, in the style of the request that is answered: classic lines, meta lines, or binary frames.
// Knows no socket. Value bytes are copied from the region straight to their place, behind a head that is written before.

import type { Args } from "../../contract/args.ts";
import { FETCHED, ItemFacts, type MemcacheReply, Result } from "../../contract/memcache/reply.ts";
import { MetaFlag, Op, Style } from "../../contract/memcache/request.ts";
import { writeAscii } from "../../contract/text_bytes.ts";
import { AnswerBuffer, END, ITEM_FRAME_BYTES } from "./answer_buffer.ts";
import { encodeBase64 } from "./base64.ts";
import { Status } from "./binary.ts";
import { statusOf, writeHead, writeLong, writeWord } from "./frames.ts";
import { TOO_LARGE } from "./limits.ts";
import { AnswerFlags, META_BYTES, writeFlags } from "./meta_lines.ts";
import { writeDigits } from "./numbers.ts";

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
/** Bytes of a client's flags in a frame, and of a number. */
const FLAGS_BYTES = 4;
const NUMBER_BYTES = 8;

const encoder = new TextEncoder();
const VALUE = encoder.encode("VALUE ");

/** How classic commands end, by {@linkcode Result}. */
const CLASSIC: readonly Uint8Array[] = [
  "STORED",
  "NOT_STORED",
  "EXISTS",
  "NOT_FOUND",
  "DELETED",
  "TOUCHED",
  "OK",
  "CLIENT_ERROR cannot increment or decrement non-numeric value",
  TOO_LARGE,
].map((text) => encoder.encode(`${text}\r\n`));

/** How meta commands end, likewise. */
const META: readonly string[] = ["HD", "NS", "EX", "NF", "HD", "HD", "HD"];

/** The answers to one batch of requests. */
export class MemcacheOutput extends AnswerBuffer implements MemcacheReply {
  /** Facts of an item of which only the version is known. */
  readonly #facts = new ItemFacts();

  item(args: Args, facts: ItemFacts): number {
    const { style } = this.request;
    this.makeSpace(args.lengths[0]! + facts.valueBytes + ITEM_FRAME_BYTES);
    if (style === Style.meta) return this.#metaItem(args, facts);
    if (style === Style.binary) return this.#binaryItem(args, facts);
    const { valueBytes } = facts;
    const keyBytes = args.lengths[0]!;
    const { bytes } = this;
    let at = this.used;
    for (let i = 0; i < VALUE.length; i++) bytes[at++] = VALUE[i]!;
    const key = args.bytes;
    const start = args.starts[0]!;
    for (let i = 0; i < keyBytes; i++) bytes[at++] = key[start + i]!;
    bytes[at++] = SPACE;
    at = writeDigits(facts.clientFlags, bytes, at);
    bytes[at++] = SPACE;
    at = writeDigits(valueBytes, bytes, at);
    if (this.request.isFull) {
      bytes[at++] = SPACE;
      at = writeDigits(facts.version, bytes, at);
    }
    bytes[at] = CR;
    bytes[at + 1] = LF;
    return this.#valueFrom(at + 2, valueBytes);
  }

  #valueFrom(at: number, length: number): number {
    this.valueAt = at;
    this.valueLength = length;
    return at;
  }

  #metaItem(args: Args, facts: ItemFacts): number {
    const { request } = this;
    const hasValue = request.has(MetaFlag.value);
    this.makeSpace(facts.valueBytes + META_BYTES);
    const { bytes } = this;
    let at = this.used + writeAscii(hasValue ? "VA " : "HD", bytes, this.used);
    if (hasValue) at = writeDigits(facts.valueBytes, bytes, at);
    at = writeFlags(request, args, facts, AnswerFlags.item, bytes, at);
    // The line end of the line is that of the value where there is none.
    if (!hasValue) return this.#valueFrom(at, 0);
    bytes[at] = CR;
    bytes[at + 1] = LF;
    return this.#valueFrom(at + 2, facts.valueBytes);
  }

  #binaryItem(args: Args, facts: ItemFacts): number {
    const { request } = this;
    const isTouch = request.op === Op.touch;
    const keyBytes = request.isFull ? args.lengths[0]! : 0;
    const valueBytes = isTouch ? 0 : facts.valueBytes;
    const body = FLAGS_BYTES + keyBytes + valueBytes;
    const { bytes, used } = this;
    let at = writeHead(request, Status.ok, FLAGS_BYTES, keyBytes, body, facts.version, bytes, used);
    writeWord(facts.clientFlags, bytes, at);
    at += FLAGS_BYTES;
    const start = args.starts[0]!;
    for (let i = 0; i < keyBytes; i++) bytes[at++] = args.bytes[start + i]!;
    return this.#valueFrom(at, valueBytes);
  }

  itemEnd(): void {
    const at = this.valueAt + this.valueLength;
    this.used = at;
    const { style, isLast } = this.request;
    if (style === Style.binary) return;
    const { bytes } = this;
    bytes[at] = CR;
    bytes[at + 1] = LF;
    this.used = at + 2;
    if (style === Style.classic && isLast) this.add(END);
  }

  noItem(args: Args | null): void {
    const { style, isLast, isQuiet, isFull } = this.request;
    if (style === Style.classic) {
      if (isLast) this.add(END);
    } else if (isQuiet) return;
    else if (style === Style.meta && args !== null) this.#metaLine("EN", args, AnswerFlags.key, 0);
    else this.frame(Status.notFound, isFull ? args : null, 0);
  }

  result(result: Result, args: Args, version: number): void {
    const { style, isQuiet, op } = this.request;
    if (style === Style.classic) {
      if (!isQuiet) this.add(CLASSIC[result]!);
    } else if (style === Style.binary) {
      const status = statusOf(result, op);
      if (status !== Status.ok || !isQuiet) this.frame(status, null, version);
    } else if (result === Result.notNumber || result === Result.tooLarge) {
      this.add(CLASSIC[result]!);
    } else if (META[result] !== "HD" || !isQuiet) {
      const isStore = op >= Op.set && op <= Op.compareAndSet;
      this.#metaLine(META[result]!, args, isStore ? AnswerFlags.stored : AnswerFlags.key, version);
    }
  }

  number(value: bigint, args: Args, facts: ItemFacts, isNew: boolean): void {
    const { request } = this;
    if (request.isQuiet && !(isNew && request.style === Style.meta)) return;
    if (request.style === Style.classic) return this.line(String(value));
    this.makeSpace(META_BYTES);
    const { bytes, used } = this;
    if (request.style === Style.binary) {
      const at = writeHead(request, Status.ok, 0, 0, NUMBER_BYTES, facts.version, bytes, used);
      writeLong(value, bytes, at);
      this.used = at + NUMBER_BYTES;
      return;
    }
    const text = String(value);
    const hasValue = request.has(MetaFlag.value);
    const at = used + writeAscii(hasValue ? `VA ${text.length}` : "HD", bytes, used);
    this.used = writeFlags(request, args, facts, AnswerFlags.number, bytes, at);
    this.line(hasValue ? `\r\n${text}` : "");
  }

  #metaLine(word: string, args: Args, may: AnswerFlags, version: number): void {
    this.makeSpace(META_BYTES);
    const { bytes, used } = this;
    const at = used + writeAscii(word, bytes, used);
    this.#facts.version = version;
    this.used = writeFlags(this.request, args, this.#facts, may, bytes, at);
    this.line("");
  }

  debug(args: Args, facts: ItemFacts): void {
    this.makeSpace(META_BYTES);
    const { bytes } = this;
    let at = this.used + writeAscii("ME ", bytes, this.used);
    if (this.request.has(MetaFlag.base64)) {
      at = encodeBase64(args.bytes, args.starts[0]!, args.lengths[0]!, bytes, at);
    } else {
      bytes.set(args.bytesOf(0), at);
      at += args.lengths[0]!;
    }
    this.used = at;
    const { secondsLeft, idleSeconds, version, isFetched, valueBytes } = facts;
    // memcached counts from the deadline on.
    const since = secondsLeft === -1 ? -1 : -secondsLeft;
    const times = `exp=${since} la=${idleSeconds} cas=${version} ${FETCHED}=${
      isFetched ? "yes" : "no"
    }`;
    this.line(` ${times} cls=0 size=${valueBytes}`);
  }

  stat(name: string, value: string): void {
    if (this.request.style === Style.binary) return this.pair(name, value);
    this.line(`STAT ${name} ${value}`);
  }

  statEnd(): void {
    if (this.request.style === Style.binary) this.pair("", "");
    else this.add(END);
  }
}
