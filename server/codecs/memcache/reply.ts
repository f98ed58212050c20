// Answers to memcached's clients, in the style of the request that is answered: classic lines, meta lines, or binary frames.
// Knows no socket. Value bytes are copied from the region straight to their place, behind a head that is written before.

import type { Args } from "../../contract/args.ts";
import type { ItemFacts, MemcacheReply, Result } from "../../contract/memcache/reply.ts";
import { MemcacheRequest, Style } from "../../contract/memcache/request.ts";
import type { Failure, FailureKind, RunningCommand } from "../../contract/reply.ts";
import { writeText } from "../../contract/text_bytes.ts";
import { OutputBuffer } from "../output_buffer.ts";
import { TOO_LARGE } from "./limits.ts";
import { writeDigits } from "./numbers.ts";

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;

const encoder = new TextEncoder();
const VALUE = encoder.encode("VALUE ");
const END = encoder.encode("END\r\n");
/** Two numbers of up to 10 digits, one of 16, spaces and line ends. */
const ITEM_FRAME_BYTES = 64;

/** Kinds of refusals that asking again does not help against. */
const CLIENT_FAULTS: ReadonlySet<FailureKind> = new Set([
  "syntax",
  "arity",
  "refused",
  "wrongType",
]);

const NOT_NUMBER = "CLIENT_ERROR cannot increment or decrement non-numeric value";
const NO_MEMORY = "SERVER_ERROR out of memory writing get response";

/** How classic commands end, by {@linkcode Result}. */
const CLASSIC: readonly Uint8Array[] = [
  "STORED",
  "NOT_STORED",
  "EXISTS",
  "NOT_FOUND",
  "DELETED",
  "TOUCHED",
  "OK",
  NOT_NUMBER,
  TOO_LARGE,
].map((text) => encoder.encode(`${text}\r\n`));

/** The text of a refusal that memcached does not have: whose fault it is, and why. */
function refusalText({ kind, message }: Failure): string {
  if (kind === "tooLarge") return TOO_LARGE;
  return `${CLIENT_FAULTS.has(kind) ? "CLIENT_ERROR" : "SERVER_ERROR"} ${message}`;
}

/** The answers to one batch of requests. */
export class MemcacheOutput extends OutputBuffer implements MemcacheReply {
  /** The client that is answered. */
  peer: RunningCommand = { running: -1 };
  /** The request that is answered: the worker's, or a copy for a command that takes its time. */
  request: MemcacheRequest;
  /** Whether a refusal was answered since somebody set this to false. */
  hasFailed = false;
  readonly #current: MemcacheRequest;

  /** Answers `request`, which is filled anew for each. */
  constructor(request: MemcacheRequest) {
    super();
    this.request = request;
    this.#current = request;
  }

  override begin(): void {
    super.begin();
    this.request = this.#current;
  }

  detach(): void {
    const { op, style, isQuiet, code, opaque } = this.#current;
    const copy = new MemcacheRequest();
    copy.begin(op, style);
    copy.isQuiet = isQuiet;
    copy.code = code;
    copy.opaque = opaque;
    this.request = copy;
  }

  item(args: Args, facts: ItemFacts): number {
    const { valueBytes } = facts;
    const keyBytes = args.lengths[0]!;
    this.makeSpace(keyBytes + valueBytes + ITEM_FRAME_BYTES);
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
    this.valueAt = at + 2;
    this.valueLength = valueBytes;
    return this.valueAt;
  }

  itemEnd(): void {
    const { bytes } = this;
    const at = this.valueAt + this.valueLength;
    bytes[at] = CR;
    bytes[at + 1] = LF;
    this.used = at + 2;
    if (this.request.isLast) this.#append(END);
  }

  noItem(_args?: Args): void {
    if (this.request.isLast) this.#append(END);
  }

  result(result: Result, _args: Args, _version: number): void {
    if (!this.request.isQuiet) this.#append(CLASSIC[result]!);
  }

  number(value: bigint, _args: Args, _facts: ItemFacts): void {
    if (!this.request.isQuiet) this.#line(String(value));
  }

  stat(name: string, value: string): void {
    this.#line(`STAT ${name} ${value}`);
  }

  statEnd(): void {
    this.#append(END);
  }

  refuse(error: string): void {
    if (this.request.style !== Style.classic || !this.request.isQuiet) this.#line(error);
  }

  /** A line without keys ends. */
  endLine(): void {
    this.#append(END);
  }

  /** Answers which version of memcached this is like. */
  version(version: string): void {
    this.#line(`VERSION ${version}`);
  }

  /** Answers a client that says that it goes. */
  bye(): void {}

  /** Says that all before it is answered. */
  noop(): void {
    this.#line("MN");
  }

  ok(): void {
    if (!this.request.isQuiet) this.#line("OK");
  }

  status(word: string): void {
    if (!this.request.isQuiet) this.#line(word);
  }

  text(text: string): void {
    this.#line(text);
  }

  miss(): void {
    this.noItem();
  }

  conditionNotMet(): void {
    this.#line("NOT_STORED");
  }

  integer(value: number | bigint): void {
    this.#line(String(value));
  }

  fail(failure: Failure): void {
    this.failures?.failed(failure, this.peer);
    const isShort = failure.kind === "answerTooLarge" && this.isShort;
    if (isShort) this.goShort();
    this.hasFailed = true;
    this.takeBack();
    this.refuse(isShort ? NO_MEMORY : refusalText(failure));
  }

  /** Refuses input that was no command. Replaces what its command has answered so far. */
  error(text: string): void {
    this.takeBack();
    if (text !== "") this.#line(text);
  }

  reserve(length: number): number {
    this.makeSpace(length + ITEM_FRAME_BYTES);
    return this.used;
  }

  value(_start: number, _length: number): void {
    throw new Error("memcached's protocol has no values but those of items");
  }

  double(value: number): void {
    this.#line(String(value));
  }

  array(_count: number): void {
    throw new Error("memcached's protocol has no lists");
  }

  map(count: number): void {
    this.array(count);
  }

  set(count: number): void {
    this.array(count);
  }

  missArray(): void {
    this.miss();
  }

  #append(part: Uint8Array): void {
    this.makeSpace(part.length);
    const { bytes, used } = this;
    for (let i = 0; i < part.length; i++) bytes[used + i] = part[i]!;
    this.used = used + part.length;
  }

  #line(text: string): void {
    this.makeSpace(3 * text.length + 2);
    const end = this.used + writeText(text, this.bytes, this.used);
    this.bytes[end] = CR;
    this.bytes[end + 1] = LF;
    this.used = end + 2;
  }
}
