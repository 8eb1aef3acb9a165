// What is being typed at the caret that asks for a list: `/` a saved reply, `:` an emoji.

import type { SavedReply } from '$lib/ipc/bindings';
import { EMOJI, type Emoji } from './emoji';
import { fold } from './fold';

interface Token {
  kind: 'reply' | 'emoji';
  /** Where its sign stands, and where the caret is. */
  from: number;
  to: number;
  /** What follows the sign. */
  query: string;
}

const MOST_REPLIES = 7;
const MOST_EMOJI = 8;

/** The token that ends at the caret; signs inside of words, as in an address or a time, are none. */
export function tokenAt(text: string, caret: number): Token | null {
  const match = /(?:^|\s)([/:])([^\s/:]*)$/u.exec(text.slice(0, caret));
  if (!match) return null;
  const [, sign, query = ''] = match;
  const from = caret - query.length - 1;
  if (sign === '/') return { kind: 'reply', from, to: caret, query };
  // ":D" and ":)" are faces already.
  return /^\p{L}{2,}/u.test(query) ? { kind: 'emoji', from, to: caret, query } : null;
}

/** The replies that fit, those with the short form first. */
export function repliesFor(replies: readonly SavedReply[], query: string, lang: string | null): SavedReply[] {
  const wanted = fold(query);
  const rank = (reply: SavedReply): number => {
    const short = fold(reply.shortcut ?? '');
    if (wanted !== '' && short === wanted) return 0;
    if (short !== '' && short.startsWith(wanted)) return 1;
    if (fold(reply.title).includes(wanted)) return 2;
    return fold(reply.text).includes(wanted) ? 3 : 9;
  };
  return replies
    .map((reply, order) => ({ reply, order, rank: rank(reply), foreign: Number(reply.lang !== null && lang !== null && reply.lang !== lang) }))
    .filter((one) => one.rank < 9)
    .sort((a, b) => a.rank - b.rank || a.foreign - b.foreign || a.order - b.order)
    .slice(0, MOST_REPLIES)
    .map((one) => one.reply);
}

/** The emoji one of whose words begins so. */
export function emojiFor(query: string): Emoji[] {
  const wanted = fold(query);
  return EMOJI.filter((emoji) => emoji.words.split(' ').some((word) => fold(word).startsWith(wanted))).slice(0, MOST_EMOJI);
}

/** The first place that is still to be filled in, as `{order}`; `null` when there is none. */
export function firstHole(text: string, holes: readonly string[]): { from: number; to: number } | null {
  const places = holes.map((name) => ({ from: text.indexOf(`{${name}}`), length: name.length + 2 })).filter((one) => one.from >= 0);
  const first = places.sort((a, b) => a.from - b.from)[0];
  return first ? { from: first.from, to: first.from + first.length } : null;
}
