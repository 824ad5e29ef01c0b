// Stored values of one sensor: a range for a chart, or everything of it for a file.
import { ask, get, nextPage } from "../rest.js";

const points = 800; // of a chart

function pathOf(id, from, to, more) {
  const query = new URLSearchParams({ from: Math.floor(from), to: Math.ceil(to), order: "asc", limit: 10000, ...more });
  return `/api/monitoring/sensors/${id}/measurements/?${query}`;
}

// The newest raw rows, newest first: [{time, value}].
export async function readLast(id, limit) {
  const rows = await get(`/api/monitoring/sensors/${id}/measurements/?limit=${limit}`);
  return rows.map((row) => ({ time: new Date(row.created_at), value: row.value }));
}

// From and to in ms. Calls `progress` with [times in s, means, lowest, highest, counts] as more arrives, the time
// (ms) of the newest value in them, and whether that is not all. `signal` ends it.
export async function readSeries(id, from, to, progress, signal) {
  let next = pathOf(id, from, to, { points }), rows = [];
  while (next) {
    const answer = await ask("GET", next, undefined, signal);
    rows = rows.concat(await answer.json());
    next = nextPage(answer);
    progress(asColumns(rows), rows.reduce((newest, row) => Math.max(newest, row.last_t), -Infinity), Boolean(next));
  }
}

// A piece of time that the server could not read at once comes in two parts.
function asColumns(rows) {
  const columns = [[], [], [], [], []];
  let last = null;
  for (const { t: time, value, min, max, count } of rows.toSorted((a, b) => a.t - b.t)) {
    const at = columns[0].length - 1;
    if (time === last) {
      columns[4][at] += count;
      columns[1][at] += (value - columns[1][at]) * count / columns[4][at];
      columns[2][at] = Math.min(min, columns[2][at]);
      columns[3][at] = Math.max(max, columns[3][at]);
      continue;
    }
    last = time;
    [time / 1000, value, min, max, count].forEach((number, i) => columns[i].push(number));
  }
  return columns;
}

// The raw rows of a range as a file: page after page, told of by `progress(rows)`.
export async function exportSeries(id, from, to, format, progress) {
  let next = pathOf(id, from, to, { format });
  const parts = [];
  let rows = 0;
  while (next) {
    const answer = await ask("GET", next);
    let text = await answer.text();
    rows += text.split("\n").length - (format === "csv" ? 2 : 1);
    if (format === "csv" && parts.length > 0) text = text.slice(text.indexOf("\n") + 1); // the heading once
    parts.push(text);
    progress(rows);
    next = nextPage(answer);
  }
  save(new Blob(parts, { type: format === "csv" ? "text/csv" : "application/x-ndjson" }), `sensor-${id}.${format}`);
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
