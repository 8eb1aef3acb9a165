import { afterEach, describe, expect, it } from 'vitest';
import { CODES } from '$lib/ipc/bindings';
import { i18n } from '$lib/i18n/index.svelte';
import en from '$lib/i18n/messages/en.json';
import ru from '$lib/i18n/messages/ru.json';
import tr from '$lib/i18n/messages/tr.json';
import { FAULTS, faultDo, faultWhat } from './table';

afterEach(() => i18n.use('en', en));

describe('the table of faults', () => {
  it('has a row for each code of the engine, and its own one', () => {
    expect(Object.keys(FAULTS).sort()).toEqual([...CODES, 'engine_unreachable'].sort());
  });

  it.each([
    ['en', en],
    ['tr', tr],
    ['ru', ru],
  ] as const)('has words for each code in %s', (language, messages) => {
    i18n.use(language, messages);
    for (const code of CODES) {
      for (const words of [faultWhat(code), faultDo(code)]) {
        expect(words, code).not.toMatch(/^error\./);
        expect(words.length, code).toBeGreaterThan(8);
        expect(words, `${code} ends like a sentence`).toMatch(/[.”»]$/);
      }
    }
  });

  it('has no words for codes that do not exist', () => {
    const codes = Object.keys(en).filter((key) => key.startsWith('error.')).map((key) => key.split('.')[1]);
    expect(new Set(codes)).toEqual(new Set(Object.keys(FAULTS)));
  });

  it('knows what to say about a code that is newer than it', () => {
    expect(faultWhat('from_the_future' as never)).toBe(faultWhat('internal'));
  });
});
