// The emoji that shops use, with words to find them by in three languages. No font is bundled: the
// system draws them.

export interface Emoji {
  sign: string;
  words: string;
}

const LINES = `
😊 smile happy gülümse mutlu улыбка рад
😀 grin happy sırıt mutlu улыбка
😂 laugh tears gül kahkaha смех слёзы
🤣 rolling laugh gül смех
🙂 slight smile gülümse улыбка
😉 wink göz kırp подмигнуть
😍 love eyes aşk bayıldım любовь глаза
🥰 love hearts sevgi любовь сердца
😘 kiss öpücük поцелуй
😎 cool sunglasses havalı gözlük круто очки
🤗 hug sarıl обнять
🤔 think düşün думать
😅 sweat relief ter пот
😇 angel melek ангел
😋 yummy lezzet вкусно
🥳 party kutlama праздник
😢 sad cry üzgün ağla грусть плач
😭 cry loud ağla плач
😔 sad pensive üzgün грусть
😕 confused şaşkın растерян
😬 grimace utanç неловко
😱 shock şok шок
😡 angry kızgın злость
😴 sleep uyku сон
🤒 ill hasta болен
🙏 please thanks lütfen teşekkür пожалуйста спасибо
👍 yes good ok tamam iyi да хорошо
👎 no bad hayır kötü нет плохо
👏 clap bravo alkış аплодисменты
👋 hello wave merhaba selam привет
🤝 deal handshake anlaşma договор
💪 strong güçlü сила
👌 ok perfect mükemmel отлично
✌️ peace barış мир
🤞 luck şans удача
👉 right point işte указать
👇 down aşağı вниз
☝️ note up dikkat внимание
❤️ heart love kalp sevgi сердце любовь
🧡 orange heart kalp сердце
💛 yellow heart kalp сердце
💚 green heart kalp сердце
💙 blue heart kalp сердце
💜 purple heart kalp сердце
🖤 black heart kalp сердце
🤍 white heart kalp сердце
💔 broken heart kırık kalp разбитое
💕 hearts kalpler сердца
✨ sparkle new parıltı yeni блеск новинка
⭐ star yıldız звезда
🌟 star glow yıldız звезда
🔥 fire hot ateş огонь
🎉 party congratulations kutlama tebrik праздник поздравляю
🎁 gift present hediye подарок
🎂 cake birthday pasta doğum günü торт день рождения
🎈 balloon balon шар
🏆 trophy kupa кубок
💯 hundred yüz сто
✅ done check tamam onay готово да
❌ no cross hayır iptal нет
❗ important önemli важно
❓ question soru вопрос
⚠️ warning dikkat внимание
💡 idea fikir идея
🔔 bell zil колокол
📦 parcel package paket kargo посылка
🚚 delivery truck kargo kamyon доставка
✈️ plane uçak самолёт
🏠 home house ev дом
🏪 shop store dükkan mağaza магазин
🛍️ shopping bags alışveriş покупки
🛒 cart sepet корзина
💳 card kart карта
💰 money para деньги
💵 cash nakit наличные
🏷️ price tag fiyat etiket цена
🆕 new yeni новинка
🆓 free ücretsiz бесплатно
📏 size measure ölçü beden размер
🎨 colour art renk boya цвет
🧵 thread sew iplik dikiş нитка
🧶 yarn yün пряжа
👗 dress elbise платье
👕 shirt tişört футболка
👖 jeans pantolon джинсы
👟 shoe ayakkabı обувь
👠 heel topuklu туфли
👜 bag çanta сумка
👒 hat şapka шляпа
💍 ring yüzük кольцо
💎 gem taş камень
🕶️ glasses gözlük очки
💄 lipstick ruj помада
🧴 lotion krem крем
🕯️ candle mum свеча
🏺 vase ceramic vazo seramik ваза
☕ coffee tea kahve çay кофе чай
🍰 cake dessert pasta tatlı десерт
🍫 chocolate çikolata шоколад
🍓 strawberry çilek клубника
🌹 rose gül роза
🌸 blossom flower çiçek цветок
💐 bouquet buket букет
🌿 herb green yaprak зелень
☀️ sun güneş солнце
🌙 moon ay луна
❄️ snow kar снег
🌈 rainbow gökkuşağı радуга
📷 camera photo fotoğraf фото
📸 flash photo fotoğraf фото
🎥 video film видео
📞 phone telefon телефон
📱 mobile telefon телефон
💬 message mesaj сообщение
📩 mail posta почта
📍 place address konum adres адрес
🗓️ calendar date takvim tarih дата
⏰ time alarm saat часы
⏳ wait bekle ждать
🔗 link bağlantı ссылка
🔒 safe lock güvenli замок
♻️ recycle return iade geri возврат
🐱 cat kedi кот
🐶 dog köpek собака
`;

export const EMOJI: readonly Emoji[] = LINES.trim()
  .split('\n')
  .map((line) => {
    const [sign = '', ...words] = line.split(' ');
    return { sign, words: words.join(' ') };
  });
