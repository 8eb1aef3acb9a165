import { render, screen } from '@testing-library/svelte';
import { tick, type Component } from 'svelte';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Attachment, Message } from '$lib/ipc/bindings';
import { faultWhat } from '$lib/errors/table';
import { FakeHost } from '$lib/ipc/fake';
import { CommandError } from '$lib/ipc/host';
import { Desk } from '$lib/state/desk.svelte';
import { boxOf, lookOf } from '$lib/text/extras';
import { placed } from '$lib/text/runs';
import WithDesk from '../WithDesk.svelte';
import Lightbox from './Lightbox.svelte';
import MessageBubble from '../thread/MessageBubble.svelte';

// Loaded beforehand, so that no test waits for it to be compiled.
beforeAll(() => import('./Extras.svelte'));

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
  render(WithDesk, { props: { desk, of: MessageBubble as unknown as Component<Record<string, unknown>>, props: { placed: placed(message ? [message] : [])[0] } } });
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
    render(WithDesk, { props: { desk, of: MessageBubble as unknown as Component<Record<string, unknown>>, props: { placed: placed(desk.thread.shown)[0] } } });
    expect((await screen.findByTestId('media-none')).textContent).toContain('too large');
  });

  it('opens a file by its name', async () => {
    const { host } = await bubble({ kind: 'file', attachments: [image({ kind: 'file', name: 'list.pdf' })] });
    (await screen.findByTestId('media-open')).click();
    await vi.waitFor(() => expect(host.calls.at(-1)).toEqual({ name: 'media_open', args: { attachmentId: 'a1' } }));
    expect(screen.getByText('list.pdf').tagName).toBe('BDI');
  });

  it('hands a film to the program that can show it, and has no player of its own', async () => {
    const { host } = await bubble({ kind: 'video', attachments: [image({ kind: 'video', mime: 'video/mp4', name: null })] });
    (await screen.findByTestId('media-open')).click();
    await vi.waitFor(() => expect(host.calls.at(-1)).toEqual({ name: 'media_open', args: { attachmentId: 'a1' } }));
    expect(document.querySelector('video, audio, iframe, embed, object')).toBeNull();
    expect(host.count('media_read')).toBe(0);
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

describe('the lightbox', () => {
  const pictures = [image({ id: 'a' }), image({ id: 'b', kind: 'post', name: 'Vase' }), image({ id: 'c' })];
  const key = (name: string) => window.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }));
  const at = () => screen.getByTestId('lightbox-at').textContent;

  async function lightbox(start: string, prepare: (host: FakeHost) => void = () => undefined) {
    const host = new FakeHost();
    prepare(host);
    const desk = new Desk(host);
    await desk.start();
    const onclose = vi.fn();
    render(WithDesk, { props: { desk, of: Lightbox as unknown as Component<Record<string, unknown>>, props: { pictures, start, onclose } } });
    await tick();
    return { host, onclose };
  }

  it('begins at the picture that was pressed and walks by arrow keys to both ends and no further', async () => {
    await lightbox('b');
    expect(at()).toBe('2 of 3');
    expect((await screen.findByRole('img')).getAttribute('alt')).toContain('Vase');
    for (const [name, where] of [['ArrowRight', '3 of 3'], ['ArrowRight', '3 of 3'], ['ArrowLeft', '2 of 3'], ['ArrowLeft', '1 of 3'], ['ArrowLeft', '1 of 3']] as const) {
      key(name);
      await tick();
      expect(at()).toBe(where);
    }
    expect(screen.getByTestId<HTMLButtonElement>('lightbox-back').disabled).toBe(true);
    expect(screen.getByTestId<HTMLButtonElement>('lightbox-next').disabled).toBe(false);
  });

  it('says why a picture cannot be seen, and the others can', async () => {
    await lightbox('a', (host) => {
      host.on('media_read', ({ attachmentId }) => {
        if (attachmentId === 'a') throw new CommandError({ code: 'media_gone', message: 'gone' });
        return { mime: 'image/png', base64: 'AAAA', width: 1, height: 1 };
      });
    });
    await vi.waitFor(() => expect(screen.getByTestId('lightbox').textContent).toContain(faultWhat('media_gone')));
    key('ArrowRight');
    expect((await screen.findByRole('img')).getAttribute('src')).toMatch(/^blob:/);
  });

  it('closes by its button', async () => {
    const { onclose } = await lightbox('a');
    screen.getByRole('button', { name: 'Close' }).click();
    await vi.waitFor(() => expect(onclose).toHaveBeenCalledOnce());
  });

  it('opens at the picture of a post, and not at another one', async () => {
    const { host } = await bubble({ kind: 'image', attachments: pictures });
    const opener = (await screen.findAllByTestId('picture'))[1];
    await vi.waitFor(() => expect((opener as HTMLButtonElement).disabled).toBe(false));
    opener?.click();
    await vi.waitFor(() => expect(at()).toBe('2 of 3'));
    expect(host.calls.filter((call) => call.name === 'media_read').length).toBe(3);
  });
});

it('keeps the box of a picture that turns out to be none', async () => {
  const host = new FakeHost();
  host.fail('media_read', 'media_refused');
  const talk = host.addTalk('Ayşe');
  host.say(talk, 'customer', '', 0, { kind: 'image', attachments: [image()] });
  const desk = new Desk(host);
  await desk.start();
  await desk.open(talk.row.id);
  render(WithDesk, { props: { desk, of: MessageBubble as unknown as Component<Record<string, unknown>>, props: { placed: placed(desk.thread.shown)[0] } } });
  const none = await screen.findByTestId('media-none');
  expect([none.style.width, none.style.height]).toEqual(['280px', '140px']);
});

it('gives each kind its look, and an unknown size a fixed box', () => {
  expect((['image', 'reel', 'audio', 'view_once'] as const).map((kind) => lookOf(image({ kind })))).toEqual(['picture', 'card', 'file', 'closed']);
  expect(boxOf({ width: null, height: null })).toEqual({ width: 240, height: 240 });
});
