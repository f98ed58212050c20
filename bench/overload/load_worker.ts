/// <reference lib="deno.worker" />
/**
 * Loads a server of the same process from a thread of its own: some connections send the same requests, each as soon as
 * the answers before have come whole. Says how many there were. Started and told what to send by cost.ts.
 */

/** What to send. */
export interface LoadOrders {
  readonly port: number;
  readonly connections: number;
  /** One request, and how many of them are sent at once. */
  readonly request: string;
  readonly pipeline: number;
  readonly seconds: number;
  /** Over a WebSocket the request is the text of a message. */
  readonly isWebSocket: boolean;
}

/** So long WebSockets are open before they are used: while the breaker is open there are no new ones. */
export const OPENING_MS = 600;

/** Asks until the time is over, over one connection; returns how many requests were answered. */
async function ask({ port, request, pipeline }: LoadOrders, endMs: number): Promise<number> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const buffer = new Uint8Array(65_536);
  const one = new TextEncoder().encode(request);
  const all = new TextEncoder().encode(request.repeat(pipeline));
  // All answers are as long as the first.
  await conn.write(one);
  const bytes = pipeline * await lengthOfAnswer(conn, buffer);
  let answers = 1;
  while (performance.now() < endMs) {
    for (let sent = 0; sent < all.length;) sent += await conn.write(all.subarray(sent));
    for (let read = 0; read < bytes;) {
      const count = await conn.read(buffer);
      if (count === null) throw new Error("Connection ended before the answer did");
      read += count;
    }
    answers += pipeline;
  }
  return answers;
}

/** Reads one answer, and nothing follows it; returns its length in bytes. */
async function lengthOfAnswer(conn: Deno.Conn, buffer: Uint8Array): Promise<number> {
  for (let length = 0;;) {
    const count = await conn.read(buffer.subarray(length));
    if (count === null) throw new Error("Connection ended before the answer did");
    length += count;
    const text = new TextDecoder().decode(buffer.subarray(0, length));
    if (text.length >= wholeLength(text)) return length;
  }
}

/** How long an answer is that begins so; Infinity if that is not known yet. */
function wholeLength(text: string): number {
  const http = /^HTTP[^]*?\r\ncontent-length: (\d+)\r\n[^]*?\r\n\r\n/i.exec(text);
  if (http !== null) return http[0].length + Number(http[1]);
  const bulk = /^\$(\d+)\r\n/.exec(text);
  if (bulk !== null) return bulk[0].length + Number(bulk[1]) + 2;
  return !text.startsWith("HTTP") && text.endsWith("\n") ? text.length : Infinity;
}

/** The same over a WebSocket. */
function askSocket({ port, request }: LoadOrders, endMs: number): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let answers = 0;
  socket.onopen = () => setTimeout(() => socket.send(request), OPENING_MS);
  socket.onerror = () => reject(new Error("WebSocket could not be opened"));
  socket.onmessage = () => {
    answers++;
    if (performance.now() < endMs + OPENING_MS) return socket.send(request);
    socket.onclose = () => resolve(answers);
    socket.close();
  };
  return promise;
}

self.onmessage = async ({ data }: MessageEvent<LoadOrders>) => {
  const endMs = performance.now() + data.seconds * 1000;
  const one = data.isWebSocket ? askSocket : ask;
  const counts = await Promise.all(
    Array.from({ length: data.connections }, () => one(data, endMs)),
  );
  self.postMessage(counts.reduce((sum, count) => sum + count, 0));
};
