// What has to hold before workers may listen: readable credentials, a free port, a free socket path.
// Workers bind with reusePort, under which a second instance would go unnoticed, so main looks first.

import { authorityOf } from "../config/addresses.ts";
import type { Config } from "../config/config.ts";
import { messageOf } from "../contract/error_text.ts";

/** A reason not to start that its message says how to remove. */
export class StartError extends Error {
  override name = "StartError";
}

/** Reads certificate and key where they are configured. Throws StartError when it cannot. */
export async function readCredentials(config: Config): Promise<{ cert?: string; key?: string }> {
  if (config.tlsCertPath === undefined || config.tlsKeyPath === undefined) return {};
  return {
    cert: await readPem(config.tlsCertPath, "--tls-cert"),
    key: await readPem(config.tlsKeyPath, "--tls-key"),
  };
}

async function readPem(path: string, option: string): Promise<string> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new StartError(`Cannot read the file of ${option}: ${messageOf(error)}`);
  }
  if (!text.includes("-----BEGIN ")) {
    throw new StartError(`Cannot use the file of ${option}: "${path}" is not in PEM format`);
  }
  return text;
}

/**
 * Checks that nobody listens on the address, not even another slabkv. Returns the port, a free one
 * for 0. Throws StartError when it is taken or cannot be bound, and names the option `flag`.
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
    throw new StartError(`Cannot listen on ${address}: ${messageOf(error)}`);
  }
}

const HOLD_TRIES = 200;
const HOLD_RETRY_MS = 25;

/**
 * Holds ports while this process starts, so that of several that start at once each finds the
 * listeners of those before it. What is held is the UDP port of the same address and number, which
 * nothing here uses otherwise: unlike the TCP port, it can be held while workers bind with reusePort.
 * Ports are taken in ascending order, so that no two processes wait for each other. Somebody who has
 * one for good is not a slabkv that starts, and is not waited for longer than a few seconds.
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

/** How long a server may take to accept before its socket counts as one that nobody serves well. */
const ACCEPT_MS = 1000;

/**
 * Makes sure that a socket can be made at `path`: removes one that a dead server has left behind,
 * which is one that refuses connections. Throws StartError when a live one has it, however slow it
 * is, or none can be made there.
 */
export async function prepareUnixPath(path: string, flag = "--unix"): Promise<void> {
  const refuse = (why: string) => new StartError(`Cannot listen on ${path}: ${why}`);
  let isSocket: boolean;
  try {
    isSocket = Deno.lstatSync(path).isSocket === true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw refuse(messageOf(error));
    tryUnixPath(path, refuse);
    return;
  }
  if (!isSocket) throw refuse("the file exists and is no socket");
  if (await isServed(path)) throw refuse(`the socket is in use. Choose another ${flag}`);
  Deno.removeSync(path);
}

/** Whether a process listens on the socket at `path`, even one that is too busy to accept. */
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

/** What tells the socket at `path` from any other that may be there later; null where there is none. */
export function socketIdentity(path: string): string | null {
  try {
    const { isSocket, dev, ino, birthtime, mtime } = Deno.lstatSync(path);
    return isSocket ? `${dev}:${ino}:${(birthtime ?? mtime)?.getTime()}` : null;
  } catch {
    return null;
  }
}

/** Removes the socket at `path` if it is still the one of this identity. */
export function removeSocket(path: string, identity: string | null): void {
  if (identity === null || socketIdentity(path) !== identity) return;
  try {
    Deno.removeSync(path);
  } catch {
    // It is gone already; nothing is left to tidy up.
  }
}

function tryUnixPath(path: string, refuse: (why: string) => StartError): void {
  try {
    // Closing it removes the file.
    Deno.listen({ transport: "unix", path }).close();
  } catch (error) {
    throw refuse(messageOf(error));
  }
}
