// What the owner does to conversations in the list: done, later, unread, labelled; one or many at
// once, and back again.

import type { ConversationRow } from '$lib/ipc/bindings';
import { t } from '$lib/i18n/index.svelte';
import { CommandError } from '$lib/ipc/host';
import type { Desk } from './desk.svelte';

/** Where a conversation was, to be put there again. */
type Before = Pick<ConversationRow, 'id' | 'place' | 'snoozedUntil'>;

export class Triage {
  fault = $state.raw<CommandError | null>(null);
  /** What a menu is open for. */
  menu = $state<'snooze' | 'label' | null>(null);

  constructor(private readonly desk: Desk) {}

  /** Whether the next press of the key brings back instead of putting away. */
  get allDone(): boolean {
    const rows = this.#targets();
    return rows.length > 0 && rows.every((row) => row.place === 'done');
  }

  async done(): Promise<void> {
    const rows = this.#targets();
    if (rows.length === 0) return;
    const done = !this.allDone;
    const ids = rows.map((row) => row.id);
    await this.#move(rows, done ? t('triage.done', { count: ids.length }) : t('triage.reopened', { count: ids.length }), () =>
      this.desk.host.call('conversation_done', { ids, done }),
    );
  }

  async snooze(until: Date): Promise<void> {
    this.menu = null;
    const rows = this.#targets();
    if (rows.length === 0) return;
    const ids = rows.map((row) => row.id);
    await this.#move(rows, t('triage.snoozed', { count: ids.length }), () =>
      this.desk.host.call('conversation_snooze', { ids, until: until.toISOString() }),
    );
  }

  async unread(): Promise<void> {
    const rows = this.#targets();
    if (rows.length === 0) return;
    const ids = rows.map((row) => row.id);
    // What stays open is read again at once.
    if (this.desk.thread.id !== null && ids.includes(this.desk.thread.id)) this.desk.closeThread();
    await this.#try(() => this.desk.host.call('conversation_unread', { ids }));
    this.desk.inbox.marked.clear();
    await this.desk.inbox.refresh();
  }

  async label(labelId: string, on: boolean): Promise<void> {
    const ids = this.#targets().map((row) => row.id);
    if (ids.length === 0) return;
    await this.#try(() => this.desk.host.call('conversation_label', { ids, labelId, on }));
    await Promise.all([this.desk.inbox.refresh(), this.desk.labels.refresh(), this.desk.thread.refresh()]);
  }

  /** Whether all, some or none of what is meant carries a label. */
  carries(labelId: string): boolean | 'some' {
    const rows = this.#targets();
    const having = rows.filter((row) => row.labels.includes(labelId)).length;
    return having === 0 ? false : having === rows.length ? true : 'some';
  }

  get count(): number {
    return this.#targets().length;
  }

  #targets(): ConversationRow[] {
    const rows = this.desk.inbox.targets();
    // The open conversation may not be in the view that is shown.
    const open = this.desk.thread.conversation;
    return rows.length > 0 || !open || this.desk.inbox.marked.size > 0 ? rows : [open];
  }

  async #move(rows: readonly ConversationRow[], said: string, call: () => Promise<unknown>): Promise<void> {
    const { desk } = this;
    const before: Before[] = rows.map(({ id, place, snoozedUntil }) => ({ id, place, snoozedUntil }));
    const ids = new Set(rows.map((row) => row.id));
    const opened = desk.thread.id;
    const next = this.#after(ids);
    if (!(await this.#try(call))) return;
    if (desk.inbox.view !== 'all') desk.inbox.drop(ids);
    desk.inbox.marked.clear();
    if (opened !== null && ids.has(opened) && desk.inbox.view !== 'all') {
      if (next) await desk.open(next.id, next);
      else desk.closeThread();
    }
    desk.undo.offer(said, () => this.#restore(before, opened));
    desk.announcer.say(said);
    await desk.inbox.refresh();
  }

  /** The row that comes after those that leave, else the one before them. */
  #after(ids: ReadonlySet<string>): ConversationRow | null {
    const { rows } = this.desk.inbox;
    const last = rows.findLastIndex((row) => ids.has(row.id));
    const stays = (row: ConversationRow) => !ids.has(row.id);
    return rows.slice(last + 1).find(stays) ?? rows.slice(0, Math.max(last, 0)).findLast(stays) ?? null;
  }

  /** Puts each back where it was, and opens the one that was open. */
  async #restore(before: readonly Before[], opened: string | null): Promise<void> {
    const { desk } = this;
    const groups = new Map<string, Before[]>();
    for (const one of before) {
      const key = `${one.place} ${one.snoozedUntil ?? ''}`;
      groups.set(key, [...(groups.get(key) ?? []), one]);
    }
    for (const group of groups.values()) {
      const ids = group.map((one) => one.id);
      const { place, snoozedUntil } = group[0] ?? { place: 'open', snoozedUntil: null };
      const later = snoozedUntil !== null && Date.parse(snoozedUntil) > Date.now();
      await this.#try(() =>
        place === 'snoozed' && later
          ? desk.host.call('conversation_snooze', { ids, until: snoozedUntil })
          : desk.host.call('conversation_done', { ids, done: place === 'done' }),
      );
    }
    await desk.inbox.refresh();
    const back = opened !== null && before.some((one) => one.id === opened) ? opened : (before[0]?.id ?? null);
    if (back === null) return;
    if (opened === null) desk.inbox.select(back);
    else await desk.open(back);
  }

  async #try(call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      this.fault = null;
      return true;
    } catch (thrown) {
      this.fault = CommandError.from(thrown);
      this.desk.fault = this.fault;
      return false;
    }
  }
}
