// Checks before workers may listen: readable credentials, a free port, a free socket path. Workers
// bind with reusePort, and then a second instance would go unnoticed, so main looks first.

import { authorityOf } from "../config/addresses.ts";
import type { Config } from "../config/config.ts";
import { messageOf } from "../contract/error_text.ts";
import type { Credentials, Listen } from "../contract/listen.ts";

/** A reason not to start. Its message says how to remove it. */
export class StartError extends Error {
  override name = "StartError";
}

/** Reads certificate and key if they are configured. Throws StartError if it cannot. */
export async function readCredentials(config: Config): Promise<{ cert?: string; key?: string }> {
  if (config.tlsCertPath === undefined || config.tlsKeyPath === undefined) return {};
  return {
    cert: await readPem(config.tlsCertPath, "--tls-cert"),
    key: await readPem(config.tlsKeyPath, "--tls-key"),
  };
}

/**
 * Reads certificate and key once more, and tries whether they belong together. Throws StartError if
 * they cannot be used.
 */
export async function renewedCredentials(config: Config): Promise<Credentials> {
  const { cert = "", key = "" } = await readCredentials(config);
  try {
    Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key }).close();
  } catch (error) {
    throw new StartError(`Cannot use --tls-cert and --tls-key: ${messageOf(error)}`);
  }
  return { cert, key };
}

async function readPem(path: string, option: string): Promise<string> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new StartError(`Cannot read the file of ${option}: ${pathProblem(error, option)}`);
  }
  if (!text.includes("-----BEGIN ")) {
    throw new StartError(`Cannot use the file of ${option}: "${path}" is not in PEM format`);
  }
  return text;
}

/**
 * Checks that no process listens on the address, not even another slabkv. Returns the port; for 0 it
 * chooses a free one. Throws StartError if it is taken or cannot be bound, and names option `flag`.
 */
export function findPort(hostname: string, port: number, flag = "--port"): number {
  try {
    using listener = Deno.listen({ hostname, port });
    return (listener.addr as Deno.NetAddr).port;
  } catch (error) {
    const address = authorityOf(hostname, port);
    if (error instanceof Deno.errors.AddrInUse) {
      throw new StartError(
        `Cannot listen on ${address}: the port is in use. Stop what listens there or choose ` +
          `another ${flag}`,
      );
    }
    throw new StartError(`Cannot listen on ${address}: ${addressProblem(error, flag)}`);
  }
}

const HOLD_TRIES = 200;
const HOLD_RETRY_MS = 25;

/**
 * Holds ports while this process starts. Several slabkv that start at once then start one after the
 * other, and each finds the listeners of those before it. It holds the UDP port of the same address and
 * number, which nothing here uses otherwise. A TCP port could not be held while workers bind with
 * reusePort. Ports are taken in ascending order, so that no two processes wait for each other. A
 * process that keeps such a port is no slabkv that starts, so the wait ends after a few seconds.
 */
export async function holdPorts(hostname: string, ports: readonly number[]): Promise<Disposable> {
  const held: Deno.DatagramConn[] = [];
  for (const port of new Set(ports.toSorted((a, b) => a - b))) {
    const socket = port === 0 ? undefined : await holdPort(hostname, port);
    if (socket !== undefined) held.push(socket);
  }
  return {
    [Symbol.dispose]: () => {
      for (const socket of held) socket.close();
    },
  };
}

async function holdPort(hostname: string, port: number): Promise<Deno.DatagramConn | undefined> {
  for (let i = 0; i < HOLD_TRIES; i++) {
    try {
      return Deno.listenDatagram({ transport: "udp", hostname, port });
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) return undefined;
      await new Promise((resolve) => setTimeout(resolve, HOLD_RETRY_MS));
    }
  }
  return undefined;
}

/** Longest time to wait for a live server to accept, in milliseconds. */
const ACCEPT_MS = 1000;

/**
 * Makes sure that a socket can be made at `path`. A socket that refuses connections was left behind by
 * a dead server, and is removed. Throws StartError if a live server has the socket, however slow it
 * is, or if none can be made there.
 */
export async function prepareUnixPath(path: string, flag = "--unix"): Promise<void> {
  const refuse = (why: string) => new StartError(`Cannot listen on ${path}: ${why}`);
  let isSocket: boolean;
  try {
    isSocket = Deno.lstatSync(path).isSocket === true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw refuse(socketProblem(error, flag));
    tryUnixPath(path, (error) => refuse(socketProblem(error, flag)));
    return;
  }
  if (!isSocket) throw refuse(`the file exists and is no socket. Choose another ${flag}`);
  if (await isServed(path)) throw refuse(`the socket is in use. Choose another ${flag}`);
  Deno.removeSync(path);
}

/** Whether a process listens on the socket at `path`. It may be too busy to accept. */
async function isServed(path: string): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), ACCEPT_MS);
  });
  const connecting = Deno.connect({ transport: "unix", path });
  connecting.then((conn) => conn.close(), () => {});
  try {
    await Promise.race([connecting, late]);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.ConnectionRefused);
  } finally {
    clearTimeout(timer);
  }
}

/** The identity of the socket at `path`, which a later one there will not have; null: no socket. */
export function socketIdentity(path: string): string | null {
  try {
    const { isSocket, dev, ino, birthtime, mtime } = Deno.lstatSync(path);
    return isSocket ? `${dev}:${ino}:${(birthtime ?? mtime)?.getTime()}` : null;
  } catch {
    return null;
  }
}

/** Removes the socket at `path` if it still has this identity. */
export function removeSocket(path: string, identity: string | null): void {
  if (identity === null || socketIdentity(path) !== identity) return;
  try {
    Deno.removeSync(path);
  } catch {
    // It is gone already.
  }
}

/** Why a file cannot be used. Deno would have its users grant all permissions for some folders. */
function pathProblem(error: unknown, flag: string): string {
  return error instanceof Deno.errors.NotCapable
    ? `that folder belongs to the system. Choose another ${flag}`
    : messageOf(error);
}

/** Why no socket can be made at a path, and what to do. */
function socketProblem(error: unknown, flag: string): string {
  if (error instanceof Deno.errors.NotFound) {
    return `its folder is not there. Make it or choose another ${flag}`;
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return `this user may not write to its folder. Choose another ${flag}`;
  }
  return pathProblem(error, flag);
}

/** Why nothing can listen on an address, and what to do. */
function addressProblem(error: unknown, flag: string): string {
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return "this machine has no such address. Choose another --host";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return `this user may not listen there, as with ports below 1024. Choose another ${flag}`;
  }
  const message = messageOf(error);
  return /lookup address/.test(message) ? `${message}. Choose another --host` : message;
}

function tryUnixPath(path: string, refuse: (error: unknown) => StartError): void {
  try {
    // Closing it removes the file.
    Deno.listen({ transport: "unix", path }).close();
  } catch (error) {
    throw refuse(error);
  }
}

/** The Unix sockets of this process, which go when it ends: but only those that it made itself. */
export class OwnSockets {
  readonly #paths: readonly string[];
  /** None before the first worker listens. */
  #ours: readonly (readonly [path: string, identity: string | null])[] = [];

  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  /** Notes what tells them from others at the same place: they have been made now. */
  note(): void {
    this.#ours = this.#paths.map((path) => [path, socketIdentity(path)]);
  }

  /** Removes them. */
  remove(): void {
    for (const [path, identity] of this.#ours) removeSocket(path, identity);
  }
}

/** The protocols beside HTTP: the port and the socket of each. */
function rawPlaces(config: Config): readonly RawPlace[] {
  const { respPort, respUnixPath, respUnixMode } = config;
  const { memcachePort, memcacheUnixPath, memcacheUnixMode } = config;
  return [
    { protocol: "resp", port: respPort, unixPath: respUnixPath, unixMode: respUnixMode },
    { protocol: "text", port: config.textPort },
    {
      protocol: "memcache",
      port: memcachePort,
      unixPath: memcacheUnixPath,
      unixMode: memcacheUnixMode,
    },
  ];
}

interface RawPlace {
  readonly protocol: NonNullable<Listen["protocol"]>;
  readonly port: number | undefined;
  readonly unixPath?: string | undefined;
  readonly unixMode?: number | undefined;
}

/** Every place to listen on. Throws {@linkcode StartError} where one cannot be had. */
export async function planListens(config: Config): Promise<Listen[]> {
  const credentials = await readCredentials(config);
  const { host: hostname, unixPath, unixMode } = config;
  const listens: Listen[] = [{ hostname, port: findPort(hostname, config.port), ...credentials }];
  if (unixPath !== undefined) {
    await prepareUnixPath(unixPath);
    listens.push({ hostname: "", port: 0, unixPath, unixMode });
  }
  for (const { protocol, port, unixPath, unixMode } of rawPlaces(config)) {
    if (port !== undefined) {
      const found = findPort(hostname, port, `--${protocol}-port`);
      listens.push({ protocol, hostname, port: found, ...credentials });
    }
    if (unixPath !== undefined) {
      await prepareUnixPath(unixPath, `--${protocol}-unix`);
      listens.push({ protocol, hostname: "", port: 0, unixPath, unixMode });
    }
  }
  return listens;
}
