// Chooses the engine: the window's own, the one behind this page's address, or, while developing,
// a make-believe one.

import type { Host } from './host';
import { HttpHost, takeToken } from './http';
import { TauriHost } from './tauri';

export async function connectHost(): Promise<Host> {
  if ('__TAURI_INTERNALS__' in window) {
    return new TauriHost();
  }
  const token = takeToken(location, history, sessionStorage);
  if (import.meta.env.DEV && token === null) {
    const { fakeFromAddress } = await import('./fake-scenes');
    return fakeFromAddress(location.search);
  }
  return new HttpHost(token ?? '');
}
