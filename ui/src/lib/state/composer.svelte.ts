// What the owner types, kept on disk for each conversation until it is sent.

import { CommandError, type Host } from '$lib/ipc/host';
import { REPLY_LIMIT_BYTES, utf8Bytes } from '$lib/text/bytes';
import type { Thread } from './thread.svelte';

/** While one types, the words are written down this often. */
const SAVE_EVERY_MS = 300;

export class Composer {
  /** What was typed since the start; what was typed before comes with the conversation. */
  #texts = $state<Record<string, string>>({});
  /** The words could not be written down. */
  fault = $state.raw<CommandError | null>(null);

  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #saving = new Map<string, Promise<void>>();

  constructor(
    private readonly thread: Thread,
    private readonly host: Host,
  ) {}

  get text(): string {
    return this.thread.id === null ? '' : (this.#texts[this.thread.id] ?? this.thread.composing);
  }

  set text(text: string) {
    if (this.thread.id !== null) this.write(this.thread.id, text);
  }

  bytes = $derived(utf8Bytes(this.text.trim()));
  tooLong = $derived(this.bytes > REPLY_LIMIT_BYTES);
  empty = $derived(this.text.trim() === '');

  /** What was typed into a conversation here; `null` when nothing was typed since the start. */
  unsentIn(conversationId: string): string | null {
    return this.#texts[conversationId] ?? null;
  }

  write(conversationId: string, text: string): void {
    if ((this.#texts[conversationId] ?? null) === text) return;
    this.#texts[conversationId] = text;
    if (this.#timers.has(conversationId)) return;
    this.#timers.set(
      conversationId,
      setTimeout(() => void this.#save(conversationId), SAVE_EVERY_MS),
    );
  }

  /** Writes down at once whatever is not: the window may be about to close. */
  async flush(): Promise<void> {
    await Promise.all([...this.#timers.keys()].map((id) => this.#save(id)));
  }

  windowClosed(nowMs: number): boolean {
    const closes = this.thread.conversation?.windowClosesAt;
    return closes != null && Date.parse(closes) <= nowMs;
  }

  /**
   * Sends what is written. The text is taken before anything else happens, so a second press
   * finds nothing to send; the same words typed again are a new message.
   */
  async send(): Promise<boolean> {
    const id = this.thread.id;
    const text = this.text.trim();
    if (id === null || text === '' || this.tooLong || !this.thread.conversation || this.windowClosed(Date.now())) return false;
    this.take(id);
    const saving = this.#saving.get(id);
    const sent = await this.thread.send(text);
    // The engine forgets the words as it takes them. One that was still being written down may
    // have come after that.
    if (sent && saving) {
      await saving;
      await this.#save(id);
    }
    return sent;
  }

  /** Empties the composer without writing that down: whoever takes the words sees to it. */
  take(id: string): void {
    this.#texts[id] = '';
    const timer = this.#timers.get(id);
    if (timer) clearTimeout(timer);
    this.#timers.delete(id);
  }

  async #save(id: string): Promise<void> {
    const timer = this.#timers.get(id);
    if (timer) clearTimeout(timer);
    this.#timers.delete(id);
    const saving = this.#write(id, this.#texts[id] ?? '');
    this.#saving.set(id, saving);
    await saving;
    if (this.#saving.get(id) === saving) this.#saving.delete(id);
  }

  async #write(id: string, text: string): Promise<void> {
    try {
      await this.host.call('composer_save', { conversationId: id, text });
      this.fault = null;
    } catch (thrown) {
      // The words stay on screen; that they are not on the disk is said.
      this.fault = CommandError.from(thrown);
    }
  }
}
