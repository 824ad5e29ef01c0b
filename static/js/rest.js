// REST, as JSON. A failed request throws an Error with the server's own sentence, and its status.
import { take } from "./early.js";

let authorization = null;

// As who to ask; the browser itself never asks for a password. No user: nobody.
export function loginAs(user, password) {
  authorization = user ? `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${user}:${password}`)))}` : null;
}

export async function ask(method, path, body, signal) {
  const headers = { Accept: "application/json" };
  if (authorization) headers.Authorization = authorization;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await ((!authorization && take(method, path)) || fetch(path, {
    method, headers, signal, cache: "no-cache", credentials: "omit", body: body === undefined ? undefined : JSON.stringify(body),
  }));
  if (answer.ok) return answer;
  const error = new Error(`${answer.status} ${answer.statusText}`);
  error.status = answer.status;
  try {
    error.answer = await answer.json();
    error.message = error.answer.detail || error.message;
  } catch { /* no JSON: the status says enough */ }
  if (answer.status === 401) window.dispatchEvent(new Event("login-wanted"));
  throw error;
}

export const get = async (path, signal) => (await ask("GET", path, undefined, signal)).json();

export async function change(method, path, body) {
  const answer = await ask(method, path, body);
  return answer.status === 204 ? null : answer.json();
}

// Where the next page of a list is, or null.
export function nextPage(answer) {
  return /<([^>]+)>;\s*rel="next"/.exec(answer.headers.get("Link") ?? "")?.[1] ?? null;
}

// May whoever is logged in write to this topic? Buttons that would be refused are not shown.
export async function mayWrite(topic, user) {
  try {
    const query = new URLSearchParams({ topic, access: "write", username: user ?? "", clientid: "http-api" });
    return (await get(`/api/v1/acl/check?${query}`)).allowed;
  } catch {
    return false;
  }
}
