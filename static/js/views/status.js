// The broker's own state: figures, a quarter of an hour of charts, every number of $SYS.
import { Chart } from "../chart.js";
import { h, onFrame, setText, table } from "../dom.js";
import { count, duration, number, size } from "../format.js";
import { dropped } from "../model/system.js";
import { ask } from "../rest.js";
import { t } from "../words.js";

const charts = () => [
  [t("Messages per second"), ["received", "sent"], [t("in"), t("out")], number],
  [t("Bytes per second"), ["bytesIn", "bytesOut"], [t("in"), t("out")], size],
  [t("Clients connected"), ["clients"], [], number],
  [t("Dropped per second"), ["dropped"], [], number],
  [t("Values stored per second"), ["stored"], [], number],
  [t("Memory"), ["memory"], [], size],
];

const figures = () => [
  [t("Uptime"), (now) => duration(now.uptime)], [t("Connected"), (now) => count(now["clients/connected"])],
  [t("Away"), (now) => count(now["clients/disconnected"])], [t("Subscriptions"), (now) => count(now["subscriptions/count"])],
  [t("Retained"), (now) => count(now["retained messages/count"])], [t("Dropped"), (now) => count(dropped(now))],
  [t("Values stored"), (now) => count(now["store/measurements"])], [t("Store on disk"), (now) => size(now["store/bytes/used"])],
  [t("Memory"), (now) => size(now["heap/current"])],
];

export function show(place, { system }) {
  const signal = new AbortController();
  const outputs = figures().map(([name, value]) => ({ value, output: h("dd", {}, "–"), name }));
  const version = h("dd", {}, "–");
  const drawn = charts().map(([title, lines, names, format]) => ({
    lines, title, names, chart: new Chart({ label: title, format, floor: true, binary: format === size, lines: ["accent", "series-2"].slice(0, lines.length) }),
  }));
  const rows = h("tbody");
  const all = h("details", {}, h("summary", {}, t("Every number of $SYS")), table(t("Every number of $SYS"), [t("Topic"), { number: t("Value") }], rows));
  place.append(h("dl", { class: "figures" }, outputs.map(({ name, output }) => h("div", { class: "figure" }, h("dt", {}, name), output)),
    h("div", { class: "figure" }, h("dt", {}, t("Version")), version)),
  h("div", { class: "charts" }, drawn.map(({ title, names, chart }) => h("section", { class: "card", "aria-label": title }, h("div", { class: "head" }, h("h2", {}, title),
    names.length > 0 && h("ul", { class: "legend push" }, names.map((name) => h("li", {}, name)))), chart.element))),
  h("section", { class: "card" }, all));

  const draw = onFrame(() => {
    if (Object.keys(system.now).length === 0) return;
    for (const { output, value } of outputs) setText(output, value(system.now));
    const last = Date.now() / 1000;
    for (const { chart, lines } of drawn) {
      chart.range = [Math.min(system.times[0] ?? last, last - 60), last];
      chart.data = [system.times, ...lines.map((name) => system.history[name])];
    }
    if (all.open) drawRows();
  });
  function drawRows() {
    rows.replaceChildren(...Object.entries(system.now).sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([topic, value]) => h("tr", {}, h("td", { class: "mono" }, `$SYS/broker/${topic}`), h("td", { class: "number" }, String(value)))));
  }
  all.addEventListener("toggle", () => { if (all.open) drawRows(); });
  system.addEventListener("change", draw, { signal: signal.signal });
  ask("GET", "/api/v1/version").then((answer) => answer.text()).then((text) => setText(version, text.trim())).catch(() => {});
  draw();
  return () => {
    signal.abort();
    for (const { chart } of drawn) chart.destroy();
  };
}
