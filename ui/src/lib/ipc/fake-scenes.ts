// Shops to look at while developing: `?scene=shop|many|empty|quiet|trouble|fault|page|switch&lang=tr&theme=dark`.

import type { Code } from './bindings';
import { FakeHost } from './fake';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function fakeFromAddress(search: string): FakeHost {
  const params = new URLSearchParams(search);
  const host = new FakeHost();
  host.app.preferences = { language: params.get('lang'), theme: params.get('theme'), welcome: null };
  const scene = params.get('scene') ?? 'shop';
  if (scene === 'fault') {
    host.fail('app_state', (params.get('code') ?? 'data_folder_unwritable') as Code);
    return host;
  }
  if (scene === 'empty') {
    host.app.demo = false;
    return host;
  }
  host.addAccount({ maybeUnpublished: scene === 'quiet' });
  if (scene === 'quiet') return host;
  shop(host);
  proof(host);
  if (scene === 'many') many(host);
  if (scene === 'trouble') {
    host.accounts = host.accounts.map((account) => ({ ...account, receiving: 'troubled', fault: 'instagram_unreachable' }));
    host.sync.accounts = host.sync.accounts.map((one) => ({ ...one, fault: 'instagram_unreachable', lastCheckAt: host.iso(12 * MINUTE) }));
    host.ai.paused = true;
  }
  if (scene === 'page') {
    const page = (pageId: string, pageName: string, username: string | null, linked = true) => ({ pageId, pageName, username, linked });
    host.app.connectQuestion = { switch: null, pages: [page('1', 'Atölye Nar', 'atolye.nar'), page('2', 'Wilhelmina-Alexandra von Hohenstein-Ravensburg und Söhne GmbH', 'hohenstein'), page('3', 'Lale’s old page', null, false)] };
  }
  if (scene === 'switch') host.app.connectQuestion = { pages: [], switch: { expected: 'atolye.nar', came: 'lale.private' } };
  setInterval(() => host.deliver(), 2500);
  return host;
}

function shop(host: FakeHost): void {
  host.knowledge = [
    { id: 'k1', questions: ['How much is shipping?', 'Do you ship to Izmir?'], answer: 'Shipping is 89 TL anywhere in Türkiye and free above 1500 TL.', lang: 'en', autoOk: true, internal: false, updatedAt: host.iso(3 * DAY), answers: [], expiresAt: null, topic: '', source: null, doubt: null },
    { id: 'k2', questions: ['Kargo ne kadar?', 'Kargo ücreti nedir?'], answer: 'Kargo Türkiye’nin her yerine 89 TL; 1500 TL üzeri siparişlerde ücretsizdir.', lang: 'tr', autoOk: true, internal: false, updatedAt: host.iso(3 * DAY), answers: [], expiresAt: null, topic: '', source: null, doubt: null },
    { id: 'k3', questions: ['Wholesale margin'], answer: 'Never below 35 %.', lang: 'en', autoOk: false, internal: true, updatedAt: host.iso(9 * DAY), answers: [], expiresAt: null, topic: '', source: null, doubt: null },
  ];

  const mert = host.addTalk('Mert Yıldız', { unread: 0 });
  host.say(mert, 'customer', 'Thanks, the bowls arrived safely! 🙏', 3 * DAY);
  host.say(mert, 'owner_phone', 'Enjoy them!', 3 * DAY - 4 * MINUTE);

  const olga = host.addTalk('Ольга Кузнецова-Преображенская', { unread: 2, mode: 'auto' });
  host.say(olga, 'customer', 'Здравствуйте!', 34 * MINUTE);
  host.say(olga, 'customer', 'Сколько стоит доставка в Анкару и сколько дней она идёт?', 33 * MINUTE);
  host.propose(olga, 'Здравствуйте! Доставка по Турции стоит 89 TL, срок 2–3 рабочих дня.', {
    outcome: 'countdown',
    lang: 'ru',
    autoAt: host.iso(-34_000),
    cites: [{ entryId: 'k1', question: 'Сколько стоит доставка?', answer: 'Доставка по Турции стоит 89 TL.', place: null, revision: 1 }],
  });

  const can = host.addTalk('Can', { unread: 1 });
  host.say(can, 'customer', 'Do you have the green one in stock? And can you do 20 % off if I take three? See https://shop.example/green-bowl', 2 * HOUR);
  host.propose(can, 'Yes, the green bowl is in stock. For three pieces the price is 1,200 TL.', {
    outcome: 'held',
    engine: 'endpoint',
    model: 'llama3.1:8b',
    reasons: ['figure_unfounded', 'promise'],
    checks: [
      { name: 'facts', result: 'failed', detail: '1,200 TL' },
      { name: 'language', result: 'passed', detail: 'en' },
      { name: 'size', result: 'passed', detail: '82' },
    ],
  });

  const fail = host.addTalk('Deniz Su', { state: 'failed' });
  host.say(fail, 'customer', 'Adres değişikliği yapabilir miyim?', 5 * HOUR);
  host.say(fail, 'owner', 'Tabii, yeni adresi yazmanız yeterli.', 4 * HOUR, { state: 'failed', fault: 'recipient_unavailable', outboxId: host.id() });
  host.say(fail, 'owner', 'Bir de posta kodunu ekler misiniz?', 3.9 * HOUR, { state: 'unconfirmed', fault: 'reply_unconfirmed', outboxId: host.id(), nextTryAt: host.iso(-30_000) });
  fail.row = { ...fail.row, state: 'failed' };

  const angry = host.addTalk('مريم الحسن', { unread: 1 });
  host.say(angry, 'customer', 'الطبق وصل مكسورا، أريد استرجاع المبلغ', 26 * MINUTE);
  host.propose(angry, '', { outcome: 'held', reasons: ['person_needed'], engine: null, lang: null, checks: [] });

  const old = host.addTalk('Elif Kaya', { windowClosesAt: host.iso(3 * HOUR), state: 'waiting' });
  host.say(old, 'customer', 'Fiyat listesi alabilir miyim?', 27 * HOUR);

  const thanks = host.addTalk('Noor', {});
  host.say(thanks, 'customer', 'When do you open on Saturday?', 7 * HOUR);
  host.say(thanks, 'ai', 'On Saturdays we are open from 10:00 to 18:00.', 7 * HOUR - MINUTE);
  host.say(thanks, 'customer', 'thank you!!', 6.8 * HOUR);
  host.propose(thanks, '', { outcome: 'skipped', reasons: ['thanks_only'], engine: null, checks: [] });
  thanks.row = { ...thanks.row, state: 'quiet' };

  const photo = host.addTalk('a_very_long_handle_without_any_space_in_it_1987', { unread: 12, state: 'drafting', name: 'Wilhelmina-Alexandra von Hohenstein-Ravensburg und Söhne GmbH' });
  host.say(photo, 'customer', '', 11 * MINUTE, { kind: 'image' });
  host.say(photo, 'customer', 'Is this one hand made?', 10 * MINUTE);
  host.propose(photo, '', { outcome: 'pending', engine: null, checks: [] });

  const ayse = host.addTalk('Ayşe Demir', { unread: 2, username: 'ayse.demir' });
  host.say(ayse, 'customer', 'Merhaba, mavi vazodan kaldı mı?', 2 * DAY);
  host.say(ayse, 'owner', 'Merhaba Ayşe Hanım, evet, iki adet kaldı.', 2 * DAY - 6 * MINUTE);
  host.say(ayse, 'customer', 'Harika, cumaya kadar düşüneyim.', 2 * DAY - 9 * MINUTE);
  host.say(ayse, 'rule', 'Mesai saatlerimiz 10:00–18:00. Size en kısa sürede döneceğiz.', 2 * DAY - 10 * MINUTE);
  host.say(ayse, 'owner_phone', 'Acele etmeyin, ayırıyorum sizin için.', DAY + 2 * HOUR);
  host.say(ayse, 'customer', 'Selam! Karar verdim, bir tane almak istiyorum 😊', 6 * MINUTE);
  host.say(ayse, 'customer', 'Kargo ne kadar, İzmir’e kaç günde gelir?', 5 * MINUTE);
  host.propose(ayse, 'Merhaba! Kargo Türkiye’nin her yerine 89 TL; 1500 TL üzeri siparişlerde ücretsizdir. İzmir’e teslimat 2–3 iş günü sürer.', {
    lang: 'tr',
    cites: [
      { entryId: 'k2', question: 'Kargo ne kadar?', answer: 'Kargo Türkiye’nin her yerine 89 TL; 1500 TL üzeri siparişlerde ücretsizdir.', place: null, revision: 1 },
      { entryId: 'k4', question: 'Kaç günde gelir?', answer: 'Teslimat 2–3 iş günü sürer.', place: null, revision: 1 },
    ],
  });
}

/** What the page of checks shows, and the account of a night. */
function proof(host: FakeHost): void {
  const accountId = host.accounts[0]?.id ?? '';
  const reasons = ['due', 'due', 'burst', 'focus', 'sent', 'send', 'due', 'retry', 'started'] as const;
  host.syncLog = Array.from({ length: 40 }, (_, i) => ({
    accountId,
    at: host.iso(i * 18_000 + 9_000),
    reason: reasons[i % reasons.length] ?? 'due',
    calls: 1 + (i % 5 === 4 ? 1 : 0),
    found: i % 6 === 2 ? 3 : 0,
    fault: i % 9 === 7 ? 'instagram_unreachable' : null,
    millis: 180 + i * 23,
  }));
  host.egress = [
    { host: 'graph.instagram.com', purpose: 'reading', calls: 1240, bytesOut: 512_300, bytesIn: 4_310_000, lastAt: host.iso(9_000) },
    { host: 'graph.instagram.com', purpose: 'sending', calls: 37, bytesOut: 31_000, bytesIn: 9_200, lastAt: host.iso(4 * MINUTE) },
    { host: 'scontent.cdninstagram.com', purpose: 'media', calls: 12, bytesOut: 9_000, bytesIn: 3_900_000, lastAt: host.iso(2 * HOUR) },
  ];
  host.absence = {
    kind: 'asleep',
    beganAt: host.iso(11 * HOUR),
    endedAt: host.iso(40 * MINUTE),
    checked: true,
    messages: 14,
    customers: 6,
    windowsExpired: [...host.talks.values()].slice(0, 2).map(({ row }) => ({ conversationId: row.id, name: row.name })),
    notSent: [...host.talks.values()].slice(3, 4).map(({ row }) => ({ conversationId: row.id, name: row.name })),
  };
}

function many(host: FakeHost): void {
  const first = ['Ayşe', 'Mehmet', 'Zeynep', 'Иван', 'Мария', 'Emma', 'Lucas', 'Fatma', 'Анна', 'Kerem'];
  const last = ['Yılmaz', 'Şahin', 'Петров', 'Смирнова', 'Brown', 'Öztürk', 'García', 'Çelik'];
  for (let i = 0; i < 990; i += 1) {
    const talk = host.addTalk(`${first[i % first.length]} ${last[i % last.length]} ${i}`, { mode: i % 9 === 0 ? 'auto' : 'draft' });
    host.say(talk, i % 3 === 0 ? 'owner' : 'customer', `Message number ${i} about an order`, (i + 20) * 47 * MINUTE);
    if (i % 3 !== 0) talk.row.state = 'waiting';
  }
  const long = host.addTalk('Thousand Messages', { unread: 3, state: 'waiting' });
  for (let i = 0; i < 1000; i += 1) {
    host.say(long, i % 4 === 3 ? 'owner' : 'customer', `${i + 1}. ${'word '.repeat(1 + ((i * 7) % 40)).trim()}`, (1000 - i) * 13 * MINUTE);
  }
  host.say(long, 'customer', 'x'.repeat(1_000_000), MINUTE);
}
