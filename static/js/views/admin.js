// For whoever runs the broker: sensors, rights, configuration, what was refused, incidents that are over.
import { confirmed, h, setText, table } from "../dom.js";
import { moment, number, withUnit } from "../format.js";
import { change, get, mayWrite } from "../rest.js";
import { t } from "../words.js";

export function show(place, app) {
  place.append(sensorsCard(app), h("div", { class: "columns" }, rightsCard(app), configCard(app)), rejectedCard(), incidentsCard(app));
  return null;
}

const card = (id, title, ...parts) => h("section", { class: "card", "aria-labelledby": id }, h("h2", { id }, title), ...parts);
const noteLine = () => {
  const line = h("p", { class: "note", role: "status" });
  return [line, (text, error = false) => { line.dataset.kind = error ? "error" : ""; setText(line, text); }];
};

function sensorsCard(app) {
  const [note, say] = noteLine(), rows = h("tbody");
  const range = ({ min, max } = {}) => (Number.isFinite(min) || Number.isFinite(max) ? `${number(min)} … ${number(max)}` : t("none"));
  const cell = (head, content, kind) => h("td", { "data-head": head, class: kind }, content);
  const allowed = mayWrite("$CONTROL/sensors", app.connection.user);
  const fill = async () => {
    try {
      const sensors = await get("/api/monitoring/sensors/?limit=200");
      const whole = await Promise.all(sensors.map((s) => get(`/api/monitoring/sensors/${s.id}/`).catch(() => s)));
      const may = await allowed;
      rows.replaceChildren(...whole.map((s) => h("tr", { "data-id": s.id }, h("th", { scope: "row" }, h("a", { href: `/sensors/${s.id}` }, s.name)),
        cell(t("Number"), String(s.id)), cell(t("Type"), s.type), cell(t("Topic"), h("span", { class: "mono" }, s.topic ?? "")),
        cell(t("Limits"), range(s.thresholds)), cell(t("Values stored"), String(s.count ?? ""), "number"), cell(t("Last value"), s.last ? withUnit(s.last.value, s.unit) : "", "number"),
        cell(t("Change"), may ? sensorButtons(s, whole, fill, say) : ""))));
      say(sensors.length > 0 ? "" : t("There are no sensors yet."));
    } catch (e) {
      say(e.message, true);
    }
  };
  fill();
  return card("sensors-title", t("Sensors"), note, table(t("Sensors"), [t("Name"), t("Number"), t("Type"), t("Topic"), t("Limits"), { number: t("Values stored") }, { number: t("Last value") }, t("Change")], rows, { class: "cards" }));
}

// What measures the same, so that the values may stand in one line.
const alike = (a, b) => a.id !== b.id && (a.type === b.type || [a.type, b.type].includes("unknown")) && (a.unit === b.unit || !a.unit || !b.unit);

function sensorButtons(sensor, all, fill, say) {
  const path = `/api/monitoring/sensors/${sensor.id}/`, others = all.filter((other) => alike(sensor, other));
  const act = async (method, body, where = path) => {
    try { await change(method, where, body); } catch (e) { say(e.message, true); return; }
    await fill();
  };
  const button = (kind, action, text, label) => h("button", { type: "button", class: kind, "data-action": action, "aria-label": label, onclick: async () => {
    if (action === "edit") {
      const body = await edited(sensor);
      if (body) await act("PATCH", body);
    } else if (action === "merge") {
      const into = await target(sensor, others);
      if (into) await act("POST", { into }, `${path}merge/`);
    } else if (await confirmed(t("Delete {name} and all of its values?", { name: sensor.name }), t("Delete"), t("Cancel"))) await act("DELETE");
  } }, text);
  return h("div", { class: "row" }, button("quiet", "edit", t("Change"), t("Change {name}", { name: sensor.name })),
    others.length > 0 && button("quiet", "merge", t("Merge"), t("Merge {name} into another sensor", { name: sensor.name })),
    (sensor.parts ?? []).map((part) => h("button", { type: "button", class: "quiet", "data-action": "unmerge", "aria-label": t("Take sensor {id} out of {name} again", { id: part, name: sensor.name }),
      onclick: () => act("DELETE", undefined, `/api/monitoring/sensors/${part}/merge/`) }, t("Take {id} out", { id: part }))),
    button("danger", "delete", t("Delete"), t("Delete {name}", { name: sensor.name })));
}

// Resolves with what is to be changed, or with nothing. An empty limit is none.
function edited(sensor) {
  return new Promise((done) => {
    const field = (name, label, value, more = {}) => h("label", { class: "wide" }, label, h("input", { name, value, autocomplete: "off", ...more }));
    const { min = null, max = null } = sensor.thresholds ?? {};
    const form = h("form", { method: "dialog" }, field("name", t("Name"), sensor.name, { required: true, maxlength: "100" }),
      field("unit", t("Unit"), sensor.unit, { maxlength: "16" }), field("min", t("Lower limit"), min ?? "", { type: "number", step: "any" }),
      field("max", t("Upper limit"), max ?? "", { type: "number", step: "any" }),
      h("div", { class: "row end" }, h("button", { type: "button", class: "quiet", onclick: () => dialog.close("no") }, t("Cancel")),
        h("button", { type: "submit", value: "yes" }, t("Save"))));
    const dialog = h("dialog", { "aria-label": t("Change {name}", { name: sensor.name }) }, form);
    dialog.addEventListener("close", () => {
      const limit = (name) => (form.elements[name].value === "" ? null : Number(form.elements[name].value));
      const body = { name: form.elements.name.value, unit: form.elements.unit.value };
      if (limit("min") !== min || limit("max") !== max) body.thresholds = { min: limit("min"), max: limit("max") };
      dialog.remove();
      done(dialog.returnValue === "yes" ? body : null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

// Resolves with the id of the sensor that takes it in, or with nothing.
function target(sensor, others) {
  return new Promise((done) => {
    const question = t("{name} becomes part of another sensor: its values, its incidents, and what still comes from it. It can be taken out again; what has come until then stays.", { name: sensor.name });
    const into = h("select", { name: "into" }, others.map((other) => h("option", { value: other.id }, `${other.name} (${other.id})`)));
    const dialog = h("dialog", { "aria-label": t("Merge {name} into another sensor", { name: sensor.name }) }, h("form", { method: "dialog" },
      h("p", {}, question), h("label", { class: "wide" }, t("Into"), into), h("div", { class: "row end" },
        h("button", { type: "submit", class: "quiet", value: "no" }, t("Cancel")), h("button", { type: "submit", class: "danger", value: "yes" }, t("Merge")))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue === "yes" ? Number(into.value) : null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

// Which line of which file decides.
function rightsCard() {
  const answer = h("p", { class: "note", id: "rights-answer", role: "status" });
  const field = (name, label, more = {}) => h("label", { class: "wide" }, label, h("input", { name, spellcheck: "false", autocomplete: "off", ...more }));
  const form = h("form", { class: "row", id: "rights-form", onsubmit: async (e) => {
    e.preventDefault();
    const { username, clientid, topic, access } = form.elements;
    try {
      const said = await get(`/api/v1/acl/check?${new URLSearchParams({ username: username.value, clientid: clientid.value, topic: topic.value, access: access.value })}`);
      const where = said.line ? ` — ${said.file}:${said.line}: ${said.text}` : "";
      answer.dataset.kind = said.allowed ? "" : "error";
      setText(answer, `${said.allowed ? t("Allowed") : t("Denied")}: ${said.detail}${where}`);
    } catch (error) {
      answer.dataset.kind = "error";
      setText(answer, error.message);
    }
  } }, field("username", t("User")), field("clientid", t("Client id")), field("topic", t("Topic"), { required: true }),
  h("label", {}, t("Access"), h("select", { name: "access" }, [["read", t("read")], ["write", t("write")], ["subscribe", t("subscribe")]].map(([value, text]) => h("option", { value }, text)))),
  h("button", { type: "submit" }, t("Check")));
  return card("rights-title", t("Who may do what?"), h("p", { class: "note" }, t("Asks the broker's own rules, and shows the line that decides.")), form, answer);
}

function configCard(app) {
  const [note, say] = noteLine(), findings = h("ul");
  const draw = (outcome) => {
    say(`${outcome.successful ? t("The configuration is in force since {time}.", { time: moment(new Date(outcome.time)) }) : t("The configuration has mistakes; the one before is still in force.")}`, !outcome.successful);
    findings.replaceChildren(...outcome.findings.map(({ severity, text, file, line }) => h("li", { class: "note", "data-kind": severity }, `${severity}: ${file ? `${file}:${line}: ` : ""}${text}`)));
  };
  const reload = h("button", { type: "button", hidden: true, id: "reload", onclick: async () => {
    try { draw(await change("POST", "/api/v1/config/reload")); } catch (e) { e.answer?.findings ? draw(e.answer) : say(e.message, true); }
  } }, t("Read the configuration again"));
  get("/api/v1/config/reload").then(draw).catch((e) => say(e.message, true));
  mayWrite("$CONTROL/config", app.connection.user).then((may) => { reload.hidden = !may; });
  return card("config-title", t("Configuration"), note, findings, h("div", {}, reload));
}

function rejectedCard() {
  const [note, say] = noteLine(), rows = h("tbody");
  get("/api/v1/ingest/rejected").then(({ last }) => {
    rows.replaceChildren(...last.slice(0, 50).map(({ time, topic, reason, payload }) => h("tr", {}, h("td", { "data-head": t("Time") }, moment(new Date(time))),
      h("td", { "data-head": t("Topic"), class: "mono" }, topic), h("td", { "data-head": t("Why") }, reason.replaceAll("_", " ")), h("td", { "data-head": t("Payload"), class: "mono" }, h("span", {}, payload.slice(0, 120))))));
    say(last.length > 0 ? "" : t("No value was refused."));
  }).catch((e) => say(e.message, true));
  return card("rejected-title", t("Values that were not stored"), note, table(t("Values that were not stored"), [t("Time"), t("Topic"), t("Why"), t("Payload")], rows, { class: "cards" }));
}

function incidentsCard(app) {
  const [note, say] = noteLine(), rows = h("tbody");
  get("/api/monitoring/incidents/?status=closed&limit=50").then((incidents) => {
    rows.replaceChildren(...incidents.map((i) => h("tr", {}, h("th", { scope: "row" }, h("a", { href: `/sensors/${i.sensor}` }, app.sensors.get(i.sensor)?.record.name ?? `${i.type} ${i.sensor}`)),
      h("td", { "data-head": t("Why") }, i.reason), h("td", { "data-head": t("Opened") }, moment(new Date(i.opened_at))),
      h("td", { "data-head": t("Closed") }, i.closed_at ? moment(new Date(i.closed_at)) : ""), h("td", { "data-head": t("Values"), class: "number" }, String(i.counter)))));
    say(incidents.length > 0 ? "" : t("There has been none."));
  }).catch((e) => say(e.message, true));
  return card("closed-title", t("Incidents that are over"), note, table(t("Incidents that are over"), [t("Sensor"), t("Why"), t("Opened"), t("Closed"), { number: t("Values") }], rows, { class: "cards" }));
}
