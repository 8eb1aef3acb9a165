import { describe, expect, it } from 'vitest';
import type { Author } from '$lib/ipc/bindings';
import type { ShownMessage } from '$lib/state/thread.svelte';
import { isPlain } from './extras';
import { placed } from './runs';

const said = (id: string, at: string, author: Author = 'customer', change: Partial<ShownMessage> = {}): ShownMessage => ({
  id,
  conversationId: 'c',
  externalId: id,
  direction: author === 'customer' ? 'in' : 'out',
  author,
  kind: 'text',
  text: 'words',
  sentAt: new Date(at).toISOString(),
  state: author === 'customer' ? 'received' : 'sent',
  outboxId: null,
  fault: null,
  nextTryAt: null,
  sending: null,
  draftId: null,
  unsent: false,
  edited: false,
  seen: false,
  attachments: [],
  reactions: [],
  replyTo: null,
  story: null,
  tap: null,
  referral: null,
  openInInstagram: null,
  local: null,
  ...change,
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
