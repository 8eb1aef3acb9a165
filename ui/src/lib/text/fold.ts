// Where words stand in a text, whatever the spelling: as the engine's search folds it, so that what
// it found is what is marked.

import type { Mark } from '$lib/ipc/bindings';

/** Case, accents and the two Turkish i's do not matter: "ISTANBUL" is in "İstanbul". */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[ıİI]/g, 'i')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/ς/g, 'σ');
}

/** The places of the words in the text, in UTF-16 units; overlapping ones become one. */
export function marksOf(text: string, words: readonly string[]): Mark[] {
  const wanted = words.map(fold).filter((word) => word !== '');
  if (wanted.length === 0) return [];
  let folded = '';
  // For each folded unit, where its character starts and ends in the text.
  const from: number[] = [];
  const to: number[] = [];
  let at = 0;
  for (const character of text) {
    const piece = fold(character);
    for (let i = 0; i < piece.length; i += 1) {
      from.push(at);
      to.push(at + character.length);
    }
    folded += piece;
    at += character.length;
  }
  const spans: Mark[] = [];
  for (const word of wanted) {
    for (let i = folded.indexOf(word); i >= 0; i = folded.indexOf(word, i + 1)) {
      spans.push({ start: from[i] ?? 0, end: to[i + word.length - 1] ?? text.length });
    }
  }
  spans.sort((a, b) => a.start - b.start);
  const marks: Mark[] = [];
  for (const span of spans) {
    const last = marks.at(-1);
    if (last && last.end >= span.start) last.end = Math.max(last.end, span.end);
    else marks.push({ ...span });
  }
  return marks;
}
