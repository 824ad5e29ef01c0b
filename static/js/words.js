// The page's language. English is what the code says; other languages are a map from it (words.fr.js), so a text
// that was forgotten appears in English, and a test finds it.

const key = "nightjar.language";
let words = {};
let current = "en";

export const language = () => current;

// "{n} messages", { n: 3 }
export function t(text, values = {}) {
  return (words[text] ?? text).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

// Marks a text that t() is given elsewhere.
export const later = (text) => text;

function wanted() {
  let kept = null;
  try { kept = localStorage.getItem(key); } catch { /* private mode */ }
  return kept ?? (navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en");
}

export async function speak(choice) {
  current = choice ?? wanted();
  if (choice) try { localStorage.setItem(key, choice); } catch { /* private mode */ }
  words = current === "fr" ? (await import("./words.fr.js")).default : {};
  document.documentElement.lang = current;
  translate(document);
}

// What stands in index.html: data-t marks it, and keeps the English; data-t-label is for aria-label.
function translate(root) {
  for (const element of root.querySelectorAll("[data-t]")) {
    element.dataset.t ||= element.textContent.trim();
    element.textContent = t(element.dataset.t);
  }
  for (const element of root.querySelectorAll("[data-t-label]"))
    element.setAttribute("aria-label", t(element.dataset.tLabel));
}
