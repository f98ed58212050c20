// Asking the server: the token of this tab, answers as JSON, and refusals as errors with the server's own words. The
// token is asked for once, however many requests miss it, and goes to this server alone.

import { parseExactly } from "./exact_json.ts";
import { Kept } from "./kept.ts";

const TOKEN = "slabkv-token";

/** A refusal, or that nobody answered (status 0). */
export class ServerError extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** What a request takes beside its path. */
export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** The server that the page came from. */
export class Server {
  readonly #askToken: (problem: string) => Promise<string>;
  readonly #kept = new Kept(() => sessionStorage);
  #asking: Promise<void> | null = null;

  /** `askToken` is told what is wrong with the last token, and gives another. */
  constructor(askToken: (problem: string) => Promise<string>) {
    this.#askToken = askToken;
  }

  /** Whether a token is kept for this tab. */
  get hasToken(): boolean {
    return this.#kept.get(TOKEN) !== null;
  }

  /** Forgets the token. */
  forget(): void {
    this.#kept.set(TOKEN, null);
  }

  /** Sends a request, with the token; asks for that as long as it is refused. Throws ServerError for other refusals. */
  async ask(
    path: string,
    { method = "GET", headers = {}, body, signal }: Asking = {},
  ): Promise<Response> {
    for (;;) {
      await this.#asking;
      const token = this.#kept.get(TOKEN);
      const all = new Headers(headers);
      if (token !== null) all.set("authorization", `Bearer ${token}`);
      let response;
      try {
        // Relative, so that the server may be below a path of another.
        response = await fetch(`.${path}`, {
          method,
          headers: all,
          body: body ?? null,
          signal: signal ?? null,
          cache: "no-store",
          credentials: "omit",
          redirect: "error",
          referrerPolicy: "no-referrer",
        });
      } catch (error) {
        if (signal?.aborted) throw error;
        throw new ServerError(0, "The server does not answer.");
      }
      if (response.status !== 401) return response;
      await response.body?.cancel();
      this.#needToken(token);
    }
  }

  /** Begins to ask for a token, unless somebody does or there is another one by now. */
  #needToken(refused: string | null): void {
    if (this.#asking !== null || this.#kept.get(TOKEN) !== refused) return;
    const problem = refused === null ? "" : "The server refuses this token.";
    this.forget();
    this.#asking = this.#askToken(problem)
      .then((token) => this.#kept.set(TOKEN, token))
      .finally(() => this.#asking = null);
  }

  /** Reads a JSON answer. Throws ServerError for one that is no 200. */
  async read<Answer>(path: string, asking: Asking = {}): Promise<Answer> {
    const response = await this.ask(path, asking);
    const text = await response.text();
    if (!response.ok) throw new ServerError(response.status, messageOf(text, response.status));
    return JSON.parse(text);
  }

  /**
   * Runs a command and gives its answer: strings as base64, so that none is lost, and `OK` as it is. Integers that a
   * number cannot hold are a {@linkcode LongInteger}. Throws ServerError with the error of the command.
   */
  async command(words: readonly string[]): Promise<unknown> {
    const headers = { "content-type": "application/json", "upstash-encoding": "base64" };
    const response = await this.ask("/", { method: "POST", headers, body: JSON.stringify(words) });
    const text = await response.text();
    if (!response.ok) throw new ServerError(response.status, messageOf(text, response.status));
    return parseExactly(text).result;
  }
}

function messageOf(text: string, status: number): string {
  try {
    const { message, error } = JSON.parse(text);
    if (typeof message === "string") return message;
    if (typeof error === "string") return error;
  } catch {
    // It is no JSON: the status has to do.
  }
  return `The server answers ${status}.`;
}
