// What the owner types, kept for each conversation until it is sent.

import { REPLY_LIMIT_BYTES, utf8Bytes } from '$lib/text/bytes';
import type { Thread } from './thread.svelte';

const KEY = 'replydesk.unsent';

export class Composer {
  #texts = $state<Record<string, string>>({});

  constructor(
    private readonly thread: Thread,
    private readonly storage: Storage | null = typeof sessionStorage === 'undefined' ? null : sessionStorage,
  ) {
    try {
      const kept: unknown = JSON.parse(this.storage?.getItem(KEY) ?? '{}');
      if (typeof kept === 'object' && kept !== null) this.#texts = kept as Record<string, string>;
    } catch {
      // Unreadable leftovers of another version are no reason not to start.
    }
  }

  get text(): string {
    return this.thread.id === null ? '' : (this.#texts[this.thread.id] ?? '');
  }

  set text(text: string) {
    if (this.thread.id !== null) this.write(this.thread.id, text);
  }

  bytes = $derived(utf8Bytes(this.text.trim()));
  tooLong = $derived(this.bytes > REPLY_LIMIT_BYTES);
  empty = $derived(this.text.trim() === '');

  /** Whether something unsent waits in a conversation. */
  unsentIn(conversationId: string): string {
    return this.#texts[conversationId] ?? '';
  }

  write(conversationId: string, text: string): void {
    if (text === '') delete this.#texts[conversationId];
    else this.#texts[conversationId] = text;
    try {
      this.storage?.setItem(KEY, JSON.stringify(this.#texts));
    } catch {
      // A full storage costs the copy, not the text on screen.
    }
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
    const text = this.text.trim();
    if (text === '' || this.tooLong || !this.thread.conversation || this.windowClosed(Date.now())) return false;
    this.text = '';
    return this.thread.send(text);
  }
}
