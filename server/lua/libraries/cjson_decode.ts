// Reads JSON into Lua values, as lua-cjson 2.1.0 by Mark Pulford does, with its texts: null is cjson.null, and numbers
// that are none in JSON are read unless that is switched off.

import type { LuaStack } from "../lua_stack.ts";
import { ByteOutput } from "./byte_output.ts";
import type { CjsonConfig } from "./cjson_config.ts";
import { Token, TokenReader } from "./cjson_tokens.ts";

/** Deeper than this nothing is read, whatever is set: scripts may not use up the thread's own stack. */
const MAX_DEPTH = 1500;

/** Reads values of one machine. */
export class JsonDecoder {
  readonly #config: CjsonConfig;
  readonly #tokens: TokenReader;

  constructor(config: CjsonConfig) {
    this.#config = config;
    this.#tokens = new TokenReader(new ByteOutput());
  }

  /** cjson.decode(text) */
  decode(stack: LuaStack): number {
    if (stack.top() !== 1) stack.failArgument(1, "expected 1 argument");
    const start = stack.checkString(1);
    const length = stack.length(1);
    const { memory } = stack;
    if (length >= 2 && (memory[start] === 0 || memory[start + 1] === 0)) {
      stack.fail("JSON parser does not support UTF-16 or UTF-32");
    }
    const tokens = this.#tokens;
    // What is pushed may replace the memory.
    tokens.begin(memory.slice(start, start + length), this.#config.decodeInvalid !== 0);
    tokens.next(stack);
    this.#value(stack, 0);
    tokens.next(stack);
    if (!tokens.is(Token.end)) this.#refuse(stack, "the end");
    return 1;
  }

  #refuse(stack: LuaStack, expected: string): never {
    const { found, index } = this.#tokens;
    return stack.fail(`Expected ${expected} but found ${found} at character ${index + 1}`);
  }

  #value(stack: LuaStack, depth: number): void {
    const tokens = this.#tokens;
    stack.step();
    switch (tokens.kind) {
      case Token.string:
        return tokens.text.push(stack);
      case Token.number:
        return stack.pushNumber(tokens.number);
      case Token.boolean:
        return stack.pushBoolean(tokens.number === 1);
      case Token.objectBegin:
        return this.#object(stack, depth + 1);
      case Token.listBegin:
        return this.#list(stack, depth + 1);
      case Token.null:
        return stack.pushNull();
      default:
        this.#refuse(stack, "value");
    }
  }

  #descend(stack: LuaStack, depth: number): void {
    if (depth > Math.min(this.#config.decodeMaxDepth, MAX_DEPTH)) {
      const place = this.#tokens.end;
      stack.fail(`Found too many nested data structures (${depth}) at character ${place}`);
    }
    stack.needSpace(3, "cjson.decode");
    stack.newTable(0, 0);
  }

  #object(stack: LuaStack, depth: number): void {
    const tokens = this.#tokens;
    this.#descend(stack, depth);
    const table = stack.top();
    tokens.next(stack);
    if (tokens.is(Token.objectEnd)) return;
    for (;;) {
      if (!tokens.is(Token.string)) this.#refuse(stack, "object key string");
      tokens.text.push(stack);
      tokens.next(stack);
      if (!tokens.is(Token.colon)) this.#refuse(stack, "colon");
      tokens.next(stack);
      this.#value(stack, depth);
      stack.set(table);
      tokens.next(stack);
      if (tokens.is(Token.objectEnd)) return;
      if (!tokens.is(Token.comma)) this.#refuse(stack, "comma or object end");
      tokens.next(stack);
    }
  }

  #list(stack: LuaStack, depth: number): void {
    const tokens = this.#tokens;
    this.#descend(stack, depth);
    const table = stack.top();
    tokens.next(stack);
    if (tokens.is(Token.listEnd)) return;
    for (let i = 1;; i++) {
      this.#value(stack, depth);
      stack.setAt(table, i);
      tokens.next(stack);
      if (tokens.is(Token.listEnd)) return;
      if (!tokens.is(Token.comma)) this.#refuse(stack, "comma or array end");
      tokens.next(stack);
    }
  }
}
