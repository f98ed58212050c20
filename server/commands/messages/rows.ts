// Rows of the command table: publishing and subscribing.
// See command.ts for the fields of a row.

import { type CommandFlag, type CommandRow, MAX_ARGUMENTS, row } from "../../contract/command.ts";
import { withSubcommands } from "../subcommands.ts";
import { publish, publishToShard } from "./publish.ts";
import { pubsub } from "./pubsub.ts";
import {
  subscribe,
  subscribePatterns,
  subscribeShards,
  unsubscribe,
  unsubscribePatterns,
  unsubscribeShards,
} from "./subscribe.ts";

const MOST = MAX_ARGUMENTS;

/** The rows of publishing and subscribing. */
export const MESSAGE_ROWS: readonly CommandRow[] = [
  messages("PUBLISH", 2, 2, ["fast"], "Sends a message to the subscribers of a channel", publish),
  messages("SUBSCRIBE", 1, MOST, [], "Subscribes to channels", subscribe),
  messages("UNSUBSCRIBE", 0, MOST, [], "Ends subscriptions to channels", unsubscribe),
  messages("PSUBSCRIBE", 1, MOST, [], "Subscribes to patterns of channels", subscribePatterns),
  messages("PUNSUBSCRIBE", 0, MOST, [], "Ends subscriptions to patterns", unsubscribePatterns),
  messages(
    "SPUBLISH",
    2,
    2,
    ["fast"],
    "Sends a message to the subscribers of a shard channel",
    publishToShard,
  ),
  messages("SSUBSCRIBE", 1, MOST, [], "Subscribes to shard channels", subscribeShards),
  messages("SUNSUBSCRIBE", 0, MOST, [], "Ends subscriptions to shard channels", unsubscribeShards),
  withSubcommands(
    messages("PUBSUB", 1, MOST, [], "Tells who is subscribed to what", pubsub),
  ),
];

function messages(
  name: string,
  min: number,
  max: number,
  flags: readonly CommandFlag[],
  summary: string,
  run: CommandRow["run"],
): CommandRow {
  return row(name, [min, max], flags, "pubsub", null, summary, run);
}
