// What was read of conversations and still holds, so that one key brings all of one at once.

import type { ConversationRow, ConversationView } from '$lib/ipc/bindings';
import type { Host } from '$lib/ipc/host';

export const THREAD_PAGE = 50;
export const LARGEST_READ = 200;
/** The open one, its neighbours, and a few that were left before. */
const KEPT = 8;

/** How many messages are read first: so many that what is unread begins among them, with something said before. */
export function firstPage(row: Pick<ConversationRow, 'unread'> | null | undefined): number {
  return Math.min(THREAD_PAGE + 2 * (row?.unread ?? 0), LARGEST_READ);
}

export class Views {
  #kept = new Map<string, ConversationView>();
  /** Readings under way; news that comes meanwhile takes them out, and their answers are not kept. */
  #reading = new Map<string, symbol>();

  constructor(private readonly host: Host) {}

  /** The newest messages of a conversation as they were last read, if nothing happened since. */
  at(id: string): ConversationView | undefined {
    return this.#kept.get(id);
  }

  async read(id: string, limit: number): Promise<ConversationView> {
    const turn = Symbol(id);
    this.#reading.set(id, turn);
    const view = await this.host.call('conversation_open', { conversationId: id, limit });
    if (this.#reading.get(id) === turn) {
      this.#reading.delete(id);
      this.#keep(id, view);
    }
    return view;
  }

  /** Reads what the owner may open next. */
  async readAhead(rows: readonly ConversationRow[]): Promise<void> {
    for (const row of rows) {
      if (this.#kept.has(row.id) || this.#reading.has(row.id)) continue;
      // Whoever opens it reads it again, and is told of a fault.
      await this.read(row.id, firstPage(row)).catch(() => {});
    }
  }

  /** There was news of a conversation; without an id, of any. */
  forget(id: string): void {
    if (id === '') {
      this.#kept.clear();
      this.#reading.clear();
    } else {
      this.#kept.delete(id);
      this.#reading.delete(id);
    }
  }

  #keep(id: string, view: ConversationView): void {
    this.#kept.delete(id);
    this.#kept.set(id, view);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) break;
      this.#kept.delete(oldest);
    }
  }
}
