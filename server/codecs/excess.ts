// What is left of a command that is too large to be run: how much of it the decoder has to skip before
// the next one begins. One for each connection; nothing of the command itself is kept.

/** Most bytes that are skipped of one command. Who announces more has lost the thread. */
export const MAX_SKIPPED_BYTES = 512 * 1024 * 1024;
/** Most arguments that are skipped of one command. */
export const MAX_SKIPPED_ARGUMENTS = 1024 * 1024;

/** The rest of a command. */
export class Excess {
  /** Arguments that have not begun; in the text protocol 1 while the line has not ended. */
  arguments = 0;
  /** Bytes that are left of the argument that has begun, its line end included. */
  bytes = 0;
  /** Bytes that may still be skipped. */
  #budget = MAX_SKIPPED_BYTES;

  /** Whether nothing is left. */
  get isEmpty(): boolean {
    return this.arguments === 0 && this.bytes === 0;
  }

  /** A command is too large, of which this is left. */
  begin(argumentCount: number, bytes: number): void {
    this.arguments = argumentCount;
    this.bytes = bytes;
    this.#budget = MAX_SKIPPED_BYTES - bytes;
  }

  /** Counts bytes that are to be skipped besides. Returns false if they are too many. */
  spend(bytes: number): boolean {
    this.#budget -= bytes;
    return this.#budget >= 0;
  }

  /** Nothing is left any more. */
  clear(): void {
    this.arguments = 0;
    this.bytes = 0;
  }
}
