// GET /api/v1/trace as it comes: one JSON object a line. `take(lines)` at most once per frame, `failed(why)` at its end.
import { onFrame } from "../dom.js";
import { ask } from "../rest.js";

export class Trace {
  #end = new AbortController();
  #lines = [];

  constructor(query, take, failed) {
    const give = onFrame(() => { if (this.#lines.length > 0) take(this.#lines.splice(0)); });
    this.#read(query, give).catch((e) => { if (!this.#end.signal.aborted) failed(e.message); });
  }

  end() { this.#end.abort(); }

  async #read(query, give) {
    const answer = await ask("GET", `/api/v1/trace?${new URLSearchParams({ ...query, rate: 200 })}`, undefined, this.#end.signal);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new Error("");
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      this.#lines.push(...lines.filter((line) => line.trim()).map((line) => JSON.parse(line)));
      this.#lines.splice(0, Math.max(0, this.#lines.length - 500));
      give();
    }
  }
}
