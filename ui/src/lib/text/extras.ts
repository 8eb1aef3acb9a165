// What a message has beside its words.

import type { Attachment, AttachmentKind } from '$lib/ipc/bindings';
import type { ShownMessage } from '$lib/state/thread.svelte';
import { mayHoldLink } from './links';

/** A longer text is shown in part until all of it is asked for. */
export const CLIP_FROM = 3000;

const PICTURES: readonly AttachmentKind[] = ['image', 'sticker'];
const POSTS: readonly AttachmentKind[] = ['post', 'reel', 'story', 'story_mention', 'link', 'card'];
const WIDEST = 280;
const TALLEST = 340;
const LEAST = 72;

type AttachmentLook = 'picture' | 'card' | 'file' | 'closed';

export function lookOf({ kind }: Attachment): AttachmentLook {
  if (PICTURES.includes(kind)) return 'picture';
  if (POSTS.includes(kind)) return 'card';
  return kind === 'view_once' || kind === 'unsupported' ? 'closed' : 'file';
}

/** What hangs on a message, the story that it speaks of among it. */
export function attachmentsOf({ attachments, story }: Pick<ShownMessage, 'attachments' | 'story'>): readonly Attachment[] {
  return story?.attachment ? [...attachments, story.attachment] : attachments;
}

/** Whether it is shown as a picture that can be looked at large. */
export function isPicture(attachment: Attachment): boolean {
  return attachment.media === 'ready' && ['picture', 'card'].includes(lookOf(attachment));
}

/** Whether a message shows more than its words. */
export function hasExtras(message: ShownMessage): boolean {
  return message.kind !== 'text' || message.attachments.length > 0 || message.replyTo !== null || message.story !== null || message.tap !== null || message.referral !== null;
}

/** Whether a message is words alone, short, and without a link. */
export function isPlain(message: ShownMessage): boolean {
  return !message.unsent && !hasExtras(message) && message.text.length <= CLIP_FROM && !mayHoldLink(message.text);
}

/** The box of a picture, known before it is read, so that nothing jumps when it comes. */
export function boxOf({ width, height }: Pick<Attachment, 'width' | 'height'>): { width: number; height: number } {
  if (!width || !height) return { width: 240, height: 240 };
  const scale = Math.min(1, WIDEST / width, TALLEST / height);
  return { width: Math.max(LEAST, Math.round(width * scale)), height: Math.max(LEAST, Math.round(height * scale)) };
}
