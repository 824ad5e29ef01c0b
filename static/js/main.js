// Puts the page together: language, models, connection, and the view that the address asks for.
import { Connection } from "./model/connection.js";
import { Incidents } from "./model/incidents.js";
import { Messages } from "./model/messages.js";
import { Sensors } from "./model/sensors.js";
import { System } from "./model/system.js";
import { notifyOf } from "./notices.js";
import { loadAll, Router } from "./router.js";
import { Shell } from "./shell.js";
import { get } from "./rest.js";
import { speak } from "./words.js";

const app = { connection: new Connection(), sensors: new Sensors(), incidents: new Incidents(), system: new System() };
app.messages = new Messages(app.connection);
app.router = new Router(document.getElementById("main"), app);
const shell = new Shell(app, () => loadMore(loadSensors()));
notifyOf(app.incidents, app.sensors);

function json(bytes) {
  try { return JSON.parse(new TextDecoder().decode(bytes)); } catch { return null; }
}

// What comes for the page itself; the console and the topics listen for themselves. A filter is a text before and one
// after a number, or no number.
const listened = ({ incidents, status }) => [
  ["sensors/", "+", "/state", (id, state) => { if (state) app.sensors.live(id, state); }],
  [`${incidents}/`, "+", "", (id, incident) => app.incidents.update(id, incident)],
  [status, "", "", (_, state) => shell.ingestion(state?.status !== "offline")],
];
let wanted = listened({ incidents: "dht11/incidents", status: "dht11/status" });
const filters = () => wanted.map(([before, number, after]) => before + number + after);
const keep = () => { for (const filter of filters()) app.connection.keep(filter).catch((e) => console.warn(e)); };

app.connection.addEventListener("message", ({ detail: { topic, bytes } }) => {
  for (const [before, number, after, take] of wanted) {
    const id = topic.slice(before.length, topic.length - after.length);
    if (topic !== before + id + after || (number ? !/^\d+$/.test(id) : id)) continue;
    take(Number(id), bytes.length > 0 ? json(bytes) : null);
  }
});

// The configuration may give the plugin's topics other names.
async function learnTopics() {
  const next = listened((await get("/mqtt/status/")).topics);
  const before = filters();
  wanted = next;
  if (String(before) === String(filters())) return;
  for (const filter of before) app.connection.drop(filter);
  keep();
}

const warn = (e) => console.warn(e);

// Resolves when the sensors are here, or will not come.
const loadSensors = () => app.sensors.load().catch(warn);

function loadMore(sensors) {
  sensors.then(() => app.sensors.loadRecent()).catch(warn);
  learnTopics().catch(warn);
  app.incidents.load().then(() => app.incidents.learnRights(app.connection.user)).catch(warn);
}

async function start() {
  // The first picture has values, unless they are slow; all else comes after it.
  const sensors = loadSensors();
  await Promise.all([speak(), Promise.race([sensors, new Promise((done) => { setTimeout(done, 200); })])]);
  await app.router.show();
  loadMore(sensors);
  app.system.start();
  keep();
  await shell.connect();
  setTimeout(loadAll, 1000);
}

window.nightjar = app; // for tests and the browser's console
await start();
