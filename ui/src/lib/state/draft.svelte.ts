// What the owner does with the draft of the open conversation.

import type { Draft, DraftWhy, ReviseHow } from '$lib/ipc/bindings';
import { CommandError, type Host } from '$lib/ipc/host';
import { REPLY_LIMIT_BYTES, utf8Bytes } from '$lib/text/bytes';
import type { Composer } from './composer.svelte';
import type { Thread } from './thread.svelte';

type DraftBusy = 'approve' | 'reject' | 'regenerate' | 'stop' | 'revise';

/** Outcomes that leave nothing to show. */
const SETTLED: readonly Draft['outcome'][] = ['approved', 'rejected'];

export class DraftDesk {
  busy = $state<DraftBusy | null>(null);
  fault = $state.raw<CommandError | null>(null);
  why = $state.raw<DraftWhy | null>(null);
  whyOpen = $state(false);

  /** Each of these belongs to one draft; another draft finds them unset. */
  #editing = $state.raw<{ id: string; text: string; from: string } | null>(null);
  #asked = $state<string | null>(null);
  #settled = $state.raw<ReadonlySet<string>>(new Set());

  constructor(
    private readonly host: Host,
    private readonly thread: Thread,
    private readonly composer: Composer,
  ) {}

  /** The draft to show. */
  draft = $derived.by<Draft | null>(() => {
    const draft = this.thread.draft;
    if (!draft || SETTLED.includes(draft.outcome) || this.#settled.has(draft.id)) return null;
    return draft;
  });

  editing = $derived(this.#editing !== null && this.#editing.id === this.draft?.id);
  stale = $derived(this.draft?.outcome === 'stale');
  failedChecks = $derived((this.draft?.checks ?? []).filter((check) => check.result === 'failed'));
  /** The second press is awaited. */
  asked = $derived(this.#asked !== null && this.#asked === this.draft?.id);
  /** There are words that could go out. */
  sendable = $derived(this.draft !== null && this.draft.text !== '' && ['proposed', 'countdown', 'held'].includes(this.draft.outcome));
  editTooLong = $derived(this.editing && utf8Bytes(this.editText.trim()) > REPLY_LIMIT_BYTES);

  /** Words of an edit whose draft was overtaken by a newer message. */
  left = $derived(
    this.#editing !== null && this.#editing.text !== this.#editing.from && (!this.editing || this.stale)
      ? this.#editing.text
      : null,
  );

  get editText(): string {
    return this.#editing?.text ?? '';
  }

  set editText(text: string) {
    if (this.#editing) this.#editing = { ...this.#editing, text };
  }

  edit(): void {
    const draft = this.draft;
    if (!draft || !this.sendable || this.editing) return;
    // The owner is at it: the machine must not send the old words meanwhile.
    if (draft.outcome === 'countdown') void this.stop();
    this.#editing = { id: draft.id, text: draft.text, from: draft.text };
  }

  stopEditing(): void {
    this.#editing = null;
  }

  /** Carries the words of an overtaken edit into the composer. */
  keepWords(): void {
    const left = this.left;
    if (left === null) return;
    this.composer.text = this.composer.text === '' ? left : `${this.composer.text}\n${left}`;
    this.#editing = null;
  }

  /** Leaves everything of the conversation that was open before. */
  leave(): void {
    if (this.left !== null || (this.editing && this.editText !== this.draft?.text)) {
      const id = this.draft?.conversationId ?? this.thread.id;
      const words = this.editText;
      if (id !== null && words.trim() !== '' && (this.composer.unsentIn(id) ?? this.thread.composing) === '') this.composer.write(id, words);
    }
    this.#editing = null;
    this.#asked = null;
    this.fault = null;
    this.why = null;
    this.whyOpen = false;
  }

  /** Sends the draft, or the owner's version of it. A failed check asks once more. */
  async approve(): Promise<void> {
    const draft = this.draft;
    if (!draft || !this.sendable || this.busy) return;
    const text = this.editing ? this.editText.trim() : undefined;
    if (text === '' || this.editTooLong) return;
    const changed = text !== undefined && text !== draft.text;
    if (!changed && this.failedChecks.length > 0 && this.#asked !== draft.id) {
      this.#asked = draft.id;
      return;
    }
    await this.#act('approve', draft, async () => {
      const message = await this.host.call('draft_approve', changed ? { draftId: draft.id, text } : { draftId: draft.id, ...(this.#asked === draft.id ? { confirmed: true } : {}) });
      this.#settle(draft.id);
      this.thread.append(message);
    });
  }

  async reject(): Promise<void> {
    const draft = this.draft;
    if (!draft || this.busy || ['pending', 'skipped', 'stale'].includes(draft.outcome)) return;
    await this.#act('reject', draft, async () => {
      await this.host.call('draft_reject', { draftId: draft.id });
      this.#settle(draft.id);
    });
  }

  async regenerate(): Promise<void> {
    const id = this.thread.conversation?.id;
    const draft = this.draft;
    if (id === undefined || this.busy || draft?.outcome === 'pending') return;
    await this.#act('regenerate', draft, async () => {
      const next = await this.host.call('draft_regenerate', { conversationId: id });
      if (this.thread.id === id) this.thread.draft = next;
      this.#editing = null;
    });
  }

  /** The same in other words; what comes back waits for the owner. */
  async revise(how: ReviseHow): Promise<void> {
    const draft = this.draft;
    if (!draft || !this.sendable || this.busy) return;
    await this.#act('revise', draft, async () => {
      const next = await this.host.call('draft_revise', { draftId: draft.id, how });
      if (this.thread.id === draft.conversationId) this.thread.draft = next;
      this.#editing = null;
    });
  }

  async stop(): Promise<void> {
    const draft = this.draft;
    if (!draft || draft.outcome !== 'countdown' || this.busy) return;
    await this.#act('stop', draft, async () => {
      const next = await this.host.call('draft_stop', { draftId: draft.id });
      if (this.thread.id === draft.conversationId) this.thread.draft = next;
    });
  }

  async toggleWhy(): Promise<void> {
    const draft = this.draft;
    if (this.whyOpen || !draft) {
      this.whyOpen = false;
      return;
    }
    this.whyOpen = true;
    if (this.why?.draft.id !== draft.id) this.why = null;
    try {
      const why = await this.host.call('draft_why', { draftId: draft.id });
      if (this.draft?.id === draft.id) this.why = why;
    } catch (thrown) {
      this.fault = CommandError.from(thrown);
      this.whyOpen = false;
    }
  }

  #settle(id: string): void {
    this.#settled = new Set([...this.#settled, id]);
    this.#editing = null;
    this.#asked = null;
    this.whyOpen = false;
  }

  async #act(busy: DraftBusy, draft: Draft | null, job: () => Promise<void>): Promise<void> {
    this.busy = busy;
    this.fault = null;
    try {
      await job();
    } catch (thrown) {
      const fault = CommandError.from(thrown);
      if (this.thread.id === (draft?.conversationId ?? this.thread.id)) this.fault = fault;
      // The draft on screen is not the one in the store.
      if (['draft_stale', 'draft_settled', 'too_late', 'not_found'].includes(fault.code)) void this.thread.refresh();
    } finally {
      this.busy = null;
    }
  }
}
