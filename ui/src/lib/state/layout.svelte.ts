// How the window is divided: the width of the list and of the facts beside the thread, remembered.

const KEY = 'replydesk.layout';

export const LIST = { least: 260, most: 520, usual: 340 };
export const CONTEXT = { least: 240, most: 420, usual: 288 };

interface Kept {
  list: number;
  context: number;
  contextOpen: boolean;
}

export class Layout {
  list = $state(LIST.usual);
  context = $state(CONTEXT.usual);
  contextOpen = $state(false);

  constructor(private readonly storage: Storage | null = typeof localStorage === 'undefined' ? null : localStorage) {
    try {
      const kept = JSON.parse(this.storage?.getItem(KEY) ?? '{}') as Partial<Kept>;
      this.list = within(kept.list, LIST);
      this.context = within(kept.context, CONTEXT);
      this.contextOpen = kept.contextOpen === true;
    } catch {
      // Unreadable leftovers of another version are no reason not to start.
    }
  }

  setList(width: number): void {
    this.list = within(width, LIST);
    this.#keep();
  }

  setContext(width: number): void {
    this.context = within(width, CONTEXT);
    this.#keep();
  }

  toggleContext(open = !this.contextOpen): void {
    this.contextOpen = open;
    this.#keep();
  }

  #keep(): void {
    const { list, context, contextOpen } = this;
    this.storage?.setItem(KEY, JSON.stringify({ list, context, contextOpen } satisfies Kept));
  }
}

function within(width: unknown, { least, most, usual }: typeof LIST): number {
  return typeof width === 'number' && Number.isFinite(width) ? Math.round(Math.min(Math.max(width, least), most)) : usual;
}
