// The sensors: what REST knows of them, their last values as they come, and enough of the recent ones for a sparkline.
// Events: "list" when sensors have come, "value" with the sensor; `fresh` if that was a new value.
import { get } from "../rest.js";

const reloadPause = 2000; // ms between two looks for sensors we do not know
const kept = 60;          // values of a sensor

export class Sensors extends EventTarget {
  all = new Map(); // id -> {id, record, value, unit, time, recent, fresh}
  loaded = false;
  #loadedAt = 0;
  #timer = 0;

  get(id) { return this.all.get(id); }

  async load() {
    this.#loadedAt = Date.now();
    const records = await get("/api/monitoring/sensors/");
    const ids = new Set(records.map((record) => record.id));
    for (const id of this.all.keys()) if (!ids.has(id)) this.all.delete(id);
    for (const record of records) {
      const sensor = this.all.get(record.id) ?? { id: record.id, record, value: NaN, unit: "", time: null, recent: [] };
      this.all.set(record.id, sensor);
      sensor.record = record;
      sensor.unit = record.unit || "";
      if (record.last && !(sensor.time >= new Date(record.last.created_at))) {
        sensor.value = record.last.value;
        sensor.time = new Date(record.last.created_at);
      }
    }
    this.loaded = true;
    this.dispatchEvent(new Event("list"));
  }

  // The newest values of all of them, for the sparklines: one question, not one for each.
  async loadRecent() {
    const rows = await get("/api/monitoring/measurements/?limit=3000");
    const found = new Map();
    for (const row of rows) { // newest first
      const values = found.get(row.sensor) ?? [];
      if (values.length < kept) values.push(row.value);
      found.set(row.sensor, values);
    }
    for (const [id, values] of found) {
      const sensor = this.all.get(id);
      if (sensor && sensor.recent.length < values.length) sensor.recent = values.reverse();
    }
    this.dispatchEvent(new Event("list"));
  }

  // A message on sensors/<id>/state.
  live(id, state) {
    const sensor = this.all.get(id);
    if (!sensor) {
      this.#loadSoon();
      return;
    }
    const time = state.time ? new Date(state.time) : new Date();
    const again = sensor.time && time <= sensor.time && state.value === sensor.value; // retained: known from REST
    sensor.value = state.value;
    sensor.problem = state.problem; // "not_a_number"
    sensor.time = time;
    if (state.unit) sensor.unit = state.unit;
    sensor.fresh = !again && Number.isFinite(state.value);
    if (sensor.fresh) {
      sensor.recent.push(state.value);
      if (sensor.recent.length > kept) sensor.recent.shift();
    }
    this.dispatchEvent(new CustomEvent("value", { detail: sensor }));
  }

  #loadSoon() {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.load().catch((e) => console.warn(e));
    }, Math.max(0, this.#loadedAt + reloadPause - Date.now()));
  }
}
