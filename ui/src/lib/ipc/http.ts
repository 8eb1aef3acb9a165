// The engine behind `replydesk-serve`: commands by POST, news as server-sent events.
//
// EventSource cannot set the Authorization header, so the stream is read with fetch.

import type { Change } from './bindings';
import { CommandError, type Args, type ChangesListener, type CommandName, type Host, type Result } from './host';
import { SseParser } from './sse';

const TOKEN_KEY = 'replydesk.token';
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;

/** Takes the token out of `#token=…`, so that it stays in no history entry, and keeps it. */
export function takeToken(location: Location, history: History, storage: Storage): string | null {
  const match = /^#(?:.*&)?token=([^&]+)/.exec(location.hash);
  if (match?.[1]) {
    const token = decodeURIComponent(match[1]);
    storage.setItem(TOKEN_KEY, token);
    history.replaceState(null, '', location.pathname + location.search);
    return token;
  }
  return storage.getItem(TOKEN_KEY);
}

export class HttpHost implements Host {
  constructor(
    private readonly token: string,
    private readonly fetcher: typeof fetch = (input, init) => fetch(input, init),
  ) {}

  async call<K extends CommandName>(name: K, args: Args<K>): Promise<Result<K>> {
    let response: Response;
    try {
      response = await this.fetcher(`/api/${name}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(args),
        cache: 'no-store',
      });
    } catch (thrown) {
      throw new CommandError({ code: 'engine_unreachable', message: String(thrown) });
    }
    const body = await response.json().catch(() => null);
    if (response.ok) return body as Result<K>;
    throw CommandError.from(body ?? { code: 'internal', message: `status ${response.status}`, correlationId: '' });
  }

  onChanges(listener: ChangesListener): () => void {
    const abort = new AbortController();
    void this.#follow(listener, abort.signal);
    return () => abort.abort();
  }

  async #follow(listener: ChangesListener, signal: AbortSignal): Promise<void> {
    let retry = FIRST_RETRY_MS;
    while (!signal.aborted) {
      try {
        const response = await this.fetcher('/api/events', {
          headers: { Authorization: `Bearer ${this.token}`, Accept: 'text/event-stream' },
          cache: 'no-store',
          signal,
        });
        if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
        listener.connected?.(true);
        // Whatever changed while no stream stood was not heard.
        listener.gap?.();
        retry = FIRST_RETRY_MS;
        await this.#read(response.body, listener, signal);
      } catch {
        // Told by `connected(false)` below; the next round tries again.
      }
      if (signal.aborted) return;
      listener.connected?.(false);
      await wait(retry, signal);
      retry = Math.min(retry * 2, LONGEST_RETRY_MS);
    }
  }

  async #read(body: ReadableStream<Uint8Array>, listener: ChangesListener, signal: AbortSignal): Promise<void> {
    const parser = new SseParser();
    const reader = body.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return;
      for (const event of parser.push(decoder.decode(value, { stream: true }))) {
        if (event.event !== 'changes' && event.event !== 'message') continue;
        const batch = JSON.parse(event.data) as Change[];
        if (Array.isArray(batch)) listener.changes(batch);
      }
    }
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
