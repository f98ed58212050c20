// The settings of the library "cjson", and the functions by which scripts read and change them. What a script changes
// is forgotten before the next one runs.

import { type LuaFunction, type LuaStack, LuaType } from "../lua_stack.ts";

const MAX_INT = 0x7fffffff;
const SWITCH = ["off", "on"];
const SWITCH_OR_NULL = ["off", "on", "null"];

/** How JSON is written and read. */
export class CjsonConfig {
  /** Whether lists with too many holes become objects, beyond which share of holes and how many elements. */
  sparseConvert = 0;
  sparseRatio = 2;
  sparseSafe = 10;
  encodeMaxDepth = 1000;
  decodeMaxDepth = 1000;
  /** Whether infinity and NaN are refused (0), written as words (1) or as null (2); and whether they are read. */
  encodeInvalid = 0;
  decodeInvalid = 1;
  precision = 14;
  keepBuffer = 1;

  /** Whether a script has set any of these. */
  isChanged = false;

  /** Forgets what was set. */
  reset(): void {
    if (this.isChanged) Object.assign(this, new CjsonConfig());
  }

  /** The functions of these settings. */
  functions(): Readonly<Record<string, LuaFunction>> {
    return {
      encode_sparse_array: (stack) => {
        beginArguments(stack, 3);
        this.#choose(stack, 1, "sparseConvert", SWITCH, true);
        this.#count(stack, 2, "sparseRatio", 0, MAX_INT);
        this.#count(stack, 3, "sparseSafe", 0, MAX_INT);
        return 3;
      },
      encode_max_depth: this.#counted("encodeMaxDepth", 1, MAX_INT),
      decode_max_depth: this.#counted("decodeMaxDepth", 1, MAX_INT),
      encode_number_precision: this.#counted("precision", 1, 14),
      encode_keep_buffer: this.#chosen("keepBuffer", SWITCH),
      encode_invalid_numbers: this.#chosen("encodeInvalid", SWITCH_OR_NULL),
      decode_invalid_numbers: this.#chosen("decodeInvalid", SWITCH),
    };
  }

  #counted(name: CountSetting, min: number, max: number): LuaFunction {
    return (stack) => {
      beginArguments(stack, 1);
      this.#count(stack, 1, name, min, max);
      return 1;
    };
  }

  #chosen(name: ChoiceSetting, options: readonly string[]): LuaFunction {
    return (stack) => {
      beginArguments(stack, 1);
      this.#choose(stack, 1, name, options, true);
      return 1;
    };
  }

  #count(stack: LuaStack, index: number, name: CountSetting, min: number, max: number): void {
    if (stack.type(index) !== LuaType.nil) {
      const value = stack.checkInteger(index);
      if (value < min || value > max) {
        stack.failArgument(1, `expected integer between ${min} and ${max}`);
      }
      this[name] = value;
      this.isChanged = true;
    }
    stack.pushNumber(this[name]);
  }

  #choose(
    stack: LuaStack,
    index: number,
    name: ChoiceSetting,
    options: readonly string[],
    hasBoolean: boolean,
  ): void {
    if (stack.type(index) !== LuaType.nil) {
      this[name] = chosenOption(stack, index, options);
      this.isChanged = true;
    }
    const value = this[name];
    if (hasBoolean && value <= 1) stack.pushBoolean(value === 1);
    else stack.pushText(options[value]!);
  }
}

type ChoiceSetting = "sparseConvert" | "keepBuffer" | "encodeInvalid" | "decodeInvalid";
type CountSetting =
  | "sparseRatio"
  | "sparseSafe"
  | "encodeMaxDepth"
  | "decodeMaxDepth"
  | "precision";

/** Which of `options` argument `index` is, a boolean or a word. */
function chosenOption(stack: LuaStack, index: number, options: readonly string[]): number {
  if (stack.type(index) === LuaType.boolean) return stack.boolean(index) ? 1 : 0;
  const start = stack.checkString(index);
  const bytes = stack.memory.slice(start, start + stack.length(index));
  const word = new TextDecoder().decode(bytes);
  const found = options.indexOf(word);
  return found < 0 ? stack.failArgument(index, `invalid option '${word}'`) : found;
}

/** At most `count` arguments, as many of which are there as nil as are missing. */
function beginArguments(stack: LuaStack, count: number): void {
  if (stack.top() > count) stack.failArgument(count + 1, "found too many arguments");
  stack.setTop(count);
}
