// What the owner types, kept on disk for each conversation until it is sent.

import { CommandError, type Host } from '$lib/ipc/host';
import { REPLY_LIMIT_BYTES, utf8Bytes } from '$lib/text/bytes';
import { windowAt } from '$lib/text/reply-window';
import type { Thread } from './thread.svelte';

/** While one types, the words are written down this often. */
const SAVE_EVERY_MS = 300;
/** Instagram shows "is typing" for some seconds. */
const TYPING_EVERY_MS = 6000;

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
  /** It takes more than one message. */
  long = $derived(this.bytes > REPLY_LIMIT_BYTES);
  /** The text that the engine found no way to send. */
  #uncuttable = $state<string | null>(null);
  #typedAt = 0;
  empty = $derived(this.text.trim() === '');

  /** It cannot be sent, in any number of messages. */
  get uncuttable(): boolean {
    return this.#uncuttable !== null && this.#uncuttable === this.text.trim();
  }

  set uncuttable(is: boolean) {
    this.#uncuttable = is ? this.text.trim() : null;
  }

  /** What was typed into a conversation here; `null` when nothing was typed since the start. */
  unsentIn(conversationId: string): string | null {
    return this.#texts[conversationId] ?? null;
  }

  write(conversationId: string, text: string): void {
    if ((this.#texts[conversationId] ?? null) === text) return;
    this.#texts[conversationId] = text;
    if (text.trim() !== '') this.#noteTyping(conversationId);
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
    const reply = this.thread.conversation?.window;
    return reply !== undefined && windowAt(reply, nowMs) === 'closed';
  }

  /** The customer may see that somebody types; the engine knows whether the owner wants that. */
  #noteTyping(conversationId: string): void {
    const now = Date.now();
    if (now - this.#typedAt < TYPING_EVERY_MS) return;
    this.#typedAt = now;
    this.host.call('typing_note', { conversationId }).catch(() => {
      // A courtesy; the words themselves are kept by other means.
    });
  }

  /**
   * Sends what is written. The text is taken before anything else happens, so a second press
   * finds nothing to send; the same words typed again are a new message.
   */
  async send(): Promise<boolean> {
    const id = this.thread.id;
    const text = this.text.trim();
    if (id === null || text === '' || this.uncuttable || !this.thread.conversation || this.windowClosed(Date.now())) return false;
    this.take(id);
    const saving = this.#saving.get(id);
    const sent = await this.thread.send(text);
    if (sent) await this.#forget(id, saving);
    return sent;
  }

  /** Hands what is written to the engine for a moment to come; it stays here when that is refused. */
  async schedule(at: Date, clientId: string): Promise<CommandError | null> {
    const id = this.thread.id;
    const text = this.text.trim();
    if (id === null || text === '') return null;
    const fault = await this.thread.schedule(text, at, clientId);
    if (fault === null && (this.#texts[id] === undefined || this.#texts[id].trim() === text)) {
      const saving = this.#saving.get(id);
      this.take(id);
      await this.#forget(id, saving);
    }
    return fault;
  }

  /** The engine forgets the words as it takes them. A copy of them that was still being written
   * down may have come after that. */
  async #forget(id: string, saving: Promise<void> | undefined): Promise<void> {
    if (!saving) return;
    await saving;
    await this.#save(id);
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
