/**
 * A connection that changes collections and long strings in place, with commands of which each depends on what was
 * there. What must be there after a crash, its journal works out from the commands.
 */

import {
  addEntry,
  addToSet,
  assign,
  increase,
  membersOf,
  removeEntries,
  removeFromSet,
  type States,
  store,
  trimEntries,
  unassign,
  writeAt,
} from "./collection_edits.ts";
import { deleteOf, type Order, PipelineWriter } from "./writers.ts";

const KINDS = ["list", "set", "hash", "zset", "stream", "string"] as const;
type Kind = typeof KINDS[number];
/** Members there are, so that they are met again. */
const MEMBERS = 400;
const KEYS_OF_KIND = 4;

/** Writes collections. */
export class CollectionWriter extends PipelineWriter {
  /** The number of the latest entry of any stream. */
  #entry = 0;

  protected command(): Order {
    const kind = KINDS[this.random.below(KINDS.length)]!;
    const roll = this.random.below(50);
    if (roll === 0) return deleteOf([this.#keyOf(kind)]);
    if (roll < 3) return this.moveDeadline(this.#keyOf(kind));
    if (kind === "list") return this.#changeList();
    if (kind === "set") return this.#changeSet();
    if (kind === "hash") return this.#changeHash();
    if (kind === "zset") return this.#changeSortedSet();
    if (kind === "stream") return this.#changeStream();
    return this.#changeString();
  }

  #keyOf(kind: Kind): string {
    return `${this.journal.name}:${kind}:${this.random.below(KEYS_OF_KIND)}`;
  }

  /** One of the members that there are: mostly short ones. */
  #member(): string {
    const id = this.random.below(MEMBERS);
    return `m${id}.`.padEnd(id % 19 === 0 ? 40 * (id % 17) : id % 14, "m");
  }

  /** Mostly a few, now and then many. */
  #members(): string[] {
    const length = this.random.below(6) === 0 ? 80 : 4;
    return [
      ...new Set(Array.from({ length: 1 + this.random.below(length) }, () => this.#member())),
    ];
  }

  #order(
    words: readonly string[],
    keys: readonly string[],
    edit: (states: States) => void,
  ): Order {
    return { words, changes: [{ kind: "edit", keys, edit }] };
  }

  #changeList(): Order {
    const [key, other] = [this.#keyOf("list"), this.#keyOf("list")];
    const roll = this.random.below(10);
    const on = (words: string[], change: (before: string[]) => string[]) =>
      this.#order(words, [key], (states) => {
        const before = membersOf(states, key);
        if (before.length > 0 || words[0]!.endsWith("PUSH")) {
          store(states, key, "list", change(before));
        }
      });
    const some = this.#members();
    const count = 1 + this.random.below(30);
    if (roll < 3) return on(["RPUSH", key, ...some], (before) => [...before, ...some]);
    if (roll < 5) return on(["LPUSH", key, ...some], (before) => [...some.toReversed(), ...before]);
    if (roll === 5) return on(["LPOP", key, `${count}`], (before) => before.slice(count));
    if (roll === 6) return on(["RPOP", key, `${count}`], (before) => before.slice(0, -count));
    if (roll === 7) return on(["LTRIM", key, "5", "250"], (before) => before.slice(5, 251));
    const member = some[0]!;
    if (roll === 8) {
      return on(["LREM", key, "0", member], (before) => before.filter((each) => each !== member));
    }
    return this.#order(["LMOVE", key, other, "LEFT", "RIGHT"], [key, other], (states) => {
      const [first, ...rest] = membersOf(states, key);
      if (first === undefined) return;
      store(states, key, "list", rest);
      store(states, other, "list", [...membersOf(states, other), first]);
    });
  }

  #changeSet(): Order {
    const [key, other] = [this.#keyOf("set"), this.#keyOf("set")];
    const some = this.#members();
    const roll = this.random.below(10);
    if (roll < 5) {
      return this.#order(["SADD", key, ...some], [key], (states) => addToSet(states, key, some));
    }
    if (roll < 8) {
      return this.#order(["SREM", key, ...some], [key], (states) => {
        removeFromSet(states, key, some);
      });
    }
    if (roll === 8) {
      const member = some[0]!;
      return this.#order(["SMOVE", key, other, member], [key, other], (states) => {
        const moved = removeFromSet(states, key, [member]);
        if (moved.length > 0) addToSet(states, other, moved);
      });
    }
    return this.#order(["SUNIONSTORE", key, key, other], [key], (states) => {
      const all = [...new Set([...membersOf(states, key), ...membersOf(states, other)])];
      states.set(key, null);
      store(states, key, "set", all);
    });
  }

  #changeHash(): Order {
    const key = this.#keyOf("hash");
    const some = this.#members();
    const roll = this.random.below(10);
    if (roll < 5) {
      const pairs = some.map((field) => [field, this.newValue(300)] as const);
      return this.#order(["HSET", key, ...pairs.flat()], [key], (states) => {
        assign(states, key, "hash", pairs);
      });
    }
    if (roll < 8) {
      return this.#order(["HDEL", key, ...some], [key], (states) => {
        unassign(states, key, "hash", some);
      });
    }
    const by = this.random.below(2000) - 1000;
    return this.#order(["HINCRBY", key, "number", `${by}`], [key], (states) => {
      increase(states, key, "hash", "number", by);
    });
  }

  #changeSortedSet(): Order {
    const key = this.#keyOf("zset");
    const some = this.#members();
    const roll = this.random.below(10);
    if (roll < 5) {
      const pairs = some.map((member) => [member, `${this.random.below(300)}`] as const);
      const words = pairs.flatMap(([member, score]) => [score, member]);
      return this.#order(["ZADD", key, ...words], [key], (states) => {
        assign(states, key, "zset", pairs);
      });
    }
    if (roll < 7) {
      return this.#order(["ZREM", key, ...some], [key], (states) => {
        unassign(states, key, "zset", some);
      });
    }
    const count = 1 + this.random.below(20);
    if (roll === 7) {
      return this.#order(["ZPOPMIN", key, `${count}`], [key], (states) => {
        store(states, key, "zset", membersOf(states, key).slice(2 * count));
      });
    }
    const member = some[0]!;
    return this.#order(["ZINCRBY", key, `${count}`, member], [key], (states) => {
      increase(states, key, "zset", member, count);
    });
  }

  #changeStream(): Order {
    const key = this.#keyOf("stream");
    const roll = this.random.below(10);
    if (roll < 7) {
      const id = `${++this.#entry}-0`;
      const fields = this.#members().slice(0, 9).flatMap((field) => [field, this.newValue(90)]);
      const most = roll < 2 ? 1 + this.random.below(60) : Infinity;
      const trim = roll < 2 ? ["MAXLEN", `${most}`] : [];
      return this.#order(["XADD", key, ...trim, id, ...fields], [key], (states) => {
        addEntry(states, key, [id, fields], most);
      });
    }
    if (roll === 7) {
      const most = 1 + this.random.below(200);
      return this.#order(["XTRIM", key, "MAXLEN", `${most}`], [key], (states) => {
        trimEntries(states, key, most);
      });
    }
    const length = 1 + this.random.below(4);
    const ids = Array.from({ length }, () => Math.max(1, this.#entry - this.random.below(200)));
    return this.#order(["XDEL", key, ...ids.map((id) => `${id}-0`)], [key], (states) => {
      removeEntries(states, key, ids);
    });
  }

  /** Strings of more than 4 KiB lie in slots of their own once they are changed in place. */
  #changeString(): Order {
    const key = this.#keyOf("string");
    const text = this.newValue(700);
    const roll = this.random.below(10);
    if (roll === 0) {
      const state = { value: text.padEnd(this.random.below(12_000), "s"), deadlineMs: 0 };
      return { words: ["SET", key, state.value], changes: [{ kind: "set", key, state }] };
    }
    if (roll < 4) {
      return this.#order(["APPEND", key, text], [key], (states) => {
        writeAt(states, key, null, text);
      });
    }
    const offset = this.random.below(20_000);
    return this.#order(["SETRANGE", key, `${offset}`, text], [key], (states) => {
      writeAt(states, key, offset, text);
    });
  }
}
