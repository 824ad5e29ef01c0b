// The broker's own numbers: $SYS as GET /api/v1/systree has it, asked every two seconds while somebody looks, with
// rates and a quarter of an hour of history. Event: "change".
import { everyWhile } from "../dom.js";
import { get } from "../rest.js";

const pause = 2000, kept = 450; // ms; points

// Counters of which the speed is what is interesting; name -> topic below $SYS/broker/.
const speeds = {
  received: "publish/messages/received", sent: "publish/messages/sent", bytesIn: "bytes/received",
  bytesOut: "bytes/sent", stored: "store/measurements",
};
const levels = { clients: "clients/connected", memory: "heap/current", queued: "packet/out/count" };

export class System extends EventTarget {
  now = {};     // topic below $SYS/broker/ -> value
  rates = {};   // per second
  times = [];   // seconds since 1970
  history = Object.fromEntries([...Object.keys(speeds), ...Object.keys(levels), "dropped"].map((name) => [name, []]));
  #at = 0;

  start() {
    everyWhile(pause, () => this.#look());
    setTimeout(() => this.#look(), pause / 4); // rates need two looks
  }

  async #look() {
    let tree;
    try {
      tree = await get("/api/v1/systree");
    } catch {
      return; // the connection's state says that the broker is away
    }
    const before = this.now, at = performance.now(), seconds = (at - this.#at) / 1000;
    this.now = Object.fromEntries(Object.entries(tree).map(([topic, value]) => [topic.replace("$SYS/broker/", ""), value]));
    this.#at = at;
    if (Object.keys(before).length > 0 && seconds > 0.2) this.#add(before, seconds);
    this.dispatchEvent(new Event("change"));
  }

  #add(before, seconds) {
    const speed = (now, then) => Math.max(0, (now - then) / seconds); // a restart begins at nought
    for (const [name, topic] of Object.entries(speeds)) this.rates[name] = speed(this.now[topic] ?? 0, before[topic] ?? 0);
    this.rates.dropped = speed(dropped(this.now), dropped(before));
    this.times.push(Date.now() / 1000);
    for (const [name, values] of Object.entries(this.history)) values.push(name in levels ? this.now[levels[name]] ?? null : this.rates[name]);
    if (this.times.length <= kept) return;
    this.times.shift();
    for (const values of Object.values(this.history)) values.shift();
  }
}

export const dropped = (tree) => Object.entries(tree).reduce((sum, [topic, n]) => (topic.startsWith("dropped/") ? sum + n : sum), 0);
