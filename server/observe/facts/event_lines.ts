// Server-sent events out of pieces of text, as WHATWG's HTML standard has them (section 9.2), as far as this server
// sends them: the lines `data:`, `event:` and comments. For all who listen to it: EventSource cannot send a token.

/** Most characters of one event: a server that sends more is none of ours. */
const MAX_EVENT_CHARS = 1 << 20;

/** Gathers the data of events from pieces that may be cut anywhere. */
export class EventLines {
  #rest = "";
  /** The lines of data of the event that has not ended, and their length. */
  #data: string[] = [];
  #dataChars = 0;

  /** Takes the next piece of the stream; gives the data of the events that end in it. Throws Error if one has no end. */
  take(piece: string): string[] {
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    const events: string[] = [];
    for (const line of lines) {
      if (line.startsWith("data:")) {
        this.#data.push(line.slice(line[5] === " " ? 6 : 5));
        this.#dataChars += line.length;
      }
      if (line !== "" || this.#data.length === 0) continue;
      events.push(this.#data.join("\n"));
      this.#data = [];
      this.#dataChars = 0;
    }
    if (this.#rest.length + this.#dataChars > MAX_EVENT_CHARS) throw new Error("Event has no end");
    return events;
  }
}
