import { render, screen } from '@testing-library/svelte';
import { tick, type Component } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { i18n } from '$lib/i18n/index.svelte';
import { FakeHost } from '$lib/ipc/fake';
import { Desk } from '$lib/state/desk.svelte';
import WithDesk from '../WithDesk.svelte';
import DiagnosticsSettings from './DiagnosticsSettings.svelte';
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
    await vi.waitFor(() => expect(screen.getByText('Paused. What you send still goes out.')).toBeTruthy());
    const resume = screen.getByTestId<HTMLButtonElement>('sync-resume');
    await vi.waitFor(() => expect(resume.disabled).toBe(false));
    resume.click();
    await vi.waitFor(() => expect(screen.getByText('ReplyDesk checks again.')).toBeTruthy());
    expect(resume.disabled).toBe(true);
  });

  it('shows the three lights with the last call, its code and its trace id', async () => {
    await show(SyncSettings, (fake) => {
      const [account] = fake.accounts;
      if (account) account.health.sending = { state: 'troubled', lastCallAt: fake.iso(60_000), code: '190/463', traceId: 'AbC9' };
      if (account) account.health.profile = { state: 'unknown', lastCallAt: null, code: null, traceId: null };
    });
    const sending = await screen.findByTestId('health-sending');
    expect(sending.textContent).toContain('190/463');
    expect(sending.textContent).toContain('AbC9');
    expect(screen.getByTestId('health-profile').textContent).toContain('No call since');
  });

  it('changes the budget within what the engine takes, and shows what it answers', async () => {
    const host = await show(SyncSettings);
    const field = await screen.findByTestId<HTMLInputElement>('sync-budget');
    for (const [typed, kept] of [['5', 20], ['90000', 3600], ['', 3600], ['400', 400]] as const) {
      field.value = typed;
      field.dispatchEvent(new Event('change', { bubbles: true }));
      await vi.waitFor(() => expect(host.sync.accounts[0]?.callsBudget).toBe(kept));
      await vi.waitFor(() => expect(screen.getByTestId('sync-used').textContent).toBe(`62 of ${kept.toLocaleString('en')} this hour`));
    }
    expect(host.count('sync_budget_set')).toBe(3);
  });

  it('tells what each check did, and every host with its bytes', async () => {
    await show(SyncSettings, (fake) => {
      const entry = { accountId: fake.accounts[0]?.id ?? '', at: fake.iso(30_000), reason: 'due' as const, calls: 1, found: 0, fault: null, millis: 412 };
      fake.syncLog = [{ ...entry, found: 3 }, { ...entry, fault: 'instagram_unreachable' }, ...Array.from({ length: 12 }, () => entry)];
      fake.egress = [
        { host: 'graph.instagram.com', purpose: 'reading', calls: 1200, bytesOut: 340_000, bytesIn: 2_100_000, lastAt: fake.iso(9_000) },
        { host: 'graph.instagram.com', purpose: 'sending', calls: 1, bytesOut: 900, bytesIn: 120, lastAt: fake.iso(9_000) },
        { host: '127.0.0.1:11434', purpose: 'ai', calls: 4, bytesOut: 9000, bytesIn: 700, lastAt: fake.iso(9_000) },
      ];
    });
    const entries = await screen.findAllByTestId('sync-log-entry');
    expect(entries).toHaveLength(8);
    expect(entries[0]?.textContent).toMatch(/It was time.*1 request, 0.4 s.*3 new messages/s);
    expect(entries[1]?.textContent).not.toContain('nothing new');
    expect(entries[2]?.textContent).toContain('nothing new');
    screen.getByTestId('sync-log-more').click();
    await vi.waitFor(() => expect(screen.getAllByTestId('sync-log-entry')).toHaveLength(14));
    const hosts = screen.getAllByTestId('egress-host');
    expect(hosts).toHaveLength(2);
    expect(hosts[0]?.textContent).toMatch(/1,200 requests: 340 kB sent, 2.1 MB received.*1 request: 900 byte sent/s);
  });

  it('counts what webhooks missed, where there are webhooks', async () => {
    await show(SyncSettings);
    await screen.findByTestId('sync-used');
    expect(screen.queryByTestId('sync-missed')).toBeNull();
  });

  it('has a text for whoever helps, and says what is not in it', async () => {
    const host = await show(DiagnosticsSettings, (fake) => void fake.addTalk('Ayşe'));
    expect((await screen.findByTestId('diagnostics-support')).textContent).toContain('conversations 1');
    expect(screen.getByTestId('settings-diagnostics').textContent).toContain('no token, no message and no name');
    expect(screen.getByTestId('diagnostics-log').textContent).toContain('replydesk.log');
    expect(host.count('diagnostics_get')).toBe(1);
  });
});
