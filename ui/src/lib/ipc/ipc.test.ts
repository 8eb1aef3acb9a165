import { describe, expect, it, vi } from 'vitest';
import type { Change } from './bindings';
import { CommandError } from './host';
import { HttpHost, takeToken } from './http';
import { SseParser } from './sse';

const CHANGE: Change = { entity: 'message', id: '7', change: 'upserted', source: 'poll' };

describe('the token in the address', () => {
  it('is kept, and taken out of the address', () => {
    const replaceState = vi.fn();
    const location = { hash: '#token=a%2Bb', pathname: '/', search: '' } as Location;
    expect(takeToken(location, { replaceState } as never, sessionStorage)).toBe('a+b');
    expect(replaceState).toHaveBeenCalledWith(null, '', '/');
    expect(takeToken({ hash: '#/inbox', pathname: '/', search: '' } as Location, { replaceState } as never, sessionStorage)).toBe('a+b');
    expect(replaceState).toHaveBeenCalledTimes(1);
  });
});

describe('server-sent events', () => {
  it('are read however they are cut', () => {
    const text = ': awake\n\nevent: changes\ndata: [1,\ndata: 2]\n\ndata: x\r\n\r\n';
    for (let size = 1; size < text.length; size += 1) {
      const parser = new SseParser();
      const found = [];
      for (let at = 0; at < text.length; at += size) found.push(...parser.push(text.slice(at, at + size)));
      expect(found, `pieces of ${size}`).toEqual([
        { event: 'changes', data: '[1,\n2]' },
        { event: 'message', data: 'x' },
      ]);
    }
  });
});

describe('commands over HTTP', () => {
  it('carry the token and come back as results', async () => {
    const fetcher = vi.fn(async (_input: RequestInfo | URL, _init?: RequestInit) => Response.json([{ id: '1' }]));
    const host = new HttpHost('secret', fetcher);
    expect(await host.call('account_list', {})).toEqual([{ id: '1' }]);
    const [url, init] = fetcher.mock.calls[0] ?? [];
    expect(url).toBe('/api/account_list');
    expect(init?.headers).toMatchObject({ Authorization: 'Bearer secret' });
  });

  it('fail with the code of the engine', async () => {
    const host = new HttpHost('x', async () => Response.json({ code: 'window_closed', message: 'm', correlationId: 'c' }, { status: 409 }));
    await expect(host.call('account_list', {})).rejects.toMatchObject({ code: 'window_closed', correlationId: 'c' });
  });

  it('say that the engine is gone, or that it answered nonsense', async () => {
    const gone = new HttpHost('x', async () => {
      throw new TypeError('failed');
    });
    await expect(gone.call('account_list', {})).rejects.toMatchObject({ code: 'engine_unreachable' });
    const odd = new HttpHost('x', async () => new Response('<html>', { status: 502 }));
    await expect(odd.call('account_list', {})).rejects.toBeInstanceOf(CommandError);
  });
});

describe('news over HTTP', () => {
  it('are handed on, and the stream is taken up again after a break', async () => {
    vi.useFakeTimers();
    const bodies: ReadableStreamDefaultController<Uint8Array>[] = [];
    const fetcher = vi.fn(async () => new Response(new ReadableStream<Uint8Array>({ start: (c) => void bodies.push(c) })));
    const heard: string[] = [];
    const stop = new HttpHost('x', fetcher).onChanges({
      changes: (batch) => heard.push(batch.map((change) => change.id).join()),
      gap: () => heard.push('gap'),
      connected: (up) => heard.push(up ? 'up' : 'down'),
    });
    const encode = (text: string) => new TextEncoder().encode(text);
    await vi.advanceTimersByTimeAsync(0);
    bodies[0]?.enqueue(encode(`event: changes\ndata: ${JSON.stringify([CHANGE, { ...CHANGE, id: '8' }])}\n\n`));
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual(['up', 'gap', '7,8']);
    bodies[0]?.close();
    await vi.advanceTimersByTimeAsync(499);
    expect(fetcher).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(fetcher).toHaveBeenCalledTimes(2);
    expect(heard.slice(3)).toEqual(['down', 'up', 'gap']);
    stop();
    vi.useRealTimers();
  });
});
