// What one client of the Redis protocol is sent without having asked for it: messages that others have written,
// and such that are composed for it alone. Where it is neither served nor written to they go to its socket at
// once. A client that lets too many wait is closed.

import type { MessageSink } from "../contract/messages/message_sink.ts";
import type { PushReply, Session } from "../contract/session.ts";
import type { RawOutput } from "./raw_output.ts";

/** The connection, as far as it matters here. */
export interface SinkOwner {
  readonly session: Session;
  readonly isEnded: boolean;
  /** Whether commands are being run or answered. */
  readonly isBusy: boolean;
  /** Closes it: the client is too slow. */
  endSlow(): void;
}

/** Where messages for one client go. */
export class ClientSink implements MessageSink {
  readonly #owner: SinkOwner;
  readonly #output: RawOutput;

  private constructor(owner: SinkOwner, output: RawOutput) {
    this.#owner = owner;
    this.#output = output;
  }

  /** Sends a client from now on what it has not asked for. */
  static serve(owner: SinkOwner, output: RawOutput): void {
    const sink = new ClientSink(owner, output);
    owner.session.sink = sink;
    owner.session.push = (compose) => sink.push(compose);
  }

  get format(): 2 | 3 {
    return this.#owner.session.protocol;
  }

  deliver(bytes: Uint8Array<ArrayBuffer>): void {
    const owner = this.#owner;
    if (owner.isEnded) return;
    owner.session.account?.touch();
    const { pushed } = this.#output;
    const sent = owner.isBusy || !pushed.isIdle ? 0 : this.#output.sendNow(bytes);
    if (sent === bytes.length) return;
    if (!pushed.append(bytes, sent)) owner.endSlow();
    else if (!owner.isBusy) pushed.flush();
  }

  closeSlow(): void {
    this.#owner.endSlow();
  }

  /** Sends a message that `compose` writes. */
  push(compose: (reply: PushReply) => void): void {
    const owner = this.#owner;
    if (owner.isEnded) return;
    const { pushed } = this.#output;
    if (!pushed.add(compose)) owner.endSlow();
    else if (!owner.isBusy) pushed.flush();
  }
}
