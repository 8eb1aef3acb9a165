import { render, screen } from '@testing-library/svelte';
import { tick, type Component } from 'svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Absence } from '$lib/ipc/bindings';
import { i18n } from '$lib/i18n/index.svelte';
import { FakeHost } from '$lib/ipc/fake';
import { Desk } from '$lib/state/desk.svelte';
import WithDesk from '../WithDesk.svelte';
import InboxPane from './InboxPane.svelte';

beforeEach(() => {
  location.hash = '';
});

async function inbox(change: Partial<Absence> | null) {
  const host = new FakeHost();
  host.addAccount();
  const talk = host.addTalk('Ayşe');
  host.say(talk, 'customer', 'Merhaba');
  const nobody: Absence = { kind: 'off', beganAt: host.iso(9 * 3_600_000), endedAt: host.iso(60_000), checked: true, messages: 0, customers: 0, windowsExpired: [], notSent: [] };
  host.absence = change && { ...nobody, ...change };
  const desk = new Desk(host);
  await desk.start();
  await i18n.more();
  render(WithDesk, { props: { desk, of: InboxPane as Component<Record<string, unknown>>, props: {} } });
  await tick();
  return { host, desk, talk };
}

describe('the account of an absence', () => {
  it('tells what waits, what ran out and what was not sent, and leads there', async () => {
    const { desk, talk } = await inbox({ kind: 'asleep', messages: 5, customers: 2, windowsExpired: [{ conversationId: '77', name: 'Can' }], notSent: [] });
    const card = await screen.findByTestId('absence');
    expect(card.textContent).toContain('This computer slept from');
    expect(card.textContent).toContain('2 customers wrote, 5 messages in all');
    expect(screen.getByTestId('absence-expired').textContent).toContain('Can');
    expect(screen.queryByTestId('absence-not-sent')).toBeNull();
    desk.meanwhile.absence = desk.meanwhile.absence && { ...desk.meanwhile.absence, notSent: [{ conversationId: talk.row.id, name: 'Ayşe' }] };
    await tick();
    screen.getByTestId('absence-not-sent').querySelector('button')?.click();
    await vi.waitFor(() => expect(desk.thread.id).toBe(talk.row.id));
  });

  it('is put away for good', async () => {
    const { host } = await inbox({ messages: 1, customers: 1 });
    (await screen.findByTestId('absence-dismiss')).click();
    await vi.waitFor(() => expect(screen.queryByTestId('absence')).toBeNull());
    expect(host.absence).toBeNull();
  });

  it('says that it is not complete while Instagram has not been asked', async () => {
    const { host, desk } = await inbox({ checked: false, notSent: [{ conversationId: '9', name: '' }] });
    const card = await screen.findByTestId('absence');
    expect(card.textContent).toContain('not complete yet');
    expect(card.textContent).not.toContain('Nobody wrote');
    expect(card.textContent).toContain('A customer without a name');
    // A check comes in, and with it what is known.
    host.absence = host.absence && { ...host.absence, checked: true, messages: 1, customers: 1 };
    desk.apply([{ entity: 'sync', id: '1', change: 'upserted', source: 'poll' }]);
    await vi.waitFor(() => expect(card.textContent).toContain('1 customer wrote, 1 in all'));
  });

  it('is no news when nothing happened', async () => {
    await inbox({});
    await tick();
    expect(screen.queryByTestId('meanwhile')).toBeNull();
  });

  it('stands beside what happened to the file', async () => {
    const { host, desk } = await inbox(null);
    host.recovery = { at: host.iso(), event: 'restored', backupMadeAt: null, unconfirmed: 2, stopped: 0, setAside: null };
    await desk.meanwhile.read();
    (await screen.findByTestId('recovery')).querySelector('button')?.click();
    await vi.waitFor(() => expect(screen.queryByTestId('meanwhile')).toBeNull());
    expect(host.recovery).toBeNull();
  });
});
