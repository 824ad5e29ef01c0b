// One sensor: its value now, its history from five minutes to a year with limits drawn, zoom, a table, export.
import { Chart } from "../chart.js";
import { choice, everyWhile, h, icon, onFrame, setText, table } from "../dom.js";
import { age, count, moment, number, withUnit } from "../format.js";
import { exportSeries, readLast, readSeries } from "../model/series.js";
import { get } from "../rest.js";
import { t } from "../words.js";

const minute = 60e3, hour = 60 * minute, day = 24 * hour;
const ranges = () => [
  [5 * minute, t("5 min")], [hour, t("1 h")], [6 * hour, t("6 h")], [day, t("24 h")], [7 * day, t("7 d")],
  [30 * day, t("30 d")], [365 * day, t("1 y")],
];
const tableRows = 12, mostLive = 20000;

export function show(place, app, subject) {
  const view = new SensorView(place, app, Number(subject));
  return () => view.end();
}

const empty = () => [[], [], [], [], []];

class SensorView {
  #app;
  #id;
  #end = new AbortController();
  #reading = new AbortController();
  #columns = empty(); // as of readSeries
  #newest = -Infinity; // ms: no value in them is newer
  #live = [];          // what has come since the page is open: {time, value}, time in ms
  #last = [];          // the newest values as they came, newest first
  #limits = [];
  #unit = "";
  #span = hour;
  #window = null; // [from, to] in ms of a zoom; null: the last #span
  #chart = new Chart({
    tall: true, dots: true, height: 300, lines: ["accent", "accent", "accent"], band: true, label: t("History; its last values are in the table below"),
    limits: () => this.#limits, zoomed: (from, to) => this.#zoom(from * 1000, to * 1000),
  });
  #value = h("output", { id: "chart-value" }, "–");
  #title = h("h2");
  #time = h("span");
  #status = h("span", { class: "badge" });
  #note = h("p", { class: "note", role: "status" });
  #facts = h("dl", { class: "facts" });
  #figures = new Map();
  #rows = h("tbody");
  #back = h("button", { type: "button", class: "quiet small", onclick: () => this.#follow() }, t("Back to now"));
  #ranges = choice(ranges(), hour, (span) => { this.#span = span; this.#follow(); }, t("Range"));
  #draw = onFrame(() => this.#drawNow());

  constructor(place, app, id) {
    this.#app = app;
    this.#id = id;
    const { sensors, incidents } = app;
    place.append(this.#historyCard(), h("div", { class: "columns" }, this.#factsCard(), this.#valuesCard()));
    const listen = (from, event, act) => from.addEventListener(event, act, { signal: this.#end.signal });
    listen(sensors, "value", ({ detail }) => { if (detail.id === id && detail.fresh) this.#add(detail); });
    listen(sensors, "list", () => this.#name());
    listen(incidents, "change", () => this.#drawStatus());
    this.#end.signal.addEventListener("abort", everyWhile(5000, () => { this.#drawTime(); if (!this.#window) this.#draw(); }));
    this.#name();
    this.#drawStatus();
    this.#loadRecord();
    this.#load();
    readLast(id, tableRows).then((rows) => {
      const later = this.#last.filter(({ time }) => !rows.length || time > rows[0].time);
      this.#last = [...later, ...rows].slice(0, tableRows);
      this.#draw();
    }).catch(() => {}); // the history says why
  }

  end() {
    this.#end.abort();
    this.#reading.abort();
    this.#chart.destroy();
  }

  #historyCard() {
    const button = (name, text, act) => h("button", { type: "button", class: "quiet small", "data-act": name, onclick: act }, text);
    const figure = (name, text) => {
      const value = h("dd", {}, "–");
      this.#figures.set(name, value);
      return h("div", { class: "figure", "data-figure": name }, h("dt", {}, text), value);
    };
    return h("section", { class: "card", "aria-label": t("History") },
      h("a", { class: "back", href: "/" }, icon("back"), t("All sensors")),
      this.#title,
      h("p", { class: "now" }, this.#value, this.#time, this.#status),
      h("div", { class: "row" }, this.#ranges.element,
        h("div", { class: "row", role: "group", "aria-label": t("Zoom") },
          button("earlier", t("Earlier"), () => this.#shift(-0.5)), button("in", t("Zoom in"), () => this.#scale(0.5)),
          button("out", t("Zoom out"), () => this.#scale(2)), button("later", t("Later"), () => this.#shift(0.5)), this.#back)),
      this.#chart.element, this.#note,
      h("dl", { class: "figures" }, figure("min", t("Lowest")), figure("mean", t("Mean")), figure("max", t("Highest")), figure("count", t("Values"))));
  }

  #factsCard() {
    const save = (format) => h("button", { type: "button", class: "quiet small", "data-export": format, onclick: () => this.#export(format) }, format.toUpperCase());
    return h("section", { class: "card", "aria-labelledby": "facts-title" }, h("h2", { id: "facts-title" }, t("About")), this.#facts,
      h("div", { class: "row", role: "group", "aria-label": t("Export") }, h("span", { class: "note" }, t("Export what is shown:")), save("csv"), save("ndjson")));
  }

  #valuesCard() {
    return h("section", { class: "card", "aria-labelledby": "values-title" }, h("h2", { id: "values-title" }, t("Last values")),
      table(t("Last values, newest first"), [t("Time"), t("Value")], this.#rows, { id: "values", class: "values" }));
  }

  get #now() { return this.#window ?? [Date.now() - this.#span, Date.now()]; }

  #name() {
    const record = this.#app.sensors.get(this.#id)?.record;
    const name = record?.name ?? t("Sensor {id}", { id: this.#id });
    setText(this.#title, name);
    this.#app.router.title(name);
  }

  async #loadRecord() {
    try {
      const record = await get(`/api/monitoring/sensors/${this.#id}/`);
      this.#unit = record.unit || "";
      this.#limits = [record.thresholds?.min, record.thresholds?.max].filter(Number.isFinite);
      this.#drawFacts(record);
      this.#drawStatus();
      this.#draw();
    } catch (e) {
      this.#say(e.message, true);
    }
  }

  #drawFacts(record) {
    const { min, max } = record.thresholds ?? {};
    const { client_id: sender, username, not_a_number: refused } = record.live ?? {};
    const facts = [
      [t("Sent by"), sender && (username ? `${sender} (${username})` : sender)], [t("Not a number"), refused > 0 ? count(refused) : null],
      [t("Type"), record.type], [t("Unit"), record.unit], [t("Device"), record.device], [t("Topic"), record.topic],
      [t("Limits"), Number.isFinite(min) || Number.isFinite(max) ? `${number(min)} … ${number(max)} ${this.#unit}` : t("none")],
      [t("Values stored"), record.count], [t("First value"), record.first_at && moment(new Date(record.first_at))],
      [t("Number"), record.id],
    ];
    this.#facts.replaceChildren(...facts.filter(([, value]) => value !== "" && value !== undefined && value !== null)
      .map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, String(value)))));
  }

  async #load() {
    this.#reading.abort();
    const reading = this.#reading = new AbortController();
    const [from, to] = this.#now;
    this.#back.hidden = this.#window === null;
    try {
      await readSeries(this.#id, from, to, (columns, newest, more) => {
        if (reading.signal.aborted) return;
        this.#columns = columns;
        this.#newest = newest;
        if (!this.#window) this.#addLater(from);
        this.#say(more ? t("Reading …") : "");
        this.#draw();
      }, reading.signal);
      if (this.#columns[0].length === 0) this.#say(t("No values in this range."));
    } catch (e) {
      if (e.name !== "AbortError") this.#say(t("No history: {why}", { why: e.message }), true);
    }
  }

  #add({ value, time, unit }) {
    if (unit) this.#unit = unit;
    if (!this.#last.length || time > this.#last[0].time) this.#last = [{ time, value }, ...this.#last].slice(0, tableRows);
    this.#live.push({ time: Number(time), value });
    if (this.#live.length > mostLive) this.#live.shift();
    if (!this.#window && time > this.#newest) {
      this.#newest = Number(time);
      addTo(this.#columns, time, value);
      if (this.#columns[0].length > mostLive) for (const column of this.#columns) column.splice(0, column.length - mostLive);
      this.#say("");
    }
    this.#draw();
  }

  // What has come live since the newest of the stored values was read.
  #addLater(from) {
    for (const { time, value } of this.#live) {
      if (time <= this.#newest || time < from) continue;
      this.#newest = time;
      addTo(this.#columns, time, value);
    }
  }

  #follow() {
    this.#window = null;
    this.#columns = empty();
    this.#newest = -Infinity;
    this.#ranges.mark(this.#span);
    this.#load();
  }

  #zoom(from, to) {
    this.#window = [from, Math.max(to, from + 1000)];
    this.#ranges.mark(null);
    this.#load();
    this.#draw();
  }

  #scale(factor) {
    const [from, to] = this.#now, middle = (from + to) / 2, half = (to - from) / 2 * factor;
    this.#zoom(middle - half, Math.min(middle + half, Date.now()));
  }

  #shift(part) {
    const [from, to] = this.#now, way = Math.min((to - from) * part, Date.now() - to);
    this.#zoom(from + way, to + way);
  }

  #say(text, error = false) {
    this.#note.dataset.kind = error ? "error" : "";
    setText(this.#note, text);
  }

  #drawNow() {
    this.#forget();
    const [from, to] = this.#now.map((ms) => ms / 1000);
    const [times, values, low, high, counts] = this.#columns;
    const sensor = this.#app.sensors.get(this.#id);
    setText(this.#value, sensor?.problem ? t("reports nan") : withUnit(sensor?.value ?? values.at(-1), this.#unit));
    this.#drawTime();
    this.#chart.range = [from, to];
    this.#chart.data = this.#columns.slice(0, 4);
    const total = counts.reduce((a, b) => a + b, 0);
    setText(this.#figures.get("min"), withUnit(least(low), this.#unit));
    setText(this.#figures.get("max"), withUnit(most(high), this.#unit));
    setText(this.#figures.get("mean"), withUnit(total > 0 ? values.reduce((sum, v, i) => sum + v * counts[i] / total, 0) : NaN, this.#unit));
    setText(this.#figures.get("count"), count(total));
    this.#drawRows();
  }

  // What has moved out of a live range.
  #forget() {
    if (this.#window) return;
    const start = (Date.now() - this.#span) / 1000;
    const gone = this.#columns[0].findIndex((time) => time >= start);
    if (gone > 0) for (const column of this.#columns) column.splice(0, gone);
  }

  #drawTime() {
    const sensor = this.#app.sensors.get(this.#id);
    setText(this.#time, sensor?.time ? age(Date.now() - sensor.time) : "");
  }

  #drawStatus() {
    const alert = this.#app.incidents.sensors.has(this.#id);
    this.#status.hidden = !alert && this.#limits.length === 0;
    this.#status.className = `badge ${alert ? "bad" : "good"}`;
    setText(this.#status, alert ? t("outside its limits") : t("within its limits"));
  }

  #drawRows() {
    this.#rows.replaceChildren(...this.#last.map(({ time, value }) => h("tr", {}, h("td", {}, moment(time)), h("td", {}, withUnit(value, this.#unit)))));
  }

  async #export(format) {
    const [from, to] = this.#now;
    try {
      await exportSeries(this.#id, from, to, format, (rows) => this.#say(t("{n} rows", { n: rows })));
    } catch (e) {
      this.#say(e.message, true);
    }
  }
}

const least = (values) => values.reduce((a, b) => (b < a ? b : a), Infinity);
const most = (values) => values.reduce((a, b) => (b > a ? b : a), -Infinity);

// One value more. The last column may stand for a step of time that has not ended: its time is the step's middle, and
// the value may be earlier.
function addTo(columns, time, value) {
  const [times, means, lowest, highest, counts] = columns, seconds = time / 1000, last = times.length - 1;
  if (last < 0 || seconds > times[last]) {
    [seconds, value, value, value, 1].forEach((number, i) => columns[i].push(number));
    return;
  }
  counts[last] += 1;
  means[last] += (value - means[last]) / counts[last];
  lowest[last] = Math.min(lowest[last], value);
  highest[last] = Math.max(highest[last], value);
}
