// Changing how the AI is set. Each change is kept at once, and the last one asked for wins.

import type { AiSettingsChange } from '$lib/ipc/bindings';
import { CommandError } from '$lib/ipc/host';
import type { Desk } from './desk.svelte';

export type TestResult = 'none' | 'running' | 'good';

export class AiSettingsDesk {
  saving = $state(false);
  saved = $state(false);
  test = $state<TestResult>('none');
  fault = $state.raw<CommandError | null>(null);
  key = $state('');

  constructor(private readonly desk: Desk) {}

  async set(change: Partial<AiSettingsChange>): Promise<boolean> {
    this.saving = true;
    this.saved = false;
    this.test = 'none';
    this.fault = null;
    try {
      this.desk.ai = await this.desk.host.call('ai_settings_set', { settings: change as AiSettingsChange });
      this.saved = true;
      return true;
    } catch (thrown) {
      this.fault = CommandError.from(thrown);
      return false;
    } finally {
      this.saving = false;
    }
  }

  async saveKey(): Promise<void> {
    const apiKey = this.key.trim();
    if (apiKey !== '' && (await this.set({ apiKey }))) this.key = '';
  }

  async removeKey(): Promise<void> {
    await this.set({ apiKey: '' });
  }

  async tryIt(): Promise<void> {
    if (this.test === 'running') return;
    this.test = 'running';
    this.fault = null;
    try {
      await this.desk.host.call('ai_settings_test', {});
      this.test = 'good';
    } catch (thrown) {
      this.test = 'none';
      this.fault = CommandError.from(thrown);
    }
  }
}
