// uPlot behind a small face: loaded on first use, coloured by the page's own names, redrawn once per frame.
/* global uPlot */
import { h, onFrame, script } from "./dom.js";
import { clock, dayText, minuteText, number } from "./format.js";

let library = null;

// The script and its style, once.
function load() {
  if (library) return library;
  document.head.append(h("link", { rel: "stylesheet", href: "/uplot.css" }));
  library = script("/uplot.js");
  return library;
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const powersOfTwo = Array.from({ length: 50 }, (_, i) => 2 ** i);

// Times below the axis, as fine as its steps (in seconds); the date where a day begins.
function timeTexts(ticks, step) {
  let day = "";
  return ticks.map((seconds) => {
    const date = new Date(seconds * 1000), today = dayText(date);
    const text = step >= 86400 ? today : `${step < 60 ? clock(date) : minuteText(date)}${today === day ? "" : `\n${today}`}`;
    day = today;
    return text;
  });
}

const dark = matchMedia("(prefers-color-scheme: dark)");

// `lines`: names of colours. `limits()`: values drawn as dashed lines. `zoomed(from, to)`: the reader chose a range,
// in seconds. `band`: the second and third values are the ends of a band around the first. `dots`: few values are also
// drawn as dots. `floor`: the scale begins at nought. `label`: what a screen reader hears of it.
export class Chart {
  #plot = null;
  #data = [[]];
  #options;
  #observer;
  #signal = new AbortController();
  #draw = onFrame(() => this.#drawNow());

  constructor(options) {
    this.#options = { lines: ["accent"], height: 190, format: number, limits: () => [], ...options };
    this.element = h("div", { class: `chart${options.tall ? " tall" : ""}`, role: "img", "aria-label": options.label });
    this.#observer = new ResizeObserver(() => this.#draw());
    this.#observer.observe(this.element);
    dark.addEventListener("change", () => { this.#drop(); this.#draw(); }, { signal: this.#signal.signal });
  }

  // [times in seconds, values, ...]
  set data(data) {
    this.#data = data;
    this.#draw();
  }

  // What is shown, in seconds; null: all there is.
  set range(range) {
    this.#options.range = range;
    this.#draw();
  }

  destroy() {
    this.#signal.abort();
    this.#observer.disconnect();
    this.#drop();
    this.#options = null;
  }

  #drop() {
    this.#plot?.destroy();
    this.#plot = null;
  }

  async #drawNow() {
    await load();
    if (!this.#options || !this.element.isConnected || this.element.clientWidth === 0) return;
    const size = { width: this.element.clientWidth, height: this.#options.height };
    if (!this.#plot) this.#plot = new uPlot({ ...size, ...this.#settings() }, this.#data, this.element);
    else if (this.#plot.width !== size.width) this.#plot.setSize(size);
    this.#plot.setData(this.#data);
  }

  #settings() {
    const { lines, format, floor, zoomed, band, dots } = this.#options;
    const axis = { stroke: colour("soft"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line"), width: 1 } };
    return {
      legend: { show: false },
      cursor: { y: false, drag: { x: Boolean(zoomed), y: false, setScale: false } },
      padding: [8, 12, 0, 0],
      scales: { x: { range: (u, low, high) => this.#options.range ?? (low === high ? [low - 30, high + 30] : [low, high]) },
        y: { range: (u, low, high) => this.#scaleY(low, high, floor) } },
      axes: [{ ...axis, size: 46, space: 76, values: (u, ticks, i, space, step) => timeTexts(ticks, step) }, { ...axis, size: 62, values: (u, ticks) => ticks.map(format), ...(this.#options.binary ? { incrs: powersOfTwo } : {}) }],
      series: [{}, ...lines.map((name, i) => ({
        ...(band && i > 0 ? { stroke: "transparent", width: 0 } : { stroke: colour(name), width: 2 }), fill: i === 0 && lines.length === 1 ? `${colour(name)}1f` : undefined,
        points: { show: (u) => i === 0 && Boolean(dots) && u.data[0].length < 60, size: 6 },
      }))],
      ...(band ? { bands: [{ series: [2, 3], fill: `${colour("accent")}26` }] } : {}),
      hooks: {
        draw: [(u) => this.#drawLimits(u)],
        setSelect: [(u) => {
          if (!zoomed || u.select.width < 4) return;
          zoomed(u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x"));
          u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
        }],
      },
    };
  }

  // Limits that lie near are shown too.
  #scaleY(low, high, floor) {
    if (low === null || high === null) return [0, 1];
    let [bottom, top] = [low, high];
    const near = Math.max(high - low, Math.abs(high) * 0.1, 1e-9);
    for (const limit of this.#options.limits()) {
      if (limit > top && limit < high + near) top = limit;
      if (limit < bottom && limit > low - near) bottom = limit;
    }
    if (floor) return [0, Math.max(top * 1.15, 1)];
    return bottom === top ? [bottom - 1, top + 1] : uPlot.rangeNum(bottom, top, 0.1, true);
  }

  #drawLimits(u) {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.strokeStyle = colour("bad");
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.setLineDash([6 * devicePixelRatio, 5 * devicePixelRatio]);
    for (const limit of this.#options.limits()) {
      const y = u.valToPos(limit, "y", true);
      if (y < bbox.top || y > bbox.top + bbox.height) continue;
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
    }
    ctx.restore();
  }
}
