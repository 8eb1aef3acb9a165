// The engine in the same program: the only file that knows Tauri.

import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Change } from './bindings';
import { CommandError, type Args, type ChangesListener, type CommandName, type Host, type Result } from './host';

export class TauriHost implements Host {
  readonly #listeners = new Set<ChangesListener>();

  /** Listens from here on, so that whoever asks for the changes later has missed none. */
  constructor() {
    void listen<Change[]>('changes', ({ payload }) => this.#tell((listener) => listener.changes(payload))).then(() => {
      // What changed before the listener stood was missed by those who were there already.
      this.#tell((listener) => listener.gap?.());
    });
  }

  async call<K extends CommandName>(name: K, args: Args<K>): Promise<Result<K>> {
    try {
      return await invoke<Result<K>>(name, args as Record<string, unknown>);
    } catch (thrown) {
      throw CommandError.from(thrown);
    }
  }

  onChanges(listener: ChangesListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(what: (listener: ChangesListener) => void): void {
    for (const listener of [...this.#listeners]) what(listener);
  }
}
