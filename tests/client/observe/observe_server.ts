// A server that tells what a test wants at the routes that commands watch, event by event, and can be lost.

import { FakeServer, text } from "../fixture.ts";
import { BIG, DIAGNOSIS, HOT, LATENCY, LIVE, SLOW } from "./facts.ts";

const ANSWERS: Readonly<Record<string, unknown>> = {
  "/stats/hot": HOT,
  "/stats/big": BIG,
  "/stats/slow": SLOW,
  "/stats/latency": LATENCY,
  "/diagnose": DIAGNOSIS,
};

/** What tells of itself. */
export class ObserveServer implements AsyncDisposable {
  /** The paths that were asked for. */
  readonly asked: string[] = [];
  /** What the routes answer; a test may take some away. */
  readonly answers: Record<string, unknown> = { ...ANSWERS };
  /** Events of one stream, after which it ends. */
  eventsPerStream = Infinity;
  /** Time between two events. */
  pauseMs = 5;
  /** What a stream is refused with, or null. */
  refusal: Response | null = null;
  readonly #server: FakeServer;
  readonly #streams = new Set<() => void>();

  constructor() {
    this.#server = new FakeServer((_request, path) => {
      this.asked.push(path);
      const route = path.split("?", 1)[0]!;
      if (route === "/stats/live") return this.refusal?.clone() ?? this.#stream();
      const answer = this.answers[route];
      return answer === undefined
        ? text('{"status":"ERROR","message":"Unknown path."}', 404)
        : text(JSON.stringify(answer));
    });
  }

  get url(): string {
    return this.#server.url;
  }

  #stream(): Response {
    let left = this.eventsPerStream;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = () => clearTimeout(timer);
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#streams.add(end);
        const tell = () => {
          if (left-- <= 0) return controller.close();
          const data = JSON.stringify({ ...LIVE, uptimeSeconds: this.asked.length });
          try {
            controller.enqueue(new TextEncoder().encode(`data: ${data}\n\n`));
          } catch {
            // Who listened has gone.
            return;
          }
          timer = setTimeout(tell, this.pauseMs);
        };
        tell();
      },
      cancel: end,
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#streams) end();
    await this.#server[Symbol.asyncDispose]();
  }
}
