// Every text that the page says: t("…") and later("…") in its modules, data-t in its HTML.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const source = join(dirname(fileURLToPath(import.meta.url)), "../../static");

function* modules(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) yield* modules(join(folder, entry.name));
    else if (entry.name.endsWith(".js") && !entry.name.startsWith("words.")) yield join(folder, entry.name);
  }
}

export function spoken() {
  const found = new Set();
  for (const file of modules(join(source, "js"))) {
    const text = readFileSync(file, "utf8");
    for (const [, words] of text.matchAll(/\b(?:t|later)\(\s*"((?:[^"\\]|\\.)*)"/g)) found.add(words);
    for (const [, one, other] of text.matchAll(/\bt\([^()"]*\? "([^"]*)" : "([^"]*)"/g)) found.add(one).add(other);
  }
  const page = readFileSync(join(source, "index.html"), "utf8");
  for (const [, words] of page.matchAll(/\sdata-t>([^<]+)</g)) found.add(words.trim());
  for (const [, words] of page.matchAll(/data-t-label="([^"]+)"/g)) found.add(words);
  return [...found];
}
