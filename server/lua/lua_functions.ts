// Functions of Lua that Redis has in a form of its own: pcall, which takes the text out of error tables, and
// the random numbers, which belong to one run of a script.

import type { HostFunction, LuaInstance } from "./instance.ts";
import { LuaType } from "./lua_stack.ts";
import type { MachineStack } from "./machine_stack.ts";
import { RANDOM_BOUND, type RandomNumbers } from "./random_numbers.ts";

/** pcall(f, …): false and the error, of which a table's field `err` is taken where it is a text. */
export function protectedCall(instance: LuaInstance, stack: MachineStack): HostFunction {
  const { exports } = instance;
  return (state) => {
    stack.state = state;
    const count = stack.top();
    stack.pushBoolean(true);
    stack.insert(1);
    const status = stack.protectedCall(count - 1);
    stack.state = state;
    if (status === 0) return stack.top();
    stack.remove(1);
    if (stack.type(-1) === LuaType.table) {
      stack.pushText("err");
      stack.get(-2);
      const type = stack.type(-1);
      if (type === LuaType.string || type === LuaType.number) exports.lua_replace(state, -2);
      else stack.pop(1);
    }
    stack.pushBoolean(false);
    stack.insert(1);
    return stack.top();
  };
}

/** math.random and math.randomseed over a sequence. */
export function randomFunctions(
  stack: MachineStack,
  numbers: RandomNumbers,
): Record<string, HostFunction> {
  return {
    random: (state) => {
      stack.state = state;
      const part = (numbers.next() % RANDOM_BOUND) / RANDOM_BOUND;
      const count = stack.top();
      if (count === 0) stack.pushNumber(part);
      else if (count > 2) stack.fail("wrong number of arguments");
      else {
        const low = count === 1 ? 1 : stack.checkInteger(1);
        const high = stack.checkInteger(count);
        if (low > high) stack.failArgument(count, "interval is empty");
        stack.pushNumber(Math.floor(part * (high - low + 1)) + low);
      }
      return 1;
    },
    randomseed: (state) => {
      stack.state = state;
      numbers.seed(stack.checkInteger(1));
      return 0;
    },
  };
}
