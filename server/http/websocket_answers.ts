// One operation inside a message: its fields go in, the body that the route would answer comes out.
// Same rows, same codecs, same texts as the routes; knows no socket.

import { errorText } from "../codecs/json_answers.ts";
import type { Fields } from "../codecs/json_slow.ts";
import type { HttpContext } from "./context.ts";
import { type JsonOperation, READ, READ_META, runOperation } from "./json_operations.ts";
import { refusalOf } from "./refusals.ts";

const BAD_META = errorText('Field "meta" is not valid. Send true or false.');

const decoder = new TextDecoder();

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
