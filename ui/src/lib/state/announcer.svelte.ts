// What a screen reader is told without asking: one polite sentence, at most one in three seconds.

import { t } from '$lib/i18n/index.svelte';

const PAUSE_MS = 3000;

export class Announcer {
  text = $state('');
  #here: { name: string; text: string; count: number } | null = null;
  #elsewhere = new Map<string, number>();
  #said: string | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** A message in the open conversation. */
  here(name: string, text: string): void {
    this.#here = { name, text, count: (this.#here?.count ?? 0) + 1 };
    this.#wake();
  }

  /** Messages in another conversation. */
  elsewhere(conversationId: string, count: number): void {
    this.#elsewhere.set(conversationId, (this.#elsewhere.get(conversationId) ?? 0) + count);
    this.#wake();
  }

  /** The outcome of something the owner did. */
  say(text: string): void {
    this.#said = text;
    this.#wake();
  }

  #wake(): void {
    if (this.#timer) return;
    this.#speak();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#said || this.#here || this.#elsewhere.size > 0) this.#wake();
    }, PAUSE_MS);
  }

  #speak(): void {
    if (this.#said) {
      this.text = this.#said;
      this.#said = null;
    } else if (this.#here) {
      this.text =
        this.#here.count === 1
          ? t('status.message_here', { name: this.#here.name, text: this.#here.text.slice(0, 200) })
          : t('status.messages_here', { name: this.#here.name, count: this.#here.count });
      this.#here = null;
    } else if (this.#elsewhere.size > 0) {
      let count = 0;
      for (const n of this.#elsewhere.values()) count += n;
      this.text = t('status.messages_elsewhere', { count, conversations: this.#elsewhere.size });
      this.#elsewhere.clear();
    }
  }
}
