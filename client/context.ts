/**
 * What every command is given: the process, its operands and its options, and how to reach the
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
  /** Done, or found. */
  ok: 0,
  /** Not there; for bench: answers were wrong. */
  miss: 1,
  /** Not possible. */
  error: 2,
} as const;

/** A command as it was called. */
export interface ClientContext {
  readonly platform: ClientPlatform;
  readonly operands: readonly string[];
  readonly values: OptionValues;
}

/**
 * Gives how to reach the server that a command names.
 *
 * @param context the command
 * @returns address, token, time limit and certificates
 * @throws {ClientError} if the file of certificates cannot be read
 */
export async function accessOf({ platform, values }: ClientContext): Promise<Access> {
  return {
    target: values.get(ACCESS.url) ?? localTarget(platform.env("SLABKV_PORT")),
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
