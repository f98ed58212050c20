// Who has to hear of what a command did: those who are subscribed to key events. They are named while it is known which
// command it was, and published when no lock is held any more.

import { Duty, keyEventClasses, type KeyEvents } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Command, CommandContext } from "../../contract/command.ts";
import { publishKeyEvents } from "../../contract/notifications/key_event_messages.ts";
import { EventNaming } from "./event_naming.ts";
import { eventRule } from "./event_rules.ts";

/** Tells who looks on that a command has run. To be called, with no lock held, where `Region.duties` is not 0. */
export function tellOnlookers(context: CommandContext, command: Command, args: Args): void {
  noteForOnlookers(context, command, args);
  tellKeyEvents(context);
}

/** The same for a command inside another one, such as EXEC: locks are held, so others are told later. */
export function noteForOnlookers(context: CommandContext, command: Command, args: Args): void {
  const { region } = context.cache;
  const { keyEvents } = region;
  if ((region.duties & Duty.keyEvents) === 0 || keyEvents === null) return;
  nameEvents(context, keyEvents, command, args);
}

/** Gives names to the events that have none yet, which this command has caused. */
function nameEvents(
  context: CommandContext,
  events: KeyEvents,
  command: Command,
  args: Args,
): void {
  const { cache: { region }, session, database } = context;
  eventRule(command)(new EventNaming(region, events, args, session.database, database));
  events.named = events.count;
}

/** Publishes the events that have names. */
function tellKeyEvents({ cache: { region }, server }: CommandContext): void {
  const { keyEvents } = region;
  if ((region.duties & Duty.keyEvents) === 0 || keyEvents === null) return;
  region.duties &= ~Duty.keyEvents;
  publishKeyEvents(server.messages, keyEvents, keyEventClasses(region));
  keyEvents.clear();
}
