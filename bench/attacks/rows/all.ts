/**
 * The table of all attacks, by name. The report and the tests take them from here; each is in the file of what it is made
 * of.
 */

import type { Attack } from "../attack.ts";
import { BODY_ATTACKS } from "./bodies.ts";
import { CRAFTED_ATTACKS } from "./crafted.ts";
import { CROWD_ATTACKS } from "./crowds.ts";
import { GARBAGE_ATTACKS } from "./garbage.ts";
import { HELD_STATE_ATTACKS } from "./held_state.ts";
import { HTTP2_ATTACKS } from "./http2.ts";
import { LONG_COMMAND_ATTACKS } from "./long_commands.ts";
import { OBSERVER_ATTACKS } from "./observers.ts";
import { PATTERN_ATTACKS } from "./patterns.ts";
import { READ_AHEAD_ATTACKS } from "./read_ahead.ts";
import { TRACKING_ATTACKS } from "./tracking.ts";
import { UNREAD_ATTACKS } from "./unread_answers.ts";
import { WEBSOCKET_ATTACKS } from "./websockets.ts";

/** What the polite client meets when there is no attack: how much of a row is the machine. */
const CONTROL: Attack = {
  name: "control",
  sends: "one PING, to compare with",
  isAboutTurns: true,
  run: async (assault) => {
    using connection = await assault.open("resp");
    await connection.send("PING\r\n");
    await connection.receiveTo("\r\n");
  },
};

/** All attacks. */
export const ATTACKS: readonly Attack[] = [
  CONTROL,
  ...BODY_ATTACKS,
  ...UNREAD_ATTACKS,
  ...READ_AHEAD_ATTACKS,
  ...CROWD_ATTACKS,
  ...HELD_STATE_ATTACKS,
  ...HTTP2_ATTACKS,
  ...WEBSOCKET_ATTACKS,
  ...PATTERN_ATTACKS,
  ...LONG_COMMAND_ATTACKS,
  ...GARBAGE_ATTACKS,
  ...TRACKING_ATTACKS,
  ...CRAFTED_ATTACKS,
  ...OBSERVER_ATTACKS,
];

/**
 * The attack of a name.
 *
 * @throws {RangeError} if there is none
 */
export function attackOf(name: string): Attack {
  const found = ATTACKS.find((attack) => attack.name === name);
  if (found === undefined) {
    throw new RangeError(`Cannot attack with ${name}: --list shows the names`);
  }
  return found;
}
