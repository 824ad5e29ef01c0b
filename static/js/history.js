// The history of the chosen sensor: a chart that goes on live, and a table of its last values for those who cannot see it.
/* global uPlot */
import { clock, number } from "./format.js";
import { get } from "./rest.js";

const mostPoints = 5000, tableRows = 20;

export class History {
  #place = document.getElementById("chart");
  #empty = document.getElementById("chart-empty");
  #rows = document.querySelector("#values tbody");
  #plot = null;
  #times = [];
  #values = [];
  #sensor = null;
  #unit = "";
  #frame = 0;

  constructor() {
    new ResizeObserver(() => this.#later()).observe(this.#place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.#drop(); this.#later(); });
  }

  // For tests and the curious: what is drawn.
  get points() { return this.#times.map((t, i) => [t, this.#values[i]]); }

  async show(id, record) {
    this.#sensor = id;
    this.#unit = record?.unit || "";
    this.#times = [];
    this.#values = [];
    this.#drop();
    document.getElementById("chart-title").textContent = record?.name ?? `Sensor ${id}`;
    let rows = [];
    try {
      rows = await get(`/api/monitoring/sensors/${id}/measurements/?limit=1000`);
    } catch (e) {
      this.#empty.textContent = `No history: ${e.message}`;
    }
    if (this.#sensor !== id) return; // another one was chosen meanwhile
    const stored = rows.reverse().map((r) => [new Date(r.created_at) / 1000, r.value]);
    const newest = stored.length ? stored[stored.length - 1][0] : -Infinity;
    const live = this.points.filter(([t]) => t > newest); // arrived while we asked
    const all = [...stored, ...live].sort((a, b) => a[0] - b[0]);
    this.#times = all.map(([t]) => t);
    this.#values = all.map(([, v]) => v);
    this.#later();
  }

  add({ id, value, time, unit }) {
    if (id !== this.#sensor || !Number.isFinite(value)) return;
    if (unit) this.#unit = unit;
    const t = time / 1000;
    const last = this.#times.length - 1;
    if (last >= 0 && t <= this.#times[last]) {
      if (t < this.#times[last] || this.#values[last] === value) return;
    }
    this.#times.push(t);
    this.#values.push(value);
    if (this.#times.length > mostPoints) {
      this.#times.splice(0, this.#times.length - mostPoints);
      this.#values.splice(0, this.#values.length - mostPoints);
    }
    this.#later();
  }

  #later() {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => { this.#frame = 0; this.#draw(); });
  }

  #drop() {
    this.#plot?.destroy();
    this.#plot = null;
  }

  #draw() {
    const has = this.#times.length > 0;
    this.#empty.hidden = has;
    this.#place.hidden = !has;
    if (!has && this.#sensor !== null && !this.#empty.textContent.startsWith("No history"))
      this.#empty.textContent = "No values yet.";
    const last = this.#times.length - 1;
    document.getElementById("chart-value").textContent = has ? `${number(this.#values[last])} ${this.#unit}` : "–";
    document.getElementById("chart-time").textContent = has ? clock(new Date(this.#times[last] * 1000)) : "";
    this.#drawTable();
    if (!has) return;
    const size = { width: Math.max(200, this.#place.clientWidth), height: 260 };
    const data = [this.#times, this.#values];
    if (!this.#plot) {
      this.#plot = new uPlot({ ...size, ...this.#options() }, data, this.#place);
    } else {
      if (this.#plot.width !== size.width) this.#plot.setSize(size);
      this.#plot.setData(data);
    }
  }

  #options() {
    const style = getComputedStyle(document.documentElement);
    const ink = style.getPropertyValue("--soft").trim(), line = style.getPropertyValue("--line").trim();
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line } };
    return {
      legend: { show: false },
      cursor: { y: false },
      scales: { y: { range: (u, low, high) => (low === high ? [low - 1, high + 1] : uPlot.rangeNum(low, high, 0.1, true)) } },
      axes: [axis, { ...axis, size: 56, values: (u, ticks) => ticks.map(number) }],
      series: [{}, { stroke: style.getPropertyValue("--accent").trim(), width: 2, points: { show: this.#times.length < 60 } }],
    };
  }

  #drawTable() {
    const rows = [];
    for (let i = this.#times.length - 1; i >= 0 && rows.length < tableRows; i -= 1) {
      const row = document.createElement("tr");
      row.append(cell(new Date(this.#times[i] * 1000).toLocaleString()), cell(`${number(this.#values[i])} ${this.#unit}`));
      rows.push(row);
    }
    this.#rows.replaceChildren(...rows);
  }
}

function cell(text) {
  const td = document.createElement("td");
  td.textContent = text;
  return td;
}
