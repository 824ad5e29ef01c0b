// The house at a glance: figures, open incidents, the sensors as tiles with a sparkline. Draws at most once per frame,
// and only the tiles whose values have come.
import { arrange, everyWhile, h, onFrame, setText, sparkline } from "../dom.js";
import { age, count, shortNumber } from "../format.js";
import { t } from "../words.js";
import { incidentList } from "./incident_list.js";

const mostTiles = 600;

export function show(place, { sensors, incidents, system }) {
  const end = new AbortController();
  const listen = (from, event, act) => from.addEventListener(event, act, { signal: end.signal });
  const figures = makeFigures(sensors, incidents, system);
  const open = incidentList(incidents, sensors, { signal: end.signal });
  const tiles = makeTiles(sensors, incidents);
  place.append(figures.element, open, tiles.element);

  listen(sensors, "list", () => { tiles.arrange(); figures.draw(); });
  listen(sensors, "value", ({ detail }) => tiles.changed(detail));
  listen(incidents, "change", () => { tiles.markAlerts(); figures.draw(); });
  listen(system, "change", figures.draw);
  tiles.arrange.now();
  figures.draw.now();
  const stop = everyWhile(5000, tiles.drawAges);
  return () => { stop(); end.abort(); };
}

function makeFigures(sensors, incidents, system) {
  const parts = [
    ["sensors", t("Sensors"), () => count(sensors.all.size)],
    ["incidents", t("Open incidents"), () => count(incidents.open.size)],
    ["clients", t("Clients connected"), () => count(system.now["clients/connected"])],
    ["received", t("Messages in"), () => count(system.rates.received), t("/s")],
    ["sent", t("Messages out"), () => count(system.rates.sent), t("/s")],
  ].map(([name, text, value, unit]) => {
    const output = h("span", {}, "–");
    const element = h("div", { class: "figure", "data-figure": name }, h("dt", {}, text), h("dd", {}, output, unit && h("small", {}, ` ${unit}`)));
    return { name, element, output, value };
  });
  const draw = onFrame(() => {
    for (const { output, value } of parts) setText(output, value());
    parts[1].element.classList.toggle("bad", incidents.open.size > 0);
  });
  return { element: h("dl", { class: "figures", "aria-label": t("Figures") }, parts.map((p) => p.element)), draw };
}

function makeTiles(sensors, incidents) {
  const made = new Map(); // id -> tile
  const waiting = new Set();
  const list = h("ul", { class: "tiles", id: "sensors" });
  const more = h("p", { class: "note" });
  const find = h("input", { type: "search", placeholder: t("name, type or id"), autocomplete: "off", "aria-label": t("Find a sensor") });
  const none = h("p", { class: "empty", hidden: true }, t("No values yet. Try:"), " ",
    h("code", {}, "mosquitto_pub -t iot/measurements -m '{\"sensor_id\":3,\"type\":\"light\",\"value\":2.57,\"unit\":\"V\"}'"));
  const badge = h("span", { class: "badge" }, "0");
  const element = h("section", { class: "card", "aria-labelledby": "sensors-title" },
    h("div", { class: "head" }, h("h2", { id: "sensors-title" }, t("Sensors")), badge, h("div", { class: "search" }, find)), list, more, none);

  const drawWaiting = onFrame(() => {
    for (const sensor of waiting) made.get(sensor.id)?.draw(sensor);
    waiting.clear();
  });
  const rearrange = onFrame(() => {
    const text = find.value.trim().toLowerCase();
    const shown = [...sensors.all.values()].sort((a, b) => a.id - b.id)
      .filter(({ record }) => !text || `${record.id} ${record.name} ${record.type} ${record.device}`.toLowerCase().includes(text));
    const tiles = shown.slice(0, mostTiles).map((sensor) => {
      const tile = made.get(sensor.id) ?? makeTile(sensor.id);
      made.set(sensor.id, tile);
      tile.draw(sensor);
      return tile.element;
    });
    arrange(list, tiles);
    setText(badge, count(sensors.all.size));
    setText(more, shown.length > mostTiles ? t("{n} more: the search finds them.", { n: shown.length - mostTiles }) : "");
    none.hidden = sensors.all.size > 0;
    markAlerts();
  });
  find.addEventListener("input", rearrange);

  function markAlerts() {
    const alert = incidents.sensors;
    for (const [id, tile] of made) tile.mark(alert.has(id));
  }
  return {
    element, arrange: rearrange, markAlerts,
    changed: (sensor) => { waiting.add(sensor); drawWaiting(); },
    drawAges: () => { for (const [id, tile] of made) tile.drawAge(sensors.get(id)); },
  };
}

function makeTile(id) {
  const name = h("span", { class: "name" }), value = h("span", { class: "value" }), unit = h("span", { class: "unit" });
  const when = h("span", { class: "age" }), alarm = h("span", { class: "hidden" });
  const spark = sparkline();
  const link = h("a", { class: "tile", href: `/sensors/${id}`, "data-id": id }, name, h("span", { class: "reading" }, value, " ", unit), spark.picture, when, alarm);
  const drawAge = (sensor) => { if (sensor) setText(when, sensor.time ? age(Date.now() - sensor.time) : t("no value")); };
  return {
    element: h("li", {}, link),
    drawAge,
    draw(sensor) {
      setText(name, sensor.record.name);
      setText(value, sensor.problem ? t("reports nan") : shortNumber(sensor.value));
      setText(unit, sensor.unit);
      drawAge(sensor);
      spark.draw(sensor.recent);
    },
    mark(on) {
      link.classList.toggle("alert", on);
      setText(alarm, on ? t("outside its limits") : "");
    },
  };
}
