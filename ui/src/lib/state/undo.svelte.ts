// The last thing that can be taken back, for as long as it is offered.

const UNDO_MS = 8000;

interface Undoable {
  /** What was done, in a sentence. */
  text: string;
  /** Until when it is offered. */
  until: number;
  /** For how long in all, for the ring. */
  totalMs: number;
  /** Whether it holds a message back, which Escape stops too. */
  isSend: boolean;
  run: () => Promise<void> | void;
}

export class Undo {
  offered = $state.raw<Undoable | null>(null);
  #timer: ReturnType<typeof setTimeout> | null = null;

  offer(text: string, run: () => Promise<void> | void, ms = UNDO_MS, isSend = false): void {
    this.#stop();
    this.offered = { text, run, until: Date.now() + ms, totalMs: ms, isSend };
    this.#timer = setTimeout(() => this.dismiss(), ms);
  }

  /** Takes it back; answers whether there was something to take back. */
  undo(): boolean {
    const offered = this.offered;
    if (!offered) return false;
    this.dismiss();
    void offered.run();
    return true;
  }

  dismiss(): void {
    this.#stop();
    this.offered = null;
  }

  #stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
