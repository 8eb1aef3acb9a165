import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { flushSync, tick, type Component } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Draft, Message } from '$lib/ipc/bindings';
import { FakeHost } from '$lib/ipc/fake';
import { Desk } from '$lib/state/desk.svelte';
import { placed } from '$lib/text/runs';
import DraftCard from './draft/DraftCard.svelte';
import Banners from './shell/Banners.svelte';
import { press } from './shell/press';
import StartFault from './shell/StartFault.svelte';
import Composer from './thread/Composer.svelte';
import MessageBubble from './thread/MessageBubble.svelte';
import WithDesk from './WithDesk.svelte';
import { CommandError } from '$lib/ipc/host';

const NOW = Date.UTC(2026, 4, 6, 12);

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  location.hash = '';
});
afterEach(() => vi.useRealTimers());

async function settle() {
  await vi.advanceTimersByTimeAsync(0);
  await tick();
}

async function open(draft?: Partial<Draft> & { text: string }, window = 3_600_000) {
  const host = new FakeHost();
  host.addAccount();
  const talk = host.addTalk('Ayşe', { windowClosesAt: new Date(NOW + window).toISOString(), state: 'waiting' });
  host.say(talk, 'customer', 'Kargo ne kadar?');
  if (draft) host.propose(talk, draft.text, draft);
  const desk = new Desk(host);
  await desk.start();
  await desk.open(talk.row.id);
  return { host, talk, desk };
}

function show(desk: Desk, of: Component<never>, props: Record<string, unknown> = {}) {
  return render(WithDesk, { props: { desk, of: of as Component<Record<string, unknown>>, props } });
}

function keyDown(target: EventTarget, init: KeyboardEventInit & { key: string }) {
  const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init });
  target.dispatchEvent(event);
  return event;
}

function type(element: HTMLElement, text: string) {
  (element as HTMLTextAreaElement).value = text;
  element.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
}

describe('the composer', () => {
  it('sends with Enter and leaves Shift+Enter to the text', async () => {
    const { host, desk } = await open();
    show(desk, Composer);
    const area = screen.getByTestId('composer');
    type(area, 'Merhaba');
    expect(keyDown(area, { key: 'Enter', shiftKey: true }).defaultPrevented).toBe(false);
    expect(host.count('message_send')).toBe(0);
    expect(keyDown(area, { key: 'Enter' }).defaultPrevented).toBe(true);
    keyDown(area, { key: 'Enter' });
    await settle();
    expect(host.count('message_send')).toBe(1);
    expect((area as HTMLTextAreaElement).value).toBe('');
  });

  it('does not send with the Enter that ends a composition', async () => {
    const { host, desk } = await open();
    show(desk, Composer);
    const area = screen.getByTestId('composer');
    type(area, 'かな');
    keyDown(area, { key: 'Enter', isComposing: true });
    keyDown(area, { key: 'Enter', keyCode: 229 });
    await settle();
    expect(host.count('message_send')).toBe(0);
  });

  it('says what to do with a pasted picture', async () => {
    const { host, desk } = await open();
    show(desk, Composer);
    const area = screen.getByTestId('composer');
    const paste = (types: string[], files: File[]) => fireEvent.paste(area, { clipboardData: { types, files } });
    const picture = new File([new Uint8Array(8)], 'vase.png', { type: 'image/png' });
    // A table copied from a spreadsheet comes as words and as a picture: the words are wanted.
    await paste(['text/plain', 'Files'], [picture]);
    expect(screen.queryByTestId('paste-refused')).toBeNull();
    await paste(['Files'], [picture]);
    const note = screen.getByTestId('paste-refused');
    within(note).getByRole('button').click();
    await settle();
    expect(host.count('link_open')).toBe(1);
    type(area, 'words');
    await settle();
    expect(screen.queryByTestId('paste-refused')).toBeNull();
  });

  it('counts bytes near the limit, and shows as which messages a longer text goes out', async () => {
    const { host, desk } = await open();
    show(desk, Composer);
    const area = screen.getByTestId('composer');
    type(area, 'a'.repeat(699));
    expect(screen.queryByTestId('byte-counter')).toBeNull();
    type(area, 'ş'.repeat(350));
    expect(screen.getByTestId('byte-counter').textContent).toBe('700 / 1,000');
    await vi.waitFor(() => expect(area.isConnected).toBe(true));
    type(area, `${'ş'.repeat(400)}. ${'ş'.repeat(400)}.`);
    await vi.waitFor(() => expect(screen.getByTestId('split-preview').querySelectorAll('li')).toHaveLength(2));
    expect((screen.getByTestId('send') as HTMLButtonElement).disabled).toBe(false);
    keyDown(area, { key: 'Enter' });
    await settle();
    // The engine cuts; it is handed the whole.
    expect(host.count('message_send')).toBe(1);
  });

  it('explains a closed reply window', async () => {
    const { desk } = await open(undefined, -1000);
    show(desk, Composer);
    expect(screen.getByText(/24 hours after the customer/)).toBeTruthy();
    type(screen.getByTestId('composer'), 'hello?');
    expect((screen.getByTestId('send') as HTMLButtonElement).disabled).toBe(true);
  });
});

describe('the draft card', () => {
  it('shows the draft and who wrote it', async () => {
    const { desk } = await open({ text: '89 TL.', lang: 'tr' });
    show(desk, DraftCard);
    const card = screen.getByTestId('draft-card');
    expect(card.dataset['outcome']).toBe('proposed');
    expect(card.dataset['draftId']).toBe(desk.thread.draft?.id);
    expect(screen.getByTestId('draft-text').textContent).toBe('89 TL.');
    expect(card.textContent).toContain('From your own answers');
    expect(card.textContent).toContain('Turkish');
  });

  it('is sent by its button', async () => {
    const { host, desk } = await open({ text: '89 TL.' });
    show(desk, DraftCard);
    screen.getByTestId('draft-approve').click();
    screen.getByTestId('draft-approve').click();
    await settle();
    expect(host.count('draft_approve')).toBe(1);
    expect(screen.queryByTestId('draft-card')).toBeNull();
  });

  it('shows a failed check in red and asks before sending', async () => {
    const { host, desk } = await open({ text: '99 TL.', outcome: 'held', reasons: ['figure_unfounded'], checks: [{ name: 'facts', result: 'failed', detail: '99 TL' }] });
    show(desk, DraftCard);
    expect(screen.getByText('99 TL', { selector: 'bdi' })).toBeTruthy();
    screen.getByTestId('draft-approve').click();
    flushSync();
    expect(screen.getByTestId('draft-approve').textContent).toContain('Send anyway?');
    expect(host.count('draft_approve')).toBe(0);
    screen.getByTestId('draft-approve').click();
    await settle();
    expect(host.count('draft_approve')).toBe(1);
  });

  it('is changed in place and sent with Enter', async () => {
    const { host, desk } = await open({ text: '89 TL.' });
    show(desk, DraftCard);
    screen.getByTestId('draft-edit').click();
    flushSync();
    const area = screen.getByTestId('draft-edit-text');
    type(area, '89 TL, free above 1500 TL.');
    keyDown(area, { key: 'Enter' });
    await settle();
    expect(host.calls.find((call) => call.name === 'draft_approve')?.args).toMatchObject({ text: '89 TL, free above 1500 TL.' });
  });

  it('counts down each second and stops', async () => {
    const { host, desk } = await open({ text: '89 TL.', outcome: 'countdown', autoAt: new Date(NOW + 32_000).toISOString() });
    show(desk, DraftCard);
    expect(screen.getByTestId('countdown').textContent).toContain('Goes out in 32 s');
    await vi.advanceTimersByTimeAsync(2000);
    flushSync();
    expect(screen.getByTestId('countdown').textContent).toContain('Goes out in 30 s');
    screen.getByTestId('countdown-stop').click();
    await settle();
    expect(host.count('draft_stop')).toBe(1);
    expect(screen.queryByTestId('countdown')).toBeNull();
  });

  it.each([
    ['pending', [], 'Writing a draft…'],
    ['skipped', ['thanks_only'], 'No reply is needed. The customer only thanked you.'],
    ['held', ['person_needed'], 'Needs your answer'],
  ] as const)('says what was decided instead: %s', async (outcome, reasons, words) => {
    const { desk } = await open({ text: '', outcome, reasons: [...reasons], engine: null });
    show(desk, DraftCard);
    expect(screen.getByTestId('draft-card').textContent).toContain(words);
    expect(screen.queryByTestId('draft-approve')).toBeNull();
  });

  it('greys out a draft that a newer message overtook', async () => {
    const { desk } = await open({ text: 'old', outcome: 'stale' });
    show(desk, DraftCard);
    expect(screen.getByTestId('draft-card').classList.contains('stale')).toBe(true);
    expect(screen.queryByTestId('draft-approve')).toBeNull();
    expect(screen.getByTestId('draft-regenerate')).toBeTruthy();
  });

  it('bears words of the engine that are newer than it', async () => {
    const { desk } = await open({ text: 'x', lang: 'de', outcome: 'held', reasons: ['new_reason' as never, 'new_reason' as never], checks: [{ name: 'new', result: 'failed', detail: null }, { name: 'new', result: 'failed', detail: null }] });
    show(desk, DraftCard);
    expect(screen.getByTestId('draft-card').textContent).toContain('Another language');
  });
});

describe('a message', () => {
  const props = (message: Message) => ({ placed: placed([{ ...message, local: null }])[0] });

  it('is words and nothing else', async () => {
    const { host, talk, desk } = await open();
    const message = host.say(talk, 'customer', '<img src=x onerror=alert(1)> javascript:alert(1) https://instagram.com@evil.example/');
    show(desk, MessageBubble as Component<never>, props(message));
    const bubble = screen.getByTestId('message');
    expect(bubble.querySelector('img, a, script')).toBeNull();
    expect(bubble.textContent).toContain('<img src=x onerror=alert(1)> javascript:alert(1)');
    expect(bubble.textContent).toContain('goes to evil.example');
    bubble.querySelector<HTMLButtonElement>('.link')?.click();
    await settle();
    expect(host.calls.at(-1)).toEqual({ name: 'link_open', args: { url: 'https://instagram.com@evil.example/' } });
  });

  it('of a megabyte is clipped until it is asked for', async () => {
    const { host, talk, desk } = await open();
    const message = host.say(talk, 'customer', 'y'.repeat(1_000_000));
    show(desk, MessageBubble as Component<never>, props(message));
    expect(screen.getByTestId('message').textContent?.length).toBeLessThan(2000);
    screen.getByText(/Show all \(1,000,000 characters\)/).click();
    flushSync();
    expect(screen.getByTestId('message').textContent?.length).toBeGreaterThan(1_000_000);
  });

  it('that is not confirmed offers no second sending while it is looked up', async () => {
    const { host, talk, desk } = await open();
    const message = host.say(talk, 'owner', 'hm', 0, { state: 'unconfirmed', outboxId: 'o', nextTryAt: host.iso(-10_000) });
    const shown = show(desk, MessageBubble as Component<never>, props(message));
    expect(screen.getByText(/We are checking whether it arrived/)).toBeTruthy();
    expect(screen.queryByText('Send again')).toBeNull();
    shown.unmount();
    show(desk, MessageBubble as Component<never>, props({ ...message, nextTryAt: null }));
    expect(screen.getByText('Send again')).toBeTruthy();
    expect(screen.getByText('Forget')).toBeTruthy();
  });
});

describe('keys', () => {
  const handler = (desk: Desk) => (event: KeyboardEvent) => press(desk, event);

  async function keyed(draft?: Partial<Draft> & { text: string }) {
    const made = await open(draft);
    const listen = handler(made.desk);
    window.addEventListener('keydown', listen);
    show(made.desk, DraftCard);
    return { ...made, off: () => window.removeEventListener('keydown', listen) };
  }

  it('approve, also on a Russian layout, and not when held down', async () => {
    const { host, off } = await keyed({ text: 'ok' });
    keyDown(document.body, { key: 'Enter', code: 'Enter', ctrlKey: true, repeat: true });
    await settle();
    expect(host.count('draft_approve')).toBe(0);
    keyDown(document.body, { key: 'Enter', code: 'Enter', ctrlKey: true });
    await settle();
    expect(host.count('draft_approve')).toBe(1);
    off();
  });

  it('edit, reject and ask why', async () => {
    const { host, desk, off } = await keyed({ text: 'ok' });
    keyDown(document.body, { key: 'ц', code: 'KeyW' });
    await settle();
    expect(host.count('draft_why')).toBe(1);
    keyDown(document.body, { key: 'в', code: 'KeyD' });
    flushSync();
    expect(desk.draft.editing).toBe(true);
    desk.draft.stopEditing();
    keyDown(document.body, { key: 'ч', code: 'KeyX' });
    await settle();
    expect(host.count('draft_reject')).toBe(1);
    off();
  });

  it('stop a countdown with Escape before they go back', async () => {
    const { host, desk, off } = await keyed({ text: 'ok', outcome: 'countdown', autoAt: new Date(NOW + 9000).toISOString() });
    keyDown(document.body, { key: 'Escape', code: 'Escape' });
    await settle();
    expect(host.count('draft_stop')).toBe(1);
    expect(desk.thread.id).not.toBeNull();
    keyDown(document.body, { key: 'Escape', code: 'Escape' });
    expect(desk.thread.id).toBeNull();
    off();
  });

  it('walk the list', async () => {
    const { host, desk, off } = await keyed();
    const other = host.addTalk('Mehmet', { state: 'waiting' });
    host.say(other, 'customer', 'selam', 60_000);
    await desk.inbox.refresh();
    // The row is selected at once; its conversation opens after the next paint.
    keyDown(document.body, { key: 'о', code: 'KeyJ' });
    expect(desk.inbox.selectedId).toBe(other.row.id);
    await vi.waitFor(() => expect(desk.thread.conversation?.name).toBe('Mehmet'));
    keyDown(document.body, { key: 'л', code: 'KeyK' });
    await vi.waitFor(() => expect(desk.thread.conversation?.name).toBe('Ayşe'));
    off();
  });
});

describe('the banners', () => {
  it.each([
    ['data_on_network', 'move its data folder'],
    [null, null],
  ] as const)('warns of data on a network drive: %s', async (dataFault, advice) => {
    const host = new FakeHost();
    host.addAccount();
    host.app = { ...host.app, dataFault };
    const desk = new Desk(host);
    await desk.start();
    show(desk, Banners, { connecting: false });
    expect(screen.queryByTestId('data-banner')?.textContent ?? null).toEqual(advice === null ? null : expect.stringContaining(advice));
  });
});

describe('a fault of the start', () => {
  it('says what is safe and what to do', () => {
    render(StartFault, { fault: new CommandError({ code: 'already_running', message: 'locked' }), retry: () => {} });
    const page = screen.getByTestId('start-fault');
    expect(page.dataset['code']).toBe('already_running');
    expect(page.textContent).toContain('What is safe');
    expect(page.textContent).toContain('Use the window that is open');
  });
});
