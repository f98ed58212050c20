/**
 * The process around the client: variables, standard streams, and the options of the server for
 * completions. Deno's own streams have these shapes; tests pass others.
 *
 * @module
 */

/** A stream to write to. */
export interface ByteSink {
  /** Writes some of the bytes. Returns how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Whether this is a terminal, where a person reads. */
  isTerminal(): boolean;
}

/** A stream to read from. */
export interface ByteSource {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** An option of the server, as completions show it. */
export interface ServerOption {
  /** Name without "--". */
  readonly flag: string;
  /** Stands for the value: "SIZE". Empty for a switch. */
  readonly placeholder: string;
  readonly description: string;
}

/** A terminal that a program has for itself: keys come as they are pressed. */
export interface ClientTerminal {
  /** Whether keys come at once, unseen and without a meaning of their own. */
  setRaw(isRaw: boolean): void;
  /** Columns and rows. */
  size(): { readonly columns: number; readonly rows: number };
  /** Calls the handler when the size has changed, or the program goes on after it was stopped. Returns what undoes it. */
  onChange(handler: () => void): () => void;
  /** Calls the handler in place of ending when the process is to end. Returns what undoes it. */
  onEnd(handler: () => void): () => void;
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
  /** The terminal; undefined where stdin or stdout is none. */
  readonly terminal?: ClientTerminal | undefined;
  /** Calls the handler on Ctrl-C in place of ending. Returns what undoes it. */
  readonly onInterrupt?: (handler: () => void) => () => void;
  /** The options of `slabkv serve`. */
  readonly serverOptions: () => readonly ServerOption[];
}

/** An error that ends a command with exit code 2. The message is one line for people. */
export class ClientError extends Error {
  override readonly name = "ClientError";
}

/**
 * Writes all bytes, or the text as UTF-8.
 *
 * @param sink the stream
 * @param content the bytes or the text
 */
export async function writeAll(sink: ByteSink, content: Uint8Array | string): Promise<void> {
  let rest = typeof content === "string" ? new TextEncoder().encode(content) : content;
  while (rest.length > 0) rest = rest.subarray(await sink.write(rest));
}

/**
 * Reads a stream to its end.
 *
 * @param source the stream
 * @param maxBytes most bytes to read
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
