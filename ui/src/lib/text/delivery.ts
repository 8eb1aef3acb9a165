// What the owner is told about an outgoing message, and what they can do about it.

import { clockTime, fullTime } from '$lib/i18n/dates';
import { t } from '$lib/i18n/index.svelte';
import { faultDo, faultWhat } from '$lib/errors/table';
import type { ShownMessage } from '$lib/state/thread.svelte';

export type DeliveryAction = 'check' | 'send_again' | 'try_now' | 'send_now' | 'put_away' | 'forget' | 'take_back' | 'instagram';

export interface Delivery {
  tone: 'quiet' | 'warn' | 'bad';
  text: string;
  next: string | null;
  actions: readonly DeliveryAction[];
}

/** `null` when there is nothing to say: an incoming message, or one that went out well. */
export function deliveryOf(message: ShownMessage): Delivery | null {
  if (message.direction === 'in') return null;
  switch (message.state) {
    case 'queued':
      if (message.outboxId && message.sending?.scheduled && message.sending.notBefore) {
        return { tone: 'quiet', text: t('delivery.scheduled', { time: fullTime(message.sending.notBefore) }), next: null, actions: ['send_now', 'take_back'] };
      }
      return {
        tone: 'quiet',
        text: t('delivery.queued'),
        next: null,
        actions: message.outboxId ? ['take_back'] : [],
      };
    case 'sending':
      return { tone: 'quiet', text: t('delivery.sending'), next: null, actions: [] };
    case 'retrying':
      return {
        tone: 'warn',
        text: message.nextTryAt
          ? t('delivery.retrying_at', { time: clockTime(message.nextTryAt) })
          : t('delivery.retrying'),
        next: message.fault ? faultWhat(message.fault) : null,
        actions: message.outboxId ? ['try_now', 'take_back'] : [],
      };
    case 'unconfirmed':
      // From an older copy of the file: it may have been sent long ago, and no look goes back so far.
      if (message.fault === 'reply_from_copy' && !message.nextTryAt) {
        return { tone: 'warn', text: faultWhat(message.fault), next: faultDo(message.fault), actions: message.outboxId ? ['check', 'send_again', 'forget', 'instagram'] : ['instagram'] };
      }
      // While it is still being looked up, another attempt could send it twice.
      return message.nextTryAt
        ? { tone: 'warn', text: t('delivery.checking'), next: null, actions: message.outboxId ? ['check', 'instagram'] : ['instagram'] }
        : {
            tone: 'warn',
            text: t('delivery.unconfirmed'),
            next: t('delivery.unconfirmed_next'),
            actions: message.outboxId ? ['check', 'send_again', 'forget', 'instagram'] : ['instagram'],
          };
    case 'failed':
      return {
        tone: 'bad',
        text: message.fault ? t('delivery.failed_because', { reason: faultWhat(message.fault) }) : t('delivery.failed'),
        next: message.fault ? faultDo(message.fault) : null,
        actions: message.outboxId || message.local ? ['send_again', 'put_away'] : [],
      };
    case 'cancelled':
      return { tone: 'quiet', text: t('delivery.cancelled'), next: null, actions: [] };
    default:
      return null;
  }
}
