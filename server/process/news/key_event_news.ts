// Key events that no command of a worker has caused: main removes what has expired, and has a worker tell of it. What a
// command that took its time has left behind, its worker tells of a little later.

import { chooseKeyEvents, Duty, keyEventClasses, KeyEvents } from "../../../cache/mod.ts";
import type { WorkerMessages } from "../../messages/worker_messages.ts";
import { namePlainly } from "../../commands/notifications/two_key_rules.ts";
import type { Config } from "../../config/config.ts";
import { notificationFlags } from "../../config/notification_flags.ts";
import type { ServerRegion } from "../../contract/counters.ts";
import type { Messages } from "../../contract/messages/messages.ts";
import {
  eachNamed,
  publishKeyEvent,
  publishKeyEvents,
} from "../../contract/notifications/key_event_messages.ts";
import type { KeyEventChoice } from "../server_options.ts";

/** An event as main sends it: the number of its name, the database as clients call it, the key. */
export interface SweptEvent {
  readonly number: number;
  readonly database: number;
  readonly key: Uint8Array;
}

/** Main has made the region: from now on what it does to keys is noted, and the classes of `config` are told of. */
export function beginKeyEvents(region: ServerRegion, { notifyKeyspaceEvents }: Config): void {
  region.keyEvents = new KeyEvents();
  chooseKeyEvents(region, notificationFlags(notifyKeyspaceEvents) ?? 0);
}

/** The classes of events that all threads of a region tell of; without a region, of nothing else. */
export function choiceIn(region: ServerRegion | null): KeyEventChoice {
  if (region === null) return { classes: 0 };
  return {
    get classes() {
      return keyEventClasses(region);
    },
    set classes(classes: number) {
      chooseKeyEvents(region, classes);
    },
  };
}

/** Takes the events of this thread that are left, whatever command has caused them. */
function takeLeftOver(region: ServerRegion): KeyEvents | null {
  const { keyEvents } = region;
  if ((region.duties & Duty.keyEvents) === 0 || keyEvents === null) return null;
  region.duties &= ~Duty.keyEvents;
  namePlainly(region, keyEvents);
  return keyEvents;
}

/** What main has done to keys since the last call, for a worker. */
export function takeSwept(region: ServerRegion): SweptEvent[] {
  const events = takeLeftOver(region);
  if (events === null) return [];
  const swept: SweptEvent[] = [];
  eachNamed(events, (number, database, key) => {
    swept.push({ number, database, key: key.slice() });
  });
  events.clear();
  return swept;
}

/** What one worker tells of that no command of its clients has caused. */
export class KeyEventNews {
  readonly #region: ServerRegion;
  readonly #messages: Messages;

  /** From now on what this thread does to keys is noted, and its commands are shown to those who want to see them. */
  constructor(region: ServerRegion, messages: WorkerMessages) {
    this.#region = region;
    this.#messages = messages;
    region.keyEvents = new KeyEvents();
    messages.onMonitors = (hasMonitors) => {
      region.duties = hasMonitors ? region.duties | Duty.monitors : region.duties & ~Duty.monitors;
    };
  }

  /** Publishes events that commands have left behind. */
  tellLeftOver(): void {
    const region = this.#region;
    const events = takeLeftOver(region);
    if (events === null) return;
    publishKeyEvents(this.#messages, events, keyEventClasses(region));
    events.clear();
  }

  /** Publishes what main has done. */
  tellSwept(events: readonly SweptEvent[]): void {
    const classes = keyEventClasses(this.#region);
    for (const { number, database, key } of events) {
      publishKeyEvent(this.#messages, classes, number, database, key);
    }
  }
}
