// Opens an address in a Chromium window and says when the first rows were painted, and by which
// process: for `cargo xtask bench window`. Ends with its input.
//
//   node scripts/rows.mjs ADDRESS

import { Browser } from './lib/browser.mjs';

const [address] = process.argv.slice(2);
const browser = new Browser({ window: address });
const page = await browser.first();
await page.until(`performance.getEntriesByName('rows').length > 0`, 'rows were painted', 60_000);
const paintedMs = await page.run(`performance.timeOrigin + performance.getEntriesByName('rows')[0].startTime`);
console.log(JSON.stringify({ startedMs: browser.startedMs, paintedMs, id: browser.id }));

async function end() {
  await browser.close();
  process.exit(0);
}
process.stdin.on('end', () => void end()).resume();
process.on('SIGTERM', () => {});
