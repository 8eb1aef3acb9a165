// Which key does what: the default map, the owner's changes to it, and the switch for single keys.

import { ACTIONS, caps, holderOf, isSingle, keysWith, type Action, type Keys } from '$lib/keyboard';

const SINGLE_KEYS = 'replydesk.single-keys';
const OWN_KEYS = 'replydesk.keys';

export class KeyMap {
  single = $state(true);
  #own = $state.raw<Keys>({});
  keys = $derived(keysWith(this.#own));
  changed = $derived(Object.keys(this.#own).length > 0);

  constructor(private readonly storage: Storage | null = typeof localStorage === 'undefined' ? null : localStorage) {
    this.single = this.storage?.getItem(SINGLE_KEYS) !== 'off';
    this.#own = readOwn(this.storage?.getItem(OWN_KEYS) ?? null);
  }

  setSingle(on: boolean): void {
    this.single = on;
    this.storage?.setItem(SINGLE_KEYS, on ? 'on' : 'off');
  }

  /**
   * Gives an action another key. Answers the action that holds the key already; nothing changes
   * then: two meanings of one key would be a trap.
   */
  assign(action: Action, chord: string): Action | null {
    const holder = holderOf(chord, this.keys);
    if (holder !== null && holder !== action) return holder;
    // Arrows, Enter and chords with Ctrl stay beside it.
    const others = (this.keys[action] ?? []).filter((one) => !isSingle(one) && one !== chord);
    this.#keep({ ...this.#own, [action]: [chord, ...others] });
    return null;
  }

  reset(): void {
    this.#keep({});
  }

  /** The first key of an action, for a hint beside its button; `null` when it has none now. */
  hint(action: Action): string | null {
    const chord = this.keys[action]?.find((one) => this.single || !isSingle(one));
    return chord === undefined ? null : caps(chord).join(' ');
  }

  /** All keys of an action that work now. */
  of(action: Action): readonly string[] {
    return (this.keys[action] ?? []).filter((one) => this.single || !isSingle(one));
  }

  #keep(own: Keys): void {
    this.#own = own;
    this.storage?.setItem(OWN_KEYS, JSON.stringify(own));
  }
}

/** What another version wrote may be anything. */
function readOwn(text: string | null): Keys {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    const own: Partial<Record<Action, readonly string[]>> = {};
    for (const action of ACTIONS) {
      const chords: unknown = (value as Record<string, unknown>)[action];
      if (Array.isArray(chords) && chords.every((one) => typeof one === 'string')) own[action] = chords as string[];
    }
    return own;
  } catch {
    return {};
  }
}
