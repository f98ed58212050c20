/**
 * What the process around the client provides: variables, standard streams, and the options of
 * the server for completions. Deno's own streams fit as they are; tests pass others.
 *
 * @module
 */

/** Where bytes are written. */
export interface ByteSink {
  /** Writes some of the bytes; returns how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Whether a person reads what is written. */
  isTerminal(): boolean;
}

/** Where bytes are read. */
export interface ByteSource {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** An option of the server, as far as completions show it. */
export interface ServerOption {
  /** Name without "--". */
  readonly flag: string;
  /** What stands for the value: "SIZE"; empty for a switch. */
  readonly placeholder: string;
  readonly description: string;
}

/** What runClient() needs of the process. */
export interface ClientPlatform {
  /** The value of an environment variable. */
  readonly env: (name: string) => string | undefined;
  readonly stdin: ByteSource;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  /** The width of the terminal in characters. */
  readonly columns: () => number;
  /** The options of `slabkv serve`. */
  readonly serverOptions: () => readonly ServerOption[];
}

/** What ends a command with exit code 2; the message is one line for people. */
export class ClientError extends Error {
  override readonly name = "ClientError";
}

/**
 * Writes all bytes, or the text as UTF-8.
 *
 * @param sink where to
 * @param content what to write
 */
export async function writeAll(sink: ByteSink, content: Uint8Array | string): Promise<void> {
  let rest = typeof content === "string" ? new TextEncoder().encode(content) : content;
  while (rest.length > 0) rest = rest.subarray(await sink.write(rest));
}

/**
 * Reads a stream to its end.
 *
 * @param source where from
 * @param maxBytes how much is too much
 * @returns the bytes
 * @throws {ClientError} if there are more
 */
export async function readAll(
  source: ByteSource,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of source.readable) {
    length += chunk.length;
    if (length > maxBytes) {
      throw new ClientError(`Cannot read the value: more than ${maxBytes} bytes on stdin`);
    }
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
