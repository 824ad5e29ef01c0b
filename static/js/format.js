// Values, times and payloads as text, in the page's language.
import { language, t } from "./words.js";

const strictText = new TextDecoder("utf-8", { fatal: true });
const dash = "–";

// A payload as {text, hex}: whatever bytes come, nothing throws. hex is true when they are no UTF-8 text.
export function payloadText(bytes, longest = 2000) {
  const piece = bytes.subarray(0, longest);
  const rest = bytes.length > longest ? ` … (${bytes.length} bytes)` : "";
  try {
    return { text: strictText.decode(bytes.length > longest ? wholeCharacters(piece) : piece) + rest, hex: false };
  } catch {
    return { text: hexText(piece.subarray(0, 512)) + (bytes.length > 512 ? ` … (${bytes.length} bytes)` : ""), hex: true };
  }
}

export function hexText(bytes) { return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join(" "); }

// "ff 00 41", with or without spaces. Throws if it is no hexadecimal text.
export function bytesOfHex(text) {
  const digits = text.replace(/[\s,:]|0x/gi, "");
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new Error(t("hexadecimal bytes are pairs of 0-9 and a-f: ff 00 41"));
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

// Without the UTF-8 character that the cut may have split.
function wholeCharacters(bytes) {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end > 0 && bytes[end - 1] >= 0xc0 ? end - 1 : bytes.length);
}

// Formatters are slow to make.
const made = new Map();
function formatter(kind, options) {
  const name = `${kind}${language()}${JSON.stringify(options)}`;
  if (!made.has(name)) made.set(name, new Intl[kind](language() === "en" && navigator.language.startsWith("en") ? navigator.language : language(), options));
  return made.get(name);
}

export function number(value) {
  if (typeof value !== "number" || !Number.isFinite(value)) return dash;
  if (Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-3)) return value.toExponential(3);
  return formatter("NumberFormat", { maximumFractionDigits: 3, useGrouping: false }).format(value);
}

// As much of it as fits a tile.
export function shortNumber(value) {
  const large = Number.isFinite(value) && Math.abs(value) >= 100;
  return number(large ? Number(value.toPrecision(5)) : value);
}

export const withUnit = (value, unit) => (unit && Number.isFinite(value) ? `${number(value)} ${unit}` : number(value));

// 12,345 things; 1.2M
export function count(value) {
  if (!Number.isFinite(value)) return dash;
  const short = Math.abs(value) >= 1e5;
  return formatter("NumberFormat", short ? { notation: "compact", maximumFractionDigits: 1 } : { maximumFractionDigits: 1 }).format(value);
}

export function size(bytes) {
  if (!Number.isFinite(bytes)) return dash;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let n = bytes, i = 0;
  while (n >= 1024 && i < units.length - 1) { n /= 1024; i += 1; }
  return `${formatter("NumberFormat", { maximumFractionDigits: n < 10 && i > 0 ? 1 : 0 }).format(n)} ${units[i]}`;
}

const day24 = { hourCycle: "h23" };
export const clock = (date) => formatter("DateTimeFormat", { ...day24, hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(date);
export const minuteText = (date) => formatter("DateTimeFormat", { ...day24, hour: "2-digit", minute: "2-digit" }).format(date);
export const dayText = (date) => formatter("DateTimeFormat", { day: "numeric", month: "short" }).format(date);
export const moment = (date) => formatter("DateTimeFormat", { ...day24, dateStyle: "medium", timeStyle: "medium" }).format(date);

const steps = [[60, 1, "second"], [3600, 60, "minute"], [86400, 3600, "hour"], [Infinity, 86400, "day"]];

export function age(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 2) return t("now");
  const [, unit, name] = steps.find(([below]) => s < below);
  return formatter("RelativeTimeFormat", { style: language() === "en" ? "narrow" : "short", numeric: "always" }).format(-Math.floor(s / unit), name);
}

// Seconds as "3 d 4 h".
export function duration(seconds) {
  const parts = [[86400, t("d")], [3600, t("h")], [60, t("min")], [1, t("s")]];
  const first = parts.findIndex(([unit]) => seconds >= unit);
  if (first < 0) return `0 ${t("s")}`;
  let rest = seconds;
  return parts.slice(first, first + 2).map(([unit, name]) => {
    const n = Math.floor(rest / unit);
    rest -= n * unit;
    return n > 0 ? `${n} ${name}` : "";
  }).filter(Boolean).join(" ");
}
