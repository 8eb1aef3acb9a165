// Fails when the JavaScript that the first screen needs is over its budget. Counted: the entry,
// what it imports at once, and the largest language, each as gzip -9 makes it.

import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET = 90 * 1024;
const dist = new URL('../dist/', import.meta.url);
const size = (name) => gzipSync(readFileSync(new URL(name, dist)), { level: 9 }).length;

const html = readFileSync(new URL('index.html', dist), 'utf8');
if (/<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=/i.test(html)) {
  throw new Error('index.html has an inline script, style or handler; the security policy forbids them');
}
const entry = /<script[^>]*src="\.\/([^"]+)"/.exec(html)?.[1];
if (!entry) throw new Error('no entry in index.html; build first');

const first = new Set();
(function follow(name) {
  if (first.has(name)) return;
  first.add(name);
  const source = readFileSync(new URL(name, dist), 'utf8');
  for (const match of source.matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([^"']+\.js)["']/g)) {
    follow(`assets/${match[1]}`);
  }
})(entry);

const files = readdirSync(new URL('assets/', dist)).filter((name) => name.endsWith('.js'));
const languages = files.filter((name) => /^(en|tr|ru)-/.test(name)).map((name) => size(`assets/${name}`));
const own = [...first].reduce((sum, name) => sum + size(name), 0);
const total = own + Math.max(...languages);
const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

console.log(`first load ${kb(total)} of ${kb(BUDGET)} (code ${kb(own)}, largest language ${kb(Math.max(...languages))})`);
console.log(`all JavaScript ${kb(files.reduce((sum, name) => sum + size(`assets/${name}`), 0))}`);
for (const word of ['FakeHost', 'fake-scenes']) {
  if (files.some((name) => readFileSync(new URL(`assets/${name}`, dist), 'utf8').includes(word))) {
    throw new Error(`${word} is part of the product`);
  }
}
if (total > BUDGET) throw new Error('over the budget');
