// A terminal in the hands of TerminalScreen: what is written to one that is slow, that stops, and that goes away.

import { assert, assertEquals } from "@std/assert";
import { TerminalScreen } from "../../../client/observe/terminal_screen.ts";

/** A terminal that takes what is written when it is told to. */
class SlowTerminal {
  readonly written: string[] = [];
  readonly raw: boolean[] = [];
  readonly keys: TransformStream<Uint8Array<ArrayBuffer>> = new TransformStream();
  ended = 0;
  #take: (() => void) | null = null;
  isStopped = false;
  isGone = false;

  open(): TerminalScreen {
    return TerminalScreen.open({
      terminal: {
        setRaw: (isRaw) => void this.raw.push(isRaw),
        size: () => ({ columns: 40, rows: 5 }),
        onChange: () => () => {},
        onEnd: () => () => {},
      },
      stdin: { readable: this.keys.readable },
      stdout: {
        isTerminal: () => true,
        write: async (bytes) => {
          if (this.isGone) throw new Error("EIO");
          if (this.isStopped) await new Promise<void>((resolve) => this.#take = resolve);
          this.written.push(new TextDecoder().decode(bytes));
          return bytes.length;
        },
      },
      hasColors: true,
      onKey: () => {},
      onChange: () => {},
      onEnd: () => this.ended++,
    });
  }

  take(): void {
    this.isStopped = false;
    this.#take?.();
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

Deno.test("TerminalScreen.draw() leaves out what a slow terminal could not take in time", async () => {
  const terminal = new SlowTerminal();
  {
    await using screen = terminal.open();
    await settled();
    terminal.isStopped = true;
    for (let i = 0; i < 1000; i++) screen.draw([[{ text: `picture ${i}` }]]);
    terminal.take();
    await settled();
  }
  const pictures = terminal.written.join("").match(/picture \d+/g);
  assertEquals(pictures, ["picture 0", "picture 999"]);
  assertEquals(terminal.raw, [true, false]);
  assert(terminal.written.at(-1)!.endsWith("\x1b[?1049l"));
});

Deno.test("TerminalScreen gives up on a terminal that takes nothing, and one that is gone", async () => {
  const stopped = new SlowTerminal();
  stopped.isStopped = true;
  await stopped.open()[Symbol.asyncDispose]();
  assertEquals([stopped.written, stopped.raw], [[], [true, false]]);
  stopped.take();
  const gone = new SlowTerminal();
  gone.isGone = true;
  const screen = gone.open();
  await settled();
  assertEquals(gone.ended, 1);
  await screen[Symbol.asyncDispose]();
  assertEquals(gone.raw, [true, false]);
});
