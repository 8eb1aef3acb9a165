// When what has changed is on the screen.

import type { Attachment } from 'svelte/attachments';

/**
 * Marks, once in the life of the page, when what this element holds of `css` was first painted.
 * `cargo xtask bench window` reads it.
 */
export function marksPaint(name: string, css: string): Attachment<HTMLElement> {
  return (element) => {
    if (performance.getEntriesByName(name).length > 0) return;
    let frame = 0;
    const look = () => {
      frame = requestAnimationFrame(element.querySelector(css) === null ? look : () => (frame = requestAnimationFrame(() => performance.mark(name))));
    };
    look();
    return () => cancelAnimationFrame(frame);
  };
}

/** Runs after what has changed is on screen; where nothing is painted, soon. */
export function afterPaint(job: () => void): void {
  if (document.hidden) setTimeout(job, 0);
  else requestAnimationFrame(() => setTimeout(job, 0));
}
