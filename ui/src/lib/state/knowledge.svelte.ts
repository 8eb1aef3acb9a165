// What the owner taught: questions and the answer to them.

import type { KnowledgeEntry } from '$lib/ipc/bindings';
import { CommandError, type Host } from '$lib/ipc/host';
import { i18n } from '$lib/i18n/index.svelte';
import { coalesce } from './coalesce';

export interface EntryForm {
  id: string | null;
  questions: string;
  answer: string;
  lang: string;
  autoOk: boolean;
  internal: boolean;
  /** The answer in other languages, by language. */
  others: Record<string, string>;
  /** The last day on which it holds, as a date field has it; empty for no end. */
  until: string;
  topic: string;
}

/** The day of a moment, as a date field wants it; the entry ends with that day. */
function dayOf(iso: string | null): string {
  if (iso === null) return '';
  const then = new Date(Date.parse(iso) - 1);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
}

/** The moment at which a day has ended here. */
function endOf(day: string): string | null {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) return null;
  return new Date(year, month - 1, date + 1).toISOString();
}

export class Knowledge {
  entries = $state.raw<readonly KnowledgeEntry[] | null>(null);
  filter = $state('');
  form = $state<EntryForm | null>(null);
  busy = $state(false);
  fault = $state.raw<CommandError | null>(null);

  constructor(private readonly host: Host) {}

  shown = $derived.by(() => {
    const wanted = this.filter.trim().toLocaleLowerCase(i18n.locale);
    const entries = this.entries ?? [];
    if (wanted === '') return entries;
    return entries.filter((entry) =>
      [...entry.questions, entry.answer].some((text) => text.toLocaleLowerCase(i18n.locale).includes(wanted)),
    );
  });

  readonly read = coalesce(async () => {
    try {
      this.entries = await this.host.call('knowledge_list', {});
    } catch (thrown) {
      this.fault = CommandError.from(thrown);
    }
  });

  /** The topics that there are, for the form to offer. */
  topics = $derived([...new Set((this.entries ?? []).map((entry) => entry.topic).filter((topic) => topic !== ''))].sort((a, b) => a.localeCompare(b, i18n.locale)));

  add(questions = ''): void {
    this.fault = null;
    this.form = { id: null, questions, answer: '', lang: i18n.language, autoOk: false, internal: false, others: {}, until: '', topic: '' };
  }

  change(entry: KnowledgeEntry): void {
    this.fault = null;
    const { id, answer, lang, autoOk, internal, topic } = entry;
    const others = Object.fromEntries(entry.answers.map((one) => [one.lang, one.answer]));
    this.form = { id, questions: entry.questions.join('\n'), answer, lang, autoOk, internal, others, until: dayOf(entry.expiresAt), topic };
  }

  close(): void {
    this.form = null;
    this.fault = null;
  }

  async save(): Promise<boolean> {
    const form = this.form;
    if (!form || this.busy) return false;
    const questions = form.questions.split('\n').map((line) => line.trim()).filter((line) => line !== '');
    const { lang, internal } = form;
    const answer = form.answer.trim();
    // What is for the owner's eyes only is never sent, least of all by itself.
    const autoOk = form.autoOk && !internal;
    return this.#try(async () => {
      const answers = Object.entries(form.others)
        .map(([other, text]) => ({ lang: other, answer: text.trim() }))
        .filter((one) => one.answer !== '' && one.lang !== lang);
      const more = { answers, expiresAt: endOf(form.until), topic: form.topic.trim() };
      if (form.id === null) {
        await this.host.call('knowledge_add', { questions, answer, lang, autoOk, internal, more: { ...more, expiresAt: more.expiresAt ?? undefined } });
      } else {
        // What the form does not show stays as it is.
        const before = this.entries?.find((entry) => entry.id === form.id);
        const kept = { source: null, doubt: null, updatedAt: new Date().toISOString(), ...before };
        await this.host.call('knowledge_change', { entry: { ...kept, ...more, id: form.id, questions, answer, lang, autoOk, internal } });
      }
      this.form = null;
      await this.read();
    });
  }

  async remove(entryId: string): Promise<boolean> {
    return this.#try(async () => {
      await this.host.call('knowledge_remove', { entryId });
      if (this.form?.id === entryId) this.form = null;
      await this.read();
    });
  }

  async #try(job: () => Promise<void>): Promise<boolean> {
    this.busy = true;
    this.fault = null;
    try {
      await job();
      return true;
    } catch (thrown) {
      this.fault = CommandError.from(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
