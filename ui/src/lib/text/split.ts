// A text that is too long for one message, cut where a reader would pause.

import { REPLY_LIMIT_BYTES, utf8Bytes } from './bytes';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Pieces that each fit, in order. They are cut after a paragraph, a sentence or a word; a letter or
 * an emoji is never cut in two. */
export function splitPreview(text: string, limit = REPLY_LIMIT_BYTES): string[] {
  const pieces: string[] = [];
  let rest = text.trim();
  while (utf8Bytes(rest) > limit) {
    const fits = longestPrefix(rest, limit);
    const cut = pause(fits);
    pieces.push(fits.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  if (rest !== '') pieces.push(rest);
  return pieces.filter((piece) => piece !== '');
}

function longestPrefix(text: string, limit: number): string {
  let bytes = 0;
  let end = 0;
  for (const { segment } of segmenter.segment(text)) {
    const more = utf8Bytes(segment);
    // One sign larger than a whole message goes alone, or nothing would ever move on.
    if (bytes + more > limit && end > 0) break;
    bytes += more;
    end += segment.length;
  }
  return text.slice(0, end);
}

/** Where to cut: the last good pause in the second half, else at the end. */
function pause(text: string): number {
  const least = Math.floor(text.length / 2);
  for (const pattern of [/\n\s*\n/g, /\n/g, /[.!?…。]["»”)]*\s/g, /\s/g]) {
    let last = -1;
    for (const match of text.matchAll(pattern)) last = match.index + match[0].length;
    if (last > least) return last;
  }
  return text.length;
}
