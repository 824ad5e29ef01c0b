// The sensors as tiles: last values, updated live. Draws at most once per frame.
import { age, number } from "./format.js";
import { get } from "./rest.js";

const reloadPause = 2000; // ms between two looks for sensors we do not know

export class Sensors extends EventTarget {
  #list = document.getElementById("sensors");
  #filter = document.getElementById("sensor-filter");
  #sensors = new Map(); // id -> {record, value, unit, time, tile, changed}
  #alerts = new Set();
  #chosen = null;
  #frame = 0;
  #reloadAt = 0;
  #reloadTimer = 0;

  constructor() {
    super();
    this.#filter.addEventListener("input", () => this.#draw());
    setInterval(() => this.#later(), 10000); // ages
  }

  get chosen() { return this.#chosen; }
  record(id) { return this.#sensors.get(id)?.record; }

  async load() {
    this.#reloadAt = Date.now();
    for (const record of await get("/api/monitoring/sensors/")) {
      const known = this.#sensors.get(record.id) ?? this.#add(record.id);
      known.record = record;
      known.unit = record.unit || "";
      if (record.last && !(known.time >= new Date(record.last.created_at))) {
        known.value = record.last.value;
        known.time = new Date(record.last.created_at);
      }
    }
    this.#later();
    if (this.#chosen === null && this.#sensors.size > 0) this.choose([...this.#sensors.keys()].sort((a, b) => a - b)[0]);
  }

  // A message on sensors/<id>/state.
  live(id, state) {
    const known = this.#sensors.get(id);
    if (!known) return this.#loadSoon();
    known.value = state.value;
    if (state.unit) known.unit = state.unit;
    known.time = state.time ? new Date(state.time) : new Date();
    known.changed = true;
    this.#later();
    this.dispatchEvent(new CustomEvent("value", { detail: { id, value: known.value, time: known.time, unit: known.unit } }));
    return undefined;
  }

  alerts(ids) {
    this.#alerts = ids;
    this.#later();
  }

  choose(id) {
    this.#chosen = id;
    this.#later();
    this.dispatchEvent(new CustomEvent("choose", { detail: { id, record: this.record(id) } }));
  }

  #add(id) {
    const tile = document.createElement("li");
    tile.innerHTML = '<button type="button" class="sensor" aria-pressed="false"><span class="name"></span>' +
      '<span><span class="value"></span> <span class="unit"></span></span><span class="age"></span></button>';
    tile.firstChild.addEventListener("click", () => this.choose(id));
    const entry = { record: { id, name: `sensor ${id}`, type: "" }, value: NaN, unit: "", time: null, tile, changed: false };
    this.#sensors.set(id, entry);
    return entry;
  }

  #loadSoon() {
    if (this.#reloadTimer) return;
    const wait = Math.max(0, this.#reloadAt + reloadPause - Date.now());
    this.#reloadTimer = setTimeout(() => {
      this.#reloadTimer = 0;
      this.load().catch((e) => console.warn(e));
    }, wait);
  }

  #later() {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => { this.#frame = 0; this.#draw(); });
  }

  #draw() {
    const wanted = this.#filter.value.trim().toLowerCase();
    const shown = [...this.#sensors.values()].sort((a, b) => a.record.id - b.record.id)
      .filter(({ record }) => !wanted || `${record.id} ${record.name} ${record.type}`.toLowerCase().includes(wanted));
    for (const entry of shown) this.#drawTile(entry);
    const tiles = shown.map((entry) => entry.tile);
    if (tiles.length !== this.#list.children.length || tiles.some((t, i) => this.#list.children[i] !== t))
      this.#list.replaceChildren(...tiles);
    document.getElementById("sensor-count").textContent = this.#sensors.size;
    document.getElementById("no-sensors").hidden = this.#sensors.size > 0;
  }

  #drawTile(entry) {
    const button = entry.tile.firstChild;
    const put = (name, text) => {
      const place = button.querySelector(`.${name}`);
      if (place.textContent !== text) place.textContent = text;
    };
    put("name", entry.record.name);
    put("value", number(entry.value));
    put("unit", entry.unit);
    put("age", entry.time ? age(Date.now() - entry.time) : "no value");
    button.dataset.id = entry.record.id;
    button.setAttribute("aria-pressed", String(entry.record.id === this.#chosen));
    button.classList.toggle("alert", this.#alerts.has(entry.record.id));
    if (entry.changed) {
      entry.changed = false;
      button.classList.remove("fresh");
      requestAnimationFrame(() => button.classList.add("fresh"));
    }
  }
}
