import { describe, expect, it } from 'vitest';
import { checkAppId, checkAppSecret, checkCallback, checkRedirect, checkToken } from './fields';

const HEX = '0123456789abcdef0123456789abcdef';

describe('a pasted app id', () => {
  it.each([
    ['', false, null],
    ['  1784140000000001 ', true, null],
    ['17841400', true, 'field.id_short'],
    ['app 1784140000000001', false, 'field.has_space'],
    ['id:1784140000000001', false, 'field.id_not_digits'],
    ['１７８４１４００００００', false, 'field.id_not_digits'],
    [HEX, false, 'field.id_is_secret'],
  ])('%j', (text, usable, says) => expect(checkAppId(text)).toMatchObject({ usable, says }));
});

describe('a pasted app secret', () => {
  it.each([
    [HEX, true, null],
    [HEX.toUpperCase(), true, null],
    [HEX.slice(1), true, 'field.secret_length'],
    [`${HEX.slice(1)}z`, true, 'field.secret_not_hex'],
    ['••••••••', false, 'field.secret_hidden'],
    [`IGAA${'x'.repeat(90)}`, false, 'field.secret_is_token'],
    ['ab cd', false, 'field.has_space'],
  ])('%j', (text, usable, says) => expect(checkAppSecret(text)).toMatchObject({ usable, says }));

  it('says how long it is', () => expect(checkAppSecret(HEX.slice(2)).count).toBe(30));
});

describe('a redirect address', () => {
  it.each([
    ['https://shop.example/connect/', true, null],
    ['http://shop.example/', false, 'field.redirect_not_https'],
    ['replydesk://oauth', false, 'field.redirect_not_https'],
    ['shop.example', false, 'field.redirect_no_address'],
    ['https://localhost:8080/', true, 'field.redirect_local'],
    ['https://shop.example/#done', false, 'field.redirect_hash'],
    ['http://127.0.0.1:4000/cb', true, null],
  ])('%j', (text, usable, says) => expect(checkRedirect(text)).toMatchObject({ usable, says }));
});

describe('a pasted token', () => {
  it.each([
    [`IGAA${'x'.repeat(120)}`, true, null],
    [`EAAG${'x'.repeat(120)}`, true, 'field.token_facebook'],
    [HEX, false, 'field.token_is_secret'],
    ['short', true, 'field.token_short'],
  ])('%j', (text, usable, says) => expect(checkToken(text)).toMatchObject({ usable, says }));
});

describe('the address that the browser ended on', () => {
  it.each([
    ['https://shop.example/?code=A&state=s#_', true, null],
    ['code=A&state=s', true, null],
    ['https://shop.example/?error=access_denied', true, null],
    ['https://www.instagram.com/oauth/authorize?client_id=1', false, 'field.callback_too_early'],
    ['https://shop.example/', true, 'field.callback_no_code'],
  ])('%j', (text, usable, says) => expect(checkCallback(text)).toMatchObject({ usable, says }));
});
