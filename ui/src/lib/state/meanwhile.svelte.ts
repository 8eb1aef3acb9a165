// What happened while nobody looked, for the owner to read once: an absence, a recovery of the file.

import type { Absence, Recovery } from '$lib/ipc/bindings';
import type { Host } from '$lib/ipc/host';
import { coalesce } from './coalesce';

export class Meanwhile {
  absence = $state.raw<Absence | null>(null);
  recovery = $state.raw<Recovery | null>(null);

  constructor(
    private readonly host: Host,
    private readonly keep: (job: () => Promise<void>) => Promise<void>,
  ) {}

  /** Whether there is anything that the owner has to be told of. */
  told = $derived(this.recovery !== null || (this.absence !== null && worthTelling(this.absence)));

  readonly read = coalesce(() =>
    this.keep(async () => {
      const [absence, { recovery }] = await Promise.all([this.host.call('absence_get', {}), this.host.call('recovery_get', {})]);
      this.absence = absence;
      this.recovery = recovery;
    }),
  );

  /** While an absence is told, what is known of it grows with each check. */
  async readOn(): Promise<void> {
    if (this.absence !== null) await this.read();
  }

  async dismiss(): Promise<void> {
    await this.keep(async () => {
      await this.host.call('absence_dismiss', {});
      this.absence = null;
    });
  }

  async dismissRecovery(): Promise<void> {
    await this.keep(async () => {
      await this.host.call('recovery_dismiss', {});
      this.recovery = null;
    });
  }
}

/** A night in which nothing happened is no news. */
function worthTelling({ messages, windowsExpired, notSent }: Absence): boolean {
  return messages > 0 || windowsExpired.length > 0 || notSent.length > 0;
}
