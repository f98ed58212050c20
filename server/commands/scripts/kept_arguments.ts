// A copy of arguments for a command that takes its time: the buffer that they lie in is others'
// meanwhile. Knows no command.

import { Args } from "../../contract/args.ts";

/** Arguments of the same bytes in a buffer of their own. */
export function copyOfArguments({ bytes, starts, lengths, count }: Args): Args {
  let total = 0;
  for (let i = 0; i < count; i++) total += lengths[i]!;
  const copy = new Args();
  const own = new Uint8Array(total);
  copy.over(own);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const [start, length] = [starts[i]!, lengths[i]!];
    own.set(bytes.subarray(start, start + length), at);
    copy.push(at, length);
    at += length;
  }
  return copy;
}
