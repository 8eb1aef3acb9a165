// Pictures of messages: read when they are first looked at, kept as blob addresses while the window
// lives. The engine decides what the bytes are; nothing here follows an address of a message.

import type { Media } from '$lib/ipc/bindings';
import { CommandError, type Host } from '$lib/ipc/host';

/** So many pictures stay at hand; the one not looked at for longest goes first. */
const KEPT = 60;

const kept = new WeakMap<Host, Map<string, Promise<string>>>();

/** The picture as a blob address; the same one for whoever asks next. */
export function mediaUrl(host: Host, attachmentId: string): Promise<string> {
  let all = kept.get(host);
  if (!all) kept.set(host, (all = new Map()));
  const known = all.get(attachmentId);
  if (known) {
    all.delete(attachmentId);
    all.set(attachmentId, known);
    return known;
  }
  const cache = all;
  const url = read(host, attachmentId);
  cache.set(attachmentId, url);
  // What failed may work the next time it is looked at.
  url.catch(() => cache.delete(attachmentId));
  for (const [oldest, gone] of cache) {
    if (cache.size <= KEPT) break;
    cache.delete(oldest);
    void gone.then((address) => URL.revokeObjectURL(address), () => undefined);
  }
  return url;
}

async function read(host: Host, attachmentId: string): Promise<string> {
  return blobUrl(await host.call('media_read', { attachmentId }));
}

/** What the engine read, as an address that lives in this window. */
export function blobUrl(media: Media): string {
  // A picture of another kind, such as SVG, could hold a program.
  if (!/^image\/(png|jpeg|gif|webp|avif|bmp)$/.test(media.mime)) throw new CommandError({ code: 'media_refused', message: 'not a picture' });
  const bytes = Uint8Array.from(atob(media.base64), (sign) => sign.charCodeAt(0));
  return URL.createObjectURL(new Blob([bytes], { type: media.mime }));
}
