// Moments in words, by Intl alone.

import { i18n, t } from './index.svelte';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${i18n.locale} ${name}`;
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat(i18n.locale, options)));
  return made;
}

/** Whole calendar days from `then` to `now`, in the machine's time zone. */
export function daysApart(then: Date, now: Date): number {
  const start = (d: Date) => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate());
  return Math.round((start(now) - start(then)) / DAY);
}

/** 14:02 */
export function clockTime(iso: string): string {
  return format('time', { hour: '2-digit', minute: '2-digit' }).format(new Date(iso));
}

/** 21 November 2026, 14:02 */
export function fullTime(iso: string): string {
  return format('full', { dateStyle: 'long', timeStyle: 'short' }).format(new Date(iso));
}

/** For a row: now, 5 min, 14:02, Yesterday, Monday, 3 May, 3 May 2024. */
export function rowTime(iso: string, nowMs: number): string {
  const then = new Date(iso);
  const passed = nowMs - then.getTime();
  if (passed < MINUTE) return t('time.now');
  if (passed < HOUR) return t('time.minutes', { count: Math.floor(passed / MINUTE) });
  const days = daysApart(then, new Date(nowMs));
  if (days <= 0) return clockTime(iso);
  if (days === 1) return t('time.yesterday');
  if (days < 7) return format('weekday-short', { weekday: 'short' }).format(then);
  return rowDate(then, nowMs);
}

/** For a divider: Today, Yesterday, Monday, 3 May, 3 May 2024. */
export function dayName(iso: string, nowMs: number): string {
  const then = new Date(iso);
  const days = daysApart(then, new Date(nowMs));
  if (days <= 0) return t('time.today');
  if (days === 1) return t('time.yesterday');
  if (days < 7) return format('weekday', { weekday: 'long' }).format(then);
  return longDate(then, nowMs);
}

/** A moment to come, short: 18:00, Mon 09:00, 3 May 09:00. */
export function momentAhead(iso: string, nowMs: number): string {
  return near(iso, daysApart(new Date(nowMs), new Date(iso)));
}

/** A moment that has passed, short and exact: 14:02, Mon 14:02, 3 May 14:02. */
export function momentPassed(iso: string, nowMs: number): string {
  return near(iso, daysApart(new Date(iso), new Date(nowMs)));
}

function near(iso: string, days: number): string {
  const then = new Date(iso);
  if (days <= 0) return clockTime(iso);
  if (days < 7) return format('near-week', { weekday: 'short', hour: '2-digit', minute: '2-digit' }).format(then);
  return format('near', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).format(then);
}

function rowDate(then: Date, nowMs: number): string {
  return then.getFullYear() === new Date(nowMs).getFullYear()
    ? format('day', { day: 'numeric', month: 'short' }).format(then)
    : format('day-year', { day: 'numeric', month: 'short', year: 'numeric' }).format(then);
}

function longDate(then: Date, nowMs: number): string {
  return then.getFullYear() === new Date(nowMs).getFullYear()
    ? format('long', { day: 'numeric', month: 'long' }).format(then)
    : format('long-year', { day: 'numeric', month: 'long', year: 'numeric' }).format(then);
}

/** How long something still is: "21 h", "45 min", "under a minute". */
export function timeLeft(ms: number): string {
  if (ms >= HOUR) return t('time.hours', { count: Math.floor(ms / HOUR) });
  if (ms >= MINUTE) return t('time.minutes', { count: Math.floor(ms / MINUTE) });
  return t('time.under_a_minute');
}

export function daysLeft(iso: string, nowMs: number): number {
  return Math.max(0, Math.floor((Date.parse(iso) - nowMs) / DAY));
}

/** "May 2026", from `2026-05`. */
export function monthName(month: string): string {
  return format('month', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${month}-01T00:00:00Z`));
}

/** "6 May", from `2026-05-06`. */
export function shortDay(day: string): string {
  return format('day-utc', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}

/** An amount to the cent; a currency that is none is written beside the figure. */
export function money(cents: number, currency: string): string {
  try {
    return new Intl.NumberFormat(i18n.locale, { style: 'currency', currency }).format(cents / 100);
  } catch {
    return `${new Intl.NumberFormat(i18n.locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(cents / 100)} ${currency}`.trim();
  }
}

/** "6 May 2026": the last day before a moment, where an end is meant. */
export function shortDate(iso: string): string {
  return format('day-year', { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(Date.parse(iso) - 1));
}
