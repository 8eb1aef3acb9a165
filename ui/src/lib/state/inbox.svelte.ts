// The conversation list: one view of it, read page by page as it is scrolled.

import { SvelteSet } from 'svelte/reactivity';
import type { ConversationRow, InboxFilter, InboxPage, InboxView } from '$lib/ipc/bindings';
import { CommandError, type Host } from '$lib/ipc/host';
import type { Announcer } from './announcer.svelte';
import { coalesce } from './coalesce';

export const PAGE = 50;
export const VIEWS: readonly InboxView[] = ['needs_you', 'ai_ready', 'all', 'snoozed', 'done'];

export const NO_FILTER: InboxFilter = { unread: false, windowSoon: false };

/** A filter with something of it changed; `null` takes a part away. */
export function narrowedBy(filter: InboxFilter, change: { [K in keyof InboxFilter]?: InboxFilter[K] | null }): InboxFilter {
  const { labelId, accountId, unread, windowSoon } = { ...filter, ...change };
  return {
    unread: unread ?? false,
    windowSoon: windowSoon ?? false,
    ...(labelId ? { labelId } : {}),
    ...(accountId ? { accountId } : {}),
  };
}

export class Inbox {
  view = $state<InboxView>('needs_you');
  filter = $state.raw<InboxFilter>(NO_FILTER);
  /** The kept filter that is shown, if it is one. */
  savedId = $state<string | null>(null);
  /** Conversations with messages that the owner has not seen. */
  unread = $state(0);
  /** The rows that the next act is meant for; without any, it is the selected one. */
  readonly marked = new SvelteSet<string>();
  rows = $state.raw<readonly ConversationRow[]>([]);
  totals = $state.raw<Partial<Record<InboxView, number>>>({});
  selectedId = $state<string | null>(null);
  loading = $state(true);
  loadingMore = $state(false);
  fault = $state.raw<CommandError | null>(null);

  /** The last row on screen; the list says so while it is scrolled. */
  visibleEnd = 0;

  #cursor: string | null = null;
  #epoch = 0;
  /** Where the selection was when its row left the view. */
  #lastIndex = -1;
  #unread = new Map<string, number>();

  constructor(
    private readonly host: Host,
    private readonly announcer?: Announcer,
  ) {}

  get hasMore(): boolean {
    return this.#cursor !== null;
  }

  selectedIndex = $derived(this.rows.findIndex((row) => row.id === this.selectedId));

  /** Reads again what is on screen; calls that come meanwhile become one more reading. */
  readonly refresh = coalesce(() => this.#read());

  narrowed = $derived(Object.values(this.filter).some((value) => value !== undefined && value !== null && value !== false));

  async show(view: InboxView, filter: InboxFilter = NO_FILTER, savedId: string | null = null): Promise<void> {
    const same = this.view === view && JSON.stringify(this.filter) === JSON.stringify(filter);
    this.savedId = savedId;
    this.marked.clear();
    if (same) return this.refresh();
    this.view = view;
    this.filter = filter;
    this.rows = [];
    this.#cursor = null;
    this.#lastIndex = -1;
    this.visibleEnd = 0;
    this.loading = true;
    await this.refresh();
  }

  async more(): Promise<void> {
    if (this.#cursor === null || this.loadingMore) return;
    const epoch = this.#epoch;
    const { view, filter } = this;
    this.loadingMore = true;
    try {
      const page = await this.host.call('inbox_list', { view, cursor: this.#cursor, limit: PAGE, filter });
      if (epoch !== this.#epoch || view !== this.view || filter !== this.filter) return;
      this.#cursor = page.nextCursor;
      this.rows = unique([...this.rows, ...page.items]);
    } catch (thrown) {
      this.fault = CommandError.from(thrown);
    } finally {
      this.loadingMore = false;
    }
  }

  select(id: string | null): void {
    this.selectedId = id;
    const index = this.rows.findIndex((row) => row.id === id);
    if (index >= 0) this.#lastIndex = index;
  }

  /** The neighbour of the selection, also when its own row has left the view. */
  neighbour(step: 1 | -1): ConversationRow | null {
    if (this.rows.length === 0) return null;
    const index = this.selectedIndex;
    let target: number;
    if (index >= 0) target = index + step;
    else if (this.#lastIndex < 0) target = 0;
    else target = step > 0 ? this.#lastIndex : this.#lastIndex - 1;
    return this.rows[Math.min(Math.max(target, 0), this.rows.length - 1)] ?? null;
  }

  /** Takes rows out at once; the next reading tells whether they really left. */
  drop(ids: ReadonlySet<string>): void {
    this.rows = this.rows.filter((row) => !ids.has(row.id));
    for (const id of ids) this.marked.delete(id);
  }

  toggleMark(id: string): void {
    if (!this.marked.delete(id)) this.marked.add(id);
  }

  /** Marks every row from the last marked or selected one to this. */
  markTo(id: string): void {
    const anchor = [...this.marked].at(-1) ?? this.selectedId;
    const from = this.rows.findIndex((row) => row.id === anchor);
    const to = this.rows.findIndex((row) => row.id === id);
    if (to < 0) return;
    const [first, last] = from < 0 ? [to, to] : [Math.min(from, to), Math.max(from, to)];
    for (const row of this.rows.slice(first, last + 1)) this.marked.add(row.id);
  }

  markAll(): void {
    for (const row of this.rows) this.marked.add(row.id);
  }

  /** The rows that an act is meant for. */
  targets(): ConversationRow[] {
    const ids = this.marked.size > 0 ? this.marked : new Set(this.selectedId === null ? [] : [this.selectedId]);
    return this.rows.filter((row) => ids.has(row.id));
  }

  /** Puts a row that a command answered with in the place of the old one. */
  replace(row: ConversationRow): void {
    this.rows = this.rows.map((old) => (old.id === row.id ? row : old));
  }

  async #read(): Promise<void> {
    const { view, filter } = this;
    const want = Math.max(PAGE, this.visibleEnd + PAGE / 2);
    try {
      const rows: ConversationRow[] = [];
      let cursor: string | null = null;
      const counting = this.#count();
      do {
        const page: InboxPage = await this.host.call('inbox_list', { view, cursor, limit: PAGE, filter });
        if (view !== this.view || filter !== this.filter) return;
        rows.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null && rows.length < want);
      this.#epoch += 1;
      this.#cursor = cursor;
      this.#announce(rows);
      this.rows = unique(rows);
      const index = this.rows.findIndex((row) => row.id === this.selectedId);
      if (index >= 0) this.#lastIndex = index;
      this.#unmarkGone();
      this.fault = null;
      this.loading = false;
      await counting;
    } catch (thrown) {
      if (view !== this.view || filter !== this.filter) return;
      this.fault = CommandError.from(thrown);
      this.loading = false;
    }
  }

  async #count(): Promise<void> {
    const counts = await this.host.call('inbox_counts', {});
    this.totals = {
      needs_you: counts.needsYou,
      ai_ready: counts.aiReady,
      all: counts.all,
      done: counts.done,
      snoozed: counts.snoozed,
    };
    this.unread = counts.unread;
  }

  #unmarkGone(): void {
    if (this.marked.size === 0) return;
    const here = new Set(this.rows.map((row) => row.id));
    for (const id of [...this.marked]) if (!here.has(id)) this.marked.delete(id);
  }

  #announce(rows: readonly ConversationRow[]): void {
    const first = this.#unread.size === 0;
    for (const row of rows) {
      const before = this.#unread.get(row.id);
      this.#unread.set(row.id, row.unread);
      if (first || row.id === this.selectedId) continue;
      const more = row.unread - (before ?? 0);
      if (more > 0) this.announcer?.elsewhere(row.id, more);
    }
  }
}

function unique(rows: readonly ConversationRow[]): ConversationRow[] {
  const seen = new Set<string>();
  return rows.filter((row) => !seen.has(row.id) && seen.add(row.id));
}
