// The Lua text that makes what scripts see of the machine: the names that they may use, behind tables that
// cannot be changed. It runs once in each machine, with the libraries of Lua and the host's functions.

/** Lua names that scripts have, besides the libraries. Redis 7.0 allows these. */
const ALLOWED = [
  "_VERSION",
  "assert",
  "collectgarbage",
  "coroutine",
  "error",
  "gcinfo",
  "getmetatable",
  "ipairs",
  "load",
  "loadstring",
  "math",
  "next",
  "pairs",
  "pcall",
  "rawequal",
  "rawget",
  "rawset",
  "select",
  "setmetatable",
  "string",
  "table",
  "tonumber",
  "tostring",
  "type",
  "unpack",
  "xpcall",
];

/**
 * Gets the table of the host's functions and the tables of its libraries by name. Returns the globals of scripts, the
 * table behind them, what handles errors, and protected tables by their places (`behind`, `visible`): the tables that
 * they stand for, and what getmetatable gives for them.
 *
 * A protected table is empty. Reads go on to the one behind it, writes to a function that refuses them.
 */
export const SANDBOX_SOURCE = `
local host, libraries, allowed = ...
local raw, setmetatable, getinfo, type, tostring = _G, setmetatable, debug.getinfo, type, tostring
local behind, visible = {}, {}

local function protect(real, meta)
  local shown = setmetatable({}, { __index = real, __newindex = host.readonly })
  behind[shown] = real
  visible[shown] = meta
  return shown
end

for name, replacement in pairs(host.globals) do raw[name] = replacement end
for library, functions in pairs(host.replaced) do
  for name, replacement in pairs(functions) do raw[library][name] = replacement end
end

local real = {}
for name in allowed:gmatch("[%w_]+") do
  local value = raw[name]
  real[name] = type(value) == "table" and protect(value) or value
end
for name, library in pairs(libraries) do real[name] = protect(library) end

local globals = protect(real, protect({ __index = host.unknown }))
real._G = globals
setmetatable(real, { __index = host.unknown })
local strings = getmetatable("")
local string_meta = protect({ __index = real.string })

local function handler(err)
  local info = getinfo(2, "nSl")
  if info and info.what == "C" then info = getinfo(3, "nSl") end
  if type(err) ~= "table" then err = { err = "ERR " .. tostring(err) } end
  if info then
    err.source = info.source
    err.line = info.currentline
  end
  return err
end
real.__redis__err__handler = handler

return globals, real, handler, behind, visible, string_meta
`;

/** The allowed names, as the text above takes them. */
export const ALLOWED_NAMES: string = ALLOWED.join(" ");
