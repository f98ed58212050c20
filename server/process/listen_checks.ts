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

const HOLD_TRIES = 40;
const HOLD_RETRY_MS = 50;

/**
 * Holds a port while this process starts, so that of two that start at once the second finds the
 * first one's listeners. What is held is the UDP port of the same address and number, which nothing
 * here uses otherwise: unlike the TCP port, it can be held while workers bind with reusePort.
 * Somebody who has it for good is not a slabkv that starts, and is not waited for long.
 */
export async function holdPort(hostname: string, port: number): Promise<Disposable> {
  for (let i = 0; port !== 0 && i < HOLD_TRIES; i++) {
    try {
      const socket = Deno.listenDatagram({ transport: "udp", hostname, port });
      return { [Symbol.dispose]: () => socket.close() };
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) break;
      await new Promise((resolve) => setTimeout(resolve, HOLD_RETRY_MS));
    }
  }
  return { [Symbol.dispose]: () => {} };
}

/**
 * Makes sure that a socket can be made at `path`: removes one that a dead server has left behind.
 * Throws StartError when a live one has it, or none can be made there.
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
  try {
    (await Deno.connect({ transport: "unix", path })).close();
  } catch {
    Deno.removeSync(path);
    return;
  }
  throw refuse(`the socket is in use. Choose another ${flag}`);
}

function tryUnixPath(path: string, refuse: (why: string) => StartError): void {
  try {
    // Closing it removes the file.
    Deno.listen({ transport: "unix", path }).close();
  } catch (error) {
    throw refuse(messageOf(error));
  }
}
