// Subscribe and publish by hand. Payloads that are no text are shown, and may be written, as hexadecimal bytes.
import { h, onFrame, setText } from "../dom.js";
import { bytesOfHex, clock, count, payloadText } from "../format.js";
import { mostMessages } from "../model/messages.js";
import { Saved } from "../model/saved.js";
import { t } from "../words.js";

export function show(place, app) {
  const note = h("p", { class: "note", id: "console-note", role: "status", "aria-live": "polite" });
  const say = (text, error = false) => { note.dataset.kind = error ? "error" : ""; setText(note, text); };
  const list = messageList(app.messages);
  place.append(h("div", { class: "columns" },
    h("section", { class: "card", "aria-labelledby": "subscribe-title" }, h("h2", { id: "subscribe-title" }, t("Subscribe")), ...subscribing(app.messages, say)),
    h("section", { class: "card", "aria-labelledby": "publish-title" }, h("h2", { id: "publish-title" }, t("Publish")), publishing(app.connection, say))),
  note, list.element);
  return list.end;
}

const qosChoice = (label) => h("label", {}, label, h("select", { name: "qos" }, [0, 1, 2].map((n) => h("option", {}, String(n)))));

function subscribing(messages, say) {
  const saved = new Saved("filters");
  const filter = h("input", { name: "filter", value: "#", required: true, spellcheck: "false", autocomplete: "off" });
  const current = h("ul", { class: "pills", id: "subscriptions", "aria-label": t("Subscriptions") });
  const kept = h("ul", { class: "pills", id: "saved-filters", "aria-label": t("Saved filters") });
  const subscribe = async (text, qos) => {
    try {
      await messages.subscribe(text, qos);
      say(t("subscribed to {filter}", { filter: text }));
    } catch (e) {
      say(e.message, true);
    }
    draw();
  };
  const form = h("form", { class: "row", id: "subscribe-form", onsubmit: (e) => {
    e.preventDefault();
    subscribe(filter.value.trim(), Number(form.elements.qos.value));
  } }, h("label", { class: "full" }, t("Topic filter"), filter), qosChoice(t("QoS")), h("button", { type: "button", class: "quiet push", id: "save-filter", onclick: () => { if (filter.value.trim()) saved.add(filter.value.trim()); draw(); } }, t("Save filter")),
  h("button", { type: "submit" }, t("Subscribe")));

  const cross = (label, act) => h("button", { type: "button", "aria-label": label, onclick: () => { act(); draw(); } }, "×");
  function draw() {
    current.replaceChildren(...messages.filters.map(([text, qos]) => h("li", {}, `${text} (QoS ${qos})`,
      cross(t("Unsubscribe {filter}", { filter: text }), () => messages.unsubscribe(text)))));
    kept.replaceChildren(...saved.list.map((text) => h("li", {},
      h("button", { type: "button", class: "use", onclick: () => { filter.value = text; subscribe(text, Number(form.elements.qos.value)); } }, text),
      cross(t("Forget {filter}", { filter: text }), () => saved.remove(text)))));
  }
  draw();
  return [form, current, kept];
}

function publishing(connection, say) {
  const topic = h("input", { name: "topic", required: true, spellcheck: "false", autocomplete: "off", placeholder: t("house/hall/lamp") });
  const payload = h("textarea", { name: "payload", rows: "2", spellcheck: "false" });
  const hex = h("input", { type: "checkbox", name: "hex" });
  const form = h("form", { id: "publish-form", class: "row", onsubmit: (e) => {
    e.preventDefault();
    try {
      if (/[+#]/.test(topic.value)) throw new Error(t("a topic to publish to has no + and no #"));
      connection.publish(topic.value, hex.checked ? bytesOfHex(payload.value) : payload.value, Number(form.elements.qos.value), form.elements.retain.checked);
      say(t("published on {topic}", { topic: topic.value }));
    } catch (error) {
      say(error.message, true);
    }
  } }, h("label", { class: "full" }, t("Topic"), topic), h("label", { class: "full" }, t("Payload"), payload), qosChoice(t("QoS")),
  h("label", { class: "check" }, h("input", { type: "checkbox", name: "retain" }), t("Retain")), h("label", { class: "check" }, hex, t("Hexadecimal")),
  h("button", { type: "submit", class: "push" }, t("Publish")));
  return form;
}

function messageList(messages) {
  const total = h("span", { id: "message-count" }, "0"), list = h("ol", { class: "messages", id: "messages", tabindex: "0", "aria-label": t("Messages, newest first") });
  let paused = false, shown = 0; // the number of the newest that is in the page
  const pause = h("button", { type: "button", class: "quiet", id: "pause", "aria-pressed": "false", onclick: () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    setText(pause, paused ? t("Go on") : t("Pause"));
    draw();
  } }, t("Pause"));
  const draw = onFrame(() => {
    setText(total, count(messages.count));
    if (paused) return;
    if (messages.count < shown) { list.replaceChildren(); shown = 0; }
    list.prepend(...messages.list.filter(({ number }) => number > shown).reverse().map(messageItem));
    shown = messages.count;
    while (list.children.length > mostMessages) list.lastChild.remove();
  });
  messages.addEventListener("change", draw);
  draw();
  return {
    element: h("section", { class: "card", "aria-labelledby": "messages-title" }, h("div", { class: "head" },
      h("h2", { id: "messages-title" }, t("Messages")), h("span", { class: "badge" }, total),
      h("div", { class: "row push" }, pause, h("button", { type: "button", class: "quiet", id: "clear", onclick: () => messages.clear() }, t("Clear")))), list),
    end: () => messages.removeEventListener("change", draw),
  };
}

function messageItem({ topic, bytes, qos, retained, time }) {
  const { text, hex } = payloadText(bytes);
  return h("li", {}, h("time", { datetime: time.toISOString() }, clock(time)),
    h("span", { class: "topic" }, `${topic} `, h("span", { class: "flags" }, `QoS ${qos}${retained ? `, ${t("retained")}` : ""}`)),
    h("pre", hex ? { class: "hex", title: t("not UTF-8: shown as hexadecimal bytes") } : {}, text));
}
