// Incidents that are not closed, from the retained messages on dht11/incidents/<id>: there while one is open, empty
// when it is closed. Event: "change".
import { change, get, mayWrite } from "../rest.js";

export class Incidents extends EventTarget {
  open = new Map(); // id -> incident
  mayAct = false;

  // `incident` null: closed.
  update(id, incident) {
    if (incident) this.open.set(id, incident);
    else this.open.delete(id);
    this.dispatchEvent(new Event("change"));
  }

  // What REST says, for when MQTT says nothing (another broker, no right to read the topics).
  async load() {
    const lists = await Promise.all(["open", "acknowledged"].map((status) => get(`/api/monitoring/incidents/?status=${status}`)));
    this.open = new Map(lists.flat().map((incident) => [incident.id, incident]));
    this.dispatchEvent(new Event("change"));
  }

  get newestFirst() { return [...this.open.values()].sort((a, b) => b.incident_id - a.incident_id); }
  get sensors() { return new Set([...this.open.values()].map((i) => i.sensor)); }

  // Whether this broker takes such steps, from a user who may write to the incidents' topic.
  async learnRights(user) {
    const asked = await Promise.allSettled([get("/incident/status"), get("/mqtt/status/")]);
    const topic = asked[1].value?.topics?.incidents;
    this.mayAct = asked[0].status === "fulfilled" && Boolean(topic) && await mayWrite(topic, user);
    this.dispatchEvent(new Event("change"));
  }

  // `step`: "ack", "close" or "comment".
  async act(id, step, comment) {
    const answer = await change("POST", `/api/monitoring/incidents/${id}/${step}/`, comment ? { comment } : {});
    const incident = answer.incident ?? answer;
    this.update(id, incident.status === "closed" ? null : incident);
  }
}
