import { describe, expect, it } from 'vitest';
import { tokenStage, tokenTone } from './token';

const NOW = Date.UTC(2026, 4, 6, 12);
const inDays = (days: number) => new Date(NOW + days * 86_400_000).toISOString();

describe('a permission that runs out', () => {
  it.each([
    [60, null],
    [14.01, null],
    [14, 14],
    [7.5, 14],
    [7, 7],
    [3.2, 7],
    [3, 3],
    [1.1, 3],
    [1, 1],
    [0.01, 1],
    [0, 0],
    [-2, 0],
  ])('with %d days left is at %j', (days, stage) => expect(tokenStage(inDays(days), NOW)).toBe(stage));

  it('says nothing when Instagram never said until when', () => expect(tokenStage(null, NOW)).toBeNull());

  it('grows louder', () => expect([14, 7, 3, 1, 0].map((stage) => tokenTone(stage as 14))).toEqual(['note', 'warn', 'bad', 'bad', 'bad']));
});
