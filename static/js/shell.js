// What is around every view: the connection's state, the dialog to connect and log in, the language.
import { setText } from "./dom.js";
import { get, loginAs } from "./rest.js";
import { language, later, speak, t } from "./words.js";

const kept = "nightjar.connection";
const place = (id) => document.getElementById(id);

// What is kept between visits, never the password; a browser may refuse it.
function remembered() {
  try { return JSON.parse(localStorage.getItem(kept)) ?? {}; } catch { return {}; }
}
function remember({ host, port, user }) {
  try { localStorage.setItem(kept, JSON.stringify({ host, port, user })); } catch { /* private mode */ }
}

const usualPort = 9001;

// A page that came from a websockets listener finds MQTT on its own port; from the REST port it is elsewhere. null:
// nobody tells.
async function likelyPort() {
  const own = Number(location.port) || (location.protocol === "https:" ? 443 : 80);
  try {
    const { listeners } = await get("/api/v1/listeners");
    const ports = listeners.filter((l) => l.protocol === "websockets").map((l) => l.port);
    if (ports.includes(own)) return own;
    if (ports.length > 0) return ports[0];
  } catch { /* an older server, or one that wants a login first */ }
  return null;
}

const names = {
  connected: later("connected"), connecting: later("connecting"), lost: later("connection lost"),
  failed: later("no connection"), disconnected: later("disconnected"),
};

export class Shell {
  #app;
  #reload;
  #dialog = place("connection");
  #form = place("connect-form");
  #wasConnected = false;
  #quiet = 0;
  #portGiven = false;
  #submitted = false;

  constructor(app, reload) {
    this.#app = app;
    this.#reload = reload;
    app.connection.addEventListener("state", ({ detail }) => this.#state(detail));
    place("state").addEventListener("click", () => this.#dialog.showModal());
    place("connection-close").addEventListener("click", () => this.#dialog.close());
    window.addEventListener("login-wanted", () => this.#wantLogin());
    this.#form.addEventListener("submit", (e) => { e.preventDefault(); this.#submit(); });
    place("disconnect").addEventListener("click", () => { app.connection.close(); this.#dialog.close(); });
    for (const button of document.querySelectorAll("#language button"))
      button.addEventListener("click", () => this.#speak(button.value));
    this.#fill(remembered());
  }

  #fill({ host, port, user }) {
    const fields = this.#form.elements;
    this.#portGiven = Boolean(port);
    fields.host.value = host || location.hostname;
    fields.port.value = port || usualPort;
    fields.user.value = user || "";
  }

  // At the start: where the page came from, or where it was last.
  async connect() {
    this.#markLanguage();
    const fields = this.#form.elements;
    const port = this.#portGiven ? fields.port.value : await likelyPort() || usualPort;
    if (this.#submitted) return; // who was asked to log in was faster
    fields.port.value = port;
    this.#app.connection.open({ host: fields.host.value, port: Number(fields.port.value) });
  }

  // Whether the broker stores values.
  ingestion(running) {
    setText(place("paused"), running ? "" : t("Values are not being stored: ingestion is paused."));
  }

  async #submit() {
    this.#submitted = true;
    const { host, port, user, password } = this.#form.elements;
    loginAs(user.value, password.value);
    if (!this.#portGiven && Number(port.value) === usualPort) port.value = await likelyPort() || usualPort; // now it may tell
    const target = { host: host.value.trim(), port: Number(port.value), user: user.value, password: password.value };
    remember(target);
    this.#app.connection.open(target);
    this.#dialog.close();
    this.#reload();
    this.#app.router.show();
  }

  #wantLogin() {
    setText(place("connect-note"), t("The broker wants a user name and a password."));
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#form.elements.user.focus();
  }

  #state({ state, detail }) {
    const pill = place("state");
    pill.dataset.state = state;
    setText(place("state-text"), t(names[state]));
    pill.title = detail;
    if (state === "lost") this.#say(t("The connection to the broker was lost. Trying again."));
    if (state === "failed") this.#say(t("There is no connection to the broker: {detail}", { detail }));
    if (state === "disconnected") this.#say("");
    if (state !== "connected") return;
    this.#say(this.#wasConnected ? t("Connected again.") : "");
    if (this.#wasConnected) this.#reload(); // what was missed meanwhile
    this.#wasConnected = true;
  }

  // The banner is a live region: each change is heard once. Good news goes away by itself.
  #say(text) {
    const banner = place("banner");
    setText(banner, text);
    clearTimeout(this.#quiet);
    const { state } = place("state").dataset;
    banner.dataset.kind = state === "connected" ? "good" : "bad";
    if (state === "connected" && text) this.#quiet = setTimeout(() => setText(banner, ""), 4000);
  }

  async #speak(choice) {
    await speak(choice);
    this.#markLanguage();
    const { state } = place("state").dataset;
    setText(place("state-text"), t(names[state]));
    await this.#app.router.show();
  }

  #markLanguage() {
    for (const button of document.querySelectorAll("#language button"))
      button.setAttribute("aria-pressed", String(button.value === language()));
  }
}
