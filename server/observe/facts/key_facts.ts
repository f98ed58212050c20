// What is known of single keys, as the routes /stats/hot, /stats/big and /stats/item answer it. Types alone: pages and
// terminals read them.

/** A key, as text where it is UTF-8, else in base64. */
export interface NamedKey {
  readonly key?: string;
  readonly base64?: string;
  /** Whether only its first bytes are here. */
  readonly isCut?: boolean;
  readonly database: number;
}

/** A key that many ask for. */
export interface HotKey extends NamedKey {
  /** Of all requests for keys, lately; 0 to 1. */
  readonly share: number;
  readonly perSecond: number;
  /** Of its requests, those that write. */
  readonly writeShare: number;
  readonly shard: number;
}

/** The answer of /stats/hot: hottest first. */
export interface HotFacts {
  /** Requests for keys that the list stands for, and over how many seconds. */
  readonly requests: number;
  readonly seconds: number;
  readonly keys: readonly HotKey[];
}

/** A large item. */
export interface BigKey extends NamedKey {
  readonly type: string;
  /** What it takes of the slab, and how many bytes or members its value has. */
  readonly slabBytes: number;
  readonly valueBytes: number;
  readonly members: number | null;
  readonly ttlSeconds: number | null;
}

/** The answer of /stats/big: largest first. */
export interface BigFacts {
  /** Items that were looked at, of how many. */
  readonly looked: number;
  readonly items: number;
  /** Items and bytes of the slab by type, among those that were looked at. */
  readonly types: Readonly<Record<string, { readonly items: number; readonly slabBytes: number }>>;
  readonly keys: readonly BigKey[];
}

/** The answer of /stats/item, where the key is there. */
export interface ItemFacts extends NamedKey {
  readonly type: string;
  readonly encoding: string;
  readonly version: number;
  readonly ttlSeconds: number | null;
  readonly slabBytes: number;
  readonly slots: number;
  readonly valueBytes: number;
  readonly members: number | null;
  readonly shard: number;
  /** Number of the window of its key that has it, from 0, and how many buckets into that it lies. */
  readonly window: number;
  readonly probe: number;
  readonly ring: "probation" | "main";
  /** The two bits of the clock: 0 to 3. */
  readonly count: number;
  /** The value's first bytes in base64: of a string; null of another type. */
  readonly value: string | null;
  /** Whether there is more of the value. */
  readonly isCut: boolean;
}
