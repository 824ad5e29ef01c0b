// /graph_temp/ and /graph_hum/ of the DHT11 dashboard: the history of its first such sensor.
import { h } from "../dom.js";
import { t } from "../words.js";

const types = { temp: "temperature", hum: "humidity" };

export function show(place, { sensors, router }, subject) {
  const note = h("p", { class: "card", role: "status" }, t("Reading …"));
  place.append(note);
  const end = new AbortController();
  const look = () => {
    const found = [...sensors.all.values()].filter(({ record }) => record.type === types[subject]).sort((a, b) => a.id - b.id);
    if (found.length > 0) router.replace(`/sensors/${(found.find(({ record }) => record.source === "dht11") ?? found[0]).id}`);
    else if (sensors.loaded) note.textContent = t("There are no sensors yet.");
  };
  sensors.addEventListener("list", look, { signal: end.signal });
  look();
  return () => end.abort();
}
