// The publish and subscribe console with its list of messages. The list is bounded and drawn once per frame.
import { clock, payloadText } from "./format.js";

const mostMessages = 500;

export class MessageConsole {
  #connection;
  #own; // filters that the page itself needs: not shown, not unsubscribed
  #list = document.getElementById("messages");
  #note = document.getElementById("console-note");
  #waiting = [];
  #count = 0;
  #paused = false;
  #frame = 0;

  constructor(connection, own) {
    this.#connection = connection;
    this.#own = own;
    this.#on("subscribe-form", "submit", (form) => this.#subscribe(form.filter.value.trim(), Number(form.qos.value)));
    this.#on("publish-form", "submit", (form) => this.#publish(form));
    document.getElementById("clear").addEventListener("click", () => this.#clear());
    const pause = document.getElementById("pause");
    pause.addEventListener("click", () => {
      this.#paused = !this.#paused;
      pause.setAttribute("aria-pressed", String(this.#paused));
      pause.textContent = this.#paused ? "Go on" : "Pause";
      this.#later();
    });
  }

  // Only what the user asked for is listed, not what the page needs for itself.
  add(message) {
    if (!this.#connection.subscriptions.some(([f]) => !this.#own.has(f) && matches(f, message.topic))) return;
    this.#count += 1;
    this.#waiting.push({ ...message, time: new Date() });
    if (this.#waiting.length > mostMessages) this.#waiting.shift();
    this.#later();
  }

  #on(id, event, act) {
    document.getElementById(id).addEventListener(event, (e) => {
      e.preventDefault();
      act(e.target.elements);
    });
  }

  async #subscribe(filter, qos) {
    try {
      await this.#connection.subscribe(filter, qos);
      this.#say(`subscribed to ${filter}`);
    } catch (e) {
      this.#connection.unsubscribe(filter);
      this.#say(e.message, true);
    }
    this.drawSubscriptions();
  }

  #publish(form) {
    const topic = form.topic.value;
    try {
      if (/[+#]/.test(topic)) throw new Error("a topic to publish to has no + and no #");
      this.#connection.publish(topic, form.payload.value, Number(form.qos.value), form.retain.checked);
      this.#say(`published on ${topic}`);
    } catch (e) {
      this.#say(e.message, true);
    }
  }

  drawSubscriptions() {
    const items = this.#connection.subscriptions.filter(([filter]) => !this.#own.has(filter)).map(([filter, qos]) => {
      const li = document.createElement("li");
      li.append(`${filter} (QoS ${qos})`);
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "×";
      button.setAttribute("aria-label", `Unsubscribe ${filter}`);
      button.addEventListener("click", () => {
        this.#connection.unsubscribe(filter);
        this.drawSubscriptions();
      });
      li.append(button);
      return li;
    });
    document.getElementById("subscriptions").replaceChildren(...items);
  }

  #say(text, error = false) {
    this.#note.textContent = text;
    this.#note.dataset.kind = error ? "error" : "";
  }

  #clear() {
    this.#waiting = [];
    this.#count = 0;
    this.#list.replaceChildren();
    this.#later();
  }

  #later() {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => { this.#frame = 0; this.#draw(); });
  }

  #draw() {
    document.getElementById("message-count").textContent = this.#count;
    if (this.#paused) return;
    const fresh = this.#waiting.splice(0).reverse().map(messageItem);
    this.#list.prepend(...fresh);
    while (this.#list.children.length > mostMessages) this.#list.lastChild.remove();
  }
}

function messageItem({ topic, bytes, qos, retained, time }) {
  const li = document.createElement("li");
  const when = document.createElement("time");
  when.dateTime = time.toISOString();
  when.textContent = clock(time);
  const name = document.createElement("span");
  name.className = "topic";
  name.textContent = `${topic} `;
  const flags = document.createElement("span");
  flags.className = "flags";
  flags.textContent = `QoS ${qos}${retained ? ", retained" : ""}`;
  name.append(flags);
  const payload = document.createElement("pre");
  const { text, hex } = payloadText(bytes);
  payload.textContent = text;
  if (hex) {
    payload.className = "hex";
    payload.title = "not UTF-8: shown as hexadecimal bytes";
  }
  li.append(when, name, payload);
  return li;
}

// MQTT-4.7: does a filter match a topic?
export function matches(filter, topic) {
  const f = filter.split("/"), t = topic.split("/");
  if (topic.startsWith("$") && (f[0] === "+" || f[0] === "#")) return false;
  for (let i = 0; i < f.length; i += 1) {
    if (f[i] === "#") return true;
    if (i >= t.length || (f[i] !== "+" && f[i] !== t[i])) return false;
  }
  return f.length === t.length;
}
