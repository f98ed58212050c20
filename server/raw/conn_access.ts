// Reads and writes of a connection by what Deno.Conn itself is made of. Its own `read()` keeps a set of
// promises besides, so that each read leaves 1.5 KiB of garbage, of which the collector takes some to
// be alive; that is a tenth of what a command costs. The object behind is not public, so it is taken
// only where it looks as expected, and its answers are checked; everything works, slower, without it.

/** What is needed of a connection. At its end a read resolves with null or 0. */
export interface Access {
  read(to: Uint8Array<ArrayBuffer>): Promise<number | null>;
  write(bytes: Uint8Array<ArrayBuffer>): Promise<number>;
}

/** The operations on resources, by their numbers. */
export interface ResourceOps {
  read(rid: number, to: Uint8Array<ArrayBuffer>): Promise<number>;
  write(rid: number, bytes: Uint8Array<ArrayBuffer>): Promise<number>;
}

/** The symbol's description under which connections have the number of their resource. */
const RID_SYMBOL = "Deno.internal.rid";

/** The operations of this Deno, where it has them. */
const OPS = resourceOps(Deno);

/** The operations that are found inside `deno`, or null. */
export function resourceOps(deno: object): ResourceOps | null {
  const { internal } = deno as { internal?: unknown };
  if (typeof internal !== "symbol") return null;
  const inner = (deno as Record<symbol, { core?: Partial<ResourceOps> } | undefined>)[internal];
  const { read, write } = inner?.core ?? {};
  return typeof read === "function" && typeof write === "function" ? { read, write } : null;
}

/** The shortest way to `conn`: by `ops` where they can be had, else itself. */
export function accessTo(conn: Access, ops: ResourceOps | null = OPS): Access {
  if (ops === null) return conn;
  const symbol = Object.getOwnPropertySymbols(conn).find((s) => s.description === RID_SYMBOL);
  if (symbol === undefined) return conn;
  const rid = (conn as unknown as Record<symbol, unknown>)[symbol];
  return typeof rid === "number" && Number.isInteger(rid) ? new ShortAccess(rid, ops) : conn;
}

/** The way by the number of the resource. */
class ShortAccess implements Access {
  readonly #rid: number;
  readonly #ops: ResourceOps;

  constructor(rid: number, ops: ResourceOps) {
    this.#rid = rid;
    this.#ops = ops;
  }

  read(to: Uint8Array<ArrayBuffer>): Promise<number> {
    return this.#ops.read(this.#rid, to);
  }

  write(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    return this.#ops.write(this.#rid, bytes);
  }
}
