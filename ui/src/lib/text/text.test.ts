import { describe, expect, it } from 'vitest';
import { utf8Bytes } from './bytes';
import { splitLinks } from './links';
import { splitMarks } from './marks';
import { initial } from './names';

describe('links', () => {
  const urls = (text: string) => splitLinks(text).filter((part) => part.url).map((part) => part.url);

  it.each([
    ['see https://shop.example/a?b=1#c.', ['https://shop.example/a?b=1#c']],
    ['(https://shop.example/a_(b))', ['https://shop.example/a_(b)']],
    ['HTTPS://Shop.Example/', ['https://shop.example/']],
    ['https://a.example, https://b.example!', ['https://a.example/', 'https://b.example/']],
    ['https://пример.рф/страница', ['https://xn--e1afmkfd.xn--p1ai/%D1%81%D1%82%D1%80%D0%B0%D0%BD%D0%B8%D1%86%D0%B0']],
  ])('finds them in %s', (text, expected) => {
    expect(urls(text)).toEqual(expected);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,<b>x</b>',
    'file:///etc/passwd',
    'http://plain.example',
    'ftp://files.example',
    'https://',
    'xhttps://glued.example',
    'https:javascript:alert(1)',
    `https://a.example/${'a'.repeat(3000)}`,
  ])('leaves %s as words', (text) => {
    expect(urls(text)).toEqual([]);
  });

  it('keeps every letter of the text', () => {
    const text = 'a https://x.example/y, b\nhttps://z.example… c';
    expect(splitLinks(text).map((part) => part.text).join('')).toBe(text);
  });

  it('says the true host when the words could mislead', () => {
    expect(splitLinks('https://instagram.com@evil.example/')[0]?.host).toBe('evil.example');
    expect(splitLinks('https://instаgram.com/')[0]?.host).toMatch(/^xn--/);
    expect(splitLinks('https://instagram.com/')[0]?.host).toBeUndefined();
  });

  it('ends a link at a character that turns the direction of writing', () => {
    expect(urls('https://good.example/\u202Egpj.exe')).toEqual(['https://good.example/']);
  });
});

describe('bytes', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['şğı', 6],
    ['Привет', 12],
    ['👩‍👩‍👧', 18],
  ])('counts %s as %i', (text, expected) => {
    expect(utf8Bytes(text)).toBe(expected);
  });
});

describe('marks', () => {
  it('cuts where the search matched', () => {
    expect(splitMarks('kargo ücreti', [{ start: 6, end: 12 }])).toEqual([
      { text: 'kargo ', marked: false },
      { text: 'ücreti', marked: true },
    ]);
  });

  it('survives marks that overlap or reach too far', () => {
    const parts = splitMarks('abcdef', [{ start: 4, end: 99 }, { start: 1, end: 3 }, { start: 2, end: 4 }]);
    expect(parts.map((part) => part.text).join('')).toBe('abcdef');
    expect(parts.filter((part) => part.marked).map((part) => part.text)).toEqual(['bc', 'd', 'ef']);
  });
});

describe('initials', () => {
  it.each([
    ['ayşe', 'A'],
    ['@shop', 'S'],
    ['👩‍🎨 studio', '👩‍🎨'],
    ['  ', '?'],
  ])('of %s is %s', (name, expected) => {
    expect(initial(name)).toBe(expected);
  });
});
