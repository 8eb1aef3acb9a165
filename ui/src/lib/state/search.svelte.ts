// Search as one types: people by name, messages by their words, narrowed by who, when and which.

import type { Author, ConversationRow, SearchFilter, SearchHit } from '$lib/ipc/bindings';
import { CommandError, type Host } from '$lib/ipc/host';
import { narrowedBy, NO_FILTER } from './inbox.svelte';

const WAIT_MS = 80;
const PEOPLE = 6;
const HITS = 30;
const DAY_MS = 86_400_000;

export type SearchResult =
  | { kind: 'person'; id: string; row: ConversationRow }
  | { kind: 'message'; id: string; hit: SearchHit };

/** Whose words are sought. */
export type Who = 'anyone' | 'customer' | 'you' | 'ai';
/** When they were written. */
export type When = 'any' | 'today' | 'week' | 'month' | 'year';

const AUTHORS: Record<Who, readonly Author[]> = {
  anyone: [],
  customer: ['customer'],
  you: ['owner', 'owner_phone'],
  ai: ['ai', 'rule'],
};
const DAYS: Record<When, number | null> = { any: null, today: 0, week: 7, month: 31, year: 366 };

/** The first moment of a stretch of days that ends today, in the machine's time zone. */
export function since(when: When, now: Date): string | undefined {
  const days = DAYS[when];
  if (days === null) return undefined;
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  return new Date(midnight.getTime() - days * DAY_MS).toISOString();
}

export class Search {
  query = $state('');
  results = $state.raw<readonly SearchResult[]>([]);
  /** The query that the results answer. */
  answered = $state('');
  fault = $state.raw<CommandError | null>(null);
  cursor = $state(0);
  who = $state<Who>('anyone');
  when = $state<When>('any');
  labelId = $state<string | null>(null);
  /** Only in this conversation. */
  conversation = $state.raw<{ id: string; name: string } | null>(null);

  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly host: Host) {}

  active = $derived(this.query.trim() !== '');
  narrowed = $derived(this.who !== 'anyone' || this.when !== 'any' || this.labelId !== null || this.conversation !== null);

  type(query: string): void {
    this.query = query;
    this.#turn += 1;
    if (this.#timer) clearTimeout(this.#timer);
    const wanted = query.trim();
    if (wanted === '') {
      this.clear();
      return;
    }
    this.#timer = setTimeout(() => void this.#run(wanted), WAIT_MS);
  }

  /** Narrows, or widens again, and asks anew. */
  narrow(change: Partial<Pick<Search, 'who' | 'when' | 'labelId' | 'conversation'>>): void {
    Object.assign(this, change);
    if (this.active) this.type(this.query);
  }

  widen(): void {
    this.narrow({ who: 'anyone', when: 'any', labelId: null, conversation: null });
  }

  clear(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#turn += 1;
    this.query = '';
    this.answered = '';
    this.results = [];
    this.fault = null;
    this.cursor = 0;
    this.who = 'anyone';
    this.when = 'any';
    this.labelId = null;
    this.conversation = null;
  }

  move(step: 1 | -1): void {
    const last = this.results.length - 1;
    this.cursor = Math.min(Math.max(this.cursor + step, 0), Math.max(last, 0));
  }

  #filter(): SearchFilter {
    const from = since(this.when, new Date());
    const filter: SearchFilter = { authors: [...AUTHORS[this.who]] };
    if (from !== undefined) filter.from = from;
    if (this.labelId !== null) filter.labelId = this.labelId;
    if (this.conversation !== null) filter.conversationId = this.conversation.id;
    return filter;
  }

  async #run(query: string): Promise<void> {
    const turn = ++this.#turn;
    try {
      // Who is narrowed to messages does not look for names.
      const seeksPeople = this.who === 'anyone' && this.when === 'any' && this.conversation === null;
      const filter = narrowedBy(NO_FILTER, { labelId: this.labelId });
      const [people, hits] = await Promise.all([
        seeksPeople ? this.host.call('inbox_list', { view: 'all', query, limit: PEOPLE, filter }) : { items: [] },
        this.host.call('search', { query, limit: HITS, filter: this.#filter() }),
      ]);
      if (turn !== this.#turn) return;
      this.results = [
        ...people.items.map((row): SearchResult => ({ kind: 'person', id: `p${row.id}`, row })),
        ...hits.map((hit): SearchResult => ({ kind: 'message', id: `m${hit.messageId}`, hit })),
      ];
      this.fault = null;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.results = [];
      this.fault = CommandError.from(thrown);
    }
    this.answered = query;
    this.cursor = 0;
  }
}
