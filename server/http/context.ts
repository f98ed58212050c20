// What the routes of one worker share: limits, buffers that every request reuses, and the way to
// commands. Handling a request is synchronous once its body is there, so one set of buffers does.

import type { Cache } from "../../cache/mod.ts";
import { Args } from "../args.ts";
import { CollectedReply } from "../codecs/collected_reply.ts";
import { JsonAnswers } from "../codecs/json_answers.ts";
import { JsonHit } from "../codecs/json_hit.ts";
import type { JsonLimits } from "../codecs/json_decode.ts";
import { QueryFound } from "../codecs/query.ts";
import { type Command, CommandContext } from "../commands/command.ts";
import { execute } from "../commands/execute.ts";
import { GET } from "../commands/table.ts";
import { type Config, jsonBodyLimit, keyByteLimit, storeBodyLimit } from "../config.ts";
import type { ServerStatus } from "../status.ts";
import { Bodies } from "./bodies.ts";

/** Most keys of one /mget and items of one /mput. */
const MAX_ITEMS = 10_000;

/** Everything that a worker's routes work with. */
export class HttpContext {
  readonly config: Config;
  readonly status: ServerStatus;
  readonly bodies: Bodies;
  /** Limits of the JSON routes, in characters. */
  readonly jsonLimits: JsonLimits;
  /** Limits of the raw routes, in bytes. */
  readonly rawLimits: JsonLimits;
  readonly jsonBodyBytes: number;
  readonly storeBodyBytes: number;
  readonly args: Args = new Args();
  /** A second set, for a key that has to be compared with the first. */
  readonly spare: Args = new Args();
  readonly reply: CollectedReply = new CollectedReply();
  readonly hit: JsonHit = new JsonHit();
  readonly found: QueryFound = new QueryFound();
  readonly answers: JsonAnswers = new JsonAnswers();
  readonly #commands: CommandContext;

  constructor(config: Config, cache: Cache, status: ServerStatus) {
    this.config = config;
    this.status = status;
    this.bodies = new Bodies(cache.region, cache.actor, config, () => performance.now());
    const maxKeyBytes = keyByteLimit(config);
    const limits = { maxKeyBytes, maxValueChars: config.maxValueChars, maxItems: MAX_ITEMS };
    this.jsonLimits = { ...limits, maxKeyChars: config.maxKeyChars };
    this.rawLimits = { ...limits, maxKeyChars: maxKeyBytes };
    this.jsonBodyBytes = jsonBodyLimit(config);
    this.storeBodyBytes = Math.min(storeBodyLimit(config), cache.itemBytesMax);
    this.#commands = new CommandContext(cache);
  }

  /** Runs GET with the key in `args`; what it came to is in `hit` afterwards. */
  runGet(): JsonHit {
    this.hit.begin(this.args);
    execute(this.#commands, GET, this.args, this.hit);
    return this.hit;
  }

  /** Runs a command with the arguments in `args`; its outcomes are in `reply` afterwards. */
  run(command: Command): CollectedReply {
    this.reply.reset();
    execute(this.#commands, command, this.args, this.reply);
    return this.reply;
  }
}
