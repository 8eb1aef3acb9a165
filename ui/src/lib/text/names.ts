// Small facts about a name.

import { i18n } from '$lib/i18n/index.svelte';

/** A letter or digit that nothing is put upon: what nearly every name begins with. */
const PLAIN = /^[\p{L}\p{N}](?![\p{M}\u200d])/u;
/** Made when it is needed: that takes longer than everything else about a row. */
let segmenter: Intl.Segmenter | undefined;

function firstCharacter(text: string): string | undefined {
  const plain = PLAIN.exec(text);
  if (plain) return plain[0];
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  for (const { segment } of segmenter.segment(text)) return segment;
  return undefined;
}

/** The first letter, whole even when it is an emoji or has an accent. */
export function initial(name: string): string {
  return firstCharacter(name.trim().replace(/^@/, ''))?.toLocaleUpperCase(i18n.locale) ?? '?';
}

/** A hue that stays with a person. */
export function hue(seed: string): number {
  let hash = 7;
  for (let i = 0; i < seed.length; i += 1) hash = (hash * 31 + seed.charCodeAt(i)) % 3600;
  return hash / 10;
}
