// Changing how the AI is set. Each change is kept at once, and the last one asked for wins.

import type { AiPreset, AiProbe, AiSettings, AiSettingsChange } from '$lib/ipc/bindings';
import { CommandError } from '$lib/ipc/host';
import type { Desk } from './desk.svelte';

/** The preset whose address is set; what is typed freely is the last one. */
export function presetOf(presets: readonly AiPreset[], ai: AiSettings): AiPreset | undefined {
  const bare = ai.baseUrl.replace(/\/+$/, '');
  return presets.find((preset) => preset.baseUrl !== '' && preset.baseUrl === bare) ?? presets.at(-1);
}

export class AiSettingsDesk {
  saving = $state(false);
  saved = $state(false);
  /** What the last trial of this visit found. */
  found = $state.raw<AiProbe | null>(null);
  trying = $state(false);
  presets = $state.raw<readonly AiPreset[]>([]);
  fault = $state.raw<CommandError | null>(null);
  key = $state('');

  constructor(private readonly desk: Desk) {}

  async set(change: Partial<AiSettingsChange>): Promise<boolean> {
    this.saving = true;
    this.saved = false;
    this.found = null;
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

  async readPresets(): Promise<void> {
    try {
      this.presets = await this.desk.host.call('ai_presets', {});
    } catch (thrown) {
      this.fault = CommandError.from(thrown);
    }
  }

  /** Takes over what a preset knows; its list price is in dollars, and stays the owner's to correct. */
  async choose(preset: AiPreset): Promise<void> {
    const { baseUrl, model, priceInCents, priceOutCents } = preset;
    const priced = priceInCents + priceOutCents > 0 || preset.local;
    await this.set({ baseUrl, model, ...(priced ? { priceInCents, priceOutCents, currency: 'USD' } : {}) });
  }

  /** Asks it once, and learns what it understands. */
  async tryIt(): Promise<void> {
    if (this.trying) return;
    this.trying = true;
    this.found = null;
    this.fault = null;
    try {
      this.found = await this.desk.host.call('ai_probe', {});
      this.desk.ai = await this.desk.host.call('ai_settings_get', {});
    } catch (thrown) {
      this.fault = CommandError.from(thrown);
    } finally {
      this.trying = false;
    }
  }
}
