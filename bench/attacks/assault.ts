/**
 * What an attack has at hand inside its process: ports, counts of its long or small form, connections alone and in
 * crowds. Lost connections are expected and start anew; other errors are bugs of an attack and end it.
 */

import type { Dispatch, Ports } from "./orders.ts";
import { Connection, noTraffic } from "./connection.ts";

/** Connections that a process opens at the same moment; more overrun the listener's queue. */
const MAX_OPENING = 64;
/** Pause before a client that lost its connection comes again. */
const PAUSE_MS = 2;

/** Errors that only say that a connection is gone, or not to be had. */
const LOST = [
  Deno.errors.BrokenPipe,
  Deno.errors.ConnectionReset,
  Deno.errors.ConnectionAborted,
  Deno.errors.ConnectionRefused,
  Deno.errors.NotConnected,
  Deno.errors.UnexpectedEof,
  Deno.errors.BadResource,
  Deno.errors.Interrupted,
];

/** One side of a running attack. */
export class Assault {
  readonly ports: Ports;
  readonly isSmall: boolean;
  readonly #traffic = noTraffic();
  readonly #complaints: string[] = [];
  #opening = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(ports: Ports, isSmall: boolean) {
    this.ports = ports;
    this.isSmall = isSmall;
  }

  /** The first of these in the long form of an attack, the second in the small one. */
  pick(long: number, small: number): number {
    return this.isSmall ? small : long;
  }

  /** Opens a connection. */
  async open(way: keyof Ports): Promise<Connection> {
    if (this.#opening >= MAX_OPENING) await new Promise<void>((go) => this.#waiting.push(go));
    this.#opening++;
    try {
      return await Connection.open(this.ports[way], this.#traffic);
    } finally {
      this.#opening--;
      this.#waiting.shift()?.();
    }
  }

  /**
   * Lets so many clients act at once, each over a connection that is closed when it returns.
   *
   * @param again whether each comes again, over another connection, once it has returned or lost its connection
   */
  async crowd(
    count: number,
    way: keyof Ports,
    act: (connection: Connection, client: number) => Promise<void>,
    again = false,
  ): Promise<void> {
    const clients = Array.from({ length: count }, async (_, client) => {
      do {
        try {
          using connection = await this.open(way);
          await act(connection, client);
        } catch (error) {
          if (!LOST.some((kind) => error instanceof kind)) throw error;
        }
        await pause(PAUSE_MS);
      } while (again);
    });
    await Promise.all(clients);
  }

  /** Lets so many clients send the same bytes without end and forget the answers. */
  flood(count: number, way: keyof Ports, bytes: Uint8Array): Promise<void> {
    return this.crowd(count, way, (connection) => connection.flood(bytes), true);
  }

  /** Lets so many clients send these bytes, once or several times, and read nothing. */
  unread(count: number, way: keyof Ports, bytes: Uint8Array, rounds = 1): Promise<void> {
    return this.crowd(count, way, async (connection) => {
      for (let round = 0; round < rounds; round++) await connection.send(bytes);
      await this.hold();
    });
  }

  /** Keeps what is open open: waits for the end of the process. */
  hold(): Promise<never> {
    return new Promise(() => {});
  }

  /** Says that the server did what it should not. */
  complain(what: string): void {
    if (!this.#complaints.includes(what)) this.#complaints.push(what);
  }

  /** How things stand. */
  dispatch(state: Dispatch["state"]): Dispatch {
    const { firstAnswer, ...counts } = this.#traffic;
    const text = firstAnswer === undefined ? "" : new TextDecoder("latin1").decode(firstAnswer);
    return { state, ...counts, firstAnswer: text, complaints: this.#complaints };
  }
}

/** Waits so many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
