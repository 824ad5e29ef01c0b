// Which view an address shows. Links within the page change the address and the view, not the document, so the
// connection, the charts of the status page and the console's messages stay.
import { h, setText } from "./dom.js";
import { later, t } from "./words.js";

const routes = [
  [/^\/(index\.html)?$/, "overview", later("Overview"), "/"],
  [/^\/sensors\/([^/]+)\/?$/, "sensor", later("Sensor"), "/"],
  [/^\/sensors\/?$/, "overview", later("Overview"), "/"],
  [/^\/graph_(temp|hum)\/?$/, "graph", later("Sensor"), "/"],
  [/^\/clients\/?$/, "clients", later("Clients"), "/clients"],
  [/^\/client\/(.+?)\/?$/, "client", later("Client"), "/clients"],
  [/^\/client\/?$/, "find_client", later("Find a client"), "/clients"],
  [/^\/topics\/?$/, "topics", later("Topics"), "/topics"],
  [/^\/console\/?$/, "console", later("Console"), "/console"],
  [/^\/status\/?$/, "status", later("Status"), "/status"],
  [/^\/admin\/?$/, "admin", later("Admin"), "/admin/"],
];

const views = {
  overview: () => import("./views/overview.js"),
  sensor: () => import("./views/sensor.js"),
  graph: () => import("./views/graph.js"),
  clients: () => import("./views/clients.js"),
  client: () => import("./views/client.js"),
  find_client: () => import("./views/find_client.js"),
  topics: () => import("./views/topics.js"),
  console: () => import("./views/console.js"),
  status: () => import("./views/status.js"),
  admin: () => import("./views/admin.js"),
};

// Its function; without a broker to load it from, one that says so.
async function viewOf({ view }) {
  try {
    return (await views[view]()).show;
  } catch {
    return (place) => place.append(h("p", { class: "card" }, t("This page could not be loaded: the broker does not answer.")));
  }
}

// So that every view opens at once, and while the broker is away.
export function loadAll() {
  for (const load of Object.values(views)) load().catch(() => {});
}

function decoded(text) {
  try { return decodeURIComponent(text); } catch { return text; } // a lone %
}

function routeOf(path) {
  for (const [pattern, view, title, section] of routes) {
    const match = pattern.exec(path);
    if (match) return { view, title, section, subject: match[1] === undefined ? undefined : decoded(match[1]) };
  }
  return null;
}

export class Router {
  #main;
  #app;
  #leave = null; // ends the view that is shown
  #turn = 0;
  #path = "";

  constructor(main, app) {
    this.#main = main;
    this.#app = app;
    window.addEventListener("popstate", () => { if (location.pathname !== this.#path) this.show(); }); // not for a #hash
    document.addEventListener("click", (e) => this.#clicked(e));
  }

  go(path) {
    history.pushState(null, "", path);
    return this.show(true);
  }

  replace(path) {
    history.replaceState(null, "", path);
    return this.show();
  }

  // A view is a function (place, app, subject) that returns what ends it.
  async show(moveFocus = false) {
    const route = routeOf(location.pathname) ?? routeOf("/");
    const turn = ++this.#turn;
    this.#path = location.pathname;
    const show = await viewOf(route);
    if (turn !== this.#turn) return; // the reader has gone on
    this.#leave?.();
    this.#main.replaceChildren();
    for (const link of document.querySelectorAll("nav a"))
      link.getAttribute("href") === route.section ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
    this.title(t(route.title));
    this.#leave = show(this.#main, this.#app, route.subject) ?? null;
    document.documentElement.dataset.view = route.view;
    if (!moveFocus) return;
    window.scrollTo(0, 0);
    this.#main.focus({ preventScroll: true });
  }

  title(text) {
    document.title = `${text} · nightjar`;
    setText(document.getElementById("page-title"), text);
  }

  #clicked(e) {
    const link = e.target.closest?.("a[href]");
    if (!link || e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    if (link.target || link.hasAttribute("download") || link.origin !== location.origin || link.hash) return;
    if (!routeOf(link.pathname)) return;
    e.preventDefault();
    this.go(link.pathname);
  }
}
