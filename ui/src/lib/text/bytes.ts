// Instagram limits a reply by its bytes, not by its letters: "ş" takes two, an emoji four or more.

export const REPLY_LIMIT_BYTES = 1000;
export const COUNTER_FROM_BYTES = 700;

const encoder = new TextEncoder();

export function utf8Bytes(text: string): number {
  return encoder.encode(text).length;
}
