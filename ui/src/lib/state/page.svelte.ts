// One page of the settings: what it shows, whether something is under way, and what went wrong.

import { CommandError } from '$lib/ipc/host';
import { coalesce } from './coalesce';

export class Page<T> {
  value = $state.raw<T | null>(null);
  /** Why it could not be read or changed. */
  fault = $state.raw<CommandError | null>(null);
  busy = $state(false);
  saved = $state(false);

  constructor(private readonly load: () => Promise<T>) {}

  readonly read = coalesce(async () => {
    try {
      this.value = await this.load();
    } catch (thrown) {
      this.fault = CommandError.from(thrown);
    }
  });

  /** Changes something; what comes back is shown. */
  async set(job: () => Promise<T>): Promise<boolean> {
    return this.run(async () => {
      this.value = await job();
    });
  }

  /** Does something, and says whether it worked. */
  async run(job: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.saved = false;
    this.fault = null;
    try {
      await job();
      this.saved = true;
      return true;
    } catch (thrown) {
      this.fault = CommandError.from(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
