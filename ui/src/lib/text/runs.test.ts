import { describe, expect, it } from 'vitest';
import type { Author, Message } from '$lib/ipc/bindings';
import { FakeHost } from '$lib/ipc/fake';
import type { ShownMessage } from '$lib/state/thread.svelte';
import { isPlain } from './extras';
import { placed } from './runs';

const host = new FakeHost();
const talk = host.addTalk('Ayşe');
const said = (id: string, at: string, author: Author = 'customer', change: Partial<Message> = {}): ShownMessage => ({
  ...host.say(talk, author, 'words', 0, { id, sentAt: new Date(at).toISOString(), ...change }),
  local: null,
});

describe('messages among each other', () => {
  const all = placed(
    [
      said('a', '2026-03-01T10:00'),
      said('b', '2026-03-01T10:04'),
      said('c', '2026-03-01T10:05', 'ai'),
      said('d', '2026-03-01T10:06', 'owner'),
      said('e', '2026-03-01T10:12', 'owner'),
      said('f', '2026-03-01T23:59'),
      said('g', '2026-03-02T00:01'),
    ],
    'f',
    [{ beforeId: 'e' } as never],
  );
  const where = (mark: keyof (typeof all)[number]) => all.filter((one) => one[mark] === true).map(({ message }) => message.id).join('');

  it('are runs of one author who goes on within five minutes, on one day', () => {
    expect(where('first')).toBe('acdefg');
    expect(where('last')).toBe('bcdefg');
  });

  it('have their days, what is missing, what is unread, and the newest of ours', () => {
    expect([where('day'), where('gap'), where('unread'), where('newestOut')]).toEqual(['ag', 'e', 'f', 'e']);
  });

  it('are none where there are none', () => {
    expect(placed([])).toEqual([]);
  });
});

it.each([
  ['plain words', {}, true],
  ['a web address', { text: 'see HTTPS://example.com' }, false],
  ['a long text', { text: 'y'.repeat(3001) }, false],
  ['what was taken back', { unsent: true }, false],
  ['a picture', { kind: 'image' }, false],
] as const)('knows whether it is plain: %s', (_, change, plain) => {
  expect(isPlain(said('a', '2026-03-01T10:00', 'customer', change))).toBe(plain);
});
