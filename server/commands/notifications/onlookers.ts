// Who has to hear of what a command did: those who are subscribed to key events, and those who have sent MONITOR. Events
// are named while it is known which command it was, and published when no lock is held any more.

import { Duty, keyEventClasses, type KeyEvents } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Command, CommandContext } from "../../contract/command.ts";
import { publishKeyEvents } from "../../contract/notifications/key_event_messages.ts";
import { EventNaming } from "./event_naming.ts";
import { eventRule } from "./event_rules.ts";
import { isShown, monitorLine } from "./monitor_lines.ts";

/** Scripts are shown where they begin: before the commands that they run. */
const SHOWN_BEFORE: ReadonlySet<string> = new Set(["EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO"]);

/** Tells who looks on that a command has run. To be called, with no lock held, where `Region.duties` is not 0. */
export function tellOnlookers(context: CommandContext, command: Command, args: Args): void {
  noteForOnlookers(context, command, args);
  tellKeyEvents(context);
}

/**
 * The same for a command inside another one, such as EXEC: locks are held, so others are told of keys later. `who` says
 * whose command it is, if it is not the client's.
 */
export function noteForOnlookers(
  context: CommandContext,
  command: Command,
  args: Args,
  who: "lua" | null = null,
): void {
  nameKeyEvents(context, command, args);
  const { duties } = context.cache.region;
  if ((duties & Duty.monitors) === 0 || SHOWN_BEFORE.has(command.name)) return;
  // An answer of HTTP that is asked for again, since it was too long, is part of the same command.
  const isAgain = context.session.transport === "http" && context.commands[command.id] !== command;
  if (!isAgain) show(context, command, args, who);
}

/** Shows a script that is about to run to those who have sent MONITOR. */
export function showScript(context: CommandContext, args: Args): void {
  if ((context.cache.region.duties & Duty.monitors) === 0) return;
  const command = context.commands[context.session.running];
  if (command !== undefined) show(context, command, args, null);
}

function show(context: CommandContext, command: Command, args: Args, who: "lua" | null): void {
  if (!isShown(command, args)) return;
  const { server: { messages }, session } = context;
  messages.monitor(monitorLine(context, command, args, who));
  if (messages.mustSettle) session.mustSettle = true;
}

/** Gives names to the events that have none yet, which this command has caused. */
export function nameKeyEvents(context: CommandContext, command: Command, args: Args): void {
  const { cache: { region }, session, database } = context;
  const events: KeyEvents | null = region.keyEvents;
  if ((region.duties & Duty.keyEvents) === 0 || events === null) return;
  eventRule(command)(new EventNaming(region, events, args, session.database, database));
  events.named = events.count;
}

/** Publishes the events that have names. To be called with no lock held. */
export function tellKeyEvents({ cache: { region }, server }: CommandContext): void {
  const { keyEvents } = region;
  if ((region.duties & Duty.keyEvents) === 0 || keyEvents === null) return;
  region.duties &= ~Duty.keyEvents;
  publishKeyEvents(server.messages, keyEvents, keyEventClasses(region));
  keyEvents.clear();
}
