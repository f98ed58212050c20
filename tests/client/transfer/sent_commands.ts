// What an import sends for a file, as texts, for tests.

import { ByteInput } from "../../../server/rdb/byte_input.ts";
import type { Chunk } from "../../../client/transfer/chunk.ts";
import { type AtEnd, Importer } from "../../../client/transfer/importer.ts";
import type { Sender } from "../../../client/transfer/sender.ts";
import { StreamSource } from "../../../client/transfer/sources.ts";
import { Tally } from "../../../client/transfer/tally.ts";

/** The words of an encoded command. */
export function wordsOf(text: string): string {
  return text.split("\r\n").filter((_, i) => i > 0 && i % 2 === 0).join(" ");
}

/** What is sent for these bytes: database and words of each command. */
export async function sentFor(bytes: Uint8Array | string, atEnd: AtEnd = "mayBeCut") {
  const sent: string[] = [];
  const tally = new Tally();
  const sender = {
    send(chunk: Chunk): Promise<void> {
      for (let i = 0; i < chunk.count; i++) {
        const text = new TextDecoder("latin1").decode(
          chunk.bytes.subarray(chunk.startOf(i), chunk.ends[i]),
        );
        sent.push(`${chunk.databases[i]} ${text.startsWith("*") ? wordsOf(text) : text.trim()}`);
      }
      return Promise.resolve();
    },
  } as unknown as Sender;
  const importer = new Importer(sender, tally, () => 1000);
  const source = new StreamSource(new Blob([bytes as BlobPart]).stream());
  await importer.take(source, new ByteInput(), atEnd);
  await importer.finish();
  return { sent, notes: tally.notes };
}
