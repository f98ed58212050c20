// One operation inside a message: its fields go in, the body that the route would answer comes out.
// Same rows, same codecs, same texts as the routes; knows no socket.

import { errorText } from "../codecs/json_answers.ts";
import type { Fields } from "../codecs/json_slow.ts";
import type { HttpContext } from "./context.ts";
import { type JsonOperation, READ, READ_META, runOperation } from "./json_operations.ts";
import { NOT_DURABLE_MESSAGE, refusalOf } from "./refusals.ts";

const BAD_META = errorText('Field "meta" is not valid. Send true or false.');

const MAX_ID_CHARS = 64;
const NOT_DURABLE_TEXT = errorText(NOT_DURABLE_MESSAGE);

const decoder = new TextDecoder();

/** A message: what it asks for, and by which id it wants to be answered. */
interface Message {
  readonly id: string | number | undefined;
  readonly op: unknown;
  readonly fields: Fields;
}

/** Reads a message; or says what is wrong with it. */
export function readMessage(data: string): Message | string {
  let read: unknown;
  try {
    read = JSON.parse(data);
  } catch {
    return 'Message is not valid JSON. Send an object such as {"op":"get","key":"k"}.';
  }
  if (typeof read !== "object" || read === null || Array.isArray(read)) {
    return 'Message is not a JSON object. Send one such as {"op":"get","key":"k"}.';
  }
  const { id, op, ...fields } = read as Fields;
  if (id === undefined || isId(id)) return { id, op, fields };
  return `Field "id" is not valid. Send a number, or a string of at most ${MAX_ID_CHARS} characters.`;
}

function isId(id: unknown): id is string | number {
  return typeof id === "number" || typeof id === "string" && id.length <= MAX_ID_CHARS;
}

/** An answer with the id of its message. */
export function withId(id: string | number, answer: string): string {
  return `{"id":${JSON.stringify(id)},${answer.slice(1)}`;
}

/** Runs an operation with the fields of a message; returns the body of its answer. */
export function answerFields(
  context: HttpContext,
  operation: JsonOperation,
  fields: Fields,
): string {
  if (operation !== READ) return answer(context, operation, fields);
  const { meta = false, ...rest } = fields;
  if (typeof meta !== "boolean") return unreadable(context, BAD_META);
  return answer(context, meta ? READ_META : READ, rest);
}

/** Counts a write that may not be on the disk; returns the answer instead of `answer`, with the same id. */
export function notDurable(context: HttpContext, answer: string): string {
  context.noteNotDurable();
  const { id } = JSON.parse(answer) as { id?: string | number };
  return id === undefined ? NOT_DURABLE_TEXT : withId(id, NOT_DURABLE_TEXT);
}

/** Counts a message that cannot be understood; returns its answer. */
export function unreadable({ refusals }: HttpContext, answer: string): string {
  refusals.unreadable();
  return answer;
}

function answer(context: HttpContext, operation: JsonOperation, fields: Fields): string {
  const problem = operation.decodeFields(fields, context.args, context.jsonLimits);
  if (problem !== null) return unreadable(context, errorText(problem.message));
  const body = runOperation(context, operation);
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return decoder.decode(body);
  return errorText(refusalOf(body)[1]);
}
