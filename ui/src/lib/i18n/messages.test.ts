import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import enFirst from './messages/en.json';
import enLater from './messages/later/en.json';
import ruLater from './messages/later/ru.json';
import trLater from './messages/later/tr.json';
import ruFirst from './messages/ru.json';
import trFirst from './messages/tr.json';

const en = { ...enFirst, ...enLater };
const tr = { ...trFirst, ...trLater };
const ru = { ...ruFirst, ...ruLater };

type Message = string | Record<string, string>;
const LANGUAGES: Record<string, Record<string, Message>> = { en, tr, ru };
const SRC = join(process.cwd(), 'src');

function sources(dir = SRC): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return entry.name === 'messages' ? [] : sources(path);
    return /\.(ts|svelte)$/.test(entry.name) && !/\.test\.ts$|bindings\.ts$/.test(entry.name) ? [readFileSync(path, 'utf8')] : [];
  });
}

function rustSources(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.rs'))
    .map((name) => readFileSync(join(dir, name), 'utf8'));
}

function forms(message: Message): string[] {
  return typeof message === 'string' ? [message] : Object.values(message);
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();
}

describe('the texts', () => {
  it.each(['tr', 'ru'])('has the same keys in %s as in English', (language) => {
    expect(Object.keys(LANGUAGES[language] ?? {}).sort()).toEqual(Object.keys(en).sort());
  });

  it.each(['en', 'tr', 'ru'])('uses the same placeholders in every form in %s', (language) => {
    for (const [key, message] of Object.entries(LANGUAGES[language] ?? {})) {
      const wanted = placeholders(forms((en as Record<string, Message>)[key] ?? '').at(-1) ?? '');
      for (const form of forms(message)) expect(placeholders(form), `${language} ${key}`).toEqual(wanted);
    }
  });

  it.each(['en', 'tr', 'ru'])('has every plural category in %s', (language) => {
    const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
    for (const [key, message] of Object.entries(LANGUAGES[language] ?? {})) {
      const plural = typeof (en as Record<string, Message>)[key] !== 'string';
      expect(typeof message !== 'string', `${language} ${key}`).toBe(plural);
      if (typeof message !== 'string') expect(Object.keys(message).sort(), `${language} ${key}`).toEqual(wanted);
    }
  });

  it('leaves no text empty', () => {
    for (const [language, messages] of Object.entries(LANGUAGES)) {
      for (const [key, message] of Object.entries(messages)) {
        for (const form of forms(message)) expect(form.trim(), `${language} ${key}`).not.toBe('');
      }
    }
  });

  it('has no key that nothing uses', () => {
    // Notices and the tray take their words from these files too.
    const rust = [join('..', 'crates', 'desk-app', 'src'), join('..', 'src-tauri', 'src')].flatMap((dir) => rustSources(dir));
    const all = [...sources(), ...rust.map((text) => text.replaceAll('"', "'"))].join('\n');
    // A key written out, or one that a `prefix.${word}` of the engine can make.
    const prefixes = [...all.matchAll(/`([a-z_.]+[._])\$\{/g)].map((match) => match[1] ?? '');
    const unused = Object.keys(en).filter(
      (key) => !all.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)),
    );
    expect(unused).toEqual([]);
  });

  it('glues no suffix to a name in Turkish', () => {
    for (const [key, message] of Object.entries(tr)) {
      for (const form of forms(message as Message)) {
        expect(form, key).not.toMatch(/\{(name|username|model|host)\}['’\p{L}]/u);
      }
    }
  });
});
