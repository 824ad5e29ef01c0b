// What the console has received: bounded, kept while other views are shown. Event: "change".
import { matches } from "../topic_filter.js";

export const mostMessages = 500;

export class Messages extends EventTarget {
  count = 0;
  list = [];  // newest last; each with a running number
  #chosen = new Map(); // filter -> QoS

  constructor(connection) {
    super();
    connection.addEventListener("message", ({ detail }) => this.#take(detail));
    this.connection = connection;
  }

  get filters() { return [...this.#chosen]; }

  async subscribe(filter, qos) {
    this.#chosen.set(filter, qos); // retained messages may be here before we hear that it was granted
    try {
      await this.connection.keep(filter, qos, "console");
    } catch (e) {
      this.#chosen.delete(filter);
      throw e;
    }
  }

  unsubscribe(filter) {
    this.#chosen.delete(filter);
    this.connection.drop(filter, "console");
  }

  clear() {
    this.count = 0;
    this.list = [];
    this.dispatchEvent(new Event("change"));
  }

  // Only what the user asked for is listed, not what the page needs for itself.
  #take(message) {
    if (!this.filters.some(([filter]) => matches(filter, message.topic))) return;
    this.count += 1;
    this.list.push({ ...message, number: this.count, time: new Date() });
    if (this.list.length > mostMessages) this.list.splice(0, this.list.length - mostMessages);
    this.dispatchEvent(new Event("change"));
  }
}
