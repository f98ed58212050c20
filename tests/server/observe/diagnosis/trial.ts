// The memory of a server, in which commands of a client run, and the diagnosis that one of its workers makes: for tests
// that bring about what is to be found, with a clock of their own.

import { addCounter, Cache, Region } from "../../../../cache/mod.ts";
import { CollectedReply, OutcomeKind } from "../../../../server/codecs/collected_reply.ts";
import { COMMANDS } from "../../../../server/commands/table.ts";
import { findCommand } from "../../../../server/commands/find.ts";
import { beginUntimed, runCounted } from "../../../../server/commands/timing.ts";
import { CommandContext } from "../../../../server/contract/command.ts";
import { ACTOR_NAMES, type Counter, type Gauge } from "../../../../server/contract/counters.ts";
import { Session } from "../../../../server/contract/session.ts";
import { TimeSlices } from "../../../../server/contract/time_slices.ts";
import { memoryCurve } from "../../../../server/observe/curve/memory_curve.ts";
import { Diagnoser } from "../../../../server/observe/diagnosis/diagnoser.ts";
import { Figures } from "../../../../server/observe/figures.ts";
import { HistoryRing } from "../../../../server/observe/history/history_ring.ts";
import { ShardPictures } from "../../../../server/observe/live/shard_pictures.ts";
import { LocalServer } from "../../../../server/process/local_server.ts";
import { argsOf, configOf, NOW_MS } from "../../fixture.ts";

/** A server's memory, and what one worker finds. */
export class Trial {
  nowMs = 0;
  /** What the wall clock was set by. */
  setMs = 0;
  readonly region: Region<Counter, Gauge>;
  readonly cache: Cache<Counter, Gauge>;
  readonly diagnoser: Diagnoser;
  readonly server: LocalServer;
  readonly #run: (words: readonly string[]) => "miss" | "done";

  constructor(logBytes = 0, memoryBytes = 4 * 2 ** 20) {
    const names = ACTOR_NAMES;
    this.region = Region.create({ memoryBytes, actorCount: 3, names, logBytes });
    const clock = () => NOW_MS + this.nowMs + this.setMs;
    const cache = this.cache = new Cache(this.region, 1, clock);
    const now = () => this.nowMs;
    this.server = new LocalServer(configOf("--workers", "1"), NOW_MS, cache);
    this.set("serving", 1);
    const history = new HistoryRing(this.region);
    const pictures = new ShardPictures(cache, new TimeSlices(), now);
    this.diagnoser = new Diagnoser({
      cache,
      config: this.server.config,
      figures: new Figures(cache, COMMANDS),
      startedMs: NOW_MS,
      now,
      cores: 4,
      curve: () => memoryCurve(cache),
      history: () => history.read(),
      hotKeys: () => this.server.hotKeys(),
      shards: () => pictures.facts(),
    });
    const session = new Session(1, "resp", "", "", NOW_MS, true);
    const context = new CommandContext(cache, this.server, COMMANDS, session);
    const reply = new CollectedReply();
    this.#run = ([name, ...rest]) => {
      const bytes = new TextEncoder().encode(name);
      reply.reset();
      beginUntimed(context);
      runCounted(context, findCommand(bytes, 0, bytes.length)!, argsOf(...rest), reply);
      return reply.kinds[0] === OutcomeKind.miss ? "miss" : "done";
    };
  }

  /** Runs a command; says whether it has found nothing. */
  run(...words: string[]): "miss" | "done" {
    return this.#run(words);
  }

  count(name: Counter, amount: number): void {
    addCounter(this.region.words, this.region.counterWord(1, name), amount);
  }

  set(name: Gauge, value: number, actor = 1): void {
    Atomics.store(this.region.words, this.region.gaugeWord(actor, name), value);
  }

  /** Time passes, with looks as a worker has them. */
  pass(ms: number): void {
    for (let passed = 0; passed < ms; passed += 250) {
      this.nowMs += 250;
      this.server.tick();
      this.diagnoser.tick();
    }
  }

  async findings(): Promise<string[]> {
    this.pass(1000);
    return (await this.diagnoser.diagnosis()).findings.map(({ rule }) => rule);
  }
}
