// Puts the page together: one connection, and who listens to what.
import { Connection } from "./connection.js";
import { MessageConsole } from "./console.js";
import { History } from "./history.js";
import { Incidents } from "./incidents.js";
import { Sensors } from "./sensors.js";

const stateFilter = "sensors/+/state", incidentFilter = "dht11/incidents/+";

const connection = new Connection();
const sensors = new Sensors();
const history = new History();
const incidents = new Incidents();
const messages = new MessageConsole(connection, new Set([stateFilter, incidentFilter]));

// What is kept between visits; a browser may refuse it.
function remembered() {
  try { return JSON.parse(localStorage.getItem("nightjar.connection")) ?? {}; } catch { return {}; }
}
function remember(target) {
  try { localStorage.setItem("nightjar.connection", JSON.stringify({ host: target.host, port: target.port })); } catch { /* private mode */ }
}

// A page that came from a websockets listener finds MQTT on its own port; from the REST port it is on 9001.
async function likelyPort() {
  const own = Number(location.port) || (location.protocol === "https:" ? 443 : 80);
  try {
    const { listeners } = await (await fetch("/api/v1/listeners")).json();
    const ports = listeners.filter((l) => l.protocol === "websockets").map((l) => l.port);
    if (ports.includes(own)) return own;
    if (ports.length > 0) return ports[0];
  } catch { /* an older or closed server: the usual port */ }
  return 9001;
}

function json(bytes) {
  try { return JSON.parse(new TextDecoder().decode(bytes)); } catch { return null; }
}

connection.addEventListener("state", ({ detail: { state, detail } }) => {
  const place = document.getElementById("state");
  place.dataset.state = state;
  place.textContent = state;
  place.title = detail;
  if (state === "connected") {
    messages.drawSubscriptions();
    sensors.load().catch((e) => console.warn(e));
  }
});

connection.addEventListener("message", ({ detail }) => {
  const [, sensor] = /^sensors\/(\d+)\/state$/.exec(detail.topic) ?? [];
  const [, incident] = /^dht11\/incidents\/(\d+)$/.exec(detail.topic) ?? [];
  if (sensor) {
    const state = json(detail.bytes);
    if (state) sensors.live(Number(sensor), state);
  } else if (incident) {
    incidents.update(Number(incident), detail.bytes.length > 0 ? json(detail.bytes) : null);
  }
  messages.add(detail);
});

incidents.addEventListener("change", ({ detail }) => sensors.alerts(detail));
sensors.addEventListener("choose", ({ detail: { id, record } }) => history.show(id, record));
sensors.addEventListener("value", ({ detail }) => history.add(detail));

const form = document.getElementById("connect-form");
form.addEventListener("submit", (e) => {
  e.preventDefault();
  const { host, port, user, password } = form.elements;
  const target = { host: host.value.trim(), port: Number(port.value), user: user.value, password: password.value };
  remember(target);
  connection.open(target);
});
document.getElementById("disconnect").addEventListener("click", () => connection.close());

async function start() {
  const kept = remembered();
  form.elements.host.value = kept.host || location.hostname;
  form.elements.port.value = kept.port || await likelyPort();
  connection.subscribe(stateFilter);
  connection.subscribe(incidentFilter);
  connection.open({ host: form.elements.host.value, port: Number(form.elements.port.value) });
  await sensors.load();
}

start().catch((e) => console.warn(e));

// For tests and the browser's console.
window.nightjar = { connection, sensors, history, incidents };
