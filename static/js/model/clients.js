// The clients, from REST.
import { ask, change, get, nextPage } from "../rest.js";

// {rows, next}; `next`: where to go on, or null. `path` of a next page, or a search.
export async function listClients({ search = "", connected = "", path } = {}) {
  const query = new URLSearchParams({ limit: 200 });
  if (search) query.set("search", search);
  if (connected) query.set("connected", connected);
  const answer = await ask("GET", path ?? `/api/v1/clients?${query}`);
  return { rows: await answer.json(), next: nextPage(answer) };
}

export const pathOf = (id) => `/client/${encodeURIComponent(id)}`;
export const readClient = (id) => get(`/api/v1/clients/${encodeURIComponent(id)}`);
export const kick = (id, session = "keep") => change("DELETE", `/api/v1/clients/${encodeURIComponent(id)}?session=${session}`);
export const controlTopic = "$CONTROL/clients"; // who may write to it may throw clients out

export const drops = (client) => Object.values(client.dropped ?? {}).reduce((a, b) => a + b, 0);
