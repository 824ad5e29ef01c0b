// The live tree. Only levels that are opened are in the page; each frame draws the lines that have changed.
import { arrange, h, icon, onFrame, setText, sparkline } from "../dom.js";
import { clock, count, payloadText, size } from "../format.js";
import { TopicTree } from "../model/topic_tree.js";
import { matches } from "../topic_filter.js";
import { t } from "../words.js";

const mostLines = 1000; // of one level
const order = new Intl.Collator(undefined, { numeric: true });

export function treeCards(place, app) {
  const view = new TreeView(place, app);
  return () => view.end();
}

class TreeView {
  #connection;
  #tree = new TopicTree();
  #lines = new Map(); // node -> its line, if it is in the page
  #changed = new Set();
  #chosen = null;
  #watched = "";
  #end = new AbortController();
  #list = h("ul", { id: "tree" });
  #badge = h("span", { class: "badge" }, "0");
  #note = h("p", { class: "note", role: "status" });
  #filter = h("input", { name: "filter", required: true, spellcheck: "false", autocomplete: "off", value: "#" });
  #detail = h("section", { class: "card", id: "topic-detail", "aria-live": "off", "aria-label": t("Topic") });
  #draw = onFrame(() => this.#drawNow());

  constructor(place, app) {
    this.#connection = app.connection;
    const form = h("form", { class: "row", id: "watch", onsubmit: (e) => { e.preventDefault(); this.#watch(this.#filter.value.trim()); } },
      h("label", { class: "wide" }, t("Topic filter"), this.#filter), h("button", { type: "submit" }, t("Watch")));
    place.append(h("section", { class: "card", "aria-labelledby": "tree-title" },
      h("div", { class: "head" }, h("h2", { id: "tree-title" }, t("Topics")), this.#badge), form, this.#note, h("div", { class: "tree" }, this.#list)), this.#detail);
    app.connection.addEventListener("message", ({ detail }) => this.#take(detail), { signal: this.#end.signal });
    this.#drawDetail();
    this.#watch("#");
  }

  end() {
    this.#end.abort();
    this.#connection.drop(this.#watched, "topics");
  }

  async #watch(filter) {
    if (this.#watched) this.#connection.drop(this.#watched, "topics");
    this.#watched = filter;
    this.#tree = new TopicTree();
    this.#lines.clear();
    this.#list.replaceChildren();
    this.#chosen = null;
    this.#drawDetail();
    try {
      await this.#connection.keep(filter, 0, "topics");
      setText(this.#note, "");
    } catch (e) {
      setText(this.#note, e.message);
    }
  }

  #take(message) {
    if (!matches(this.#watched, message.topic)) return;
    const node = this.#tree.add({ ...message, time: new Date() });
    for (let above = node; above?.parent; above = above.parent) this.#changed.add(above);
    this.#draw();
  }

  #drawNow() {
    setText(this.#badge, count(this.#tree.topics));
    if (this.#tree.refused > 0) setText(this.#note, t("Too many topics to show them all; a narrower filter helps."));
    const levels = new Set();
    for (const node of this.#changed) {
      const line = this.#lines.get(node);
      if (line) line.draw();
      else levels.add(node.parent);
    }
    for (const parent of levels) this.#drawLevel(parent);
    if (this.#changed.has(this.#chosen)) this.#drawDetail();
    this.#changed.clear();
  }

  // The children of a node, if it is open.
  #drawLevel(parent) {
    const list = parent === this.#tree.root ? this.#list : this.#lines.get(parent)?.list;
    if (!list || list.hidden) return;
    const nodes = [...parent.children.values()].sort((a, b) => order.compare(a.level, b.level)).slice(0, mostLines);
    arrange(list, nodes.map((node) => {
      const line = this.#lines.get(node) ?? this.#makeLine(node);
      line.draw();
      return line.element;
    }));
  }

  #makeLine(node) {
    const twist = h("button", { type: "button", class: "twist", "aria-expanded": "false", "aria-label": t("Below {topic}", { topic: node.topic || "/" }) }, icon("open"));
    const level = h("span", { class: "level" }, node.level === "" ? t("(empty)") : node.level), counted = h("span", { class: "count" }), value = h("span", { class: "value" });
    const button = h("button", { type: "button", class: "topic", "data-topic": node.topic, "aria-pressed": "false" }, level, counted, value);
    const list = h("ul", { hidden: true });
    const toggle = (open = list.hidden) => {
      list.hidden = !open;
      twist.setAttribute("aria-expanded", String(open));
      if (open) this.#drawLevel(node);
    };
    twist.addEventListener("click", () => toggle());
    button.addEventListener("click", () => (node.last ? this.#choose(node) : toggle()));
    const line = {
      element: h("li", {}, h("div", { class: "line" }, twist, button), list), list,
      press: (on) => button.setAttribute("aria-pressed", String(on)),
      draw: () => {
        twist.classList.toggle("none", node.children.size === 0);
        setText(counted, count(node.below));
        setText(value, node.last ? payloadText(node.last.bytes, 80).text : "");
      },
    };
    this.#lines.set(node, line);
    // A tree of few branches opens by itself.
    if (node.children.size > 0 && (node.parent === this.#tree.root ? this.#tree.root.children.size <= 3 : node.parent.children.size === 1)) toggle(true);
    return line;
  }

  #choose(node) {
    this.#lines.get(this.#chosen)?.press(false);
    this.#chosen = node;
    this.#lines.get(node).press(true);
    this.#drawDetail();
    if (this.#detail.getBoundingClientRect().top > innerHeight) this.#detail.scrollIntoView({ block: "start" });
  }

  #drawDetail() {
    const node = this.#chosen;
    if (!node) {
      this.#detail.replaceChildren(h("p", { class: "empty" }, t("Choose a topic to see its last messages.")));
      return;
    }
    const { text, hex } = payloadText(node.last.bytes);
    const numbers = node.history.map(({ bytes }) => Number(payloadText(bytes, 40).text)).filter(Number.isFinite);
    const spark = sparkline();
    spark.draw(numbers);
    this.#detail.replaceChildren(
      h("h2", { class: "mono" }, node.topic),
      h("p", { class: "note" }, [t("Messages: {n}", { n: count(node.messages) }), size(node.last.bytes.length), `QoS ${node.last.qos}`, node.last.retained && t("retained"), hex && t("hexadecimal")].filter(Boolean).join(" · ")),
      h("pre", { class: hex ? "hex" : null, id: "topic-value" }, indented(text)), ...(numbers.length > 1 ? [spark.picture] : []),
      h("h3", {}, t("History")),
      h("ol", { class: "messages", tabindex: "0", "aria-label": t("Messages, newest first") }, [...node.history].reverse().map(({ bytes, time }) => {
        const shown = payloadText(bytes, 300);
        return h("li", {}, h("time", { datetime: time.toISOString() }, clock(time)), h("pre", { class: shown.hex ? "hex" : null }, shown.text));
      })));
  }
}

// JSON in lines; everything else as it is.
function indented(text) {
  if (!/^\s*[[{]/.test(text)) return text;
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}
