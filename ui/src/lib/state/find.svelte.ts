// Search inside the open conversation, over all of its history.

import type { SearchHit } from '$lib/ipc/bindings';
import { CommandError, type Host } from '$lib/ipc/host';
import type { Thread } from './thread.svelte';

const WAIT_MS = 80;
const HITS = 200;

export class Find {
  open = $state(false);
  query = $state('');
  hits = $state.raw<readonly SearchHit[]>([]);
  /** Which hit is shown, counted from the newest. */
  at = $state(0);
  answered = $state('');
  fault = $state.raw<CommandError | null>(null);

  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly host: Host,
    private readonly thread: Thread,
  ) {}

  /** The words to mark in the messages. */
  words = $derived(this.open && this.query.trim().length > 1 ? this.query.trim().split(/\s+/) : []);

  show(): void {
    this.open = true;
  }

  close(): void {
    this.open = false;
    this.#turn += 1;
    if (this.#timer) clearTimeout(this.#timer);
    this.query = '';
    this.answered = '';
    this.hits = [];
    this.fault = null;
    this.thread.target = null;
  }

  type(query: string): void {
    this.query = query;
    this.#turn += 1;
    if (this.#timer) clearTimeout(this.#timer);
    if (query.trim() === '') {
      this.hits = [];
      this.answered = '';
      return;
    }
    this.#timer = setTimeout(() => void this.#run(), WAIT_MS);
  }

  /** To an older hit, or back to a newer one; round at the ends. */
  async step(by: 1 | -1): Promise<void> {
    const { length } = this.hits;
    if (length === 0) return;
    this.at = (this.at + by + length) % length;
    await this.#go();
  }

  async #run(): Promise<void> {
    const turn = ++this.#turn;
    const conversationId = this.thread.id;
    const query = this.query.trim();
    if (conversationId === null) return;
    try {
      const hits = await this.host.call('search', { query, limit: HITS, filter: { conversationId, authors: [] } });
      if (turn !== this.#turn) return;
      this.hits = hits;
      this.fault = null;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.hits = [];
      this.fault = CommandError.from(thrown);
    }
    this.answered = query;
    this.at = 0;
    await this.#go();
  }

  async #go(): Promise<void> {
    const hit = this.hits[this.at];
    if (hit) await this.thread.seek(hit.messageId, hit.cursor);
  }
}
