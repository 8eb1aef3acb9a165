// The page docs/CHECKLIST.md against the tests that it names.

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

describe('the checklist', () => {
  it('has a line for each of the 64 items', () => {
    expect(rows.map((row) => row.number)).toEqual(Array.from({ length: 64 }, (_, i) => i + 1));
  });

  it('says of each how it stands, in one of four words', () => {
    for (const { number, state } of rows) expect(['Test', 'Script', 'By eye', 'Open'], `item ${number}`).toContain(state);
  });

  it('names only tests that exist', () => {
    const all = [...texts('crates'), ...texts('tests'), ...texts('ui/src')].join('\n');
    const named = rows.flatMap(({ number, evidence }) =>
      [...evidence.matchAll(/`([^`]+)`/g)]
        .map((match) => match[1] ?? '')
        // A sentence, or a name of Rust's; not a file, a command or a piece of code.
        .filter((name) => /^[a-z0-9]+(_[a-z0-9]+){2,}$/.test(name) || /^[a-z][a-z’% ,]+( [a-z0-9’+% ,&-]+)+$/i.test(name))
        .filter((name) => !/^(npm|cargo) /.test(name))
        .map((name) => ({ number, name })),
    );
    expect(named.length).toBeGreaterThan(50);
    for (const { number, name } of named) {
      const found = name.includes(' ') ? all.includes(name) : all.includes(`fn ${name}(`);
      expect(found, `item ${number}: ${name}`).toBe(true);
    }
  });
});
