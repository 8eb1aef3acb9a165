//! What customers and a shop write, made up: Turkish, English and Russian, the same every time.
//!
//! A search meets words of very unequal frequency, stems with many endings, and letters that fold.
//! So each language has its most frequent words as people write them, then stems with endings, then
//! made-up words of its own syllables: thirty thousand in all, drawn by Zipf's law.

use crate::chance::Chance;

const TURKISH: &str = "bir ve bu mi var ne için merhaba kargo kadar ben teşekkürler fiyat sipariş \
    çok tamam ücreti nasıl iyi günler acaba stokta beden renk olur lütfen ürün bugün yarın ama da \
    istiyorum geldi gelmedi hâlâ adres iade değişim kapıda ödeme havale mavi kırmızı siyah beyaz \
    yeşil kupa fincan tabak vazo hediye paket İstanbul Ankara İzmir Isparta Iğdır şubeniz saat \
    açık kapalı indirim kampanya kaç gün sürer hangi daha büyük küçük orta uygun mu alabilir miyim \
    elinizde kaldı bekliyorum rica ederim kolay gelsin selam abi abla hocam numara takip";
const ENGLISH: &str = "the you i is to do have a it and how much this in my please hi hello thanks \
    for can order shipping price when size colour color available still want would like blue red \
    black white green mug cup plate vase gift delivery address return exchange refund cash card \
    today tomorrow store open closed discount code days long which bigger smaller medium stock \
    number tracking arrived broken wrong item photo more other also send got not yet okay great \
    Istanbul London wholesale invoice handmade dishwasher safe";
const RUSSIAN: &str = "и в не на я вы у это как сколько здравствуйте добрый день стоит доставка \
    заказ цена есть спасибо можно когда размер цвет хочу пожалуйста ещё ещё́ наличии синий красный \
    чёрный белый зелёный кружка чашка тарелка ваза подарок адрес возврат обмен оплата карта \
    наличными сегодня завтра магазин открыт закрыт скидка промокод дней какой больше меньше номер \
    трек пришёл разбита не тот товар фото другой отправьте жду хорошо отлично Москва Стамбул \
    оптом упаковка ручной работы посудомойке ёлка";
const TURKISH_STEMS: &str = "kargo sipariş ürün fiyat beden renk kupa fincan tabak vazo hediye paket \
    adres iade ücret mağaza indirim müşteri seramik çiçek desen kalem defter çanta kolye küpe yüzük \
    bardak sürahi mum kutu örtü yastık halı lamba saat";
const TURKISH_ENDINGS: &str = "lar ler da de dan den ı i u ü ım im ımız imiz ınız iniz la le ya ye sı \
    si ların lerin larda lerde mı mi dır dir ca ce sız siz lık lik cı ci ken sa se larımız lerimiz";
const ENGLISH_STEMS: &str = "order ship price size colour mug cup plate vase gift deliver address \
    return exchange refund pay card store open discount track arrive break photo send wrap paint \
    glaze print custom ceramic handle candle pillow lamp carpet necklace ring bag book";
const ENGLISH_ENDINGS: &str = "s ed ing er ers able ment ness less ful ly ish ation ity y ier iest";
const RUSSIAN_STEMS: &str = "заказ достав цен размер цвет кружк чашк тарелк ваз подар адрес возврат \
    обмен оплат карт магазин скидк номер товар упаков работ керамик свеч подушк ламп ковр кольц \
    сумк книг узор ручк глазур";
const RUSSIAN_ENDINGS: &str = "а ы у ой е ам ами ах ов ный ная ное ные ного ному ка ки ку кой ить ит \
    ят ил ила или ение ения ал ала али ует уют";
const TURKISH_SYLLABLES: &str = "ka ke kı ki ko kö ku kü la le lı li ma me mı mi na ne sa se sı si ta \
    te tı ti ya ye ra re ri ru ba be bu bü da de dı di ça çe çi şa şe şi ha he gü gö ve va zü za zı \
    lan len mak mek lar ler can şen gün kar dal sel bur kan";
const ENGLISH_SYLLABLES: &str = "ba be bo ca co da de di do fa fe ga go ha he hi ho ja ka ke la le li \
    lo ma me mi mo na ne ni no pa pe po ra re ri ro sa se si so ta te ti to va ve wa we ter ing con \
    per ton ley ber den ver son ght sh th qu str";
const RUSSIAN_SYLLABLES: &str = "ба бе бо бы ва ве ви во да де ди до за зе зо ка ки ко ку ла ле ли ло \
    ма ме ми мо на не ни но па пе по ра ре ри ро са се си со та те ти то ча че чи ша ше щё жи же юл \
    ств ник ень ост тель";
const FIRST_NAMES: &str = "Ayşe Fatma Mehmet Ali Zeynep Elif Mustafa Emre İrem Işıl Özge Çağla Şule \
    Yusuf Hüseyin Deniz Ece Anna Maria John Emily Sarah James Olivia Liam Noah Emma Мария Анна \
    Алексей Дмитрий Ольга Елена Сергей Наталья Иван Пётр Семён Алёна";
const LAST_NAMES: &str = "Yılmaz Kaya Demir Şahin Çelik Yıldız Öztürk Aydın Özdemir Arslan Doğan \
    Işık Smith Johnson Brown Taylor Wilson Clark Hall Young Иванов Смирнов Кузнецов Попов Соколов \
    Лебедев Козлов Фёдоров";

/// Words of one language, the most frequent first.
#[derive(Debug)]
pub struct Language {
    words: Vec<String>,
    /// The running sum of 1/rank, to draw by.
    weight: Vec<f64>,
}

const WORDS: usize = 30_000;

impl Language {
    fn new(frequent: &str, stems: &str, endings: &str, syllables: &str, seed: u64) -> Self {
        let mut chance = Chance::seeded(seed);
        let mut words: Vec<String> = frequent.split_whitespace().map(str::to_owned).collect();
        let mut known: std::collections::HashSet<String> = words.iter().cloned().collect();
        let mut bent: Vec<String> = Vec::new();
        for stem in stems.split_whitespace() {
            bent.extend(
                endings
                    .split_whitespace()
                    .map(|ending| format!("{stem}{ending}")),
            );
        }
        // Bent words are of any frequency.
        for last in (1..bent.len()).rev() {
            bent.swap(last, chance.below(last + 1));
        }
        words.extend(bent.into_iter().filter(|word| known.insert(word.clone())));
        let syllables: Vec<&str> = syllables.split_whitespace().collect();
        while words.len() < WORDS {
            let word: String = (0..chance.between(2, 5))
                .filter_map(|_| chance.pick(&syllables).copied())
                .collect();
            if known.insert(word.clone()) {
                words.push(word);
            }
        }
        let mut sum = 0.0;
        let weight = (1..=words.len())
            .map(|rank| {
                // Mandelbrot's form: the very first words are not quite so frequent.
                sum += 1.0 / (rank as f64 + 2.0);
                sum
            })
            .collect();
        Language { words, weight }
    }

    fn word(&self, chance: &mut Chance) -> &str {
        let total = self.weight.last().copied().unwrap_or(1.0);
        let at = chance.share() * total;
        let rank = self.weight.partition_point(|sum| *sum < at);
        self.words.get(rank).map_or("?", String::as_str)
    }

    /// The word of a rank, 0 the most frequent.
    pub fn ranked(&self, rank: usize) -> &str {
        self.words.get(rank).map_or("", String::as_str)
    }
}

/// The three languages.
#[derive(Debug)]
pub struct Corpus {
    /// Turkish, English, Russian.
    pub languages: [Language; 3],
}

impl Corpus {
    /// Makes the vocabularies.
    pub fn new() -> Self {
        Corpus {
            languages: [
                Language::new(
                    TURKISH,
                    TURKISH_STEMS,
                    TURKISH_ENDINGS,
                    TURKISH_SYLLABLES,
                    11,
                ),
                Language::new(
                    ENGLISH,
                    ENGLISH_STEMS,
                    ENGLISH_ENDINGS,
                    ENGLISH_SYLLABLES,
                    12,
                ),
                Language::new(
                    RUSSIAN,
                    RUSSIAN_STEMS,
                    RUSSIAN_ENDINGS,
                    RUSSIAN_SYLLABLES,
                    13,
                ),
            ],
        }
    }

    /// Which language a conversation is held in: half of them Turkish.
    pub fn language_of(&self, chance: &mut Chance) -> &Language {
        let [turkish, english, russian] = &self.languages;
        match chance.below(4) {
            0 => english,
            1 => russian,
            _ => turkish,
        }
    }

    /// A message of a few words; now and then with an order number, a telephone number or a price.
    pub fn message(&self, language: &Language, chance: &mut Chance) -> String {
        let length = match chance.below(10) {
            0..3 => chance.between(1, 3),
            3..8 => chance.between(4, 10),
            _ => chance.between(11, 28),
        };
        let mut text = String::new();
        for n in 0..length {
            if n > 0 {
                text.push(' ');
            }
            let word = language.word(chance);
            match (n, word.chars().next()) {
                (0, Some(first)) if chance.percent(70) => {
                    text.extend(first.to_uppercase());
                    text.extend(word.chars().skip(1));
                }
                _ => text.push_str(word),
            }
        }
        match chance.below(40) {
            0 => text.push_str(&format!(" #{}", 10_000 + chance.below(900_000))),
            1 => text.push_str(&format!(
                " 05{:02} {:03} {:04}",
                chance.below(60),
                chance.below(1000),
                chance.below(10_000)
            )),
            2 => text.push_str(&format!(" {},90 TL", chance.between(50, 999))),
            3..6 => text.push_str(" 🙏"),
            _ => {}
        }
        if let Some(end) = chance.pick(&["?", "", ".", "", "!", "??"]) {
            text.push_str(end);
        }
        text
    }

    /// A customer: handle and name.
    pub fn customer(&self, number: usize, chance: &mut Chance) -> (String, Option<String>) {
        let first: Vec<&str> = FIRST_NAMES.split_whitespace().collect();
        let last: Vec<&str> = LAST_NAMES.split_whitespace().collect();
        let first = chance.pick(&first).copied().unwrap_or("Ada");
        let last = chance.pick(&last).copied().unwrap_or("Tan");
        let plain = |name: &str| -> String {
            let folded = desk_core::text::fold(name);
            folded.chars().filter(char::is_ascii_alphanumeric).collect()
        };
        let handle = match chance.below(3) {
            0 => format!("{}.{}{number}", plain(first), plain(last)),
            1 => format!("{}_{number}", plain(first)),
            _ => {
                let [turkish, english, _] = &self.languages;
                let of = if chance.percent(50) { turkish } else { english };
                format!(
                    "{}{}",
                    plain(of.ranked(chance.between(1500, WORDS - 1))),
                    number
                )
            }
        };
        (
            handle,
            (!number.is_multiple_of(9)).then(|| format!("{first} {last}")),
        )
    }
}

/// What Instagram would have given for a message.
pub fn raw(id: &str, customer: &str, username: &str, text: &str, sent_at: &str) -> String {
    serde_json::json!({
        "id": id, "created_time": sent_at,
        "from": { "username": username, "id": customer },
        "to": { "data": [{ "username": "benim.dukkanim", "id": "17841400000000001" }] },
        "message": text,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corpus_is_the_same_every_time_and_frequent_words_are_frequent() {
        let corpus = Corpus::new();
        let write = || {
            let mut chance = Chance::seeded(5);
            (0..2000)
                .map(|_| corpus.message(corpus.language_of(&mut chance), &mut chance))
                .collect::<Vec<_>>()
                .join("\n")
        };
        let text = write();
        assert_eq!(text, write());
        assert!(text.matches("kargo").count() > 20);
        assert!(text.matches("доставка").count() > 5);
    }

    #[test]
    fn every_language_has_its_words() {
        let corpus = Corpus::new();
        assert!(corpus.languages.iter().all(|l| l.words.len() == WORDS));
    }
}
