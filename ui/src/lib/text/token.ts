// When an account's permission shows that it will run out: 14, 7, 3 and 1 days before. It renews
// itself from the second day on, so that a warning means that renewing has failed for weeks.

const DAY = 24 * 3_600_000;
const STAGES = [1, 3, 7, 14] as const;

export type TokenStage = 0 | (typeof STAGES)[number];

/** The warning that is due; `null` while there is time, 0 when it is over. */
export function tokenStage(expiresAt: string | null, nowMs: number): TokenStage | null {
  if (expiresAt === null) return null;
  const left = Date.parse(expiresAt) - nowMs;
  if (left <= 0) return 0;
  return STAGES.find((days) => left <= days * DAY) ?? null;
}

/** How loud it is. The first warning can be put away until the next one is due. */
export function tokenTone(stage: TokenStage): 'note' | 'warn' | 'bad' {
  if (stage === 14) return 'note';
  return stage === 7 ? 'warn' : 'bad';
}
