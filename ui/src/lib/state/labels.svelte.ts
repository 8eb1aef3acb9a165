// The owner's labels and kept filters.

import type { InboxFilter, InboxView, Label, LabelColor, SavedFilter } from '$lib/ipc/bindings';
import { CommandError, type Host } from '$lib/ipc/host';
import { coalesce } from './coalesce';

const COLORS: readonly LabelColor[] = ['gray', 'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple', 'pink'];

export class Labels {
  all = $state.raw<readonly Label[]>([]);
  filters = $state.raw<readonly SavedFilter[]>([]);
  fault = $state.raw<CommandError | null>(null);

  constructor(private readonly host: Host) {}

  readonly refresh = coalesce(() =>
    this.#try(async () => {
      [this.all, this.filters] = await Promise.all([this.host.call('label_list', {}), this.host.call('filter_list', {})]);
    }),
  );

  byId(id: string): Label | undefined {
    return this.all.find((label) => label.id === id);
  }

  async create(name: string): Promise<Label | null> {
    // The colours go round, so that two labels made one after the other differ.
    const color = COLORS[(this.all.length % (COLORS.length - 1)) + 1] ?? 'gray';
    return this.set(null, name, color);
  }

  async set(labelId: string | null, name: string, color: LabelColor): Promise<Label | null> {
    let made: Label | null = null;
    await this.#try(async () => {
      made = await this.host.call('label_set', { labelId, name, color });
    });
    await this.refresh();
    return made;
  }

  async remove(labelId: string): Promise<void> {
    await this.#try(async () => void (await this.host.call('label_remove', { labelId })));
    await this.refresh();
  }

  async keep(name: string, view: InboxView, filter: InboxFilter): Promise<SavedFilter | null> {
    let kept: SavedFilter | null = null;
    await this.#try(async () => {
      kept = await this.host.call('filter_set', { filterId: null, name, view, filter });
    });
    await this.refresh();
    return kept;
  }

  async forget(filterId: string): Promise<void> {
    await this.#try(async () => void (await this.host.call('filter_remove', { filterId })));
    await this.refresh();
  }

  async #try(job: () => Promise<void>): Promise<void> {
    try {
      await job();
      this.fault = null;
    } catch (thrown) {
      this.fault = CommandError.from(thrown);
    }
  }
}
