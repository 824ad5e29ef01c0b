// REST, as JSON. A failed request throws an Error with the server's own sentence.
export async function get(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (answer.ok) return answer.json();
  let detail = `${answer.status} ${answer.statusText}`;
  try { detail = (await answer.json()).detail || detail; } catch { /* no JSON: the status says enough */ }
  throw new Error(detail);
}
