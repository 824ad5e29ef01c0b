// The retained messages: by filter and search, each with what it says, and deleting for those who may.
import { confirmed, h, setText, table } from "../dom.js";
import { age, hexText, size } from "../format.js";
import { ask, change, nextPage } from "../rest.js";
import { t } from "../words.js";

const first = (filter, search) => `/api/v1/retained?${new URLSearchParams({ filter: filter || "#", limit: 100, ...(search ? { search } : {}) })}`;

export function retainedCard(place) {
  const filter = h("input", { name: "filter", value: "#", spellcheck: "false", autocomplete: "off" });
  const search = h("input", { name: "search", type: "search", autocomplete: "off" });
  const rows = h("tbody"), note = h("p", { class: "note", role: "status" }), badge = h("span", { class: "badge" });
  const more = h("button", { type: "button", class: "quiet", hidden: true, onclick: () => load(more.dataset.next, true) }, t("More"));
  const form = h("form", { class: "row", onsubmit: (e) => { e.preventDefault(); load(first(filter.value, search.value)); } },
    h("label", { class: "wide" }, t("Topic filter"), filter), h("label", { class: "wide" }, t("Contains"), search), h("button", { type: "submit" }, t("Show")));
  place.append(h("section", { class: "card", "aria-labelledby": "retained-title" },
    h("div", { class: "head" }, h("h2", { id: "retained-title" }, t("Retained messages")), badge), form, note,
    table(t("Retained messages"), [t("Topic"), t("Payload"), t("Size"), t("QoS"), t("Kept since"), t("Action")], rows, { class: "cards", id: "retained" }), more));

  const say = (text, error = false) => { note.dataset.kind = error ? "error" : ""; setText(note, text); };
  async function load(path, append = false) {
    try {
      const answer = await ask("GET", path);
      const items = (await answer.json()).map((row) => makeRow(row, remove));
      append ? rows.append(...items) : rows.replaceChildren(...items);
      setText(badge, answer.headers.get("X-Total-Count") ?? "");
      more.dataset.next = nextPage(answer) ?? "";
      more.hidden = !more.dataset.next;
      say(rows.children.length > 0 ? "" : t("There is no such retained message."));
    } catch (e) {
      say(e.message, true);
    }
  }
  async function remove(topic, row) {
    if (!(await confirmed(t("Delete the retained message on {topic}?", { topic }), t("Delete"), t("Cancel")))) return;
    try {
      await change("DELETE", `/api/v1/retained/${topic.split("/").map(encodeURIComponent).join("/")}`);
      row.remove();
      setText(badge, String(Math.max(0, Number(badge.textContent) - 1)));
      say(t("Deleted: {topic}", { topic }));
    } catch (e) {
      say(e.message, true);
    }
  }
  load(first("#", ""));
  return null;
}

function makeRow({ topic, payload, encoding, truncated, size: bytes, qos, age: seconds }, remove) {
  const binary = encoding === "base64";
  const text = binary ? hexText(Uint8Array.from(atob(payload), (c) => c.charCodeAt(0)).subarray(0, 32)) : payload;
  const row = h("tr", { "data-topic": topic }, h("th", { scope: "row", class: "mono" }, topic),
    h("td", { "data-head": t("Payload"), class: binary ? "mono hex" : "mono" }, h("span", {}, text + (truncated || (binary && bytes > 32) ? " …" : ""))), h("td", { "data-head": t("Size") }, size(bytes)),
    h("td", { "data-head": t("QoS") }, String(qos)), h("td", { "data-head": t("Kept since") }, seconds === null ? "" : age(seconds * 1000)),
    h("td", {}, h("button", { type: "button", class: "danger small", "aria-label": t("Delete {topic}", { topic }), onclick: () => remove(topic, row) }, t("Delete"))));
  return row;
}
