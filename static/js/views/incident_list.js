// Open incidents as a card: who, what, since when; acknowledge, comment and close for those who may.
import { arrange, everyWhile, h, onFrame, setText } from "../dom.js";
import { age, moment, number } from "../format.js";
import { possible, want, wanted } from "../notices.js";
import { get } from "../rest.js";
import { later, t } from "../words.js";

export function incidentList(incidents, sensors, { signal }) {
  const badge = h("span", { class: "badge" }, "0");
  const list = h("ul", { class: "incidents", id: "incidents", "aria-live": "polite", "aria-relevant": "additions" });
  const none = h("p", { class: "calm", id: "no-incidents" }, t("Everything is within its limits."));
  const items = new Map(); // id -> item

  const draw = onFrame(() => {
    const open = incidents.newestFirst;
    for (const id of items.keys()) if (!incidents.open.has(id)) items.delete(id);
    arrange(list, open.map((incident) => {
      const item = items.get(incident.incident_id) ?? makeItem(incident.incident_id, incidents);
      items.set(incident.incident_id, item);
      item.draw(incident, sensors.get(incident.sensor)?.record.name);
      return item.element;
    }));
    setText(badge, String(open.length));
    badge.classList.toggle("bad", open.length > 0);
    none.hidden = open.length > 0;
  });
  incidents.addEventListener("change", draw, { signal });
  sensors.addEventListener("list", draw, { signal });
  signal.addEventListener("abort", everyWhile(10000, draw));
  return h("section", { class: "card", "aria-labelledby": "incidents-title" },
    h("div", { class: "head" }, h("h2", { id: "incidents-title" }, t("Open incidents")), badge, possible() && bell()), none, list);
}

// Turns the browser's notifications on and off.
function bell() {
  const draw = (on) => button.setAttribute("aria-pressed", String(on));
  const button = h("button", { type: "button", class: "quiet small push", id: "notify", onclick: async () => draw(await want(!wanted())) }, t("Notify me"));
  draw(wanted());
  return button;
}

function makeItem(id, incidents) {
  const title = h("a", {}), limits = h("span"), since = h("p", { class: "since" }), state = h("span", { class: "badge" });
  const note = h("p", { class: "note", role: "status" });
  const element = h("li", { class: "incident", "data-id": id },
    h("p", { class: "what" }, h("strong", {}, title), limits, state), since, note);
  const form = actions(id, incidents, note), past = historyOf(id);
  element.append(form.element, past.element);
  return {
    element,
    draw(i, name) {
      element.dataset.status = i.status;
      title.href = `/sensors/${i.sensor}`;
      setText(title, `${name ?? i.type}: ${number(i.value)}`);
      setText(limits, i.reason || t("outside {min} to {max}", { min: number(i.min), max: number(i.max) }));
      setText(state, t(statuses[i.status] ?? i.status));
      setText(since, t("{n} out of range · opened {age}", { n: i.counter, age: age(Date.now() - new Date(i.opened_at)) }));
      form.draw(i.status, incidents.mayAct);
      past.draw();
    },
  };
}

// What has happened to it: asked for when somebody opens it, and again when it has changed.
function historyOf(id) {
  const steps = h("ol", { class: "steps" });
  const element = h("details", {}, h("summary", {}, t("History")), steps);
  const draw = async () => {
    if (!element.open) return;
    const { history } = await get(`/api/monitoring/incidents/${id}/`).catch(() => ({ history: [] }));
    steps.replaceChildren(...history.map(({ at, status, by, comment }) => h("li", {}, h("time", { datetime: at }, moment(new Date(at))),
      ` ${t(statuses[status] ?? status)}`, by && ` · ${by}`, comment && ` · ${comment}`)));
  };
  element.addEventListener("toggle", draw);
  return { element, draw };
}

const statuses = { open: later("open"), acknowledged: later("acknowledged"), closed: later("closed") };

function actions(id, incidents, note) {
  const comment = h("input", { placeholder: t("Comment"), "aria-label": t("Comment on incident {id}", { id }), maxlength: 500 });
  const act = async (step) => {
    try {
      await incidents.act(id, step, comment.value.trim());
      comment.value = "";
      setText(note, "");
    } catch (e) {
      note.dataset.kind = "error";
      setText(note, e.message);
    }
  };
  const button = (step, text, kind) => h("button", { type: "button", class: `small ${kind}`, "data-step": step, onclick: () => act(step) }, text);
  const ack = button("ack", t("Acknowledge"), ""), say = button("comment", t("Add comment"), "quiet"), close = button("close", t("Close"), "quiet");
  const element = h("form", { onsubmit: (e) => { e.preventDefault(); act("comment"); } }, h("label", {}, comment), ack, say, close);
  return { element, draw: (status, may) => { element.hidden = !may; ack.hidden = status !== "open"; } };
}
