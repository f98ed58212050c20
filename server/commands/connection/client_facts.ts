// A client as CLIENT LIST and CLIENT INFO show it: the fields of one line, in their order. They come
// from its session; its connection may add some.

import type { ClientFacts } from "../../contract/server.ts";
import type { Session } from "../../contract/session.ts";

/** The fields of a client. `more` are those that its connection adds. */
export function clientFacts(session: Session, nowMs: number, more: ClientFacts = {}): ClientFacts {
  const { transaction } = session;
  const seconds = (fromMs: number) => Math.max(0, Math.floor((nowMs - fromMs) / 1000));
  return {
    id: session.id,
    addr: session.address,
    laddr: session.localAddress,
    name: session.name,
    age: seconds(session.createdMs),
    idle: seconds(session.lastSeenMs),
    flags: transaction?.isOpen ? "x" : "N",
    db: 0,
    sub: 0,
    psub: 0,
    multi: transaction?.isOpen ? transaction.queuedCount : -1,
    watch: transaction?.watchedCount ?? 0,
    ...more,
    cmd: session.lastCommand === "" ? "NULL" : session.lastCommand.toLowerCase(),
    user: "default",
    resp: session.protocol,
    "lib-name": session.libraryName,
    "lib-ver": session.libraryVersion,
  };
}

/** The fields as one line without its end. */
export function clientLine(facts: ClientFacts): string {
  return Object.entries(facts).map(([field, value]) => `${field}=${value}`).join(" ");
}
