// The time of day for the screen. Reading `now` in a component makes it follow; the timer runs
// only while something reads.

import { createSubscriber } from 'svelte/reactivity';

class Ticker {
  readonly #follow: () => void;

  constructor(everyMs: number) {
    this.#follow = createSubscriber((update) => {
      const timer = setInterval(update, everyMs);
      return () => clearInterval(timer);
    });
  }

  get now(): number {
    this.#follow();
    return Date.now();
  }
}

export const everySecond = new Ticker(1000);
export const everyMinute = new Ticker(20_000);
