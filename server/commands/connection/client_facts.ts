// A client as CLIENT LIST and CLIENT INFO show it: the fields of one line, in the order of Redis 7.
// Written out one by one, since a list may have ten thousand of them. Knows no connection but by what
// it says of itself.

import { hasChannels, Topic, TOPIC_COUNT } from "../../contract/messages/topic.ts";
import type { Session } from "../../contract/session.ts";

/** What a connection that is not there says of itself. */
const NO_CONNECTION = { waitingBytes: 0, bufferBytes: 0, pushedBytes: 0, isWriting: false };
const NO_COUNTS: readonly number[] = Array.from({ length: TOPIC_COUNT }, () => 0);

/**
 * The line of a client, without its end. There is no number of a file here (fd), arguments lie in the
 * query buffer (argv-mem), and buffers of answers are shared by all (rbs, rbp).
 */
export function clientLine(session: Session, nowMs: number): string {
  const { transaction, lastCommand, tracking, account } = session;
  const { waitingBytes, bufferBytes, pushedBytes, isWriting } = session.connection ?? NO_CONNECTION;
  const counts = session.subscriptions?.counts ?? NO_COUNTS;
  const isOpen = transaction !== null && transaction.isOpen;
  const multiBytes = transaction === null ? 0 : transaction.heldBytes;
  const command = lastCommand === "" ? "NULL" : lastCommand.toLowerCase();
  return `id=${session.id} addr=${session.address} laddr=${session.localAddress} fd=-1 ` +
    `name=${session.name} age=${seconds(nowMs - session.createdMs)} ` +
    `idle=${seconds(session.idleMs(nowMs))} flags=${
      flagsOf(session, isOpen)
    } db=${session.database} ` +
    `sub=${counts[Topic.channel]} psub=${counts[Topic.pattern]} ssub=${
      counts[Topic.shardChannel]
    } multi=${isOpen ? transaction.queuedCount : -1} ` +
    `qbuf=${waitingBytes} qbuf-free=${bufferBytes - waitingBytes} argv-mem=0 ` +
    `multi-mem=${multiBytes} rbs=0 rbp=0 obl=0 oll=${pushedBytes > 0 ? 1 : 0} ` +
    `omem=${pushedBytes} tot-mem=${Math.max(bufferBytes, account?.bytes ?? 0)} ` +
    `events=${isWriting ? "rw" : "r"} cmd=${command} user=default ` +
    `redir=${tracking === null ? -1 : tracking.options.redirect} resp=${session.protocol} ` +
    `lib-name=${session.libraryName} lib-ver=${session.libraryVersion}`;
}

/** Letters for what a client is doing, as Redis has them; N for nothing of that kind. */
function flagsOf(session: Session, isOpen: boolean): string {
  const { tracking, noEvict, noTouch, isHeld, afterReply } = session;
  let flags = isOpen ? "x" : "";
  if (isHeld) flags += "b";
  if (session.subscriptions !== null && session.subscriptions.counts[Topic.monitor]! > 0) {
    flags += "O";
  }
  if (hasChannels(session.subscriptions)) flags += "P";
  if (tracking !== null) {
    flags += `t${tracking.isBroken ? "R" : ""}${tracking.options.isBroadcast ? "B" : ""}`;
  }
  if (afterReply === "close") flags += "c";
  if (session.address.startsWith("/")) flags += "U";
  if (noEvict) flags += "e";
  if (noTouch) flags += "T";
  return flags === "" ? "N" : flags;
}

function seconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000));
}
