/**
 * The arguments of every command: the process, its operands and its options. Also gives the way to the
 * server that they name. Knows no command.
 *
 * @module
 */

import type { Access } from "./connection.ts";
import { ClientError, type ClientPlatform } from "./platform.ts";
import { ACCESS } from "./options.ts";
import type { OptionValues } from "./parse.ts";
import { localTarget } from "./target.ts";

/** Exit codes of the client. */
export const EXIT = {
  /** Done, or the key was found. */
  ok: 0,
  /** The key was not there. For bench: answers were wrong. For check: damage. */
  miss: 1,
  /** The command could not be carried out. */
  error: 2,
} as const;

/** The call of a command. */
export interface ClientContext {
  readonly platform: ClientPlatform;
  readonly operands: readonly string[];
  readonly values: OptionValues;
}

/**
 * Gives the access to the server that a command names.
 *
 * @param context the command
 * @returns address, token, time limit and certificates
 * @throws {ClientError} if SLABKV_PORT is no port, or the file of certificates cannot be read
 */
export async function accessOf({ platform, values }: ClientContext): Promise<Access> {
  const port = platform.env("SLABKV_PORT");
  const target = values.get(ACCESS.url) ?? localTarget(port);
  if (target === undefined) {
    throw new ClientError(
      `Cannot use SLABKV_PORT "${port}": expected a port from 1 to 65535, or give --url`,
    );
  }
  return {
    target,
    token: values.get(ACCESS.token),
    timeoutMs: values.get(ACCESS.timeout),
    caCerts: await readCertificates(values.get(ACCESS.ca)),
  };
}

async function readCertificates(path: string | undefined): Promise<string[]> {
  if (path === undefined) return [];
  try {
    return [await Deno.readTextFile(path)];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ClientError(`Cannot read the certificates of --ca: ${reason}`);
  }
}
