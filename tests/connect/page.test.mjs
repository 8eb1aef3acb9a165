// The page that Instagram sends the browser back to, read and run without a browser.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

const PAGE = readFileSync(new URL('../../docs/connect/index.html', import.meta.url), 'utf8');
const inside = (element) => PAGE.match(new RegExp(`<${element}>([^]*?)</${element}>`))[1];
const POLICY = PAGE.match(/Content-Security-Policy" content="([^"]*)"/)[1];

/** Runs the page's script on a document of bare objects. */
function visit(search, { languages = ['en-US'], arrival = 'navigate', clipboard = true } = {}) {
  const elements = {};
  const element = (id) =>
    (elements[id] ??= {
      hidden: PAGE.includes(`id="${id}" `) || id === 'byhand' || id === 'open',
      attributes: {},
      setAttribute(name, value) { this.attributes[name] = value; },
      addEventListener(_, listener) { this.click = listener; },
      focus() {},
      select() { this.selected = true; },
    });
  const opened = [];
  const copied = [];
  const loaded = [];
  const location = { search };
  Object.defineProperty(location, 'href', { set: (value) => opened.push(value) });
  const context = {
    URLSearchParams,
    location,
    addEventListener: (event, listener) => loaded.push([event, listener]),
    setTimeout: (work) => work(),
    document: { getElementById: element, documentElement: {}, title: '' },
    performance: { getEntriesByType: () => [{ type: arrival }] },
    navigator: {
      languages,
      clipboard: {
        writeText: async (text) => {
          if (!clipboard) throw new Error('not allowed');
          copied.push(text);
        },
      },
    },
  };
  vm.runInNewContext(inside('script'), context);
  assert.deepEqual(opened, [], 'nothing is opened before the page has loaded');
  for (const [event, listener] of loaded) if (event === 'load') listener();
  return { elements, opened, copied, document: context.document };
}

test('the policy allows this one script and this one style, and no request at all', () => {
  for (const element of ['script', 'style']) {
    const hash = createHash('sha256').update(inside(element)).digest('base64');
    assert.ok(POLICY.includes(`${element}-src 'sha256-${hash}'`), `${element}-src 'sha256-${hash}'`);
  }
  assert.ok(POLICY.startsWith("default-src 'none';"));
  assert.equal(PAGE.match(/<script/g).length, 1);
  assert.equal(PAGE.match(/<style/g).length, 1);
  assert.doesNotMatch(PAGE, /https?:\/\/|@import|url\(|\ssrc=|\sstyle=|\son[a-z]+=/);
});

test('nothing is stored, logged or written as markup', () => {
  assert.doesNotMatch(inside('script'), /storage|cookie|console|innerHTML|outerHTML|document\.write|fetch|beacon|eval/i);
  assert.match(PAGE, /<meta name="referrer" content="no-referrer">/);
});

test('a code and its state are handed over once', () => {
  const { elements, opened } = visit('?code=AQB-x_1&state=s.1');
  const address = 'replydesk://oauth/instagram?code=AQB-x_1&state=s.1';
  assert.deepEqual(opened, [address]);
  assert.equal(elements.open.href, address);
  assert.equal(elements.address.value, address);
  assert.equal(elements.open.hidden, false);
  assert.equal(elements.byhand.hidden, false);
});

test('a reload and the Back button hand nothing over by themselves', () => {
  for (const arrival of ['reload', 'back_forward']) {
    const { elements, opened } = visit('?code=a&state=b', { arrival });
    assert.deepEqual(opened, []);
    assert.equal(elements.open.hidden, false);
  }
});

test('the appended "#_" is taken off', () => {
  assert.deepEqual(visit('?code=abc%23_&state=b').opened, ['replydesk://oauth/instagram?code=abc&state=b']);
  assert.deepEqual(visit('?code=abc%23_%3D_').opened, ['replydesk://oauth/instagram?code=abc']);
});

test('only the known parameters pass, and none can leave its place', () => {
  const hostile = '?code=a%26x%3D1%20%22%3E%3Cb%3E&state=%0d%0a&next=https%3A%2F%2Fevil.example&access_token=t';
  assert.deepEqual(visit(hostile).opened, [
    'replydesk://oauth/instagram?code=a%26x%3D1%20%22%3E%3Cb%3E&state=%0D%0A',
  ]);
});

test('a denied consent is told in plain words and handed over', () => {
  const denied = '?error=access_denied&error_reason=user_denied&error_description=The+user+denied+your+request&state=s';
  const { elements, opened } = visit(denied);
  assert.equal(elements.title.textContent, 'You did not allow access');
  assert.equal(elements.byhand.hidden, true);
  assert.deepEqual(opened, [
    'replydesk://oauth/instagram?state=s&error=access_denied&error_reason=user_denied&error_description=The%20user%20denied%20your%20request',
  ]);
});

test('another error is not called a denial', () => {
  assert.equal(visit('?error=server_error').elements.title.textContent, 'Instagram reported a problem');
});

test('without an answer there is nothing to open', () => {
  for (const search of ['', '?', '?state=s', '?code=']) {
    const { elements, opened } = visit(search);
    assert.deepEqual(opened, []);
    assert.equal(elements.open, undefined);
    assert.equal(elements.title.textContent, 'Nothing to do here');
  }
});

test('it speaks the first of its languages that the browser asks for', () => {
  const title = (languages) => visit('?code=a', { languages }).elements.title.textContent;
  assert.equal(title(['de-DE', 'tr-TR', 'en']), 'ReplyDesk’e dönün');
  assert.equal(title(['ru']), 'Вернитесь в ReplyDesk');
  assert.equal(title(['de']), 'Back to ReplyDesk');
  assert.equal(title(['constructor']), 'Back to ReplyDesk');
  assert.equal(visit('', { languages: ['ru'] }).document.documentElement.lang, 'ru');
});

test('every language has every text', () => {
  const context = visit('');
  const words = vm.runInNewContext(`${inside('script').split('const FORWARDED')[0]};WORDS`, {});
  for (const language of ['tr', 'ru']) {
    assert.deepEqual(Object.keys(words[language]), Object.keys(words.en));
  }
  assert.ok(context.document.title);
});

test('the copy button copies, or marks the address where the browser forbids it', async () => {
  const able = visit('?code=a');
  await able.elements.copy.click();
  assert.deepEqual(able.copied, ['replydesk://oauth/instagram?code=a']);
  assert.equal(able.elements.said.textContent, 'Copied. Now paste it into ReplyDesk.');
  const unable = visit('?code=a', { clipboard: false });
  await unable.elements.copy.click();
  assert.equal(unable.elements.address.selected, true);
});
