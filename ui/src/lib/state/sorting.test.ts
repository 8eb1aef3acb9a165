import { afterEach, describe, expect, it, vi } from 'vitest';
import { FakeHost } from '$lib/ipc/fake';
import { KeyMap } from './keys.svelte';
import { Layout, LIST } from './layout.svelte';
import { Desk } from './desk.svelte';
import { narrowedBy, NO_FILTER } from './inbox.svelte';
import { since } from './search.svelte';
import { fromField, snoozeChoices, toField } from '$lib/text/moments';
import { marksOf } from '$lib/text/fold';

const MINUTE = 60_000;

async function desk(count = 4) {
  const host = new FakeHost();
  host.addAccount();
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const talk = host.addTalk(`Customer ${i}`, { state: 'waiting', unread: 0 });
    host.say(talk, 'customer', `hello ${i}`, i * MINUTE);
    ids.push(talk.row.id);
  }
  const made = new Desk(host);
  await made.inbox.refresh();
  return { host, desk: made, ids };
}

afterEach(() => {
  localStorage.clear();
  vi.useRealTimers();
});

describe('sorting the inbox', () => {
  it('puts away what is open, opens the next, and Undo puts both back', async () => {
    const { host, desk: made, ids } = await desk();
    await made.open(ids[1] ?? '');
    await made.triage.done();
    expect(host.talks.get(ids[1] ?? '')?.row.place).toBe('done');
    expect(made.inbox.rows.map((row) => row.id)).not.toContain(ids[1]);
    expect(made.thread.id).toBe(ids[2]);
    expect(made.undo.undo()).toBe(true);
    await vi.waitFor(() => expect(made.thread.id).toBe(ids[1]));
    expect(made.inbox.rows.map((row) => row.id)).toEqual(ids);
    expect(made.inbox.selectedId).toBe(ids[1]);
  });

  it('brings back from a snooze to the snooze', async () => {
    const { host, desk: made, ids } = await desk(2);
    const later = new Date(Date.now() + 60 * MINUTE);
    made.inbox.select(ids[0] ?? '');
    await made.triage.snooze(later);
    await made.inbox.show('snoozed');
    made.inbox.select(ids[0] ?? '');
    await made.triage.done();
    made.undo.undo();
    await vi.waitFor(() => expect(host.talks.get(ids[0] ?? '')?.row.place).toBe('snoozed'));
    expect(host.talks.get(ids[0] ?? '')?.row.snoozedUntil).toBe(later.toISOString());
  });

  it('acts on all that are marked, and on nothing else', async () => {
    const { host, desk: made, ids } = await desk();
    made.inbox.select(ids[0] ?? '');
    made.inbox.markTo(ids[2] ?? '');
    expect(made.triage.count).toBe(3);
    await made.triage.done();
    expect([...host.talks.values()].map((talk) => talk.row.place)).toEqual(['done', 'done', 'done', 'open']);
    expect(made.inbox.marked.size).toBe(0);
  });

  it('leaves everything as it is when the engine refuses', async () => {
    const { host, desk: made, ids } = await desk(2);
    host.fail('conversation_done', 'disk_full');
    made.inbox.select(ids[0] ?? '');
    await made.triage.done();
    expect(made.inbox.rows).toHaveLength(2);
    expect(made.fault?.code).toBe('disk_full');
    expect(made.undo.offered).toBeNull();
  });

  it('narrows by what was chosen and remembers a kept filter', async () => {
    const { host, desk: made, ids } = await desk();
    const label = await made.labels.create('VIP');
    made.inbox.select(ids[3] ?? '');
    await made.triage.label(label?.id ?? '', true);
    const filter = narrowedBy(NO_FILTER, { labelId: label?.id ?? null });
    await made.inbox.show('all', filter);
    expect(made.inbox.rows.map((row) => row.id)).toEqual([ids[3]]);
    await made.labels.keep('Best', 'all', filter);
    expect(host.filters[0]).toMatchObject({ name: 'Best', filter });
    expect(narrowedBy(filter, { labelId: null })).toEqual(NO_FILTER);
  });

  it('marks unread what was open, and closes it', async () => {
    const { host, desk: made, ids } = await desk(2);
    await made.open(ids[0] ?? '');
    await made.triage.unread();
    expect(made.thread.id).toBeNull();
    expect(host.talks.get(ids[0] ?? '')?.row.unread).toBe(1);
    expect(made.inbox.unread).toBe(1);
  });
});

describe('a conversation far back', () => {
  it('opens at the hit, goes on in both directions and back to the end', async () => {
    const { host, desk: made, ids } = await desk(1);
    const talk = host.talks.get(ids[0] ?? '');
    if (!talk) throw new Error('no talk');
    for (let i = 0; i < 400; i += 1) host.say(talk, 'customer', i === 30 ? 'the needle' : `line ${i}`);
    await made.open(talk.row.id);
    made.find.show();
    vi.useFakeTimers();
    made.find.type('needle');
    await vi.advanceTimersByTimeAsync(100);
    vi.useRealTimers();
    await vi.waitFor(() => expect(made.thread.target).not.toBeNull());
    expect(made.thread.detached).toBe(true);
    const shown = made.thread.messages.length;
    await made.thread.newer();
    expect(made.thread.messages.length).toBeGreaterThan(shown);
    await made.thread.toNewest();
    expect(made.thread.detached).toBe(false);
    expect(made.thread.messages.at(-1)?.text).toBe('line 399');
  });

  it('begins the unread where the owner stopped', async () => {
    const { host, desk: made, ids } = await desk(1);
    const talk = host.talks.get(ids[0] ?? '');
    if (!talk) throw new Error('no talk');
    host.say(talk, 'owner', 'mine');
    const first = host.say(talk, 'customer', 'new one');
    host.say(talk, 'customer', 'new two');
    talk.row = { ...talk.row, unread: 2 };
    await made.open(talk.row.id);
    expect(made.thread.unreadFrom).toBe(first.id);
    made.composer.text = 'answer';
    await made.composer.send();
    expect(made.thread.unreadFrom).toBeNull();
  });
});

describe('keys of the owner’s own', () => {
  it('are kept, refused when taken, and reset', () => {
    const keys = new KeyMap();
    expect(keys.assign('done', 'j')).toBe('next');
    expect(keys.assign('done', 'y')).toBeNull();
    expect(keys.hint('done')).toBe('Y');
    expect(new KeyMap().keys.done).toEqual(['y']);
    keys.setSingle(false);
    expect(keys.hint('done')).toBeNull();
    expect(keys.hint('palette')).toBe('Ctrl K');
    keys.reset();
    expect(keys.keys.done).toEqual(['e']);
  });

  it('bear leftovers of any kind', () => {
    localStorage.setItem('replydesk.keys', '{"done":3,"next":["n"]}');
    expect(new KeyMap().keys).toMatchObject({ done: ['e'], next: ['n'] });
    localStorage.setItem('replydesk.keys', 'no json');
    expect(new KeyMap().changed).toBe(false);
  });
});

describe('the layout', () => {
  it('is remembered and kept within what can be used', () => {
    const layout = new Layout();
    layout.setList(9999);
    layout.toggleContext(true);
    const again = new Layout();
    expect([again.list, again.contextOpen]).toEqual([LIST.most, true]);
    localStorage.setItem('replydesk.layout', '{"list":"wide"}');
    expect(new Layout().list).toBe(LIST.usual);
  });
});

describe('moments', () => {
  it('are by the calendar, and never past', () => {
    const friday = new Date(2026, 10, 20, 20, 30);
    expect(snoozeChoices(friday).map((one) => one.choice)).toEqual(['hour', 'tomorrow', 'week']);
    const tuesday = new Date(2026, 10, 17, 10, 0);
    expect(snoozeChoices(tuesday).map((one) => one.choice)).toEqual(['hour', 'evening', 'tomorrow', 'weekend', 'week']);
    for (const { at } of snoozeChoices(tuesday)) expect(at > tuesday).toBe(true);
    expect(fromField(toField(tuesday), new Date(2026, 10, 17, 9, 59))).toEqual(tuesday);
    expect(fromField(toField(tuesday), tuesday)).toBeNull();
    expect(fromField('', tuesday)).toBeNull();
  });

  it('of a search begin at midnight', () => {
    const now = new Date(2026, 10, 17, 10, 0);
    expect(since('any', now)).toBeUndefined();
    expect(since('today', now)).toBe(new Date(2026, 10, 17).toISOString());
  });
});

describe('words that were sought', () => {
  it.each([
    ['İSTANBUL’a kargo ÜCRETİ', 'istanbul ucreti', ['İSTANBUL', 'ÜCRETİ']],
    ['Ещё раз', 'еще', ['Ещё']],
    ['😀 kırmızı', 'KIRMIZI', ['kırmızı']],
    ['aaaa', 'aa', ['aaaa']],
    ['nothing', '', []],
  ])('are marked in %s', (text, query, expected) => {
    expect(marksOf(text, query.split(' ')).map(({ start, end }) => text.slice(start, end))).toEqual(expected);
  });
});
