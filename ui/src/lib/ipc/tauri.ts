// The engine in the same program: the only file that knows Tauri.

import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Change } from './bindings';
import { CommandError, type Args, type ChangesListener, type CommandName, type Host, type Result } from './host';

export class TauriHost implements Host {
  async call<K extends CommandName>(name: K, args: Args<K>): Promise<Result<K>> {
    try {
      return await invoke<Result<K>>(name, args as Record<string, unknown>);
    } catch (thrown) {
      throw CommandError.from(thrown);
    }
  }

  onChanges(listener: ChangesListener): () => void {
    let stopped = false;
    const unlisten = listen<Change[]>('changes', (event) => {
      if (!stopped) listener.changes(event.payload);
    });
    // What changed before the listener stood would be missed.
    void unlisten.then(() => {
      if (!stopped) listener.gap?.();
    });
    return () => {
      stopped = true;
      void unlisten.then((off) => off());
    };
  }
}
