// A notification of the browser for each incident that opens while nobody looks at the page; for who has asked for it.
import { number } from "./format.js";
import { t } from "./words.js";

const key = "nightjar.notices";

export const possible = () => "Notification" in window && window.isSecureContext;

export function wanted() {
  try { return possible() && Notification.permission === "granted" && localStorage.getItem(key) === "yes"; } catch { return false; }
}

// Asks the browser, and the reader through it. Returns whether there will be notifications.
export async function want(yes) {
  const granted = yes && await Notification.requestPermission() === "granted";
  try { localStorage.setItem(key, granted ? "yes" : "no"); } catch { /* private mode: then there are none */ }
  return wanted();
}

export function notifyOf(incidents, sensors) {
  let known = null; // those that were open before the page was
  incidents.addEventListener("change", () => {
    const fresh = known ? incidents.newestFirst.filter(({ incident_id: id }) => !known.has(id)) : [];
    known = new Set(incidents.open.keys());
    if (!wanted() || !document.hidden) return;
    for (const { incident_id: id, sensor, type, value, reason } of fresh)
      new Notification(`${sensors.get(sensor)?.record.name ?? type}: ${number(value)}`, { body: reason || t("outside its limits"), tag: `incident-${id}` });
  });
}
