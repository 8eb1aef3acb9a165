// What the owner writes about a customer for themselves. Nothing here can be sent.

import type { Note } from '$lib/ipc/bindings';
import { CommandError, type Host } from '$lib/ipc/host';

export class Notes {
  all = $state.raw<readonly Note[]>([]);
  fault = $state.raw<CommandError | null>(null);
  /** The words of a new note, until it is kept. */
  text = $state('');
  #of: string | null = null;

  constructor(private readonly host: Host) {}

  async read(conversationId: string): Promise<void> {
    if (this.#of !== conversationId) {
      this.#of = conversationId;
      this.all = [];
      this.text = '';
    }
    try {
      const notes = await this.host.call('note_list', { conversationId });
      if (this.#of === conversationId) this.all = notes;
      this.fault = null;
    } catch (thrown) {
      this.fault = CommandError.from(thrown);
    }
  }

  async add(): Promise<void> {
    const conversationId = this.#of;
    const text = this.text.trim();
    if (conversationId === null || text === '') return;
    await this.#act(conversationId, async () => {
      await this.host.call('note_add', { conversationId, text });
      if (this.#of === conversationId) this.text = '';
    });
  }

  async change(noteId: string, text: string): Promise<void> {
    if (this.#of === null || text.trim() === '') return;
    await this.#act(this.#of, async () => void (await this.host.call('note_change', { noteId, text })));
  }

  async remove(noteId: string): Promise<void> {
    if (this.#of === null) return;
    await this.#act(this.#of, async () => void (await this.host.call('note_remove', { noteId })));
  }

  async #act(conversationId: string, job: () => Promise<void>): Promise<void> {
    try {
      await job();
    } catch (thrown) {
      this.fault = CommandError.from(thrown);
      return;
    }
    await this.read(conversationId);
  }
}
