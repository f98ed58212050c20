// Runs a command for a test and shows its outcomes as plain values.

import type { Cache } from "../../../cache/mod.ts";
import { CollectedReply, OutcomeKind } from "../../../server/codecs/collected_reply.ts";
import type { Command } from "../../../server/contract/command.ts";
import { execute } from "../../../server/commands/execute.ts";
import type { Failure } from "../../../server/contract/reply.ts";
import { argsOf, contextOf } from "../fixture.ts";

const decoder = new TextDecoder();

function collect(cache: Cache, command: Command, texts: readonly string[]): CollectedReply {
  const reply = new CollectedReply();
  execute(contextOf(cache), command, argsOf(...texts), reply);
  return reply;
}

/** The outcomes: values as strings, integers as numbers, the others by their names. */
export function run(
  cache: Cache,
  command: Command,
  ...texts: readonly string[]
): (string | number | bigint)[] {
  const reply = collect(cache, command, texts);
  return Array.from({ length: reply.count }, (_, i) => {
    if (reply.kinds[i] === OutcomeKind.integer) return reply.integers[i]!;
    if (reply.kinds[i] === OutcomeKind.failure) return reply.failure!.kind;
    if (reply.kinds[i] === OutcomeKind.value) {
      return decoder.decode(
        reply.bytes.subarray(reply.starts[i], reply.starts[i]! + reply.lengths[i]!),
      );
    }
    return Object.entries(OutcomeKind).find(([, kind]) => kind === reply.kinds[i])![0];
  });
}

/** The refusal, or null. */
export function failureOf(
  cache: Cache,
  command: Command,
  ...texts: readonly string[]
): Failure | null {
  return collect(cache, command, texts).failure;
}
