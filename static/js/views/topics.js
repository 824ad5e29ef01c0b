// What is said on the broker, as a tree: counts, last values, the history of one topic; and the retained messages.
import { choice, h } from "../dom.js";
import { t } from "../words.js";
import { retainedCard } from "./retained.js";
import { treeCards } from "./tree.js";

export function show(place, app) {
  const body = h("div", { class: "columns wide-left" });
  let leave = null;
  const parts = { live: treeCards, retained: retainedCard };
  const turn = (name) => {
    leave?.();
    body.replaceChildren();
    body.className = name === "live" ? "columns wide-left" : "";
    leave = parts[name](body, app);
  };
  const tabs = choice([["live", t("Live tree")], ["retained", t("Retained messages")]], "live", turn, t("Which"));
  place.append(h("div", {}, tabs.element), body);
  turn("live");
  return () => leave?.();
}
