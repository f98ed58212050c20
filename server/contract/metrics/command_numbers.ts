// How many commands there may be, and which row of counts belongs to which: the key of a row is made of the command and of
// the way by which it came.

/** Most rows that a command table may have. */
export const MAX_COMMANDS = 512;

/** The command of a row's key, which is above 0. */
export function commandOfKey(key: number): number {
  return (key - 1) % MAX_COMMANDS;
}

/** By which way it came. */
export function wayOfKey(key: number): number {
  return Math.floor((key - 1) / MAX_COMMANDS);
}
