/**
 * Requests of all protocols as bytes, right or wrong on purpose. What they are for, the attacks know; frames of HTTP/2
 * and WebSocket have files of their own.
 */

const ENCODER = new TextEncoder();

/** Text as UTF-8. */
export function utf8(text: string): Uint8Array {
  return ENCODER.encode(text);
}

/** The same text so many times, as bytes. */
export function times(text: string, count: number): Uint8Array {
  const one = utf8(text);
  const all = new Uint8Array(one.length * count);
  for (let i = 0; i < count; i++) all.set(one, i * one.length);
  return all;
}

/** Puts bytes and texts together. */
export function joined(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const pieces = parts.map((part) => typeof part === "string" ? utf8(part) : part);
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** A command of the Redis protocol; its words are ASCII. */
export function command(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}

/** So many words that differ, such as "key0", "key1". */
export function numbered(word: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => word + i);
}

/**
 * The head of a request over HTTP/1.1.
 *
 * @param lines more header lines, without line ends
 */
export function head(request: string, ...lines: readonly string[]): string {
  return `${request} HTTP/1.1\r\n${["host: localhost", ...lines].join("\r\n")}\r\n\r\n`;
}

/** A request over HTTP/1.1 with a body of ASCII. */
export function post(target: string, body: string): string {
  return head(`POST ${target}`, `content-length: ${body.length}`) + body;
}

/** A request to /pipeline with these commands. */
export function restPipeline(commands: readonly (readonly string[])[]): string {
  return post("/pipeline", JSON.stringify(commands));
}
