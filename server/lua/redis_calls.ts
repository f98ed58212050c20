// redis.call and redis.pcall: the way from a script to a command and back. Arguments are laid over the
// machine's memory without a copy. What the command does is the host's.

import { Args } from "../contract/args.ts";
import { writeAscii } from "../contract/text_bytes.ts";
import type { Reply } from "../contract/reply.ts";
import { generalText } from "./libraries/number_text.ts";
import type { HostFunction, LuaInstance } from "./instance.ts";
import { LuaType } from "./lua_stack.ts";
import type { MachineStack } from "./machine_stack.ts";
import { pushFailure, ScriptReply } from "./script_reply.ts";

/** Numbers of one call that have space for their text; more are made strings by Lua's stack. */
const NUMBER_PLACES = 64;
/** The longest text of a number: -1.7976931348623157e+308. */
const NUMBER_BYTES = 24;
/** Digits with which a number is told from all others. */
const NUMBER_DIGITS = 17;
/** What a call costs besides its bytes, in steps of a loop: commands may take milliseconds. */
const CALL_STEPS = 6_000;

/** Carries out a command of a script: `args` has its name and arguments, until it returns. */
export type CommandCall = (args: Args, reply: Reply, protocol: 2 | 3) => void;

const NO_ARGUMENTS = {
  kind: "refused",
  code: "ERR",
  message: "Please specify at least one argument for this redis lib call",
} as const;
const BAD_ARGUMENT = {
  kind: "refused",
  code: "ERR",
  message: "Lua redis lib command arguments must be strings or integers",
} as const;

export class RedisCalls {
  /** The version of the protocol by which answers become Lua values: redis.setresp. */
  protocol: 2 | 3 = 2;
  readonly #instance: LuaInstance;
  readonly #stack: MachineStack;
  readonly #command: CommandCall;
  readonly #spend: (steps: number) => void;
  readonly #args = new Args();
  readonly #reply = new ScriptReply();
  readonly #numbersAt: number;

  constructor(
    instance: LuaInstance,
    stack: MachineStack,
    command: CommandCall,
    spend: (steps: number) => void,
  ) {
    this.#instance = instance;
    this.#stack = stack;
    this.#command = command;
    this.#spend = spend;
    this.#numbersAt = instance.exports.malloc(NUMBER_PLACES * NUMBER_BYTES);
  }

  /** redis.call: what the command refuses is raised as an error. */
  readonly call: HostFunction = (state) => {
    if (this.#run(state)) this.#stack.raise();
    return 1;
  };

  /** redis.pcall: that is returned. */
  readonly pcall: HostFunction = (state) => {
    this.#run(state);
    return 1;
  };

  /** Runs the command, pushes the answer. Returns whether it is a refusal. */
  #run(state: number): boolean {
    const stack = this.#stack;
    stack.state = state;
    const count = stack.top();
    if (count === 0) return this.#refuse(NO_ARGUMENTS);
    if (!this.#readArguments(count)) return this.#refuse(BAD_ARGUMENT);
    const reply = this.#reply;
    reply.reset();
    this.#command(this.#args, reply, this.protocol);
    this.#spend(CALL_STEPS + (reply.cost >>> 4));
    reply.push(stack, this.protocol);
    return reply.isFailure;
  }

  #refuse(failure: typeof NO_ARGUMENTS | typeof BAD_ARGUMENT): true {
    pushFailure(this.#stack, failure);
    return true;
  }

  /** Fills the arguments from the stack. False if one is neither a string nor a number. */
  #readArguments(count: number): boolean {
    const stack = this.#stack;
    const args = this.#args;
    let numbers = 0;
    args.over(stack.memory);
    for (let i = 1; i <= count; i++) {
      const type = stack.type(i);
      if (type === LuaType.number && numbers < NUMBER_PLACES) {
        this.#readNumber(stack.number(i), this.#numbersAt + NUMBER_BYTES * numbers++);
      } else {
        if (type === LuaType.number) this.#replaceNumber(i);
        else if (type !== LuaType.string) return false;
        args.push(stack.stringStart(i), stack.length(i));
      }
    }
    // The memory may have grown: what lies in it is where it was.
    args.bytes = stack.memory;
    return true;
  }

  #readNumber(value: number, at: number): void {
    this.#args.push(at, writeAscii(generalText(value, NUMBER_DIGITS), this.#stack.memory, at));
  }

  #replaceNumber(index: number): void {
    const stack = this.#stack;
    stack.pushText(generalText(stack.number(index), NUMBER_DIGITS));
    this.#instance.exports.lua_replace(stack.state, index);
  }
}
