// The clients of one worker that wait for something under a key. The worker's event ring tells of changes; of what
// its own commands have changed one hears at once, before the next command runs. Then who waits longest takes, as
// its command would: under the locks of its keys, written to the log like any change. Clients of other workers that
// have waited longer go first (see wait_tickets.ts); they hear of the change by themselves.

import {
  type ChangeEvent,
  ChangeKind,
  isOlder,
  storedDatabase,
  WaitTickets,
} from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Watch, Watcher } from "../../contract/changes.ts";
import type { Command, CommandContext } from "../../contract/command.ts";
import type { Waiting, WaitKind, Waits } from "../../contract/commands/waits.ts";
import type { ServerCache } from "../../contract/counters.ts";
import { placeKeys } from "../../contract/keys/key_places.ts";
import type { Reply } from "../../contract/reply.ts";
import { sameBytes } from "../../contract/same_bytes.ts";
import { nextTurn } from "../../contract/time_slices.ts";
import { later } from "../deferred_answer.ts";
import { refused } from "../failures.ts";
import { type Served, Taker } from "./taker.ts";
import { Timeout } from "./timeout.ts";
import { type Spot, WaitQueue } from "./wait_queue.ts";
import { waitingBytes, WaitingClient } from "./waiting_client.ts";
import { isSameObject, NO_SCOPE, objectOf, type WaitObject, waitPrint } from "./wait_objects.ts";

type Queue = WaitQueue<WaitingClient>;

const TOO_MANY = refused(
  "too many keys are waited for, nothing has changed, wait for fewer or try again later",
);
/** Longest time for the clients of one key before others have their turn. */
const SLICE_MS = 2;
/** So many are served between two looks at the clock. */
const SLICE_CLIENTS = 16;

/** The clients of a worker that wait. */
export class ClientWaits implements Waits<CommandContext, Command>, Watcher {
  readonly #cache: ServerCache;
  readonly #watch: Watch;
  readonly #tickets: WaitTickets;
  readonly #gaugeWord: number;
  /** By hash of the key in database 0. */
  readonly #queues = new Map<number, Queue[]>();
  readonly #now: () => number;
  #size = 0;
  readonly #taker: Taker;
  /** Queues that are to be looked at, since events were lost. */
  #lost: Queue[] = [];

  /** `watch` is the worker's, and `cache` too. `now` is any steady clock. */
  constructor(cache: ServerCache, watch: Watch, now: () => number = () => performance.now()) {
    this.#cache = cache;
    this.#now = now;
    this.#watch = watch;
    this.#taker = new Taker(cache);
    this.#tickets = new WaitTickets(cache.region, cache.actor);
    this.#gaugeWord = cache.region.gaugeWord(cache.actor, "blockedClients");
  }

  isAwaited(context: CommandContext, kind: WaitKind, args: Args, index: number): boolean {
    const { database } = context.session;
    const { bytes, starts, lengths } = args;
    const print = waitPrint(
      this.#tickets,
      { kind, scope: NO_SCOPE },
      database,
      bytes,
      starts[index]!,
      lengths[index]!,
    );
    if (this.#tickets.oldestElsewhere(print) !== 0) return true;
    return this.#size > 0 &&
      this.#find({ kind, scope: NO_SCOPE }, database, args.bytesOf(index)) !== undefined;
  }

  #find(object: WaitObject, database: number, key: Uint8Array): Queue | undefined {
    const queues = this.#queues.get(this.#cache.hash(key, 0, key.length));
    return queues?.find((queue) =>
      isSameObject(queue.object, object) && queue.database === database &&
      queue.key.length === key.length && sameBytes(queue.key, 0, key, 0, key.length)
    );
  }

  wait(context: CommandContext, command: Command, args: Args, reply: Reply): void | Promise<void> {
    const waiting = command.waiting!;
    const note = context.waitNote;
    context.waitNote = null;
    this.#taker.attend(context);
    context.reserveHashes(args.count);
    const found = placeKeys(command.keys!, args, context.keyIndexes);
    const keyCount = waiting.awaitsAll ? found : 1;
    return later(
      context,
      reply,
      () => this.#begin(context, waiting, args, reply, keyCount, note),
      waitingBytes(args, keyCount),
    ) as void | Promise<void>;
  }

  #begin(
    context: CommandContext,
    waiting: Waiting<CommandContext>,
    args: Args,
    reply: Reply,
    keyCount: number,
    note: unknown,
  ): Promise<void> {
    const { session } = context;
    const ms = waiting.timeout(args) as number;
    const client = new WaitingClient(context, waiting, args, reply, this.#tickets.draw(), note);
    const object = objectOf(waiting, args);
    for (let key = 0; key < keyCount; key++) {
      if (this.#enter(client, object, context.keyIndexes[key]!)) continue;
      this.#leave(client);
      reply.fail(TOO_MANY);
      return Promise.resolve();
    }
    this.#count(1);
    session.isHeld = true;
    session.onLeave = () => this.#end(client);
    session.unblock = (isError) => this.#answer(client, isError ? client.refuse : client.timeOut);
    if (ms > 0) client.timeout = new Timeout(ms, () => this.#answer(client, client.timeOut));
    // From here on every change is heard of. What came before is there to be found.
    for (const { queue } of [...client.spots]) if (!client.isDone) this.#serve(queue);
    if (session.hasLeft) this.#end(client);
    return client.done;
  }

  /** Lets a client wait for one of its keys. Returns false where there are too many such keys. */
  #enter(client: WaitingClient, object: WaitObject, index: number): boolean {
    const { session: { database } } = client;
    const key = client.bytesOf(index);
    const queue = this.#find(object, database, key) ?? this.#open(object, database, key.slice());
    if (queue === null) return false;
    // A key that is named twice.
    if (queue.endsWith(client)) return true;
    const spot = queue.add(client, index);
    if (spot === null) {
      this.#close(queue);
      return false;
    }
    client.spots.push(spot);
    return true;
  }

  #open(object: WaitObject, database: number, key: Uint8Array): Queue | null {
    const hash = this.#cache.hash(key, 0, key.length);
    const queues = this.#queues.get(hash);
    if (queues === undefined && !this.#watch.add(hash, this)) return null;
    const print = waitPrint(this.#tickets, object, database, key, 0, key.length);
    const queue: Queue = new WaitQueue(this.#tickets, hash, print, database, object, key);
    if (queues === undefined) this.#queues.set(hash, [queue]);
    else queues.push(queue);
    return queue;
  }

  #close(queue: Queue): void {
    const queues = this.#queues.get(queue.hash)!;
    queues.splice(queues.indexOf(queue), 1);
    if (queues.length > 0) return;
    this.#queues.delete(queue.hash);
    this.#watch.remove(queue.hash, this);
  }

  #leave(client: WaitingClient): void {
    for (const spot of client.spots) {
      spot.queue.remove(spot);
      if (spot.queue.first === null) this.#close(spot.queue);
    }
  }

  #count(by: number): void {
    this.#size += by;
    Atomics.store(this.#cache.region.words, this.#gaugeWord, this.#size);
  }

  #answer(client: WaitingClient, answer: () => void): void {
    answer.call(client);
    this.#end(client);
  }

  /** A client waits no more. */
  #end(client: WaitingClient, error?: unknown): void {
    if (client.isDone) return;
    const { session } = client;
    this.#leave(client);
    this.#count(-1);
    session.isHeld = false;
    session.onLeave = null;
    session.unblock = null;
    if (error === undefined) client.end();
    else client.fail(error);
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  hear(): void {
    const { region } = this.#cache;
    if (!region.hasPublished) return;
    region.hasPublished = false;
    if (this.#size > 0) this.#watch.hear();
  }

  onChange(hash: number, kind: ChangeKind, event: ChangeEvent): void {
    const { region } = this.#cache;
    // A queue may close while it is served.
    for (const queue of [...this.#queues.get(hash) ?? []]) {
      if (storedDatabase(region, queue.database) !== event.database) continue;
      const waiting = queue.first?.client.waiting;
      const isTold = waiting?.isShared || waiting?.isToldOfEnd;
      if (kind === ChangeKind.put || isTold) this.#serve(queue);
      else if (isCertainly(event, queue.key)) queue.settle();
    }
  }

  onOverflow(): void {
    const isBegun = this.#lost.length > 0;
    this.#lost = [...this.#queues.values()].flat();
    if (!isBegun) this.#serveLost();
  }

  async #serveLost(): Promise<void> {
    while (this.#lost.length > 0) {
      const endMs = performance.now() + SLICE_MS;
      while (this.#lost.length > 0 && performance.now() < endMs) this.#serve(this.#lost.pop()!);
      await nextTurn();
    }
  }

  /** Lets those take who wait for a key, as long as there is something and nobody else comes first. */
  #serve(queue: Queue): void {
    if (queue.first?.client.waiting.isShared) return this.#serveAll(queue, queue.first);
    const endMs = performance.now() + SLICE_MS;
    for (let count = 1; queue.first !== null; count++) {
      const spot = queue.first;
      const older = this.#tickets.oldestElsewhere(queue.print);
      const isFirst = older === 0 || !isOlder(older, spot.client.ticket) ||
        !queue.gives(older, this.#now());
      const served = isFirst ? this.#serveOne(spot) : "busy";
      if (served === "nothing") return queue.settle();
      if (served === "busy") return queue.lookLater(() => this.#serve(queue));
      if (count % SLICE_CLIENTS === 0 && performance.now() >= endMs) {
        return queue.lookLater(() => this.#serve(queue), true);
      }
    }
  }

  /** Lets all take who wait for a key of which there is something for each, from this one on. */
  #serveAll(queue: Queue, from: Spot<WaitingClient> | null): void {
    const endMs = this.#now() + SLICE_MS;
    let isBusy = false;
    let spot = from;
    for (let count = 1; spot !== null; count++) {
      const after: Spot<WaitingClient> | null = spot.after;
      if (this.#serveOne(spot) === "busy") isBusy = true;
      spot = after;
      if (spot !== null && count % SLICE_CLIENTS === 0 && this.#now() >= endMs) {
        queue.resumeAt = spot;
        return queue.lookLater(() => this.#serveAll(queue, queue.resumeAt), true);
      }
    }
    if (isBusy) queue.lookLater(() => this.#serve(queue));
    else queue.settle();
  }

  #serveOne({ client, index }: Spot<WaitingClient>): Served {
    try {
      const served = this.#taker.take(client, index);
      if (served === "answered") this.#end(client);
      return served;
    } catch (error) {
      this.#end(client, error);
      return "busy";
    }
  }
}

/** Whether an event is about this key and no other one. */
function isCertainly({ key, keyBytes }: ChangeEvent, wanted: Uint8Array): boolean {
  return keyBytes > 0 && keyBytes === wanted.length && keyBytes === key.length &&
    sameBytes(key, 0, wanted, 0, keyBytes);
}
