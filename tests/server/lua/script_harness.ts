// A Lua machine with a few commands of its own, for tests: runs a text and gives the answer as the Redis
// protocol has it.

import { createHash } from "node:crypto";
import { RespReply } from "../../../server/codecs/resp_reply.ts";
import { Args } from "../../../server/contract/args.ts";
import { answerBytes, type Failure, type Reply } from "../../../server/contract/reply.ts";
import { type CompiledScript, type LuaHost, LuaMachine } from "../../../server/lua/machine.ts";

const UNKNOWN: Failure = {
  kind: "unknownCommand",
  code: "ERR",
  message: "Unknown Redis command called from script",
};

/** Commands that answer one kind of thing each. */
const COMMANDS: Readonly<Record<string, (args: Args, reply: Reply) => void>> = {
  ping: (_, reply) => reply.status("PONG"),
  nothing: (_, reply) => reply.miss(),
  number: (args, reply) => reply.integer(Number(new TextDecoder().decode(args.bytesOf(1)))),
  /** Its arguments. */
  list: (args, reply) => {
    reply.array(args.count - 1);
    for (let i = 1; i < args.count; i++) {
      answerBytes(args.bytes, args.starts[i]!, args.lengths[i]!, reply);
    }
  },
  map: (args, reply) => {
    reply.map((args.count - 1) / 2);
    for (let i = 1; i < args.count; i++) {
      answerBytes(args.bytes, args.starts[i]!, args.lengths[i]!, reply);
    }
  },
  set: (args, reply) => {
    reply.set(args.count - 1);
    for (let i = 1; i < args.count; i++) {
      answerBytes(args.bytes, args.starts[i]!, args.lengths[i]!, reply);
    }
  },
  score: (_, reply) => reply.double(1.5),
  yes: (_, reply) => reply.boolean(true),
  words: (_, reply) => reply.verbatim(new TextEncoder().encode("for people")),
  wrong: (_, reply) =>
    reply.fail({ kind: "wrongType", code: "WRONGTYPE", message: "Operation against a key" }),
  large: (args, reply) => {
    const length = Number(new TextDecoder().decode(args.bytesOf(1)));
    reply.value(reply.reserve(length), length);
  },
};

/** A machine, and what its host has heard. */
export class ScriptHarness {
  readonly logged: string[] = [];
  /** What the host is asked while Lua is at work. */
  check: () => void = () => {};
  /** Whether answers are those of version 3 of the protocol. */
  protocol: 2 | 3 = 2;
  #machine!: LuaMachine;

  static async create(): Promise<ScriptHarness> {
    const harness = new ScriptHarness();
    const host: LuaHost = {
      redisVersion: "7.0.15",
      log: (level, text) => harness.logged.push(`${level} ${text}`),
      isCommand: (name) => name in COMMANDS,
      check: () => harness.check(),
      call: (args, reply) => {
        const run = COMMANDS[new TextDecoder().decode(args.bytesOf(0)).toLowerCase()];
        if (run === undefined) reply.fail(UNKNOWN);
        else run(args, reply);
      },
    };
    harness.#machine = await LuaMachine.load(host);
    return harness;
  }

  /** Compiles a text that is right. */
  compile(source: string): CompiledScript {
    const script = this.#compile(source);
    if (typeof script === "string") throw new Error(script);
    return script;
  }

  #compile(source: string): CompiledScript | string {
    const bytes = new TextEncoder().encode(source);
    return this.#machine.compile(bytes, createHash("sha1").update(bytes).digest("hex"));
  }

  /** Runs what was compiled. */
  runCompiled(
    script: CompiledScript,
    keys: readonly string[] = [],
    values: readonly string[] = [],
  ): string {
    const args = new Args();
    for (const argument of [...keys, ...values]) args.pushText(argument);
    const reply = new RespReply();
    reply.peer = { protocol: this.protocol, running: -1, way: 0 };
    try {
      this.#machine.run(script, args, 0, keys.length, reply);
    } catch (error) {
      if (reply.used > 0) throw new Error("A run was ended when half of it was answered");
      throw error;
    }
    return new TextDecoder().decode(reply.bytes.subarray(0, reply.used));
  }

  /** Compiles and runs a text once. Gives the answer, or what is wrong with the text. */
  run(source: string, keys: readonly string[] = [], values: readonly string[] = []): string {
    const script = this.#compile(source);
    if (typeof script === "string") return script;
    try {
      return this.runCompiled(script, keys, values);
    } finally {
      this.#machine.release(script);
    }
  }
}
