// Making elements, and drawing at most once per frame.

// h("button", { class: "quiet", onclick: act }, "Delete"): attributes, listeners, children. null, false: left out.
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

// Runs a script that is no module: a library that gives the window its name. Rejects if it does not come.
export function script(src) {
  return new Promise((done, fail) => {
    document.head.append(h("script", { src, onload: done, onerror: () => fail(new Error(src)) }));
  });
}

const svg = "http://www.w3.org/2000/svg";

// A picture of the sprite in index.html; says nothing to a screen reader.
export function icon(name) {
  const picture = document.createElementNS(svg, "svg");
  picture.setAttribute("class", "icon");
  picture.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(svg, "use");
  use.setAttribute("href", `#i-${name}`);
  picture.append(use);
  return picture;
}

// A line through `values`, as wide as its box; nothing for fewer than two.
export function sparkline() {
  const picture = document.createElementNS(svg, "svg");
  picture.setAttribute("class", "spark");
  picture.setAttribute("viewBox", "0 0 100 24");
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(svg, "polyline");
  picture.append(line);
  return { picture, draw: (values) => line.setAttribute("points", sparkPoints(values)) };
}

function sparkPoints(values) {
  if (values.length < 2) return "";
  let low = Infinity, high = -Infinity;
  for (const v of values) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  const scale = high > low ? 20 / (high - low) : 0, step = 100 / (values.length - 1);
  return values.map((v, i) => `${(i * step).toFixed(1)},${(scale ? 22 - (v - low) * scale : 12).toFixed(1)}`).join(" ");
}

// Touches the page only if something changes: a screen reader hears, and the browser lays out, nothing else.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Makes `nodes` the children of `parent`; those that stay where they are keep the keyboard's focus.
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, i) => { if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null); });
}

// Returns a function that asks for `draw` before the next frame, however often it is called; `now` does not wait.
export function onFrame(draw) {
  let asked = 0;
  const later = () => { asked ||= requestAnimationFrame(() => { asked = 0; draw(); }); };
  return Object.assign(later, { now: draw });
}

// Calls `act` now and every `ms` while somebody can see the page. Returns what ends it.
export function everyWhile(ms, act) {
  const run = () => { if (!document.hidden) act(); };
  const timer = setInterval(run, ms);
  document.addEventListener("visibilitychange", run);
  act();
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", run);
  };
}

// A button in a row of buttons of which one is chosen.
export function choice(options, chosen, act, label) {
  const buttons = options.map(([value, text]) => h("button", {
    type: "button", "aria-pressed": String(value === chosen), "data-value": value, onclick: () => select(value),
  }, text));
  const mark = (value) => buttons.forEach((b, i) => b.setAttribute("aria-pressed", String(options[i][0] === value)));
  function select(value) { mark(value); act(value); }
  return { element: h("div", { class: "choice", role: "group", "aria-label": label }, buttons), mark };
}

const headCell = (cell) => (typeof cell === "string" ? h("th", { scope: "col" }, cell) : h("th", { scope: "col", class: "number" }, cell.number));

// A table under a heading row: texts, {number: text} above numbers.
export function table(caption, head, body, properties = {}) {
  return h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": caption },
    h("table", properties, h("caption", { class: "hidden" }, caption),
      h("thead", {}, h("tr", {}, head.map((cell) => headCell(cell)))), body));
}

// Asks before something is done that cannot be undone. Resolves with whether it shall be.
export function confirmed(question, yes, no) {
  return new Promise((done) => {
    const dialog = h("dialog", { "aria-label": question }, h("form", { method: "dialog" }, h("p", {}, question),
      h("div", { class: "row end" }, h("button", { type: "submit", class: "quiet", value: "no" }, no),
        h("button", { type: "submit", class: "danger", value: "yes" }, yes))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
