// The words on the screen. `messages/en.json` is the source: its keys are the only keys.
//
// A text is a string with {placeholders}, or an object of plural forms chosen by {count}. A
// sentence is one text: pieces glued together read wrongly in Turkish and Russian.

import type en from './messages/en.json';
import type more from './messages/later/en.json';

export type Messages = Record<MessageKey, string | Plural>;
export type MessageKey = keyof typeof en | keyof typeof more;
type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
export type Params = Record<string, string | number>;

export const LANGUAGES = ['en', 'tr', 'ru'] as const;
export type Language = (typeof LANGUAGES)[number];

const LOADERS: Record<Language, () => Promise<{ default: unknown }>> = {
  en: () => import('./messages/en.json'),
  tr: () => import('./messages/tr.json'),
  ru: () => import('./messages/ru.json'),
};

// What only screens that load later say.
const LATER: Record<Language, () => Promise<{ default: unknown }>> = {
  en: () => import('./messages/later/en.json'),
  tr: () => import('./messages/later/tr.json'),
  ru: () => import('./messages/later/ru.json'),
};

/** The owner's choice, else the first language of the system that is ours, else English. */
export function chooseLanguage(preferred: string | null | undefined, system: readonly string[]): Language {
  for (const tag of [preferred ?? '', ...system]) {
    const base = tag.split('-')[0]?.toLowerCase();
    const language = LANGUAGES.find((known) => known === base);
    if (language) return language;
  }
  return 'en';
}

class I18n {
  language = $state<Language>('en');
  #messages = $state.raw<Messages>({} as Messages);

  /** The locale for dates and numbers: the system's region where the language agrees. */
  locale = $derived(
    (typeof navigator === 'undefined' ? [] : navigator.languages).find((tag) =>
      tag.startsWith(`${this.language}-`),
    ) ?? this.language,
  );
  ready = $state(false);
  #wanted = false;
  /** The language whose later words are at hand. */
  #laterFor: Language | null = null;
  #plurals = $derived(new Intl.PluralRules(this.language));
  #numbers = $derived(new Intl.NumberFormat(this.locale));

  async load(language: Language): Promise<void> {
    const [{ default: messages }, more] = await Promise.all([LOADERS[language](), this.#wanted ? LATER[language]() : null]);
    this.use(language, { ...(messages as Messages), ...(more?.default as Messages | undefined) });
    if (more) this.#laterFor = language;
  }

  /** The words of the screens that load later; from now on every language comes with them. */
  async more(): Promise<void> {
    this.#wanted = true;
    const language = this.language;
    if (this.#laterFor === language) return;
    const { default: messages } = await LATER[language]();
    if (language !== this.language) return;
    this.#messages = { ...this.#messages, ...(messages as Messages) };
    this.#laterFor = language;
  }

  use(language: Language, messages: unknown): void {
    this.#laterFor = null;
    this.#messages = messages as Messages;
    this.language = language;
    this.ready = true;
    if (typeof document !== 'undefined') document.documentElement.lang = language;
  }

  text(key: MessageKey, params?: Params): string {
    const message = this.#messages[key];
    if (message === undefined) return key;
    const pattern =
      typeof message === 'string'
        ? message
        : (message[this.#plurals.select(Number(params?.['count'] ?? 0))] ?? message.other);
    if (!params) return pattern;
    return pattern.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = params[name];
      if (value === undefined) return whole;
      return typeof value === 'number' ? this.#numbers.format(value) : value;
    });
  }

  number(value: number): string {
    return this.#numbers.format(value);
  }
}

export const i18n = new I18n();

/** The words for `key` in the language of the moment. */
export function t(key: MessageKey, params?: Params): string {
  return i18n.text(key, params);
}

/** A part of the screen that is loaded when it is wanted, together with its words. */
export async function later<T>(loading: Promise<T>): Promise<T> {
  const [loaded] = await Promise.all([loading, i18n.more()]);
  return loaded;
}

/** A key put together from a word of the engine, which may be newer than these texts. */
export function known(key: string, fallback: MessageKey, params?: Params): string {
  const text = i18n.text(key as MessageKey, params);
  return text === key ? i18n.text(fallback, params) : text;
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** A size as people say it: 812 byte, 14 kB, 3.1 MB. */
export function bytes(count: number): string {
  const step = count < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** step;
  return new Intl.NumberFormat(i18n.locale, {
    style: 'unit',
    unit: UNITS[step],
    unitDisplay: 'short',
    maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
  }).format(value);
}
