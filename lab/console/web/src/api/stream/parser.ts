//! Parser of server-sent events, as the HTML standard defines them.

export interface ServerEvent {
  name: string;
  data: string;
}

/** Keeps what is incomplete for the next piece of text. */
export class EventParser {
  private rest = "";
  private name = "";
  private data: string[] = [];

  /** The events that this text completes. */
  push(text: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") this.end(events);
      else this.field(line);
    }
    return events;
  }

  private field(line: string): void {
    const colon = line.indexOf(":");
    const key = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (key === "event") this.name = value;
    else if (key === "data") this.data.push(value);
  }

  private end(events: ServerEvent[]): void {
    if (this.data.length > 0) events.push({ name: this.name || "message", data: this.data.join("\n") });
    this.name = "";
    this.data = [];
  }
}
