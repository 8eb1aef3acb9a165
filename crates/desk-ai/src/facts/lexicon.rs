//! Words that carry facts, in three languages, folded. A trailing `*` matches any ending.

use super::{Currency, Unit};

/// Whether a folded word is in a list.
pub(super) fn is_in(word: &str, list: &[&str]) -> bool {
    list.iter().any(|entry| match entry.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == *entry,
    })
}

pub(super) fn currency(word: &str) -> Option<Currency> {
    const WORDS: [(Currency, &[&str]); 5] = [
        (
            Currency::Lira,
            &["₺", "tl", "try", "lira*", "tlye", "tldir", "тл", "лир*"],
        ),
        (
            Currency::Dollar,
            &["$", "usd", "dollar*", "dolar*", "доллар*", "buck*", "bucks"],
        ),
        (Currency::Euro, &["€", "eur", "euro*", "avro*", "евро"]),
        (
            Currency::Pound,
            &["£", "gbp", "pound", "pounds", "sterlin*", "фунт*"],
        ),
        (
            Currency::Rouble,
            &[
                "₽",
                "rub",
                "rubl*",
                "ruble*",
                "rouble*",
                "руб*",
                "р",
                "рубл*",
            ],
        ),
    ];
    WORDS
        .into_iter()
        .find(|(_, w)| is_in(word, w))
        .map(|(c, _)| c)
}

pub(super) fn unit(word: &str) -> Option<Unit> {
    const WORDS: [(Unit, &[&str]); 10] = [
        (
            Unit::Minute,
            &["min", "mins", "minute*", "dakika*", "dk", "минут*", "мин"],
        ),
        (
            Unit::Hour,
            &[
                "h",
                "hr",
                "hrs",
                "hour*",
                "saat*",
                "час",
                "часа",
                "часов",
                "часам*",
                "ч",
            ],
        ),
        (
            Unit::Day,
            &[
                "day*",
                "gun",
                "gunu",
                "gunde",
                "gune",
                "gunluk",
                "gundur",
                "gunler*",
                "gunun",
                "дн*",
                "день",
                "суток",
                "сут*",
                "night*",
                "gece*",
                "ноч*",
                "isgunu",
            ],
        ),
        (Unit::Week, &["week*", "hafta*", "недел*"]),
        (
            Unit::Month,
            &["month*", "ay", "ayda", "aylik", "aya", "месяц*", "мес"],
        ),
        (Unit::Year, &["year*", "yil*", "yas*", "год*", "лет"]),
        (
            Unit::Length,
            &[
                "cm",
                "mm",
                "km",
                "m",
                "metre*",
                "meter*",
                "santim*",
                "см",
                "мм",
                "км",
                "м",
                "метр*",
                "mile*",
                "inch*",
                "feet",
                "ft",
            ],
        ),
        (
            Unit::Weight,
            &[
                "kg",
                "kilo*",
                "g",
                "gr",
                "gram*",
                "кг",
                "г",
                "гр",
                "грамм*",
                "lb",
                "lbs",
            ],
        ),
        (
            Unit::Volume,
            &["l", "lt", "ml", "litre*", "liter*", "мл", "л", "литр*"],
        ),
        (
            Unit::Piece,
            &[
                "adet*",
                "tane*",
                "parca*",
                "piece*",
                "pcs",
                "шт*",
                "item*",
                "urun*",
                "товар*",
                "pair*",
                "cift*",
                "пар",
                "пары",
            ],
        ),
    ];
    WORDS
        .into_iter()
        .find(|(_, w)| is_in(word, w))
        .map(|(u, _)| u)
}

pub(super) fn is_percent(word: &str) -> bool {
    is_in(word, &["%", "percent*", "yuzde*", "процент*"])
}

pub(super) fn month(word: &str) -> Option<u8> {
    const MONTHS: [&[&str]; 12] = [
        &["january", "jan", "ocak*", "январ*"],
        &["february", "feb", "subat*", "феврал*"],
        &["march", "mar", "mart*", "март*"],
        &["april", "apr", "nisan*", "апрел*"],
        &["may", "mayis*", "мая", "маи"],
        &["june", "jun", "haziran*", "июн*"],
        &["july", "jul", "temmuz*", "июл*"],
        &["august", "aug", "agustos*", "август*"],
        &["september", "sep", "sept", "eylul*", "сентябр*"],
        &["october", "oct", "ekim*", "октябр*"],
        &["november", "nov", "kasim*", "ноябр*"],
        &["december", "dec", "aralik*", "декабр*"],
    ];
    (1u8..)
        .zip(MONTHS)
        .find(|(_, w)| is_in(word, w))
        .map(|(n, _)| n)
}

/// The days that a word names, Monday first.
pub(super) fn weekdays(word: &str) -> Option<[bool; 7]> {
    const DAYS: [&[&str]; 7] = [
        &["monday*", "mon", "pazartesi*", "pzt", "понедельник*", "пн"],
        &[
            "tuesday*",
            "tue",
            "tues",
            "sali",
            "saliya",
            "salilari",
            "вторник*",
            "вт",
        ],
        &[
            "wednesday*",
            "wed",
            "weds",
            "carsamba*",
            "сред",
            "среда",
            "среду",
            "среды",
            "ср",
        ],
        &[
            "thursday*",
            "thu",
            "thur",
            "thurs",
            "persembe*",
            "четверг*",
            "чт",
        ],
        &[
            "friday*",
            "fri",
            "cuma",
            "cumaya",
            "cumalari",
            "cumadan",
            "пятниц*",
            "пт",
        ],
        &["saturday*", "sat", "cumartesi*", "cmt", "суббот*", "сб"],
        &[
            "sunday*",
            "sun",
            "pazar",
            "pazara",
            "pazarlari",
            "воскресень*",
            "вс",
        ],
    ];
    const WEEKEND: [bool; 7] = [false, false, false, false, false, true, true];
    const WORKDAYS: [bool; 7] = [true, true, true, true, true, false, false];
    if is_in(word, &["weekend*", "haftasonu*", "выходн*"]) {
        return Some(WEEKEND);
    }
    if is_in(word, &["weekday*", "haftaici*", "будн*"]) {
        return Some(WORKDAYS);
    }
    if is_in(word, &["daily", "everyday", "hergun*", "ежедневн*"]) {
        return Some([true; 7]);
    }
    let day = DAYS.into_iter().position(|w| is_in(word, w))?;
    let mut days = [false; 7];
    if let Some(slot) = days.get_mut(day) {
        *slot = true;
    }
    Some(days)
}

pub(super) fn relative_day(word: &str) -> Option<u8> {
    const DAYS: [&[&str]; 3] = [
        &["today", "tonight", "bugun*", "сегодня"],
        &["tomorrow*", "yarin", "yarina", "завтра"],
        &["overmorrow", "obursugun", "послезавтра"],
    ];
    (0u8..)
        .zip(DAYS)
        .find(|(_, w)| is_in(word, w))
        .map(|(n, _)| n)
}

/// Words that say that something costs nothing.
pub(super) const FREE: &[&str] = &[
    "free",
    "complimentary",
    "gratis",
    "ucretsiz*",
    "bedava*",
    "bedelsiz*",
    "бесплатн*",
    "даром",
];

/// The value of a number word, and whether it multiplies what stands before it.
pub(super) fn number_word(word: &str) -> Option<(u64, bool)> {
    const SMALL: [&[&str]; 20] = [
        &["zero", "sifir*", "ноль", "нол*"],
        &["one", "bir", "один", "одна", "одно", "одного", "одну"],
        &["two", "iki", "два", "две", "двух", "двум"],
        &["three", "uc", "три", "трех"],
        &["four", "dort", "четыре", "четырех"],
        &["five", "bes", "пять", "пяти"],
        &["six", "alti", "шесть", "шести"],
        &["seven", "yedi", "семь", "семи"],
        &["eight", "sekiz", "восемь", "восьми"],
        &["nine", "dokuz", "девять", "девяти"],
        &["ten", "on", "десять", "десяти"],
        &["eleven", "onbir", "одиннадцат*"],
        &["twelve", "oniki", "двенадцат*"],
        &["thirteen", "тринадцат*"],
        &["fourteen", "четырнадцат*"],
        &["fifteen", "onbes", "пятнадцат*"],
        &["sixteen", "шестнадцат*"],
        &["seventeen", "семнадцат*"],
        &["eighteen", "восемнадцат*"],
        &["nineteen", "девятнадцат*"],
    ];
    const TENS: [(u64, &[&str]); 8] = [
        (20, &["twenty", "yirmi", "двадцат*"]),
        (30, &["thirty", "otuz", "тридцат*"]),
        (40, &["forty", "fourty", "kirk", "сорок*"]),
        (50, &["fifty", "elli", "пятьдесят*", "пятидесят*"]),
        (60, &["sixty", "altmis", "шестьдесят*"]),
        (70, &["seventy", "yetmis", "семьдесят*"]),
        (80, &["eighty", "seksen", "восемьдесят*"]),
        (90, &["ninety", "doksan", "девяност*"]),
    ];
    const HUNDREDS: [(u64, &[&str]); 8] = [
        (200, &["двести", "двухсот"]),
        (300, &["триста", "трехсот"]),
        (400, &["четыреста"]),
        (500, &["пятьсот"]),
        (600, &["шестьсот"]),
        (700, &["семьсот"]),
        (800, &["восемьсот"]),
        (900, &["девятьсот"]),
    ];
    if let Some((n, _)) = (0u64..).zip(SMALL).find(|(_, w)| is_in(word, w)) {
        return Some((n, false));
    }
    if let Some((n, _)) = HUNDREDS.into_iter().find(|(_, w)| is_in(word, w)) {
        return Some((n, false));
    }
    if let Some((n, _)) = TENS.into_iter().find(|(_, w)| is_in(word, w)) {
        return Some((n, false));
    }
    match word {
        "hundred" | "yuz" | "сто" | "ста" => Some((100, word == "hundred" || word == "yuz")),
        "thousand" | "bin" | "тысяча" | "тысяч" | "тысячи" | "тыс" => {
            Some((1_000, true))
        }
        "million" | "milyon" | "миллион" | "миллиона" | "млн" => {
            Some((1_000_000, true))
        }
        _ => None,
    }
}
