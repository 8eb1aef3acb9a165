// A message among the others: where days and what is unread begin, and who goes on speaking.

import { daysApart } from '$lib/i18n/dates';
import type { Gap } from '$lib/ipc/bindings';
import type { ShownMessage } from '$lib/state/thread.svelte';

/** One author who goes on within this time writes one run. */
const RUN_MS = 5 * 60_000;

export interface Placed {
  message: ShownMessage;
  /** The first of its day. */
  day: boolean;
  /** Messages are missing before it. */
  gap: boolean;
  /** With it begins what the owner has not seen. */
  unread: boolean;
  /** The first of its run. */
  first: boolean;
  /** The last of its run. */
  last: boolean;
  /** The newest of ours. */
  newestOut: boolean;
}

/** Messages in their order, each with its place. */
export function placed(messages: readonly ShownMessage[], unreadFrom: string | null = null, gaps: readonly Gap[] = []): Placed[] {
  const missing = new Set(gaps.map((gap) => gap.beforeId));
  const newestOut = messages.findLast((message) => message.direction === 'out');
  const all: Placed[] = [];
  for (const message of messages) {
    const before = all.at(-1);
    const day = before === undefined || daysApart(new Date(before.message.sentAt), new Date(message.sentAt)) !== 0;
    const first = day || !goesOn(before.message, message);
    if (before) before.last = first;
    all.push({ message, day, gap: missing.has(message.id), unread: message.id === unreadFrom, first, last: true, newestOut: message === newestOut });
  }
  return all;
}

function goesOn(before: ShownMessage, message: ShownMessage): boolean {
  return before.author === message.author && Math.abs(Date.parse(message.sentAt) - Date.parse(before.sentAt)) <= RUN_MS;
}
