import { render, screen } from '@testing-library/svelte';
import { tick, type Component } from 'svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Attachment, Message } from '$lib/ipc/bindings';
import { FakeHost } from '$lib/ipc/fake';
import { Desk } from '$lib/state/desk.svelte';
import { boxOf, lookOf } from '$lib/text/extras';
import WithDesk from '../WithDesk.svelte';
import MessageBubble from '../thread/MessageBubble.svelte';

beforeEach(() => {
  location.hash = '';
});

const image = (change: Partial<Attachment> = {}): Attachment => ({ id: 'a1', kind: 'image', mime: 'image/png', name: null, title: null, size: null, width: 800, height: 400, link: null, media: 'ready', ...change });

async function bubble(change: Partial<Message>, text = '') {
  const host = new FakeHost();
  host.addAccount();
  const talk = host.addTalk('Ayşe');
  const said = host.say(talk, change.direction === 'out' ? 'owner' : 'customer', text, 0, change);
  const desk = new Desk(host);
  await desk.start();
  await desk.open(talk.row.id);
  const message = desk.thread.shown.find((one) => one.id === said.id);
  render(WithDesk, { props: { desk, of: MessageBubble as unknown as Component<Record<string, unknown>>, props: { message, day: false, first: true, last: true, newestOut: true, unread: false } } });
  await tick();
  return { host, desk, said };
}

describe('what a message has beside its words', () => {
  it('reads a picture into a box that is known beforehand', async () => {
    const { host } = await bubble({ kind: 'image', attachments: [image()] });
    const button = await screen.findByTestId('picture');
    expect(button.style.width).toBe('280px');
    expect(button.style.height).toBe('140px');
    expect((await screen.findByRole('img')).getAttribute('src')).toMatch(/^blob:/);
    expect(host.count('media_read')).toBe(1);
  });

  it.each(['gone', 'refused'] as const)('says why a picture that is %s cannot be seen, and does not ask for it', async (media) => {
    const { host } = await bubble({ kind: 'image', attachments: [image({ media })] });
    expect((await screen.findByTestId('media-none')).textContent).not.toBe('');
    expect(host.count('media_read')).toBe(0);
  });

  it('says that a picture is too large when the engine says so', async () => {
    const host = new FakeHost();
    host.fail('media_read', 'media_too_large');
    const talk = host.addTalk('Ayşe');
    host.say(talk, 'customer', '', 0, { kind: 'image', attachments: [image()] });
    const desk = new Desk(host);
    await desk.start();
    await desk.open(talk.row.id);
    render(WithDesk, { props: { desk, of: MessageBubble as unknown as Component<Record<string, unknown>>, props: { message: desk.thread.shown[0], day: false, first: true, last: true, newestOut: false, unread: false } } });
    expect((await screen.findByTestId('media-none')).textContent).toContain('too large');
  });

  it('opens a file by its name', async () => {
    const { host } = await bubble({ kind: 'file', attachments: [image({ kind: 'file', name: 'list.pdf' })] });
    (await screen.findByTestId('media-open')).click();
    await vi.waitFor(() => expect(host.calls.at(-1)).toEqual({ name: 'media_open', args: { attachmentId: 'a1' } }));
    expect(screen.getByText('list.pdf').tagName).toBe('BDI');
  });

  it('tells the quote, the tap and the reaction', async () => {
    await bubble({ replyTo: { messageId: null, direction: 'out', kind: 'text', snippet: 'Blue or green?', unsent: false }, tap: { kind: 'quick_reply', title: 'Blue' }, reactions: [{ by: 'in', reaction: 'love', emoji: '❤', at: new Date().toISOString() }] }, 'Blue');
    expect((await screen.findByTestId('quote')).textContent).toContain('Blue or green?');
    expect(screen.getByTestId('tap').textContent).toContain('Blue');
    expect(screen.getByTestId('reactions').textContent).toBe('❤');
  });

  it('shows nothing of a message that was taken back', async () => {
    const { host } = await bubble({ kind: 'image', unsent: true, attachments: [image()] }, 'secret');
    expect(screen.queryByText('secret')).toBeNull();
    expect(host.count('media_read')).toBe(0);
  });

  it('looks an unconfirmed message up by its own command', async () => {
    const { host } = await bubble({ direction: 'out', state: 'unconfirmed', outboxId: 'o1' }, 'Merhaba');
    screen.getByRole('button', { name: 'Check now' }).click();
    expect(host.calls.find((call) => call.name === 'outbox_check')?.args).toEqual({ id: 'o1' });
  });
});

it('gives each kind its look, and an unknown size a fixed box', () => {
  expect((['image', 'reel', 'audio', 'view_once'] as const).map((kind) => lookOf(image({ kind })))).toEqual(['picture', 'card', 'file', 'closed']);
  expect(boxOf({ width: null, height: null })).toEqual({ width: 240, height: 240 });
});
