import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeHost } from '$lib/ipc/fake';
import { Desk } from './desk.svelte';
import { Thread } from './thread.svelte';
import { firstPage, Views } from './views';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 4, 6, 12) });
  location.hash = '';
});
afterEach(() => vi.useRealTimers());

function shop(count: number) {
  const host = new FakeHost();
  host.addAccount();
  const talks = Array.from({ length: count }, (_, i) => {
    const talk = host.addTalk(`Customer ${i}`, { state: 'waiting', unread: 1 });
    host.say(talk, 'customer', `hello ${i}`, (i + 1) * 60_000);
    return talk;
  });
  return { host, talks };
}

describe('conversations read before', () => {
  it('are shown in the turn of the key', async () => {
    const { host, talks } = shop(1);
    const id = talks[0]?.row.id ?? '';
    const views = new Views(host);
    const thread = new Thread(host, undefined, views);
    await views.read(id, firstPage(null));
    void thread.open(id);
    expect(thread.loading).toBe(false);
    expect(thread.shown.map((message) => message.text)).toEqual(['hello 0']);
    expect(thread.unreadFrom).toBe(thread.shown[0]?.id);
  });

  it('are read again all the same: what came meanwhile is shown', async () => {
    const { host, talks } = shop(1);
    const [talk] = talks;
    if (!talk) throw new Error('no talk');
    const views = new Views(host);
    const thread = new Thread(host, undefined, views);
    await views.read(talk.row.id, firstPage(null));
    host.say(talk, 'customer', 'and this');
    await thread.open(talk.row.id);
    expect(thread.shown.map((message) => message.text)).toEqual(['hello 0']);
    await vi.waitFor(() => expect(thread.shown.map((message) => message.text)).toEqual(['hello 0', 'and this']));
  });

  it('are forgotten with news, also with news that comes while they are read', async () => {
    const { host, talks } = shop(2);
    const [a, b] = talks.map((talk) => talk.row.id);
    if (a === undefined || b === undefined) throw new Error('no talks');
    const views = new Views(host);
    await views.read(a, 50);
    await views.read(b, 50);
    views.forget(a);
    expect(views.at(a)).toBeUndefined();
    expect(views.at(b)).toBeDefined();
    const reading = views.read(a, 50);
    views.forget(a);
    await reading;
    expect(views.at(a)).toBeUndefined();
    views.forget('');
    expect(views.at(b)).toBeUndefined();
  });

  it('are few', async () => {
    const { host, talks } = shop(12);
    const views = new Views(host);
    await views.readAhead(talks.map((talk) => talk.row));
    expect(talks.filter((talk) => views.at(talk.row.id))).toHaveLength(8);
    expect(views.at(talks[11]?.row.id ?? '')).toBeDefined();
  });

  it('do not stand in the way when they cannot be read', async () => {
    const { host, talks } = shop(2);
    const views = new Views(host);
    await views.readAhead([{ ...(talks[0]?.row ?? host.addTalk('x').row), id: 'gone' }, ...talks.map((talk) => talk.row)]);
    expect(views.at(talks[1]?.row.id ?? '')).toBeDefined();
  });

  it('are the neighbours of the selection, once the owner stays', async () => {
    const { host } = shop(4);
    const desk = new Desk(host);
    await desk.start();
    await vi.advanceTimersByTimeAsync(1000);
    const [first, second, third, fourth] = desk.inbox.rows;
    if (!first || !second || !third || !fourth) throw new Error('no rows');
    await desk.open(second.id, second);
    await vi.advanceTimersByTimeAsync(1000);
    for (const [row, known] of [[third, true], [first, true], [fourth, false]] as const) {
      void desk.thread.open(row.id, row);
      expect(desk.thread.loading, row.name).toBe(!known);
    }
    desk.stop();
  });
});
