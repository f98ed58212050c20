// What is said and counted where files of the data dir are not as they were written. Damage stops the
// start with file, offset and what to do; with --recover it is skipped and counted.

import type { Damage } from "./block_scanner.ts";

/** Most places of damage that are noted one by one; the rest is only counted. */
const MAX_NOTED = 50;

/** Damage, or a file that is missing or of another format: nothing was changed. */
export class DamageError extends Error {
  override readonly name = "DamageError";
}

/** What to do about damage, behind the sentence that says where it is. */
const REMEDY =
  "Restore the data dir from a backup, or start with --recover to go on without what is lost";

/** The error for damage in a file. */
export function damageError(path: string, offset: number, reason: string): DamageError {
  return new DamageError(`Cannot read ${path}: damage at byte ${offset}: ${reason}. ${REMEDY}`);
}

/** The error for what is wrong with files as a whole. */
export function missingError(problem: string): DamageError {
  return new DamageError(`Cannot use the data dir: ${problem}. ${REMEDY}`);
}

/** Damage that was skipped. */
export interface SkippedDamage {
  readonly path: string;
  readonly offset: number;
  readonly reason: string;
}

/** What a {@linkcode DamageCount} has counted, as it goes from one thread to another. */
export interface DamageFacts {
  readonly count: number;
  readonly bytes: number;
  readonly lostBytes: number;
  readonly noted: readonly SkippedDamage[];
}

/** Damage that was skipped in one or more files. */
export class DamageCount implements DamageFacts {
  /** Places. */
  count = 0;
  /** Bytes of files that could not be used. */
  bytes = 0;
  /** Bytes of records or effects that are certainly lost. */
  lostBytes = 0;
  /** The first of them. */
  readonly noted: SkippedDamage[] = [];

  /** Counts damage between blocks. */
  add(path: string, { offset, endOffset, position, nextPosition, reason }: Damage): void {
    this.note(path, offset, reason);
    this.bytes += endOffset - offset;
    if (position >= 0 && nextPosition > position) this.lostBytes += nextPosition - position;
  }

  /** Counts what another one has counted. */
  join(other: DamageFacts): void {
    this.count += other.count;
    this.bytes += other.bytes;
    this.lostBytes += other.lostBytes;
    this.noted.push(...other.noted.slice(0, MAX_NOTED - this.noted.length));
  }

  /** Counts damage of another kind. */
  note(path: string, offset: number, reason: string): void {
    this.count++;
    if (this.noted.length < MAX_NOTED) this.noted.push({ path, offset, reason });
  }
}
