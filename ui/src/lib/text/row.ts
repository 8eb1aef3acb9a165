// What a conversation's row says: its last message in one line, and its one mark.

import type { Author, ConversationRow, MessageKind } from '$lib/ipc/bindings';
import { momentAhead, timeLeft } from '$lib/i18n/dates';
import { t, type MessageKey, type Params } from '$lib/i18n/index.svelte';

const SOON_MS = 2 * 3_600_000;

interface RowMark {
  tone: 'accent' | 'good' | 'warn' | 'bad' | '';
  key: MessageKey;
  params?: Params;
}

export function rowMark(row: ConversationRow, now: number): RowMark | null {
  const left = row.windowClosesAt === null ? null : Date.parse(row.windowClosesAt) - now;
  if (row.place === 'snoozed' && row.snoozedUntil !== null) {
    return { tone: '', key: 'row.snoozed', params: { time: momentAhead(row.snoozedUntil, now) } };
  }
  if (row.place === 'done' && row.state !== 'failed') return { tone: '', key: 'row.done' };
  switch (row.state) {
    case 'failed':
      return { tone: 'bad', key: 'row.failed' };
    case 'countdown':
      return { tone: 'accent', key: 'row.countdown' };
    case 'draft_ready':
    case 'waiting':
      if (left !== null && left <= 0) return { tone: '', key: 'row.window_closed' };
      if (left !== null && left < SOON_MS) return { tone: 'warn', key: 'row.window_soon', params: { time: timeLeft(left) } };
      return row.state === 'draft_ready' ? { tone: 'good', key: 'row.draft_ready' } : { tone: '', key: 'row.waiting' };
    case 'drafting':
      return { tone: '', key: 'row.drafting' };
    case 'returned':
      return { tone: 'accent', key: 'row.returned' };
    default:
      return null;
  }
}

/** The last message, with who wrote it. */
export function previewOf(row: ConversationRow): string {
  const text = row.snippet || (row.lastKind && row.lastKind !== 'text' ? kindName(row.lastKind) : '');
  return prefixed(row.lastAuthor, text);
}

function prefixed(author: Author | null, text: string): string {
  switch (author) {
    case 'owner':
    case 'owner_phone':
      return t('row.by_you', { text });
    case 'ai':
      return t('row.by_ai', { text });
    case 'rule':
      return t('row.by_rule', { text });
    default:
      return text;
  }
}

export function kindName(kind: MessageKind): string {
  return t(`kind.${kind}`);
}
