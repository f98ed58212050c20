// A process for the client's commands that is none: variables, stdin and captured output.
// And servers that answer whatever a test wants, since a real one does not lie.

import type { ByteSink, ClientPlatform } from "../../client/platform.ts";
import { runClient } from "../../client/mod.ts";

/** What a command finds around it, unless a test says otherwise. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array | string;
  readonly isTerminal?: boolean;
}

/** What a command left behind. */
export interface Outcome {
  readonly code: number | undefined;
  readonly bytes: Uint8Array;
  readonly stdout: string;
  readonly stderr: string;
}

class Captured implements ByteSink {
  readonly chunks: Uint8Array<ArrayBuffer>[] = [];
  readonly #isTerminal: boolean;

  constructor(isTerminal: boolean) {
    this.#isTerminal = isTerminal;
  }

  // A write may take less than it is given.
  write(bytes: Uint8Array): Promise<number> {
    const chunk = bytes.slice(0, 100_000);
    this.chunks.push(chunk);
    return Promise.resolve(chunk.length);
  }

  isTerminal(): boolean {
    return this.#isTerminal;
  }

  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await new Blob(this.chunks).arrayBuffer());
  }
}

/** Runs a command within this process. */
export async function run(args: readonly string[], around: Surroundings = {}): Promise<Outcome> {
  const { env = {}, stdin = "", isTerminal = false } = around;
  const stdout = new Captured(isTerminal);
  const stderr = new Captured(isTerminal);
  const host: ClientPlatform = {
    env: (name) => env[name],
    stdin: { readable: new Blob([stdin as BlobPart]).stream() },
    stdout,
    stderr,
    columns: () => 80,
    serverOptions: () => [
      { flag: "port", placeholder: "N", description: "Port: [any]" },
      { flag: "log-format", placeholder: "text|json", description: "What's printed" },
      { flag: "tls-key", placeholder: "FILE", description: "Key" },
    ],
  };
  const code = await runClient(args, host);
  const bytes = await stdout.bytes();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, bytes, stdout: decode(bytes), stderr: decode(await stderr.bytes()) };
}

/** A server on a free port of this machine that answers as `answer` says. */
export class FakeServer implements AsyncDisposable {
  readonly url: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(answer: (request: Request, path: string) => Response | Promise<Response>) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => answer(request, request.url.slice(request.url.indexOf("/", 7))),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** A cache in a few lines with the answers of docs/api.md, as far as `bench` needs them. */
export function honestAnswers(): (request: Request, path: string) => Promise<Response> {
  const items = new Map<string, string>();
  return async (request, path) => {
    if (path === "/") return Response.json({ name: "fake", version: "1" });
    if (path.startsWith("/get?key=")) {
      const key = path.slice(9);
      const value = items.get(key);
      if (value === undefined) return text('{"status":"ERROR","message":"Key not found."}');
      return text(`{"status":"OK","key":"${key}","value":"${value}"}`);
    }
    if (request.method === "DELETE") return text("");
    const body = await request.json();
    if (path === "/mput") {
      for (const { key, value } of body.items) items.set(key, value);
      return text(`{"status":"OK","count":${body.items.length}}`);
    }
    items.set(body.key, body.value);
    return text('{"status":"OK","message":"Key inserted/updated successfully."}');
  };
}

/** An answer with a Content-Length. */
export function text(body: string, status = 200): Response {
  return new Response(new TextEncoder().encode(body), { status });
}
