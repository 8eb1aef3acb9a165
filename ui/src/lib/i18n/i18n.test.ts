import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dayName, money, monthName, rowTime, timeLeft } from './dates';
import { bytes, chooseLanguage, i18n, known, t } from './index.svelte';
import enFirst from './messages/en.json';
import enLater from './messages/later/en.json';
import ruLater from './messages/later/ru.json';
import trLater from './messages/later/tr.json';
import ruFirst from './messages/ru.json';
import trFirst from './messages/tr.json';

const en = { ...enFirst, ...enLater };
const tr = { ...trFirst, ...trLater };
const ru = { ...ruFirst, ...ruLater };

afterEach(() => i18n.use('en', en));

describe('the choice of language', () => {
  it.each([
    ['tr', ['ru-RU'], 'tr'],
    [null, ['tr-TR', 'en'], 'tr'],
    [null, ['de-DE', 'ru'], 'ru'],
    [null, ['de-DE', 'ja'], 'en'],
    [null, [], 'en'],
    ['xx', ['tr'], 'tr'],
  ] as const)('%s with %j is %s', (preferred, system, expected) => {
    expect(chooseLanguage(preferred, system)).toBe(expected);
  });
});

describe('plurals', () => {
  it.each([
    [1, 'ещё 1 день'],
    [2, 'ещё 2 дня'],
    [5, 'ещё 5 дней'],
    [11, 'ещё 11 дней'],
    [21, 'ещё 21 день'],
    [112, 'ещё 112 дней'],
  ])('%i days in Russian', (count, expected) => {
    i18n.use('ru', ru);
    expect(t('account.permission_days', { count })).toContain(expected);
  });

  it('keeps the noun in Turkish', () => {
    i18n.use('tr', tr);
    expect(t('account.conversations_count', { count: 1 })).toBe('1 konuşma');
    expect(t('account.conversations_count', { count: 5 })).toBe('5 konuşma');
  });
});

describe('texts', () => {
  it('sets the language of the page', () => {
    i18n.use('tr', tr);
    expect(document.documentElement.lang).toBe('tr');
  });

  it('does not read placeholders inside of values', () => {
    expect(t('status.message_here', { name: '{text}', text: '$& {name}' })).toBe('{text}: new message. $& {name}');
  });

  it('falls back when the engine says a word that is newer than the texts', () => {
    expect(known('reason.from_the_future', 'reason.other')).toBe(t('reason.other'));
  });
});

describe('moments', () => {
  const now = new Date(2026, 4, 6, 15, 0, 0).getTime();

  beforeEach(() => {
    vi.useFakeTimers({ now });
    return () => vi.useRealTimers();
  });

  it.each([
    [10_000, 'now'],
    [5 * 60_000, '5 min'],
    [26 * 3_600_000, 'Yesterday'],
  ])('%i ms ago', (ago, expected) => {
    expect(rowTime(new Date(now - ago).toISOString(), now)).toBe(expected);
  });

  it('counts days by the calendar and not by 24 hours', () => {
    expect(dayName(new Date(2026, 4, 5, 23, 59).toISOString(), now)).toBe('Yesterday');
    expect(dayName(new Date(2026, 4, 6, 0, 1).toISOString(), now)).toBe('Today');
    expect(dayName(new Date(2026, 4, 1).toISOString(), now)).toBe('Friday');
  });

  it('says what is left', () => {
    expect(timeLeft(21.9 * 3_600_000)).toBe('21 h');
    expect(timeLeft(59_000)).toBe('under a minute');
  });
});

describe('figures', () => {
  it.each([
    [0, '0 byte'],
    [999, '999 byte'],
    [1000, '1 kB'],
    [14_300, '14 kB'],
    [3_140_000, '3.1 MB'],
    [7.2e12, '7,200 GB'],
  ])('%d bytes', (count, expected) => expect(bytes(count)).toBe(expected));

  it('writes an amount as the language does, to the cent', () => {
    i18n.use('tr', tr);
    expect(money(123_456, 'TRY')).toContain('1.234,56');
    i18n.use('ru', ru);
    expect(money(123_456, 'USD')).toMatch(/1\s234,56/);
    expect(money(50, 'not a currency')).toBe('0,50 not a currency');
  });

  it('names a month whatever the time zone', () => {
    i18n.use('ru', ru);
    expect(monthName('2026-05')).toContain('май');
  });
});
