// Small facts about a name.

import { i18n } from '$lib/i18n/index.svelte';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The first letter, whole even when it is an emoji or has an accent. */
export function initial(name: string): string {
  for (const { segment } of segmenter.segment(name.trim().replace(/^@/, ''))) {
    return segment.toLocaleUpperCase(i18n.locale);
  }
  return '?';
}

/** A hue that stays with a person. */
export function hue(seed: string): number {
  let hash = 7;
  for (let i = 0; i < seed.length; i += 1) hash = (hash * 31 + seed.charCodeAt(i)) % 3600;
  return hash / 10;
}
