// What a key does, given what is on screen. The palette does the same by name.

import { focusOn } from '$lib/focus';
import { actionOf, REPEATABLE, type Action } from '$lib/keyboard';
import type { Desk } from '$lib/state/desk.svelte';
import { VIEWS } from '$lib/state/inbox.svelte';

export function press(desk: Desk, event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  const action = actionOf(event, desk.keys.single, desk.keys.keys);
  if (action === null) return;
  // A held key may walk the list; it must not approve one draft after the other.
  if (event.repeat && !REPEATABLE.has(action)) return;
  // An open dialog has the keyboard to itself.
  if (document.querySelector('dialog[open]') && action !== 'palette') return;
  if (perform(desk, action, event)) event.preventDefault();
}

/** Does it; answers whether it meant anything here. */
export function perform(desk: Desk, action: Action, event?: KeyboardEvent): boolean {
  switch (action) {
    case 'help':
      desk.helpOpen = !desk.helpOpen;
      return true;
    case 'palette':
      desk.paletteOpen = !desk.paletteOpen;
      return true;
    case 'settings':
      desk.router.go({ screen: 'settings', section: 'account' });
      return true;
    case 'pause':
      void desk.setPaused(!(desk.ai?.paused ?? false));
      return true;
    case 'check':
      void desk.checkNow();
      return true;
    case 'undo':
      return desk.undo.undo();
  }
  if (desk.router.route.screen !== 'inbox') return false;
  return inList(desk, action, event) ?? inThread(desk, action, event);
}

/** What is meant for the list; `null` when the action is not. */
function inList(desk: Desk, action: Action, event?: KeyboardEvent): boolean | null {
  const { inbox, triage } = desk;
  const target = event?.target instanceof HTMLElement ? event.target : null;
  switch (action) {
    case 'next':
    case 'previous': {
      // Arrows scroll the thread when it has the focus; J and K always walk.
      if (event?.key.startsWith('Arrow') && target?.closest('[role="log"], [role="menu"], [role="radiogroup"], [role="tablist"]')) return false;
      const row = inbox.neighbour(action === 'next' ? 1 : -1);
      if (row) desk.walk(row);
      return row !== null;
    }
    case 'mark':
      if (inbox.selectedId !== null) inbox.toggleMark(inbox.selectedId);
      return inbox.selectedId !== null;
    case 'mark_next':
    case 'mark_previous': {
      if (inbox.selectedId !== null) inbox.marked.add(inbox.selectedId);
      const row = inbox.neighbour(action === 'mark_next' ? 1 : -1);
      if (row) {
        inbox.marked.add(row.id);
        desk.walk(row);
      }
      return row !== null;
    }
    case 'mark_all':
      inbox.markAll();
      return true;
    case 'done':
      void triage.done();
      return triage.count > 0;
    case 'snooze':
    case 'label':
      if (triage.count > 0) triage.menu = action;
      return triage.count > 0;
    case 'unread':
      void triage.unread();
      return true;
    case 'search':
      return focusOn('search');
    case 'view_1':
    case 'view_2':
    case 'view_3':
    case 'view_4':
    case 'view_5': {
      const view = VIEWS[Number(action.slice(-1)) - 1];
      if (view) void inbox.show(view);
      return view !== undefined;
    }
    default:
      return null;
  }
}

function inThread(desk: Desk, action: Action, event?: KeyboardEvent): boolean {
  const { draft, thread, inbox } = desk;
  const target = event?.target instanceof HTMLElement ? event.target : null;
  if (action === 'open') {
    // Enter on a button is that button's.
    if (target?.closest('button, a, summary, [role="menuitem"]')) return false;
    if (thread.id === null) {
      const row = inbox.rows[Math.max(0, inbox.selectedIndex)];
      if (row) void desk.open(row.id, row);
      return row !== undefined;
    }
    if (draft.sendable && !draft.editing) {
      draft.edit();
      return true;
    }
    return focusOn('composer');
  }
  if (action === 'back') return back(desk, target);
  if (thread.id === null) return false;
  switch (action) {
    case 'approve':
      void draft.approve();
      return draft.draft !== null;
    case 'edit':
      draft.edit();
      return draft.draft !== null;
    case 'regenerate':
      void draft.regenerate();
      return true;
    case 'reject':
      void draft.reject();
      return true;
    case 'shorter':
    case 'warmer':
      void draft.revise(action);
      return draft.sendable;
    case 'why':
      void draft.toggleWhy();
      return true;
    case 'reply':
      return focusOn('composer');
    case 'emoji':
      desk.emojiOpen = !desk.emojiOpen;
      return true;
    case 'schedule':
      if (!desk.composer.empty) desk.scheduleOpen = true;
      return !desk.composer.empty;
    case 'react':
      void thread.heart();
      return true;
    case 'note':
      desk.layout.toggleContext(true);
      // The pane is on screen after the next paint.
      requestAnimationFrame(() => focusOn('note'));
      return true;
    case 'context':
      desk.layout.toggleContext();
      return true;
    case 'mode': {
      const modes = ['off', 'draft', 'auto'] as const;
      const next = modes[(modes.indexOf(thread.conversation?.mode ?? 'off') + 1) % modes.length] ?? 'draft';
      void thread.setMode(next).then((row) => row && inbox.replace(row));
      return true;
    }
    case 'instagram':
      if (thread.instagramUrl !== '') void desk.openLink(thread.instagramUrl);
      return thread.instagramUrl !== '';
    case 'find':
      desk.find.show();
      return true;
    default:
      return false;
  }
}

function back(desk: Desk, target: HTMLElement | null): boolean {
  const { draft } = desk;
  if (draft.draft?.outcome === 'countdown' && draft.draft.autoAt !== null) {
    void draft.stop();
  } else if (desk.undo.offered?.isSend) {
    desk.undo.undo();
  } else if (desk.find.open) {
    desk.find.close();
  } else if (draft.whyOpen) {
    draft.whyOpen = false;
  } else if (desk.inbox.marked.size > 0) {
    desk.inbox.marked.clear();
  } else if (target && target !== document.body && !target.closest('[role="listbox"]')) {
    focusOn('list');
  } else if (desk.thread.id !== null) {
    desk.closeThread();
    focusOn('list');
  } else {
    return false;
  }
  return true;
}
