// The conversation list: one view of it, read page by page as it is scrolled.

import type { ConversationRow, InboxPage, InboxView } from '$lib/ipc/bindings';
import { CommandError, type Host } from '$lib/ipc/host';
import type { Announcer } from './announcer.svelte';
import { coalesce } from './coalesce';

export const PAGE = 50;
export const VIEWS: readonly InboxView[] = ['needs_you', 'ai_ready', 'all'];

export class Inbox {
  view = $state<InboxView>('needs_you');
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

  async show(view: InboxView): Promise<void> {
    if (this.view === view) return this.refresh();
    this.view = view;
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
    const view = this.view;
    this.loadingMore = true;
    try {
      const page = await this.host.call('inbox_list', { view, cursor: this.#cursor, limit: PAGE });
      if (epoch !== this.#epoch || view !== this.view) return;
      this.#cursor = page.nextCursor;
      this.rows = unique([...this.rows, ...page.items]);
      this.totals = { ...this.totals, [view]: page.total };
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

  /** Puts a row that a command answered with in the place of the old one. */
  replace(row: ConversationRow): void {
    this.rows = this.rows.map((old) => (old.id === row.id ? row : old));
  }

  async #read(): Promise<void> {
    const view = this.view;
    const want = Math.max(PAGE, this.visibleEnd + PAGE / 2);
    try {
      const rows: ConversationRow[] = [];
      let cursor: string | null = null;
      let total: number;
      do {
        const page: InboxPage = await this.host.call('inbox_list', { view, cursor, limit: PAGE });
        if (view !== this.view) return;
        rows.push(...page.items);
        cursor = page.nextCursor;
        total = page.total;
      } while (cursor !== null && rows.length < want);
      this.#epoch += 1;
      this.#cursor = cursor;
      this.#announce(rows);
      this.rows = unique(rows);
      const index = this.rows.findIndex((row) => row.id === this.selectedId);
      if (index >= 0) this.#lastIndex = index;
      this.totals = { ...this.totals, [view]: total };
      this.fault = null;
      this.loading = false;
      await this.#count(view);
    } catch (thrown) {
      if (view !== this.view) return;
      this.fault = CommandError.from(thrown);
      this.loading = false;
    }
  }

  async #count(shown: InboxView): Promise<void> {
    for (const view of VIEWS) {
      if (view === shown) continue;
      const page = await this.host.call('inbox_list', { view, limit: 1 });
      this.totals = { ...this.totals, [view]: page.total };
    }
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
