// What one connection, request or answer holds of the memory budget, and when it last moved. An
// account that has taken nothing costs the budget nothing. Knows no protocol: what is held, and what
// it means to give it up, is its owner's affair.

/** A budget, as those see it who must take what they need and can only ask for less. */
export interface MemorySource {
  /** How many bytes may still be taken; less than 0 when too many are. */
  readonly bytesLeft: number;
  /** Takes bytes. Returns false, with nothing taken, where so many are not left. */
  tryTake(bytes: number): boolean;
  /** Takes bytes, whether they are left or not. */
  take(bytes: number): void;
  /** Gives back what was taken. */
  give(bytes: number): void;
}

/** What an account needs of its budget. */
interface AccountBudget extends MemorySource {
  readonly nowMs: number;
  readonly maxBytes: number;
  tryTake(bytes: number, share?: number): boolean;
  giveLater(bytes: number): void;
}

/** Who holds memory. */
export interface MemoryOwner {
  /**
   * Memory is short and this has not moved for longest: it is to let go of all that it holds and to
   * close its account, at once or soon. Called between two turns, never under a lock.
   */
  giveUp(): void;
}

/** What one owner holds. */
export class MemoryAccount implements MemorySource {
  /** When it last took anything or was touched, by the clock of the budget's ticks. */
  movedMs: number;
  readonly #budget: AccountBudget;
  /** The accounts of its budget that hold anything. */
  readonly #holders: Set<MemoryAccount>;
  readonly #owner: MemoryOwner;
  readonly #maxBytes: number;
  /** What it leaves of the budget to others, in bytes and as the share that it may use. */
  readonly #leftBytes: number;
  readonly #share: number;
  #bytes = 0;
  #isGivingUp = false;

  /**
   * Opened by its budget; `maxBytes` is the most that `tryTake()` lets it hold, and `leftBytes` what
   * it leaves of the budget.
   */
  constructor(
    budget: AccountBudget,
    holders: Set<MemoryAccount>,
    owner: MemoryOwner,
    maxBytes: number,
    leftBytes = 0,
  ) {
    this.#budget = budget;
    this.#holders = holders;
    this.#owner = owner;
    this.#maxBytes = maxBytes;
    this.#leftBytes = leftBytes;
    this.#share = 1 - leftBytes / Math.max(1, budget.maxBytes);
    this.movedMs = budget.nowMs;
  }

  /** What it holds. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many bytes it may still take; less than 0 when it has taken too many. */
  get bytesLeft(): number {
    return Math.min(this.#maxBytes - this.#bytes, this.#budget.bytesLeft - this.#leftBytes);
  }

  /**
   * Takes bytes, or with a negative number gives some back. Returns false, with nothing taken, where
   * it would hold more than its share, or more than `share` of the budget would be in use.
   */
  tryTake(bytes: number, share = 1): boolean {
    if (this.#bytes + bytes > this.#maxBytes && bytes > 0) return false;
    if (!this.#budget.tryTake(bytes, Math.min(share, this.#share))) return false;
    this.#hold(this.#bytes + bytes);
    return true;
  }

  /** Takes bytes, whether they are left or not. */
  take(bytes: number): void {
    this.#budget.take(bytes);
    this.#hold(this.#bytes + bytes);
  }

  /** Gives back some of what it took. Throws RangeError for more than that. */
  give(bytes: number): void {
    if (bytes > this.#bytes) {
      throw new RangeError(`Cannot give ${bytes} bytes back: ${this.#bytes} are held`);
    }
    this.take(-bytes);
  }

  /** What it is held for has got on. */
  touch(): void {
    this.movedMs = this.#budget.nowMs;
  }

  /** Gives everything back; the account may be used again. */
  close(): void {
    this.give(this.#bytes);
  }

  /** Gives everything back as what only the garbage collector can free. */
  closeLater(): void {
    this.#budget.giveLater(this.#bytes);
    this.#hold(0);
  }

  /** Tells its owner to give up, once. */
  giveUp(): void {
    if (this.#isGivingUp) return;
    this.#isGivingUp = true;
    this.#owner.giveUp();
  }

  #hold(bytes: number): void {
    if (bytes > this.#bytes) this.movedMs = this.#budget.nowMs;
    if (bytes === 0) {
      this.#holders.delete(this);
      this.#isGivingUp = false;
    } else if (this.#bytes === 0) this.#holders.add(this);
    this.#bytes = bytes;
  }
}
