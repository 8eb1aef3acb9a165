// Whether a customer may be answered now, and by whom. The engine's word is from when it was read;
// the clock goes on.

import type { Window, WindowState } from '$lib/ipc/bindings';

export function windowAt({ closesAt, humanUntil }: Window, nowMs: number): WindowState {
  if (closesAt === null) return 'unknown';
  if (nowMs < Date.parse(closesAt)) return 'open';
  return humanUntil !== null && nowMs < Date.parse(humanUntil) ? 'humanOnly' : 'closed';
}

/** The last moment at which something typed may leave; `null` when that is not known. */
export function lastMoment({ closesAt, humanUntil }: Window): Date | null {
  const last = humanUntil ?? closesAt;
  return last === null ? null : new Date(last);
}
