// Tells the engine where the owner looks: what is on the screen is not told of, and checks come
// sooner while somebody waits for them.

import type { Host } from '$lib/ipc/host';

export class Watch {
  #told: string | null = null;
  #focused: boolean | null = null;

  constructor(
    readonly host: Host,
    readonly open: () => string | null,
  ) {}

  /** Follows the focus of the window; returns how to stop. */
  start(): () => void {
    const look = () => this.look();
    window.addEventListener('focus', look);
    window.addEventListener('blur', look);
    document.addEventListener('visibilitychange', look);
    look();
    return () => {
      window.removeEventListener('focus', look);
      window.removeEventListener('blur', look);
      document.removeEventListener('visibilitychange', look);
    };
  }

  /** Says what is looked at now, when that is news. */
  look(): void {
    const focused = document.hasFocus() && !document.hidden;
    if (focused !== this.#focused) {
      this.#focused = focused;
      this.host.call('focus_set', { focused }).catch(() => (this.#focused = null));
    }
    const seen = focused ? this.open() : null;
    if (seen === this.#told) return;
    this.#told = seen;
    // A notification too many is no harm, and the next look says it again.
    this.host.call('conversation_watch', { conversationId: seen }).catch(() => (this.#told = null));
  }
}
