// Pictures of customers. Asking for one also lets the engine look the customer up, when it has not
// yet; the row of the conversation changes when it learned something.

import type { Host } from '$lib/ipc/host';
import { blobUrl } from './media';

/** So many stay at hand; the one not looked at for longest goes first. */
const KEPT = 200;

const kept = new WeakMap<Host, Map<string, Promise<string | null>>>();

/** A customer's picture as a blob address; `null` when there is none. `picture` is its name in the row. */
export function faceUrl(host: Host, conversationId: string, picture: string | null): Promise<string | null> {
  let all = kept.get(host);
  if (!all) kept.set(host, (all = new Map()));
  const key = `${conversationId} ${picture ?? ''}`;
  const known = all.get(key);
  if (known) {
    all.delete(key);
    all.set(key, known);
    return known;
  }
  const cache = all;
  const url = read(host, conversationId);
  cache.set(key, url);
  // What failed may work the next time it is looked at.
  url.catch(() => cache.delete(key));
  for (const [oldest, gone] of cache) {
    if (cache.size <= KEPT) break;
    cache.delete(oldest);
    void gone.then((address) => address && URL.revokeObjectURL(address), () => undefined);
  }
  return url;
}

async function read(host: Host, conversationId: string): Promise<string | null> {
  const media = await host.call('customer_picture', { conversationId });
  return media === null ? null : blobUrl(media);
}
