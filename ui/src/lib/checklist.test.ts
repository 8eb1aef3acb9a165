// The pages docs/CHECKLIST.md and docs/SECURITY.md against the tests that they name.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(process.cwd(), '..');
const page = readFileSync(join(ROOT, 'docs', 'CHECKLIST.md'), 'utf8');
const rows = [...page.matchAll(/^\| (\d+) \| (.+?) \| (\w[\w ]*) \| ?(.*?) ?\|$/gm)].map(([, number, item, state, evidence]) => ({
  number: Number(number),
  item: item ?? '',
  state: state ?? '',
  evidence: evidence ?? '',
}));

function texts(dir: string): string[] {
  return readdirSync(join(ROOT, dir), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(rs|test\.ts)$/.test(name) && !name.includes('node_modules'))
    .map((name) => readFileSync(join(ROOT, dir, name), 'utf8'));
}

/** The tests that a line names: a sentence, or a name of Rust's; not a file, a command or a piece of code. */
function named(evidence: string): string[] {
  return [...evidence.matchAll(/`([^`]+)`/g)]
    .map((match) => match[1] ?? '')
    .filter((name) => /^[a-z0-9]+(_[a-z0-9]+){2,}$/.test(name) || /^[a-z][a-z’% ,]+( [a-z0-9’+% ,&-]+)+$/i.test(name))
    .filter((name) => !/^(npm|cargo) /.test(name));
}

function missing(names: readonly string[], least: number): string[] {
  expect(names.length).toBeGreaterThan(least);
  const all = [...texts('crates'), ...texts('tests'), ...texts('src-tauri'), ...texts('ui/src')].join('\n');
  return names.filter((name) => !(name.includes(' ') ? all.includes(`'${name}'`) : all.includes(`fn ${name}(`)));
}

describe('the checklist', () => {
  it('has a line for each of the 64 items', () => {
    expect(rows.map((row) => row.number)).toEqual(Array.from({ length: 64 }, (_, i) => i + 1));
  });

  it('says of each how it stands, in one of four words', () => {
    for (const { number, state } of rows) expect(['Test', 'Script', 'By eye', 'Open'], `item ${number}`).toContain(state);
  });

  it('names only tests that exist', () => {
    expect(missing(rows.flatMap(({ evidence }) => named(evidence)), 50)).toEqual([]);
  });
});

describe('the table of attacks', () => {
  const security = readFileSync(join(ROOT, 'docs', 'SECURITY.md'), 'utf8');
  const attacks = [...security.matchAll(/^\| (\d+)\. .+ \| (.+?) \|$/gm)].map(([, number, tests]) => ({ number: Number(number), tests: named(tests ?? '') }));

  it('names a test for each', () => {
    expect(attacks.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 16, 17, 18, 19, 20, 21, 22, 23, 30, 32]);
    for (const { number, tests } of attacks) expect(tests, `attack ${number}`).not.toEqual([]);
  });

  it('names only tests that are there', () => {
    expect(missing(attacks.flatMap(({ tests }) => tests), 30)).toEqual([]);
  });
});
