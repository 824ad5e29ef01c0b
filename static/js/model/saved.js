// A short list of texts that a browser keeps between visits; it may refuse.
export class Saved {
  #key;
  #list;

  constructor(name) {
    this.#key = `nightjar.${name}`;
    try { this.#list = JSON.parse(localStorage.getItem(this.#key)) ?? []; } catch { this.#list = []; }
  }

  get list() { return [...this.#list]; }
  has(text) { return this.#list.includes(text); }
  add(text) { if (!this.has(text)) this.#keep([...this.#list, text].slice(-20)); }
  remove(text) { this.#keep(this.#list.filter((other) => other !== text)); }

  #keep(list) {
    this.#list = list;
    try { localStorage.setItem(this.#key, JSON.stringify(list)); } catch { /* private mode: for this visit */ }
  }
}
