// One client: what it is, what was dropped for it, what it has subscribed to, what it does right now.
import { confirmed, everyWhile, h, icon, setText, table } from "../dom.js";
import { age, count, moment, size, withUnit } from "../format.js";
import { controlTopic, drops, kick, readClient } from "../model/clients.js";
import { Trace } from "../model/trace.js";
import { mayWrite } from "../rest.js";
import { later, t } from "../words.js";

const mostLines = 200;

export function show(place, app, id) {
  app.router.title(id);
  const trace = traceCard(id);
  const note = h("p", { class: "note", role: "status" }), facts = h("dl", { class: "facts" }), state = h("span", { class: "badge" });
  const dropped = h("dl", { class: "facts" }), filters = h("tbody"), actions = h("div", { class: "row", hidden: true });
  const say = (text, error = false) => { note.dataset.kind = error ? "error" : ""; setText(note, text); };
  const feeds = h("tbody"), sensors = h("section", { class: "card", hidden: true }, h("h2", {}, t("Sensors that it feeds")),
    table(t("Sensors that it feeds"), [t("Sensor"), t("Value"), t("Time")], feeds));
  const known = h("div", { class: "columns", hidden: true },
    h("section", { class: "card" }, h("h2", {}, t("Subscriptions")), table(t("Subscriptions"), [t("Topic filter"), t("QoS")], filters)),
    h("section", { class: "card" }, h("h2", {}, t("Dropped messages, by reason")), dropped));
  place.append(h("section", { class: "card", "aria-label": t("Client") },
    h("a", { class: "back", href: "/clients" }, icon("back"), t("All clients")),
    h("div", { class: "head" }, h("h2", {}, id), state, h("div", { class: "push" }, actions)), note, facts), sensors, known, trace.element);

  async function draw() {
    try {
      const client = await readClient(id);
      known.hidden = actions.hidden = false;
      actions.firstChild?.toggleAttribute("disabled", !client.connected); // one that is away can only lose its session
      setText(state, client.connected ? t("connected") : t("away"));
      state.className = `badge ${client.connected ? "good" : "bad"}`;
      facts.replaceChildren(...factsOf(client).map(fact));
      dropped.replaceChildren(...Object.entries(client.dropped).map(([reason, n]) => fact([t(dropReasons[reason] ?? reason), count(n), n > 0])));
      filters.replaceChildren(...client.subscription_list.map(({ filter, qos }) => h("tr", {}, h("td", { class: "mono" }, filter), h("td", {}, String(qos)))));
      sensors.hidden = client.sensors.length === 0;
      feeds.replaceChildren(...client.sensors.map((s) => h("tr", {}, h("td", {}, h("a", { href: `/sensors/${s.id}` }, s.name)),
        h("td", {}, withUnit(s.value, s.unit)), h("td", {}, moment(new Date(s.created_at))))));
      if (client.subscription_list.length === 0) filters.replaceChildren(h("tr", {}, h("td", { colspan: "2" }, t("none"))));
      say("");
    } catch (e) {
      if (e.status === 404) {
        known.hidden = actions.hidden = sensors.hidden = true;
        setText(state, "");
        facts.replaceChildren();
      }
      say(e.status === 404 ? t("There is no session of this client; when it connects, it appears here.") : e.message, e.status !== 404);
    }
  }
  const act = (session, question, text) => h("button", { type: "button", class: "danger", "data-session": session, onclick: async () => {
    if (!(await confirmed(question, text, t("Cancel")))) return;
    try { await kick(id, session); } catch (e) { say(e.message, true); return; }
    draw();
  } }, text);
  mayWrite(controlTopic, app.connection.user).then((may) => {
    if (may) actions.append(act("keep", t("Disconnect {client}? Its session stays; it may come back at once.", { client: id }), t("Disconnect")),
      act("discard", t("End the session of {client}? What waits for it is lost.", { client: id }), t("End session")));
  });
  const stop = everyWhile(3000, draw);
  return () => { stop(); trace.stop(); };
}

const fact = ([name, value, bad]) => h("div", {}, h("dt", {}, name), h("dd", bad ? { class: "bad" } : {}, String(value)));

function factsOf(client) {
  const time = (text) => (text ? `${moment(new Date(text))} (${age(Date.now() - new Date(text))})` : null);
  return [
    [t("User"), client.username], [t("Address"), client.address && `${client.address}${client.port ? `:${client.port}` : ""}`],
    [t("Listener"), client.listener], [t("Protocol"), `MQTT ${client.protocol_version}${client.transport ? `, ${client.transport}` : ""}`],
    [t("Connected since"), time(client.connected_at)], [t("Last packet"), time(client.last_packet_at)],
    [t("Disconnected"), time(client.disconnected_at)], [t("Why"), client.disconnect_reason],
    [t("Keep alive"), client.keepalive !== undefined ? `${client.keepalive} ${t("s")}` : null], [t("Clean start"), client.clean_start ? t("yes") : t("no")],
    [t("Messages in"), client.messages_received !== undefined ? count(client.messages_received) : null],
    [t("Messages out"), client.messages_sent !== undefined ? count(client.messages_sent) : null],
    [t("Bytes in"), client.bytes_received !== undefined ? size(client.bytes_received) : null],
    [t("Bytes out"), client.bytes_sent !== undefined ? size(client.bytes_sent) : null],
    [t("Queued"), `${count(client.queued)} (${size(client.queued_bytes)})`], [t("In flight"), `${client.inflight_in} / ${client.inflight_out}`],
    [t("Dropped"), count(drops(client)), drops(client) > 0],
  ].filter(([, value]) => value !== null && value !== undefined && value !== "");
}

const dropReasons = {
  output_full: later("does not read fast enough (QoS 0)"), queue_full: later("its queue is full"), queue_bytes: later("its queue is too long in bytes"),
  memory_full: later("the broker's memory limit"), mailbox_full: later("the broker cannot keep up (QoS 0)"), offline: later("was away (QoS 0)"),
  session_ended: later("its session has ended"), denied: later("not allowed by the ACL"), too_large: later("too large"),
};

// What GET /api/v1/trace tells, newest first, from when the reader asks for it.
function traceCard(id) {
  const list = h("ol", { class: "messages", tabindex: "0", "aria-label": t("Packets, newest first"), hidden: true });
  const note = h("p", { class: "note", role: "status" });
  let trace = null;
  const stop = () => {
    trace?.end();
    trace = null;
    button.setAttribute("aria-pressed", "false");
    setText(button, t("Follow live"));
  };
  const start = () => {
    list.hidden = false;
    setText(note, t("Waiting for packets …"));
    trace = new Trace({ client: id }, (lines) => {
      setText(note, "");
      list.prepend(...lines.reverse().map(lineItem));
      while (list.children.length > mostLines) list.lastChild.remove();
    }, (why) => { setText(note, why); stop(); });
    button.setAttribute("aria-pressed", "true");
    setText(button, t("Stop"));
  };
  const button = h("button", { type: "button", class: "quiet", id: "follow", "aria-pressed": "false", onclick: () => (trace ? stop() : start()) }, t("Follow live"));
  const element = h("section", { class: "card", "aria-labelledby": "trace-title" },
    h("div", { class: "head" }, h("h2", { id: "trace-title" }, t("What it does")), h("div", { class: "push" }, button)),
    h("p", { class: "note" }, t("Each packet and each decision of the broker about it, as they happen; payloads are not shown.")), note, list);
  return { element, stop };
}

function lineItem({ time, event, direction, packet, client, ...more }) {
  const arrow = { in: "→", out: "←" }[direction] ?? "·";
  const words = Object.entries(more).map(([name, value]) => `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`).join("  ");
  return h("li", {}, h("time", { datetime: time }, time.slice(11, 23).replace("Z", "")),
    h("span", { class: "topic" }, `${arrow} ${packet ?? event} `, h("span", { class: "flags" }, words)));
}
