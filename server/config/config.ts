/**
 * The configuration of a server: its shape, and the limits that follow from it. Does not know where
 * the values come from (options.ts, parse.ts), nor what is done with them.
 *
 * @module
 */

/** The configuration, complete and checked. Nothing in it changes while the server runs. */
export interface Config {
  /** Address to listen on: IPv4, IPv6 without brackets, or a host name. */
  readonly host: string;
  /** TCP port; 0 takes any free one. */
  readonly port: number;
  /** Path of a Unix socket to listen on too. */
  readonly unixPath: string | undefined;
  /** Permissions of that socket; undefined: what the umask leaves. */
  readonly unixMode: number | undefined;
  /** TCP port of the Redis protocol; 0 takes any free one. */
  readonly respPort: number | undefined;
  /** Path of a Unix socket for the Redis protocol. */
  readonly respUnixPath: string | undefined;
  /** Permissions of that socket; undefined: what the umask leaves. */
  readonly respUnixMode: number | undefined;
  /** TCP port of the text protocol; 0 takes any free one. */
  readonly textPort: number | undefined;
  readonly memcachePort: number | undefined;
  readonly memcacheUnixPath: string | undefined;
  readonly memcacheUnixMode: number | undefined;
  /** Clients of both protocols at once in the whole process; more are refused. */
  readonly maxConnections: number;
  /** A client of these protocols that sends nothing for this long is closed; 0: never. */
  readonly idleTimeoutMs: number;
  /** Which key events are published from the start, in the letters of Redis; empty: none. */
  readonly notifyKeyspaceEvents: string;
  /** Whether GET /ws is answered. */
  readonly websocket: boolean;
  /** Size of the region: keys, values, index and all. */
  readonly memoryBytes: number;
  /** Average size of an item, header included, that the index is laid out for. */
  readonly averageItemBytes: number;
  /** Number of workers, or "auto" to add them under load. */
  readonly workers: "auto" | number;
  /** Longest key on the JSON routes, in code points. */
  readonly maxKeyChars: number;
  /** Longest value on the JSON routes, in code points. */
  readonly maxValueChars: number;
  /** Longest value on /store; a quarter of a shard's slots limits it too. */
  readonly maxValueBytes: number;
  /** Longest request body, unless other limits imply more: see jsonBodyLimit(). */
  readonly maxBodyBytes: number;
  /** Bodies that are waited for at once in the whole process; more are answered 503. */
  readonly maxInFlight: number;
  /** Time to read the body of a request. */
  readonly bodyTimeoutMs: number;
  /** Memory for bodies that are being read and large answers that are being sent. */
  readonly bodyMemoryBytes: number;
  /** A worker whose event loop is further behind than this for a second refuses requests; 0: never. */
  readonly maxLagMs: number;
  /** How long a script may run that writes nothing; one that has written may take five times as long. */
  readonly scriptTimeMs: number;
  /** Status of the JSON answer to a key that is not there. */
  readonly missStatus: 200 | 404;
  /** Secret that requests must bear. Never to be logged or shown. */
  readonly token: string | undefined;
  /** Host headers to accept, lower case, with or without a port; empty: see the server. */
  readonly allowHosts: readonly string[];
  /** Origin headers to accept. */
  readonly allowOrigins: readonly string[];
  /** Consent to administration over HTTP without a token. */
  readonly allowAdmin: boolean;
  /** What browsers get at /: a page that may change data, one that may not, or none. */
  readonly dashboard: "on" | "read" | "off";
  /** Whether latencies, hot keys and the curve of memory are measured. */
  readonly metrics: "on" | "off";
  /** Consent to listen beyond loopback without a token. */
  readonly allowRemote: boolean;
  /** Path of the certificate; set if and only if tlsKeyPath is. */
  readonly tlsCertPath: string | undefined;
  /** Path of the certificate's private key. */
  readonly tlsKeyPath: string | undefined;
  /** Whether answers are compressed for clients that accept it. */
  readonly compress: boolean;
  /** Folder for log and snapshots; undefined: nothing is kept. */
  readonly dataDir: string | undefined;
  /** The part of memoryBytes that the log ring takes, if there is a dataDir. See logRingBytes(). */
  readonly logMemoryBytes: number;
  /** When the log is synced: before each answer, every second, or never. */
  readonly fsync: "always" | "everysec" | "no";
  /** Time between snapshots; 0: only those that the length of the log asks for. */
  readonly snapshotEveryMs: number;
  /** What happens to writes while the log cannot be written. */
  readonly onWriteError: "refuse" | "continue";
  /** Whether damage in the files of dataDir is skipped instead of refused. */
  readonly recover: boolean;
  /** Time that work in progress has to end after the first signal. */
  readonly drainTimeoutMs: number;
  /** Form of what is printed: for people, or one JSON object per line. */
  readonly logFormat: "text" | "json";
  /** Events below this level are not printed. */
  readonly logLevel: "debug" | "info" | "warn" | "error";
  /** Requests that take at least so long are told of; Infinity: none. */
  readonly slowMs: number;
}

// A code point takes at most 4 bytes of UTF-8, and 12 of JSON: an escaped surrogate pair.
const UTF8_BYTES_PER_CHAR = 4;
const JSON_BYTES_PER_CHAR = 12;
// Space for field names, options, whitespace and quotes around one key and one value.
const JSON_ENVELOPE_BYTES = 1024;

/**
 * Gives the size of the log ring.
 *
 * @param config the configuration
 * @returns bytes, a part of memoryBytes; 0 without a data dir
 */
export function logRingBytes(config: Config): number {
  return config.dataDir === undefined ? 0 : config.logMemoryBytes;
}

/**
 * Gives the longest key in bytes, on the routes and protocols that take keys of any bytes.
 *
 * @param config the configuration
 * @returns bytes; any key within maxKeyChars fits
 */
export function keyByteLimit(config: Config): number {
  return config.maxKeyChars * UTF8_BYTES_PER_CHAR;
}

/**
 * Gives the longest body of a JSON request.
 *
 * @param config the configuration
 * @returns bytes; a put of the longest key and value fits however they are escaped
 */
export function jsonBodyLimit(config: Config): number {
  const chars = config.maxKeyChars + config.maxValueChars;
  return Math.max(config.maxBodyBytes, chars * JSON_BYTES_PER_CHAR + JSON_ENVELOPE_BYTES);
}

/**
 * Gives the longest body of /store.
 *
 * @param config the configuration
 * @returns bytes; a body there is the value itself
 */
export function storeBodyLimit(config: Config): number {
  return config.maxValueBytes;
}
