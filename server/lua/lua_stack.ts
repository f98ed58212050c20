// What a function of a Lua library sees of the machine: the arguments on its stack, values to push, tables
// to read and fill. Libraries in server/lua/libraries/ are written against this alone. Indices are those
// of Lua's own C interface: 1 is the first argument, -1 the topmost value.

/** Kinds of Lua values, as Lua numbers them. */
export const LuaType = {
  none: -1,
  nil: 0,
  boolean: 1,
  /** A light userdata: in scripts only cjson.null. */
  pointer: 2,
  number: 3,
  string: 4,
  table: 5,
  function: 6,
  userdata: 7,
  thread: 8,
} as const;

/**
 * A function that scripts can call. Its arguments are on the stack from index 1 on; its results are the
 * topmost values, and it returns how many. What the machine throws (all that is called `never` below, and a
 * push for which there is no memory) must not be caught: it belongs to Lua. So nothing may be left half
 * changed when a call of the stack is made.
 */
export type LuaFunction = (stack: LuaStack) => number;

/** A table of functions that scripts find under a global name. */
export interface LuaLibrary {
  readonly name: string;
  readonly functions: Readonly<Record<string, LuaFunction>>;
  /** Numbers and texts beside the functions, such as a version. */
  readonly constants?: Readonly<Record<string, number | string>>;
  /** Names of fields that are the null pointer, as `cjson.null` is. */
  readonly nulls?: readonly string[];
  /** Called before each script: forgets what the one before has set. */
  readonly reset?: () => void;
}

/** The values of the running function. */
export interface LuaStack {
  /**
   * The memory of the machine, in which strings lie. Whatever may allocate there (pushes, tables, text of
   * numbers) may replace it, and may move nothing that is still on the stack.
   */
  readonly memory: Uint8Array;

  /** The index of the topmost value, and so how many there are. */
  top(): number;
  /** Drops what is above `index`, or fills up with nil. Negative: -2 drops the topmost. */
  setTop(index: number): void;
  /** Drops the topmost `count` values. */
  pop(count: number): void;
  /** Moves the topmost value to `index`, those from there on up by one. */
  insert(index: number): void;
  /** Takes the value at `index` out, those above it down by one. */
  remove(index: number): void;
  /** Asks for room for `count` more values, fails in Lua with `what` where there is none. */
  needSpace(count: number, what: string): void;

  /** The kind of a value, one of {@linkcode LuaType}. */
  type(index: number): number;
  /** The number at `index`, or that which a string there means; 0 for anything else. */
  number(index: number): number;
  /** False for nil and false, true for anything else. */
  boolean(index: number): boolean;
  /**
   * The place in {@linkcode memory} of the string at `index`, 0 for anything but strings and numbers. A number
   * becomes a string on the stack ("%.14g"), so never ask a key of a table that is being gone through.
   */
  stringStart(index: number): number;
  /** Bytes of a string, elements of a table as `#` counts them; 0 for anything else. */
  length(index: number): number;
  /** Whether the value is the null pointer, which is `cjson.null`. */
  isNull(index: number): boolean;
  /** What identifies a table or function as long as it lives; 0 for other values. */
  identity(index: number): number;

  pushNil(): void;
  pushBoolean(value: boolean): void;
  pushNumber(value: number): void;
  /** Pushes the null pointer. */
  pushNull(): void;
  /** Pushes a string: `length` bytes of `bytes` from `start`. `bytes` may be {@linkcode memory}. */
  pushBytes(bytes: Uint8Array, start: number, length: number): void;
  /** Pushes a text as UTF-8. */
  pushText(text: string): void;
  /** Pushes a copy of the value at `index`. */
  pushValue(index: number): void;

  /** Pushes a new table with room for this many elements and other fields. */
  newTable(elementCount: number, fieldCount: number): void;
  /** Pushes `table[n]`, without metamethods. */
  getAt(tableIndex: number, n: number): void;
  /** `table[n] = ` the topmost value, which it takes, without metamethods. */
  setAt(tableIndex: number, n: number): void;
  /** Replaces the topmost value, a key, by what the table has for it, without metamethods. */
  get(tableIndex: number): void;
  /** `table[key] = value` of the topmost two, which it takes, without metamethods. */
  set(tableIndex: number): void;
  /**
   * Takes the topmost value, a key or nil for the first, and pushes the next key and its value: true. Where
   * there is none it pushes nothing: false.
   */
  next(tableIndex: number): boolean;

  /** Requires a number at `index`, as `luaL_checknumber`. */
  checkNumber(index: number): number;
  /** Requires a number at `index`, cut to 32 bits as `luaL_checkinteger` does. */
  checkInteger(index: number): number;
  /** The same, or `otherwise` where the argument is missing or nil. */
  optionalInteger(index: number, otherwise: number): number;
  /** Requires a string (or number) at `index`: its place in {@linkcode memory}; {@linkcode length} has its bytes. */
  checkString(index: number): number;
  /** Requires a value of this kind, as `luaL_checktype`. */
  checkType(index: number, type: number): void;

  /** Ends the function with an error of this text, behind where the script called it (as `luaL_error`). */
  fail(message: string): never;
  /** Ends the function with "bad argument #index to 'name' (message)". */
  failArgument(index: number, message: string): never;
  /**
   * Counts one step of a loop that a script can lengthen without a call of the machine, against the time that
   * the script has.
   */
  step(): void;
}
