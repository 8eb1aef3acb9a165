// Moments to which a conversation can be put off, by the calendar of the machine.

type SnoozeChoice = 'hour' | 'evening' | 'tomorrow' | 'weekend' | 'week';

const EVENING = 18;
const MORNING = 9;

function at(now: Date, days: number, hour: number): Date {
  // By fields, not by hours: a day on which the clocks change is not 24 hours long.
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour, 0, 0, 0);
}

/** Days until a weekday (0 is Sunday); a week when it is today. */
function until(now: Date, weekday: number): number {
  return ((weekday - now.getDay() + 7) % 7) || 7;
}

/** What is offered now, the nearest first; what has passed is not. */
export function snoozeChoices(now: Date): { choice: SnoozeChoice; at: Date }[] {
  const hour = new Date(Math.ceil((now.getTime() + 3_600_000) / 60_000) * 60_000);
  const choices: { choice: SnoozeChoice; at: Date }[] = [{ choice: 'hour', at: hour }];
  if (now.getHours() < EVENING - 1) choices.push({ choice: 'evening', at: at(now, 0, EVENING) });
  choices.push({ choice: 'tomorrow', at: at(now, 1, MORNING) });
  const weekend = until(now, 6);
  if (weekend > 1 && now.getDay() !== 0) choices.push({ choice: 'weekend', at: at(now, weekend, MORNING) });
  const monday = until(now, 1);
  if (monday > 1) choices.push({ choice: 'week', at: at(now, monday, MORNING) });
  return choices;
}

/** A moment as the field for date and time wants it: local, to the minute. */
export function toField(moment: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** What the owner chose in such a field; `null` for nothing, or a moment that has passed. */
export function fromField(value: string, now: Date): Date | null {
  const moment = new Date(value);
  return value === '' || Number.isNaN(moment.getTime()) || moment <= now ? null : moment;
}
