// Who is connected, who is away, what each has sent and got, and what was dropped for it.
import { arrange, choice, confirmed, everyWhile, h, setText, table } from "../dom.js";
import { age, count } from "../format.js";
import { controlTopic, drops, kick, listClients, pathOf } from "../model/clients.js";
import { mayWrite } from "../rest.js";
import { t } from "../words.js";

export function show(place, app) {
  const state = { search: "", connected: "true", pages: 1, mayKick: false };
  const rows = h("tbody"), note = h("p", { class: "note", role: "status" }), badge = h("span", { class: "badge" }, "–");
  const more = h("button", { type: "button", class: "quiet", hidden: true, onclick: () => { state.pages += 1; draw(); } }, t("More"));
  const search = h("input", { type: "search", placeholder: t("client id or user"), "aria-label": t("Find a client"), autocomplete: "off",
    oninput: () => { state.search = search.value.trim(); draw(); } });
  const filter = choice([["true", t("Connected")], ["false", t("Away")], ["", t("All")]], "true", (value) => { state.connected = value; draw(); }, t("Which"));
  place.append(h("section", { class: "card", "aria-label": t("Clients") },
    h("div", { class: "head" }, filter.element, badge, h("div", { class: "search" }, search)), note,
    table(t("Clients"), [t("Client"), t("User"), t("Address"), t("Protocol"), t("Since"), { number: t("In") }, { number: t("Out") }, { number: t("Queued") }, { number: t("Dropped") }, t("Action")], rows, { class: "cards" }), more));

  let turn = 0;
  async function draw() {
    const mine = ++turn;
    try {
      const found = await readPages(state);
      if (mine !== turn) return;
      fill(rows, found.rows, state, throwOut);
      setText(badge, found.next ? `${count(found.rows.length)}+` : count(found.rows.length));
      more.hidden = !found.next;
      say(found.rows.length > 0 ? "" : t("No clients."));
    } catch (e) {
      if (mine === turn) say(e.message, true);
    }
  }
  function say(text, error = false) {
    note.dataset.kind = error ? "error" : "";
    setText(note, text);
  }
  async function throwOut(client) {
    if (!(await confirmed(t("Disconnect {client}? Its session stays; it may come back at once.", { client: client.client_id }), t("Disconnect"), t("Cancel")))) return;
    try {
      await kick(client.client_id);
    } catch (e) {
      say(e.message, true);
    }
    draw();
  }
  mayWrite(controlTopic, app.connection.user).then((may) => { state.mayKick = may; draw(); });
  return everyWhile(3000, draw);
}

async function readPages({ search, connected, pages }) {
  let found = await listClients({ search, connected });
  for (let page = 1; page < pages && found.next; page += 1) {
    const further = await listClients({ path: found.next });
    found = { rows: found.rows.concat(further.rows), next: further.next };
  }
  return found;
}

// Rows are made again only when the list is another one, so that the keyboard's focus stays where it is.
function fill(body, clients, state, throwOut) {
  const known = new Map([...body.children].map((row) => [row.dataset.client, row]));
  arrange(body, clients.map((client) => {
    const kept = known.get(client.client_id);
    const row = kept && kept.dataset.may === String(state.mayKick && client.connected) ? kept : makeRow(client, state.mayKick, throwOut);
    drawRow(row, client);
    return row;
  }));
}

function makeRow(client, mayKick, throwOut) {
  const cell = (name, head, number) => h("td", { "data-cell": name, "data-head": head, class: number ? "number" : null });
  const may = mayKick && client.connected;
  return h("tr", { "data-client": client.client_id, "data-may": String(may) },
    h("th", { scope: "row" }, h("a", { href: pathOf(client.client_id) }, client.client_id || t("(none)"))),
    cell("user", t("User")), cell("address", t("Address")), cell("protocol", t("Protocol")), cell("since", t("Since")),
    cell("in", t("In"), true), cell("out", t("Out"), true), cell("queued", t("Queued"), true), cell("dropped", t("Dropped"), true),
    h("td", {}, may && h("button", { type: "button", class: "danger small", "aria-label": t("Disconnect {client}", { client: client.client_id }), onclick: () => throwOut(client) }, t("Disconnect"))));
}

function drawRow(row, client) {
  const values = {
    user: client.username ?? "", address: client.address ?? "", protocol: `${client.protocol_version}${client.transport ? ` ${client.transport}` : ""}`,
    since: client.connected ? age(Date.now() - new Date(client.connected_at)) : t("away, {age}", { age: client.disconnected_at ? age(Date.now() - new Date(client.disconnected_at)) : "" }),
    in: client.connected ? count(client.messages_received) : "", out: client.connected ? count(client.messages_sent) : "",
    queued: count(client.queued), dropped: count(drops(client)),
  };
  for (const cell of row.querySelectorAll("[data-cell]")) setText(cell, String(values[cell.dataset.cell]));
  row.querySelector("[data-cell=dropped]").classList.toggle("bad", drops(client) > 0);
}
