// Finds links in what people wrote. Only https addresses become links; everything else, and above
// all javascript:, data: and file:, stays words.

interface TextPart {
  text: string;
  /** The address to open; absent for plain words. */
  url?: string;
  /** The true host, when the words of the link could mislead about it. */
  host?: string;
}

const CANDIDATE = /https:\/\/[^\s<>"'`{}|\\^\u0000-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u2069]+/giu;
const LONGEST = 2048;

/** Whether it is worth looking for links. */
export function mayHoldLink(text: string): boolean {
  return /https:/i.test(text);
}

export function splitLinks(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    // "xhttps://" is a word that happens to contain the letters.
    const before = match.index > 0 ? text[match.index - 1] : '';
    if (before && /[\p{L}\p{N}_]/u.test(before)) continue;
    const shown = trimEnd(match[0]);
    const link = readLink(shown);
    if (!link) continue;
    if (match.index > at) parts.push({ text: text.slice(at, match.index) });
    parts.push(link);
    at = match.index + shown.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
}

/** A full stop or bracket after an address belongs to the sentence. */
function trimEnd(address: string): string {
  let end = address.length;
  while (end > 0) {
    const last = address[end - 1] ?? '';
    if ('.,;:!?…'.includes(last)) end -= 1;
    else if (last === ')' && !balanced(address.slice(0, end), '(', ')')) end -= 1;
    else if (last === ']' && !balanced(address.slice(0, end), '[', ']')) end -= 1;
    else break;
  }
  return address.slice(0, end);
}

function balanced(text: string, open: string, close: string): boolean {
  return text.split(open).length >= text.split(close).length;
}

function readLink(shown: string): TextPart | null {
  if (shown.length > LONGEST) return null;
  let url: URL;
  try {
    url = new URL(shown);
  } catch {
    return null;
  }
  if (url.protocol !== 'https:' || !url.hostname) return null;
  const written = shown.slice('https://'.length).split(/[/?#]/, 1)[0] ?? '';
  const odd =
    url.username !== '' ||
    url.password !== '' ||
    url.hostname.includes('xn--') ||
    written.toLowerCase() !== url.host;
  return odd ? { text: shown, url: url.href, host: url.host } : { text: shown, url: url.href };
}
