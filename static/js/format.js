// Values, times and payloads as text. Pure.

const strictText = new TextDecoder("utf-8", { fatal: true });

// A payload as {text, hex}: whatever bytes come, nothing throws. hex is true when they are no UTF-8 text.
export function payloadText(bytes, longest = 2000) {
  const piece = bytes.subarray(0, longest);
  const rest = bytes.length > longest ? ` … (${bytes.length} bytes)` : "";
  try {
    return { text: strictText.decode(bytes.length > longest ? wholeCharacters(piece) : piece) + rest, hex: false };
  } catch {
    const text = Array.from(piece.subarray(0, 512), (b) => b.toString(16).padStart(2, "0")).join(" ");
    return { text: text + (bytes.length > 512 ? ` … (${bytes.length} bytes)` : ""), hex: true };
  }
}

// Without the UTF-8 character that the cut may have split.
function wholeCharacters(bytes) {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end > 0 && bytes[end - 1] >= 0xc0 ? end - 1 : bytes.length);
}

export function number(value) {
  if (!Number.isFinite(value)) return "–";
  return Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-3) ? value.toExponential(3)
    : String(Math.round(value * 1000) / 1000);
}

export function clock(date) {
  return date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

export function age(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 2) return "now";
  if (s < 60) return `${s} s ago`;
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ago`;
  return `${Math.floor(s / 86400)} d ago`;
}
