// "Which client?": the form of the old systems' /client page.
import { h } from "../dom.js";
import { t } from "../words.js";

export function show(place, app) {
  const name = h("input", { name: "client_name", required: true, autocomplete: "off", spellcheck: "false" });
  place.append(h("form", { class: "card", onsubmit: (e) => {
    e.preventDefault();
    app.router.go(`/client/${encodeURIComponent(name.value)}`);
  } }, h("p", { class: "note" }, t("The client id, as the device gives it when it connects. "), h("a", { href: "/clients" }, t("All clients"))),
  h("div", { class: "row" }, h("label", { class: "wide" }, t("Client id"), name), h("button", { type: "submit" }, t("Show")))));
}
