import { render, screen } from '@testing-library/svelte';
import { tick, type Component } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { i18n } from '$lib/i18n/index.svelte';
import { FakeHost } from '$lib/ipc/fake';
import { Desk } from '$lib/state/desk.svelte';
import WithDesk from '../WithDesk.svelte';
import SyncSettings from './SyncSettings.svelte';
import TopicSettings from './TopicSettings.svelte';
import WebhookSettings from './WebhookSettings.svelte';

async function show(of: Component, prepare: (host: FakeHost) => void = () => undefined) {
  const host = new FakeHost();
  host.addAccount();
  prepare(host);
  const desk = new Desk(host);
  await desk.start();
  await i18n.more();
  render(WithDesk, { props: { desk, of: of as Component<Record<string, unknown>>, props: {} } });
  await tick();
  return host;
}

describe('the settings', () => {
  it('shows how far a topic is, why it is locked, and sets its mode', async () => {
    const host = await show(TopicSettings, (fake) => {
      fake.topics = [{ key: 'shipping', name: 'Shipping', named: true, mode: null, entries: 2, marked: 1, earned: false, right: 41, wrong: 1, needed: 59, bound: 0.1, lockReason: 'edited', lockedAt: null }];
    });
    expect((await screen.findByTestId('topic-progress')).textContent).toBe('41 of 59');
    expect(screen.getByTestId('topic-lock').textContent).toContain('you changed a fact');
    const mode = screen.getByTestId<HTMLSelectElement>('topic-mode');
    mode.value = 'off';
    mode.dispatchEvent(new Event('change', { bubbles: true }));
    await vi.waitFor(() => expect(host.topics[0]?.mode).toBe('off'));
  });

  it('keeps the light of webhooks from being green before a real event', async () => {
    await show(WebhookSettings);
    (await screen.findByTestId('webhook-enabled')).click();
    await vi.waitFor(() => expect(screen.getByTestId('webhook-light').dataset['light']).toBe('waiting'));
    expect(screen.getAllByTestId('webhook-copy').map((one) => one.textContent)).toContain('fake-verify-token');
  });

  it('pauses checking', async () => {
    const host = await show(SyncSettings);
    (await screen.findByTestId('sync-pause')).click();
    await vi.waitFor(() => expect(host.calls.find((call) => call.name === 'sync_pause')?.args).toEqual({ minutes: 60 }));
  });
});
