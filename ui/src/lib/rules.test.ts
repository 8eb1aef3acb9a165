// Rules about the source itself.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(process.cwd(), 'src');

function files(dir = SRC): { path: string; text: string }[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return files(path);
    return /\.(ts|svelte)$/.test(entry.name) && !entry.name.endsWith('.test.ts')
      ? [{ path: relative(SRC, path), text: readFileSync(path, 'utf8') }]
      : [];
  });
}

function holders(pattern: RegExp): string[] {
  return files().filter(({ text }) => pattern.test(text)).map(({ path }) => path);
}

describe('the source', () => {
  it('puts no text on the page as HTML', () => {
    expect(holders(/\{@html|innerHTML|outerHTML|insertAdjacentHTML|document\.write/)).toEqual([]);
  });

  it('knows Tauri in one file', () => {
    expect(holders(/@tauri-apps/)).toEqual(['lib/ipc/tauri.ts']);
  });

  it('reaches the network only through the host', () => {
    expect(holders(/\bfetch\(|XMLHttpRequest|WebSocket|EventSource\(|sendBeacon/)).toEqual(['lib/ipc/http.ts']);
  });

  it('has no anchor that could leave the page', () => {
    expect(holders(/<a\s[^>]*href|window\.open\(|\seval\(|new Function/)).toEqual([]);
  });

  it('writes no style attribute as text', () => {
    expect(holders(/\sstyle=["'{]/)).toEqual([]);
  });

  it('writes in two weights', () => {
    const others = /font-weight:(?!\s*(?:var\(--strong\)|400\b))|\bfont:\s*(?!400\b)[1-9]\d{2}\b/;
    expect(holders(others)).toEqual([]);
    expect(readFileSync(join(SRC, 'app.css'), 'utf8')).not.toMatch(others);
  });

  it('keeps the make-believe engine out of the product', () => {
    expect(holders(/from '\.\/fake|import\('\.\/fake|ipc\/fake/)).toEqual(['lib/ipc/fake-scenes.ts', 'lib/ipc/index.ts']);
  });
});
