// The buffer of answers to memcached's clients: which request they belong to, refusals, and the answers that all commands can
// give, as a line or as a frame. reply.ts adds those about items.

import type { Args } from "../../contract/args.ts";
import { MemcacheRequest, Op, Style } from "../../contract/memcache/request.ts";
import type { Failure, FailureKind, RunningCommand } from "../../contract/reply.ts";
import { writeText } from "../../contract/text_bytes.ts";
import { OutputBuffer } from "../output_buffer.ts";
import { BINARY_RESPONSE, readWord, Status } from "./binary.ts";
import { statusText, writeHead } from "./frames.ts";
import { TOO_LARGE } from "./limits.ts";

const CR = 0x0d;
const LF = 0x0a;

/** The end of a list of items. */
export const END: Uint8Array = new TextEncoder().encode("END\r\n");
/** Two numbers of up to 10 digits, one of 16, spaces and line ends; or a head. */
export const ITEM_FRAME_BYTES = 64;

/** Statuses of binary answers that memcached does not give itself. */
const INTERNAL = 0x84;
const BUSY = 0x85;

/** Kinds of refusals that asking again does not help against. */
const CLIENT_FAULTS: ReadonlySet<FailureKind> = new Set([
  "syntax",
  "arity",
  "refused",
  "wrongType",
]);
const NO_MEMORY = "SERVER_ERROR out of memory writing get response";

/** The text of a refusal that memcached does not have: whose fault it is, and why. */
function refusalText({ kind, message }: Failure): string {
  if (kind === "tooLarge") return TOO_LARGE;
  return `${CLIENT_FAULTS.has(kind) ? "CLIENT_ERROR" : "SERVER_ERROR"} ${message}`;
}

function refusalStatus({ kind }: Failure): number {
  if (kind === "tooLarge") return Status.tooLarge;
  if (kind === "answerTooLarge") return Status.noMemory;
  return CLIENT_FAULTS.has(kind) ? Status.invalid : BUSY;
}

/** A request that has the answer at `at`. */
function requestOf(bytes: Uint8Array, at: number): MemcacheRequest {
  const request = new MemcacheRequest();
  const isBinary = bytes[at] === BINARY_RESPONSE;
  request.begin(Op.error, isBinary ? Style.binary : Style.meta);
  if (isBinary) {
    request.code = bytes[at + 1]!;
    request.opaque = readWord(bytes, at + 12);
  }
  return request;
}

/** Answers in the order of their requests. */
export abstract class AnswerBuffer extends OutputBuffer {
  /** The client that is answered. */
  peer: RunningCommand = { running: -1, way: 0 };
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

  /** The answer comes later, when the worker's request is another one. */
  detach(): void {
    const { op, style, isQuiet, code, opaque } = this.#current;
    const copy = new MemcacheRequest();
    copy.begin(op, style);
    copy.isQuiet = isQuiet;
    copy.code = code;
    copy.opaque = opaque;
    this.request = copy;
  }

  /**
   * Answers are taken back when the worker's request is another one. What was answered says how it is refused; where nothing
   * was, nothing is expected.
   */
  override replace(places: Int32Array, count: number, failure: Failure): void {
    const before = this.bytes.slice(0, this.used);
    this.used = 0;
    let from = 0;
    for (let i = 0; i < count; i += 2) {
      const [start, end] = [places[i]!, places[i + 1]!];
      this.append(before.subarray(from, start));
      super.begin();
      if (end > start) {
        this.request = requestOf(before, start);
        this.fail(failure);
      }
      from = end;
    }
    this.append(before.subarray(from));
  }

  /** Refuses the request, in these words or by the status that it has. */
  refuse(error: string): void {
    const { style, isQuiet, status } = this.request;
    if (style === Style.binary) this.frame(status, null, 0);
    else if (style === Style.meta || !isQuiet) this.line(error);
  }

  /** A client's token is right. */
  accepted(): void {
    if (this.request.style === Style.binary) this.textFrame(Status.ok, "Authenticated");
    else this.line("STORED");
  }

  /** A client's token is wrong; or there is none, so that memcached would not know what it wants. */
  denied(isOpen: boolean): void {
    if (this.request.style !== Style.binary) {
      return this.line("CLIENT_ERROR authentication failure");
    }
    this.frame(isOpen ? Status.unknown : Status.auth, null, 0);
  }

  /** A line without keys ends. */
  endLine(): void {
    this.add(END);
  }

  /** Answers which version of memcached this is like. */
  version(version: string): void {
    if (this.request.style === Style.binary) this.textFrame(Status.ok, version);
    else this.line(`VERSION ${version}`);
  }

  /** Answers a client that says that it goes. */
  bye(): void {
    if (this.request.style === Style.binary) this.ok();
  }

  /** Says that all before it is answered. */
  noop(): void {
    if (this.request.style === Style.binary) this.ok();
    else this.line("MN");
  }

  /** Answers in which ways a client may show its token. */
  mechanisms(names: string): void {
    this.textFrame(Status.ok, names);
  }

  ok(): void {
    this.status("OK");
  }

  status(word: string): void {
    if (this.request.isQuiet) return;
    if (this.request.style === Style.binary) this.frame(Status.ok, null, 0);
    else this.line(word);
  }

  text(text: string): void {
    this.line(text);
  }

  abstract noItem(args: Args | null): void;

  miss(): void {
    this.noItem(null);
  }

  missArray(): void {
    this.noItem(null);
  }

  conditionNotMet(): void {
    this.line("NOT_STORED");
  }

  integer(value: number | bigint): void {
    this.line(String(value));
  }

  fail(failure: Failure): void {
    this.failures?.failed(failure, this.peer);
    const isShort = failure.kind === "answerTooLarge" && this.isShort;
    if (isShort) this.goShort();
    this.hasFailed = true;
    this.takeBack();
    if (this.request.style === Style.binary) {
      return this.textFrame(refusalStatus(failure), failure.message);
    }
    this.refuse(isShort ? NO_MEMORY : refusalText(failure));
  }

  /** Refuses input that was no command. Replaces what its command has answered so far. */
  error(text: string): void {
    this.takeBack();
    if (this.request.style === Style.binary) this.textFrame(INTERNAL, text);
    else this.line(text);
  }

  reserve(length: number): number {
    this.makeSpace(length + ITEM_FRAME_BYTES);
    return this.used;
  }

  value(_start: number, _length: number): void {
    throw new Error("memcached's protocol has no values but those of items");
  }

  double(value: number): void {
    this.line(String(value));
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

  /** Adds bytes. */
  protected add(part: Uint8Array): void {
    this.makeSpace(part.length);
    const { bytes, used } = this;
    for (let i = 0; i < part.length; i++) bytes[used + i] = part[i]!;
    this.used = used + part.length;
  }

  /** Adds a line. */
  protected line(text: string): void {
    this.makeSpace(3 * text.length + 2);
    const end = this.used + writeText(text, this.bytes, this.used);
    this.bytes[end] = CR;
    this.bytes[end + 1] = LF;
    this.used = end + 2;
  }

  /** Adds a frame without a value: a status with its text, or with the key of `args`. */
  protected frame(status: number, args: Args | null, version: number): void {
    if (args === null) return this.textFrame(status, statusText(status), version);
    const keyBytes = args.lengths[0]!;
    this.makeSpace(keyBytes + ITEM_FRAME_BYTES);
    const { bytes, used } = this;
    const at = writeHead(this.request, status, 0, keyBytes, keyBytes, version, bytes, used);
    bytes.set(args.bytesOf(0), at);
    this.used = at + keyBytes;
  }

  /** Adds a frame with a text. */
  protected textFrame(status: number, text: string, version = 0): void {
    this.#twoTexts(status, "", text, version);
  }

  /** Adds a frame with a name as its key, and a text. */
  protected pair(name: string, text: string): void {
    this.#twoTexts(Status.ok, name, text, 0);
  }

  #twoTexts(status: number, name: string, text: string, version: number): void {
    this.makeSpace(3 * (name.length + text.length) + ITEM_FRAME_BYTES);
    const { bytes, used } = this;
    // The head comes last: only then are the lengths known.
    const at = writeHead(this.request, status, 0, 0, 0, version, bytes, used);
    const nameBytes = writeText(name, bytes, at);
    const textBytes = writeText(text, bytes, at + nameBytes);
    const body = nameBytes + textBytes;
    writeHead(this.request, status, 0, nameBytes, body, version, bytes, used);
    this.used = at + body;
  }
}
