// A client as CLIENT LIST and CLIENT INFO show it: the fields of one line, in their order. Written out
// one by one, since a list may have ten thousand of them. Knows no connection.

import type { Session } from "../../contract/session.ts";

/** The line of a client, without its end; `buffer` is what its connection adds, with a space behind. */
export function clientLine(session: Session, nowMs: number, buffer = ""): string {
  const { transaction, lastCommand } = session;
  const isOpen = transaction !== null && transaction.isOpen;
  const age = seconds(nowMs - session.createdMs);
  const idle = seconds(nowMs - session.lastSeenMs);
  const queued = isOpen ? transaction.queuedCount : -1;
  const watched = transaction === null ? 0 : transaction.watchedCount;
  const command = lastCommand === "" ? "NULL" : lastCommand.toLowerCase();
  return `id=${session.id} addr=${session.address} laddr=${session.localAddress} ` +
    `name=${session.name} age=${age} idle=${idle} flags=${
      isOpen ? "x" : "N"
    } db=${session.database} sub=0 psub=0 ` +
    `multi=${queued} watch=${watched} ${buffer}cmd=${command} user=default ` +
    `resp=${session.protocol} lib-name=${session.libraryName} lib-ver=${session.libraryVersion}`;
}

function seconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000));
}
