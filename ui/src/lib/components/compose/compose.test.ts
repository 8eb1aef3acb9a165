import { render, screen } from '@testing-library/svelte';
import { flushSync, tick, type Component } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConversationRow, SavedReply } from '$lib/ipc/bindings';
import { FakeHost } from '$lib/ipc/fake';
import { Desk } from '$lib/state/desk.svelte';
import { emojiFor, firstHole, repliesFor, tokenAt } from '$lib/text/tokens';
import { windowAt } from '$lib/text/reply-window';
import Composer from '../thread/Composer.svelte';
import ReplyWindow from '../thread/ReplyWindow.svelte';
import WithDesk from '../WithDesk.svelte';

const NOW = Date.UTC(2026, 4, 6, 12);
const HOUR = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  location.hash = '';
});
afterEach(() => vi.useRealTimers());

const iso = (inMs: number) => new Date(NOW + inMs).toISOString();
const settle = async () => {
  await vi.advanceTimersByTimeAsync(0);
  await tick();
};

async function open(change: Partial<ConversationRow> = {}, prepare: (host: FakeHost) => void = () => {}) {
  const host = new FakeHost();
  host.addAccount();
  prepare(host);
  const talk = host.addTalk('Ayşe', { windowClosesAt: iso(5 * HOUR), state: 'waiting', ...change });
  host.say(talk, 'customer', 'Kargo ne kadar?');
  const desk = new Desk(host);
  await desk.start();
  await desk.open(talk.row.id);
  render(WithDesk, { props: { desk, of: Composer as unknown as Component<Record<string, unknown>>, props: {} } });
  await vi.dynamicImportSettled();
  await settle();
  const area = screen.getByTestId('composer') as HTMLTextAreaElement;
  return { host, talk, desk, area };
}

function type(area: HTMLTextAreaElement, text: string) {
  area.value = text;
  area.setSelectionRange(text.length, text.length);
  area.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
}

function key(area: HTMLElement, name: string, init: KeyboardEventInit = {}) {
  const event = new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true, ...init });
  area.dispatchEvent(event);
  flushSync();
  return event;
}

const reply = (id: string, title: string, text: string, shortcut: string | null = null, lang: string | null = null): SavedReply => ({ id, title, text, shortcut, lang, updatedAt: iso(0) });

describe('what is typed at the caret', () => {
  it.each([
    ['/', 1, { kind: 'reply', query: '', from: 0 }],
    ['Merhaba /kar', 12, { kind: 'reply', query: 'kar', from: 8 }],
    ['10/05', 5, null],
    ['https://a', 9, null],
    [':gül', 4, { kind: 'emoji', query: 'gül', from: 0 }],
    [':D', 2, null],
    ['14:30', 5, null],
    ['Fiyat: gül', 10, null],
  ] as const)('%s', (text, caret, expected) => {
    const found = tokenAt(text, caret);
    if (expected === null) expect(found).toBeNull();
    else expect(found).toMatchObject(expected);
  });

  it('finds a reply by its short form first, then by its name, then by its words', () => {
    const all = [reply('1', 'Thanks', 'shipping soon'), reply('2', 'Shipping', '89 TL'), reply('3', 'Return', 'x', 'ship')];
    expect(repliesFor(all, 'ship', null).map((one) => one.id)).toEqual(['3', '2', '1']);
    expect(repliesFor([reply('1', 'a', 'x', null, 'ru'), reply('2', 'b', 'x', null, 'tr')], '', 'tr').map((one) => one.id)).toEqual(['2', '1']);
  });

  it('finds an emoji in three languages', () => {
    for (const word of ['smile', 'gülümse', 'улыбка']) expect(emojiFor(word).map((one) => one.sign), word).toContain('😊');
  });

  it('finds the first place that is still to be filled in', () => {
    expect(firstHole('Dear {name}, order {order}', ['order', 'name'])).toEqual({ from: 5, to: 11 });
    expect(firstHole('nothing', ['order'])).toBeNull();
  });
});

describe('saved replies', () => {
  const prepare = (host: FakeHost) => {
    host.savedReplies = [reply('1', 'Kargo', 'Merhaba {name}! Kargo 89 TL.', 'kargo'), reply('2', 'Sipariş', 'Sipariş {order} yolda.', 'sip')];
  };

  it('are found with a slash, walked with arrows and filled in by Enter, which then sends nothing', async () => {
    const { host, desk, area } = await open({}, prepare);
    type(area, '/');
    await settle();
    expect(screen.getByTestId('saved-list').children).toHaveLength(2);
    expect(area.getAttribute('aria-activedescendant')).toBe('saved-list-0');
    key(area, 'ArrowDown');
    expect(area.getAttribute('aria-activedescendant')).toBe('saved-list-1');
    key(area, 'ArrowDown');
    expect(key(area, 'Enter').defaultPrevented).toBe(true);
    await settle();
    expect(desk.composer.text).toBe('Merhaba Ayşe! Kargo 89 TL.');
    expect(host.count('message_send')).toBe(0);
    expect(screen.queryByTestId('saved-list')).toBeNull();
  });

  it('put the caret on the first hole and say what is still to be filled in', async () => {
    const { host, desk, area } = await open({}, prepare);
    host.on('saved_reply_fill', () => ({ text: 'Sipariş {order} yolda.', missing: ['order'] }));
    type(area, 'Selam /sip');
    await settle();
    key(area, 'Tab');
    await settle();
    expect(desk.composer.text).toBe('Selam Sipariş {order} yolda.');
    expect(area.value.slice(area.selectionStart, area.selectionEnd)).toBe('{order}');
    expect(screen.getByTestId('holes').textContent).toContain('{order}');
    type(area, 'Selam Sipariş 17 yolda.');
    expect(screen.queryByTestId('holes')).toBeNull();
  });

  it('leave a slash alone that is meant as one', async () => {
    const { host, area } = await open({}, prepare);
    type(area, '/ka');
    await settle();
    expect(key(area, 'Escape').defaultPrevented).toBe(true);
    expect(screen.queryByTestId('saved-list')).toBeNull();
    key(area, 'Enter');
    await settle();
    expect(host.calls.findLast((call) => call.name === 'message_send')?.args).toMatchObject({ text: '/ka' });
  });
});

describe('an emoji', () => {
  it('comes by its name and the keyboard alone', async () => {
    const { desk, area } = await open();
    type(area, 'Teşekkürler :kal');
    expect(screen.getByTestId('emoji-list').children.length).toBeGreaterThan(0);
    key(area, 'Enter');
    await settle();
    expect(desk.composer.text).toMatch(/^Teşekkürler \p{Extended_Pictographic}/u);
  });

  it('picker is walked with arrows, and sends a heart', async () => {
    const { host, desk } = await open();
    desk.emojiOpen = true;
    await vi.dynamicImportSettled();
    await settle();
    const picker = screen.getByTestId('emoji');
    const field = picker.querySelector('input') as HTMLInputElement;
    key(field, 'ArrowRight');
    key(field, 'Enter');
    expect(desk.composer.text).toBe('😀');
    desk.emojiOpen = true;
    await settle();
    screen.getByTestId('send-heart').click();
    await settle();
    expect(host.count('heart_send')).toBe(1);
  });
});

describe('answers that may fit', () => {
  const prepare = (host: FakeHost) => {
    host.on('chips_get', () => [{ entryId: 'k1', question: 'Kargo ne kadar?', text: '89 TL.', lang: 'tr', score: 0.8 }]);
  };

  it('stand over an empty composer and become its words, not a message', async () => {
    const { host, desk } = await open({}, prepare);
    screen.getByTestId('chip').click();
    await settle();
    expect(desk.composer.text).toBe('89 TL.');
    expect(host.count('message_send')).toBe(0);
    expect(screen.queryByTestId('chips')).toBeNull();
  });

  it('are not asked for once the customer was answered', async () => {
    const { host, desk } = await open({}, prepare);
    desk.composer.text = 'ok';
    await desk.sendWritten();
    const before = host.count('chips_get');
    host.emit({ entity: 'entry', id: 'x', change: 'upserted', source: 'owner' });
    await settle();
    expect(host.count('chips_get')).toBe(before);
    expect(screen.queryByTestId('chips')).toBeNull();
  });
});

describe('the reply window', () => {
  it.each([
    [{ closesAt: null, humanUntil: null }, 'unknown'],
    [{ closesAt: iso(1), humanUntil: null }, 'open'],
    [{ closesAt: iso(0), humanUntil: null }, 'closed'],
    [{ closesAt: iso(-HOUR), humanUntil: iso(HOUR) }, 'humanOnly'],
    [{ closesAt: iso(-2 * HOUR), humanUntil: iso(-HOUR) }, 'closed'],
  ] as const)('%o is %s', (window, expected) => {
    // What the engine said when it was read may be over by now.
    expect(windowAt({ state: 'open', ...window }, NOW)).toBe(expected);
  });

  it('lets a person write after 24 hours where that is allowed, and says why the AI may not', async () => {
    const window = { state: 'humanOnly', closesAt: iso(-HOUR), humanUntil: iso(48 * HOUR) } as const;
    const { host, desk, area } = await open({ windowClosesAt: window.closesAt, window });
    expect(screen.getByTestId('human-only').textContent).toContain('what the AI wrote cannot');
    type(area, 'geç kaldım, özür dilerim');
    key(area, 'Enter');
    await settle();
    expect(host.count('message_send')).toBe(1);
    render(WithDesk, { props: { desk, of: ReplyWindow as unknown as Component<Record<string, unknown>>, props: { window } } });
    expect(screen.getByTestId('reply-window').dataset['state']).toBe('humanOnly');
  });
});

describe('sending later', () => {
  async function dialog(change: Partial<ConversationRow> = {}) {
    const made = await open(change);
    type(made.area, 'yarın hazır');
    screen.getByTestId('schedule-open').click();
    await vi.dynamicImportSettled();
    await settle();
    return made;
  }

  const choose = (value: string) => {
    const field = screen.getByTestId('schedule-own') as HTMLInputElement;
    field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    flushSync();
  };

  it('takes any minute inside the reply window', async () => {
    const { host, desk } = await dialog();
    const at = new Date(NOW + 2 * HOUR + 7 * 60_000);
    const two = (n: number) => String(n).padStart(2, '0');
    choose(`2026-05-06T${two(at.getHours())}:${two(at.getMinutes())}`);
    screen.getByTestId('schedule-set').click();
    await settle();
    expect(host.calls.findLast((call) => call.name === 'message_schedule')?.args).toMatchObject({ text: 'yarın hazır', at: at.toISOString() });
    expect(desk.composer.text).toBe('');
    expect(desk.thread.shown.at(-1)?.sending?.scheduled).toBe(true);
  });

  it('refuses a moment outside the reply window with a sentence, and keeps the words', async () => {
    const { host, desk } = await dialog();
    choose('2026-05-07T20:00');
    expect(screen.getByTestId('schedule-why').textContent).toContain('will no longer accept a reply');
    expect((screen.getByTestId('schedule-set') as HTMLButtonElement).disabled).toBe(true);
    // The engine has the last word, as when a clock is wrong.
    host.fail('message_schedule', 'schedule_outside_window');
    screen.getByTestId('schedule-hour').click();
    await settle();
    expect(screen.getByTestId('error').dataset['code']).toBe('schedule_outside_window');
    expect(desk.composer.text).toBe('yarın hazır');
  });
});

describe('a text that is several messages', () => {
  it('comes back whole when it is taken back', async () => {
    const { host, desk, talk } = await open();
    const part = (n: number) => ({ state: 'queued' as const, outboxId: `o${n}`, sending: { content: 'text' as const, notBefore: null, scheduled: false, held: true, waits: false, asked: false, looks: 0, part: n, parts: 2, maybeTwice: false, meta: null } });
    host.say(talk, 'owner', 'first', 0, part(1));
    host.say(talk, 'owner', 'second', 0, part(2));
    await desk.thread.refresh();
    const message = desk.thread.shown.at(-2);
    if (message) await desk.takeBack(message);
    expect(desk.composer.text).toBe('first\n\nsecond');
  });
});
