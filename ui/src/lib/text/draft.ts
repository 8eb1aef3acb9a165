// The engine's words for reasons, checks and stages, in the owner's language. The engine may be
// newer than these texts, so each has something to fall back on.

import type { DraftCheck, Reason } from '$lib/ipc/bindings';
import { known, t } from '$lib/i18n/index.svelte';

export function reasonWords(reason: Reason): string {
  return known(`reason.${reason}`, 'reason.other');
}

/** The reason that a failed check already tells. */
const TOLD_BY: Partial<Record<Reason, string>> = {
  figure_unfounded: 'facts',
  language_wrong: 'language',
  too_long: 'size',
  promise: 'promises',
  leak: 'leak',
  repeats: 'repeat',
  uncited: 'cites',
};

/** The reasons worth telling beside the failed checks. That a draft waits needs no reason. */
export function reasonsBesideChecks(reasons: readonly Reason[], failed: readonly DraftCheck[]): Reason[] {
  return reasons.filter((reason) => reason !== 'mode_draft' && !failed.some((check) => check.name === TOLD_BY[reason]));
}

/** What a check found wrong. */
export function checkWords(check: DraftCheck): string {
  const failed = known(`check.${check.name}.failed`, 'check.other.failed', { name: check.name });
  return check.result === 'failed' ? failed : known(`check.${check.name}.passed`, 'check.other.passed', { name: check.name });
}

export function stageWords(stage: string): string {
  return known(`stage.${stage}`, 'stage.other', { name: stage });
}

/** JSON laid out for reading; anything else as it came. */
export function layOut(detail: string): string {
  try {
    return JSON.stringify(JSON.parse(detail), null, 2);
  } catch {
    return detail;
  }
}

export function duration(micros: number): string {
  return micros < 1000 ? t('why.under_a_millisecond') : t('why.milliseconds', { count: Math.round(micros / 1000) });
}
