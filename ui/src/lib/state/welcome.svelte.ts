// The set-up: single steps, each with one thing to do. Where it stands is kept by the engine, so
// that it goes on after the window was closed; what was pasted and is no secret stays beside it.

import type { Desk } from './desk.svelte';

export const STEPS = [
  'professional',
  'access',
  'app_create',
  'app_permissions',
  'app_redirect',
  'app_tester',
  'app_publish',
  'connect',
  'sync',
  'ai',
] as const;
export type WelcomeStep = (typeof STEPS)[number];

/** The Meta app is one step of the owner's six, in five parts. */
const PARTS: readonly WelcomeStep[] = STEPS.filter((step) => step.startsWith('app_'));
export const STEP_COUNT = STEPS.length - PARTS.length + 1;

interface Place {
  step: number;
  part: number | null;
  parts: number;
}

/** "3 of 6", and within the app "part 2 of 5". */
export function placeOf(step: WelcomeStep): Place {
  const index = STEPS.indexOf(step);
  const first = STEPS.indexOf(PARTS[0] ?? 'app_create');
  if (index < first) return { step: index + 1, part: null, parts: PARTS.length };
  const part = PARTS.indexOf(step);
  if (part >= 0) return { step: first + 1, part: part + 1, parts: PARTS.length };
  return { step: index - PARTS.length + 2, part: null, parts: PARTS.length };
}

export function knownStep(text: string | null | undefined): WelcomeStep | null {
  return STEPS.find((step) => step === text) ?? null;
}

export class Welcome {
  startingDemo = $state(false);

  constructor(private readonly desk: Desk) {}

  /** Where it stands; `null` before it began and after its end. */
  get step(): WelcomeStep | null {
    return knownStep(this.desk.app?.preferences.welcome);
  }

  async go(step: WelcomeStep): Promise<void> {
    this.desk.router.go({ screen: 'welcome', step });
    await this.#keep(step);
  }

  async next(step: WelcomeStep): Promise<void> {
    const following = STEPS[STEPS.indexOf(step) + 1];
    if (following) await this.go(following);
    else await this.finish();
  }

  async back(step: WelcomeStep): Promise<void> {
    const before = STEPS[STEPS.indexOf(step) - 1];
    if (before) await this.go(before);
    else this.desk.router.go({ screen: 'welcome', step: null });
  }

  /** Goes to the inbox; the set-up can be taken up again from there. */
  leave(): void {
    this.desk.router.go({ screen: 'inbox', conversation: null });
  }

  async finish(): Promise<void> {
    this.leave();
    await this.#keep(null);
  }

  /** The fictional shop, in one click. */
  async tryDemo(): Promise<void> {
    if (this.startingDemo) return;
    this.startingDemo = true;
    try {
      await this.desk.visitDemo();
    } finally {
      this.startingDemo = false;
    }
  }

  async #keep(step: WelcomeStep | null): Promise<void> {
    const preferences = this.desk.app?.preferences;
    if (!preferences || preferences.welcome === step) return;
    await this.desk.setPreferences({ ...preferences, welcome: step });
  }
}
