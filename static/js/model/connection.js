// The MQTT connection: Paho behind a small face. Reconnects with back-off, subscribes again after each reconnect.
// Events: "state" {state, detail}, "message" {topic, bytes, qos, retained}.
/* global Paho */
import { script } from "../dom.js";
import { t } from "../words.js";

const firstDelay = 1000, longestDelay = 30000;

let library = null;

// Once there is a connection to make, not before: the first values come without it. Asked for again if it did not come.
function paho() {
  library ??= script("/paho-mqtt.js").catch((e) => {
    library = null;
    throw e;
  });
  return library;
}

export class Connection extends EventTarget {
  #client = null;
  #target = null;
  #wanted = new Map(); // filter -> who wants it -> QoS
  #delay = firstDelay;
  #timer = 0;
  #everConnected = false;

  get connected() { return this.#client?.isConnected() ?? false; }
  get user() { return this.#target?.user ?? ""; }

  // {host, port, user, password}
  open(target) {
    this.close();
    this.#target = target;
    this.#delay = firstDelay;
    this.#everConnected = false;
    this.#try();
  }

  close() {
    clearTimeout(this.#timer);
    this.#target = null;
    const old = this.#client;
    this.#client = null;
    if (old?.isConnected()) {
      try { old.disconnect(); } catch { /* it was just going */ }
    }
    this.#say("disconnected");
  }

  // Subscribes, now and after each reconnection, until as many have dropped the filter as have kept it. Rejects, and
  // keeps nothing, if the broker refuses.
  keep(filter, qos = 0, owner = "page") {
    const owners = this.#wanted.get(filter) ?? new Map();
    this.#wanted.set(filter, owners.set(owner, qos));
    if (!this.connected) return Promise.resolve();
    return this.#subscribe(filter).catch((e) => {
      this.drop(filter, owner);
      throw e;
    });
  }

  drop(filter, owner = "page") {
    const owners = this.#wanted.get(filter);
    owners?.delete(owner);
    if (!owners || owners.size > 0) return;
    this.#wanted.delete(filter);
    if (this.connected) this.#client.unsubscribe(filter);
  }

  #subscribe(filter) {
    const qos = Math.max(...this.#wanted.get(filter).values());
    return new Promise((resolve, reject) => this.#client.subscribe(filter, {
      qos,
      onSuccess: resolve,
      onFailure: (e) => reject(new Error(e.errorMessage || t("{filter} was refused", { filter }))),
    }));
  }

  // Throws if there is no connection or the topic is wrong.
  publish(topic, payload, qos, retained) {
    if (!this.connected) throw new Error(t("not connected"));
    const message = new Paho.Message(payload);
    message.destinationName = topic;
    message.qos = qos;
    message.retained = retained;
    this.#client.send(message);
  }

  async #try() {
    const target = this.#target, { host, port, user, password } = target;
    this.#say("connecting");
    try {
      await paho();
    } catch {
      if (this.#target === target) this.#failed();
      return;
    }
    if (this.#target !== target) return; // meanwhile the reader wants another one, or none
    const id = `page-${Math.random().toString(16).slice(2, 10)}`;
    const client = new Paho.Client(host, Number(port), "/mqtt", id);
    this.#client = client;
    const mine = (act) => (...args) => { if (this.#client === client) act(...args); };
    client.onConnectionLost = mine((e) => this.#lost(e));
    client.onMessageArrived = mine((m) => this.#arrived(m));
    try {
      client.connect({
        timeout: 10, keepAliveInterval: 30, cleanSession: true, mqttVersion: 4,
        useSSL: location.protocol === "https:",
        ...(user ? { userName: user, password } : {}),
        onSuccess: mine(() => this.#ready()),
        onFailure: mine((e) => this.#failed(e)),
      });
    } catch (e) {
      this.#failed({ errorMessage: e.message });
    }
  }

  #ready() {
    this.#delay = firstDelay;
    this.#everConnected = true;
    for (const filter of this.#wanted.keys()) this.#subscribe(filter).catch((e) => console.warn(filter, e.message));
    this.#say("connected");
  }

  #failed(e) { this.#again(this.#everConnected ? "lost" : "failed", e?.errorMessage); }
  #lost(e) { if (e.errorCode !== 0) this.#again("lost", e.errorMessage); }

  #again(state, detail) {
    if (!this.#target) return;
    this.#say(state, t("{why}; next try in {n} s", { why: detail || t("no connection"), n: Math.round(this.#delay / 1000) }));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { if (this.#target) this.#try(); }, this.#delay);
    this.#delay = Math.min(this.#delay * 2, longestDelay);
  }

  // An exception here would make Paho close the connection: nothing may escape.
  #arrived(message) {
    try {
      this.dispatchEvent(new CustomEvent("message", { detail: {
        topic: message.destinationName, bytes: message.payloadBytes, qos: message.qos, retained: message.retained,
      } }));
    } catch (e) {
      console.error(e);
    }
  }

  #say(state, detail = "") { this.dispatchEvent(new CustomEvent("state", { detail: { state, detail } })); }
}
