// top from start to end: lines where there is no terminal, a server that is lost, and the real program on a
// pseudo-terminal of the tool `script`, where there is one.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { run, text } from "../fixture.ts";
import { until } from "../../wire/server.ts";
import { LIVE } from "./facts.ts";
import { ObserveServer } from "./observe_server.ts";

const ROOT = new URL("../../../", import.meta.url);

Deno.test("top prints a line for each interval where stdout is no terminal", async () => {
  await using server = new ObserveServer();
  server.pauseMs = 1000;
  const { code, stdout, stderr } = await run(["top", "--count", "1", "--url", server.url]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(
    stdout,
    "2025-11-22T09:00:00.000Z state=ready requests=35767 hit_ratio=0.9000 p50_us=1.5 p99_us=20 p999_us=1500 " +
      "items=1234567 used_bytes=750000000 slab_bytes=1000000000 rss_bytes=1300000000 evictions=20 expirations=3 " +
      "errors=0 shed=0 lag_ms=150 cores=1.23 workers=6 unsynced_bytes=0\n",
  );
  const json = await run(["top", "--count", "1", "--json", "--url", server.url]);
  assertEquals(JSON.parse(json.stdout), { ...LIVE, uptimeSeconds: 2 });
});

Deno.test("top goes on with a server that it has lost, and says so once", async () => {
  await using server = new ObserveServer();
  server.eventsPerStream = 1;
  const args = ["top", "--count", "2", "--url", server.url];
  const { code, stdout, stderr } = await run(args);
  assertEquals(code, 0);
  assertEquals(stdout.trim().split("\n").length, 2);
  assertEquals(stderr, `slabkv: ${server.url} has ended the connection. Trying again\n`);
});

Deno.test("top ends with 2 where it is refused, or there is no server at first", async () => {
  await using server = new ObserveServer();
  server.refusal = text('{"status":"ERROR","message":"Token needed."}', 401);
  const refused = await run(["top", "--url", server.url]);
  assertEquals([refused.code, refused.stdout], [2, ""]);
  assertMatch(refused.stderr, /answered 401: Token needed\. Give it with --token/);
  server.refusal = text("data: {}\n\n");
  assertMatch(
    (await run(["top", "--url", server.url])).stderr,
    /tells less than this slabkv expects/,
  );
  const { code, stderr } = await run(["top", "--url", "http://127.0.0.1:1"]);
  assertEquals(code, 2);
  assertMatch(stderr, /connection refused/);
});

/** The program on a pseudo-terminal: what it has written, and keys for it. */
class Terminal implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  text = "";

  constructor(command: string) {
    this.#child = new Deno.Command("script", {
      args: ["-qfec", command, "/dev/null"],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
      cwd: ROOT,
      env: { TERM: "xterm", SHELL: "/bin/sh" },
    }).spawn();
    this.#keys = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of this.#child.stdout) {
      this.text += decoder.decode(bytes, { stream: true });
    }
  }

  async press(keys: string): Promise<void> {
    this.text = "";
    await this.#keys.write(new TextEncoder().encode(keys));
  }

  /** Waits until it has written this. */
  async shows(part: string): Promise<void> {
    await until(`the terminal shows ${part}`, () => this.text.includes(part)).catch((error) => {
      throw new Error(`${error.message}, but ${JSON.stringify(this.text.slice(-3000))}`);
    });
  }

  /** Waits until all has ended. */
  async ended(): Promise<void> {
    await this.#child.status;
    await this.#reading;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keys.abort().catch(() => {});
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.ended();
  }
}

const hasScript = Deno.build.os === "linux" &&
  await new Deno.Command("script", { args: ["--version"], stdout: "null" }).output()
    .then(({ success }) => success, () => false);
/** Gives a terminal back: colours, line ends, cursor, screen. */
const LEAVE = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

function topOn(server: ObserveServer, before: string, after: string): Terminal {
  const program = `${Deno.execPath()} run -A --no-check main.ts top --url ${server.url}`;
  return new Terminal(`${before}; ${program}; ${after}`);
}

Deno.test({
  name: `top draws on a terminal, obeys keys, fits another size, and leaves all as it was${
    hasScript ? "" : " (skipped: no script)"
  }`,
  ignore: !hasScript,
  async fn() {
    await using server = new ObserveServer();
    server.pauseMs = 100;
    await using terminal = topOn(server, "tty; stty rows 30 cols 100", 'echo "exit $?"; stty -a');
    await terminal.shows("35,767/s");
    await terminal.shows("Memory is too small");
    const device = /\/dev\/pts\/\d+/.exec(terminal.text)![0];
    assert(terminal.text.includes("\x1b[?1049h"));
    assert(!terminal.text.includes("\x1b[2J\x1b]0;title"));
    await terminal.press("4");
    await terminal.shows("http unknown");
    await terminal.press("?");
    await terminal.shows("sorts the other way round");
    await terminal.press("\x1b[D\x1b[D");
    await terminal.shows("Slow commands");
    // A smaller one: nothing is drawn below its last row.
    terminal.text = "";
    const resize = new Deno.Command("stty", { args: ["-F", device, "rows", "12", "cols", "50"] });
    assert((await resize.output()).success);
    await terminal.shows("\x1b[12;1H");
    assertEquals(
      terminal.text.slice(terminal.text.lastIndexOf("\x1b[2J")).includes("\x1b[13;1H"),
      false,
    );
    await terminal.press("q");
    await terminal.ended();
    const [, after = ""] = terminal.text.split(LEAVE);
    assertStringIncludes(after, "exit 0");
    assertMatch(after, / icanon /);
    assertMatch(after, / echo /);
  },
});

Deno.test({
  name: `top gives the terminal back when a signal ends it, or an answer makes no sense${
    hasScript ? "" : " (skipped: no script)"
  }`,
  ignore: !hasScript,
  async fn() {
    await using server = new ObserveServer();
    server.pauseMs = 100;
    const program = `exec ${Deno.execPath()} run -A --no-check main.ts top --url ${server.url}`;
    await using terminal = new Terminal(`echo "pid $$"; ${program}`);
    await terminal.shows("35,767/s");
    Deno.kill(Number(/pid (\d+)/.exec(terminal.text)![1]), "SIGTERM");
    await terminal.ended();
    assert(terminal.text.endsWith(LEAVE), JSON.stringify(terminal.text.slice(-100)));
    server.answers["/stats/slow"] = { slowerThanUs: 1, commands: [{}] };
    await using other = topOn(server, "true", 'echo "exit $?"');
    await other.ended();
    const [, after = ""] = other.text.split(LEAVE);
    assertMatch(after, /Unexpected error: [^]*exit 2/);
  },
});
