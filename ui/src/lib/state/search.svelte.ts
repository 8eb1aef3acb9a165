// Search as one types: people by name, messages by their words.

import type { ConversationRow, SearchHit } from '$lib/ipc/bindings';
import { CommandError, type Host } from '$lib/ipc/host';

const WAIT_MS = 80;
const PEOPLE = 6;
const HITS = 30;

export type SearchResult =
  | { kind: 'person'; id: string; row: ConversationRow }
  | { kind: 'message'; id: string; hit: SearchHit };

export class Search {
  query = $state('');
  results = $state.raw<readonly SearchResult[]>([]);
  /** The query that the results answer. */
  answered = $state('');
  fault = $state.raw<CommandError | null>(null);
  cursor = $state(0);

  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly host: Host) {}

  active = $derived(this.query.trim() !== '');

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

  clear(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#turn += 1;
    this.query = '';
    this.answered = '';
    this.results = [];
    this.fault = null;
    this.cursor = 0;
  }

  move(step: 1 | -1): void {
    const last = this.results.length - 1;
    this.cursor = Math.min(Math.max(this.cursor + step, 0), Math.max(last, 0));
  }

  async #run(query: string): Promise<void> {
    const turn = ++this.#turn;
    try {
      const [people, hits] = await Promise.all([
        this.host.call('inbox_list', { view: 'all', query, limit: PEOPLE }),
        this.host.call('search', { query, limit: HITS }),
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
