// Open incidents, from the retained messages on dht11/incidents/<id>: there while one is open, empty when it is closed.
import { age, number } from "./format.js";

export class Incidents extends EventTarget {
  #open = new Map();
  #list = document.getElementById("incidents");

  constructor() {
    super();
    setInterval(() => this.#draw(), 10000);
  }

  // `incident` null: closed.
  update(id, incident) {
    if (incident) this.#open.set(id, incident);
    else this.#open.delete(id);
    this.#draw();
    this.dispatchEvent(new CustomEvent("change", { detail: new Set([...this.#open.values()].map((i) => i.sensor)) }));
  }

  #draw() {
    const items = [...this.#open.values()].sort((a, b) => b.incident_id - a.incident_id).map((i) => {
      const li = document.createElement("li");
      li.className = "incident";
      const what = document.createElement("strong");
      what.textContent = `${i.device ? `${i.device} ` : ""}${i.type}: ${number(i.value)}`;
      const limits = document.createElement("span");
      limits.textContent = i.reason || `outside ${number(i.min)} to ${number(i.max)}`;
      const since = document.createElement("span");
      since.className = "since";
      since.textContent = `${i.counter} values, since ${age(Date.now() - new Date(i.opened_at))}`;
      li.append(what, limits, since);
      return li;
    });
    this.#list.replaceChildren(...items);
    document.getElementById("incident-count").textContent = items.length;
    document.getElementById("no-incidents").hidden = items.length > 0;
  }
}
