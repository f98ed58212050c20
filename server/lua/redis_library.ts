// The table `redis` of scripts, but for call and pcall: replies made by hand, SHA-1, the log, the protocol
// that answers have within the script, and what scripts of other set-ups still ask for.

import { createHash } from "node:crypto";
import type { RedisCalls } from "./redis_calls.ts";
import { LuaType } from "./lua_stack.ts";
import type { HostFunction } from "./instance.ts";
import type { MachineStack } from "./machine_stack.ts";
import { textAt } from "./script_result.ts";

/** What the table needs of the server. */
export interface RedisLibraryHost {
  /** Writes a line to the server's log. `level` is 0 (debug) to 3 (warning). */
  log(level: number, text: string): void;
  /** Whether there is a command, or a subcommand of one, of this name. */
  isCommand(name: string, subcommand: string | undefined): boolean;
}

/** Numbers of the table. */
export const REDIS_NUMBERS: Readonly<Record<string, number>> = {
  LOG_DEBUG: 0,
  LOG_VERBOSE: 1,
  LOG_NOTICE: 2,
  LOG_WARNING: 3,
  REPL_NONE: 0,
  REPL_AOF: 1,
  REPL_SLAVE: 2,
  REPL_REPLICA: 2,
  REPL_ALL: 3,
};

const MAX_LOG_LEVEL = 3;
const MAX_REPLICATION = 3;

/** The functions of the table, for one machine. */
export class RedisLibrary {
  readonly #stack: MachineStack;
  readonly #calls: RedisCalls;
  readonly #host: RedisLibraryHost;
  readonly #decoder = new TextDecoder();

  constructor(stack: MachineStack, calls: RedisCalls, host: RedisLibraryHost) {
    this.#stack = stack;
    this.#calls = calls;
    this.#host = host;
  }

  /** The functions by their names. */
  functions(): Record<string, HostFunction> {
    const bound = (run: () => number): HostFunction => (state) => {
      this.#stack.state = state;
      return run.call(this);
    };
    return {
      call: this.#calls.call,
      pcall: this.#calls.pcall,
      error_reply: bound(() => this.#reply("err")),
      status_reply: bound(() => this.#reply("ok")),
      sha1hex: bound(this.#sha1hex),
      log: bound(this.#log),
      setresp: bound(this.#setProtocol),
      replicate_commands: bound(this.#replicateCommands),
      set_repl: bound(this.#setReplication),
      acl_check_cmd: bound(this.#checkCommand),
    };
  }

  /** Ends the function with an error of this text, as Redis raises it: as a table. */
  #fail(message: string): never {
    this.#pushTable("err", `ERR ${message}`);
    return this.#stack.raise();
  }

  #pushTable(field: string, text: string): void {
    const stack = this.#stack;
    stack.newTable(0, 1);
    stack.pushText(field);
    stack.pushText(text);
    stack.set(-3);
  }

  /** redis.error_reply(text), redis.status_reply(text): a table with this one field. */
  #reply(field: "err" | "ok"): number {
    const stack = this.#stack;
    if (stack.top() !== 1 || stack.type(1) !== LuaType.string) {
      this.#pushTable("err", "ERR wrong number or type of arguments");
    } else if (field === "ok") {
      stack.newTable(0, 1);
      stack.pushText(field);
      stack.pushValue(1);
      stack.set(-3);
    } else this.#pushTable(field, withCode(textAt(stack, 1, this.#decoder).split("\0", 1)[0]!));
    return 1;
  }

  #sha1hex(): number {
    const stack = this.#stack;
    if (stack.top() !== 1) this.#fail("wrong number of arguments");
    const start = stack.stringStart(1);
    const length = start === 0 ? 0 : stack.length(1);
    const hash = createHash("sha1").update(stack.memory.subarray(start, start + length));
    stack.pushText(hash.digest("hex"));
    return 1;
  }

  /** redis.log(level, text, …): the texts with a space between them. */
  #log(): number {
    const stack = this.#stack;
    const count = stack.top();
    if (count < 2) this.#fail("redis.log() requires two arguments or more.");
    if (!isNumber(stack, 1)) this.#fail("First argument must be a number (log level).");
    const level = stack.number(1);
    if (!(level >= 0 && level <= MAX_LOG_LEVEL)) this.#fail("Invalid debug level.");
    const texts: string[] = [];
    for (let i = 2; i <= count; i++) {
      const type = stack.type(i);
      if (type !== LuaType.string && type !== LuaType.number) continue;
      texts.push(textAt(stack, i, this.#decoder));
    }
    this.#host.log(Math.trunc(level), texts.join(" "));
    return 0;
  }

  #setProtocol(): number {
    const stack = this.#stack;
    if (stack.top() !== 1) this.#fail("redis.setresp() requires one argument.");
    const version = Math.trunc(stack.number(1));
    if (version !== 2 && version !== 3) this.#fail("RESP version must be 2 or 3.");
    this.#calls.protocol = version;
    return 0;
  }

  /** Effects are always what is kept: there is nothing to switch on. */
  #replicateCommands(): number {
    this.#stack.pushBoolean(true);
    return 1;
  }

  /** There are no replicas, and what is changed is always in the log. */
  #setReplication(): number {
    const stack = this.#stack;
    if (stack.top() !== 1) this.#fail("redis.set_repl() requires two arguments.");
    const flags = Math.trunc(stack.number(1));
    if (flags < 0 || flags > MAX_REPLICATION) {
      this.#fail(
        "Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.",
      );
    }
    return 0;
  }

  /** redis.acl_check_cmd(name, …): whoever may run scripts may run all that they may call. */
  #checkCommand(): number {
    const stack = this.#stack;
    const count = stack.top();
    if (count === 0) this.#fail("Please specify at least one argument for this redis lib call");
    for (let i = 1; i <= count; i++) {
      if (stack.type(i) === LuaType.string || stack.type(i) === LuaType.number) continue;
      this.#fail("Lua redis lib command arguments must be strings or integers");
    }
    const second = count > 1 ? textAt(stack, 2, this.#decoder) : undefined;
    if (!this.#host.isCommand(textAt(stack, 1, this.#decoder), second)) {
      this.#fail("Invalid command passed to redis.acl_check_cmd()");
    }
    stack.pushBoolean(true);
    return 1;
  }
}

/** Whether Lua takes the value for a number. */
function isNumber(stack: MachineStack, index: number): boolean {
  const type = stack.type(index);
  if (type !== LuaType.string) return type === LuaType.number;
  return stack.isNumeric(index);
}

/** The text of an error as Redis has it: a word alone gets the code ERR. */
function withCode(text: string): string {
  const bare = text.startsWith("-") ? text.slice(1) : text;
  return bare.includes(" ") ? bare : `ERR ${bare}`;
}
