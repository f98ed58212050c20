// Server-sent events out of pieces of text, as WHATWG's HTML standard has them (section 9.2), as far as this server
// sends them: the lines `data:`, `event:` and comments. EventSource itself cannot send a token.

/** Most characters of one event: a server that sends more is none of ours. */
const MAX_EVENT_CHARS = 1 << 20;

/** Gathers the data of events. */
export class EventLines {
  #rest = "";
  #data: string[] = [];

  /** Takes the next piece of the stream; gives the data of the events that end in it. */
  take(piece: string): string[] {
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    const events: string[] = [];
    for (const line of lines) {
      if (line.startsWith("data:")) this.#data.push(line.slice(line[5] === " " ? 6 : 5));
      if (line !== "" || this.#data.length === 0) continue;
      events.push(this.#data.join("\n"));
      this.#data = [];
    }
    if (this.#rest.length > MAX_EVENT_CHARS) throw new Error("Event has no end");
    return events;
  }
}
