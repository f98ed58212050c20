/**
 * The kinds of options that name files, folders and sockets, and say who may use a socket. Opens nothing and
 * looks at no file: whether one is there is found out at start.
 *
 * @module
 */

import type { Kind, TextRule } from "./option_kinds.ts";

const MAX_SOCKET_PATH_BYTES = 103; // what every system's socket address holds

/** The path of a file in PEM format. */
export const FILE: TextRule<string> = {
  placeholder: "FILE",
  bounds: "a path",
  expected: "the path of a PEM file",
  read: (path) => path === "" || path.includes("\0") ? undefined : path,
};

/** The path of a folder. */
export const FOLDER: TextRule<string> = {
  placeholder: "DIR",
  bounds: "a path",
  expected: "the path of a folder",
  read: FILE.read,
};

/** The path of a Unix socket. */
export const SOCKET_PATH: TextRule<string> = {
  placeholder: "PATH",
  bounds: `up to ${MAX_SOCKET_PATH_BYTES} bytes`,
  expected: `a path of at most ${MAX_SOCKET_PATH_BYTES} bytes`,
  read: (path) =>
    new TextEncoder().encode(path).length <= MAX_SOCKET_PATH_BYTES ? FILE.read(path) : undefined,
};

/** Permissions of a file in octal, or nothing, which is the default. */
export function optionalMode(): Kind<number | undefined> {
  return {
    placeholder: "MODE",
    bounds: "0000 to 0777",
    expected: "three octal digits, such as 660, with or without a 0 before them",
    parse: (text) => /^0?[0-7]{3}$/.test(text) ? Number.parseInt(text, 8) : undefined,
    format: (mode) => mode === undefined ? "" : mode.toString(8).padStart(4, "0"),
  };
}
