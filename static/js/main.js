// Puts the page together: language, models, connection, and the view that the address asks for.
import { Connection } from "./model/connection.js";
import { Incidents } from "./model/incidents.js";
import { Messages } from "./model/messages.js";
import { Sensors } from "./model/sensors.js";
import { System } from "./model/system.js";
import { notifyOf } from "./notices.js";
import { loadAll, Router } from "./router.js";
import { Shell } from "./shell.js";
import { speak } from "./words.js";

const app = { connection: new Connection(), sensors: new Sensors(), incidents: new Incidents(), system: new System() };
app.messages = new Messages(app.connection);
app.router = new Router(document.getElementById("main"), app);
const shell = new Shell(app, load);
notifyOf(app.incidents, app.sensors);

function json(bytes) {
  try { return JSON.parse(new TextDecoder().decode(bytes)); } catch { return null; }
}

// What comes for the page itself; the console and the topics listen for themselves.
const wanted = [
  ["sensors/+/state", /^sensors\/(\d+)\/state$/, (id, state) => { if (state) app.sensors.live(id, state); }],
  ["dht11/status", /^dht11\/(status)$/, (_, state) => shell.ingestion(state?.status !== "offline")],
  ["dht11/incidents/+", /^dht11\/incidents\/(\d+)$/, (id, incident) => app.incidents.update(id, incident)],
];

app.connection.addEventListener("message", ({ detail: { topic, bytes } }) => {
  for (const [, pattern, take] of wanted) {
    const id = pattern.exec(topic)?.[1];
    if (id) take(Number(id), bytes.length > 0 ? json(bytes) : null);
  }
});

function load() {
  const give = (e) => console.warn(e);
  app.sensors.load().then(() => app.sensors.loadRecent()).catch(give);
  app.incidents.load().then(() => app.incidents.learnRights(app.connection.user)).catch(give);
}

async function start() {
  load();
  await speak();
  await app.router.show();
  for (const [filter] of wanted) app.connection.keep(filter);
  app.system.start();
  await shell.connect();
  setTimeout(loadAll, 1000);
}

window.nightjar = app; // for tests and the browser's console
await start();
