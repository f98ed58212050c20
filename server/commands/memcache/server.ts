// Requests of memcached's clients that are about the server: flush_all, stats, who they are, and what becomes of a key whose
// value was too large to be read.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { type MemcacheReply, Result } from "../../contract/memcache/reply.ts";
import { type MemcacheRequest, Style } from "../../contract/memcache/request.ts";
import { textOf } from "../argument_text.ts";
import { isRightPassword } from "../connection/connection.ts";
import { deleteItem } from "../items.ts";
import { flushdb } from "../keys/flush.ts";
import { FlushTime } from "./flush_time.ts";
import { statLines } from "./stats.ts";
import { deadlineAfter } from "./times.ts";

/** flush_all: forgets the keys of the database, at once or later. */
export function flush(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  request: MemcacheRequest,
): void | Promise<number | void> {
  const { cache } = context;
  const time = new FlushTime(cache.region, cache.now);
  // Of two, the later one says when.
  time.forget();
  if (request.seconds > 0) {
    time.set(deadlineAfter(request.seconds, cache.now()));
    return reply.ok();
  }
  reply.detach();
  return flushdb(context, args, reply);
}

/** stats: what the server counts. */
export function stats(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  request: MemcacheRequest,
): void | Promise<number | void> {
  return statLines(context, args, reply, request);
}

/** A value is too large to be stored: the old one goes, as memcached does it, so that nobody takes it for the new one. */
export function tooLarge(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  request: MemcacheRequest,
): void {
  if (request.dropsOld) deleteItem(context, args, 0, 0);
  reply.result(Result.tooLarge, args, 0);
}

/** A client shows the token, as the password of any user. */
export function authenticate(
  context: CommandContext,
  args: Args,
  reply: MemcacheReply,
  request: MemcacheRequest,
): void {
  const { session, server } = context;
  const isOpen = server.config.token === undefined;
  const isPlain = request.style !== Style.binary || textOf(args, 0) === "PLAIN";
  if (isOpen || !isPlain || !isRightPassword(context, args, args.count - 1)) {
    if (!isOpen) server.noteFailedToken(session.address);
    return reply.denied(isOpen);
  }
  session.isAuthenticated = true;
  reply.accepted();
}
