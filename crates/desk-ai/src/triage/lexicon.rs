//! What triage listens for, in three languages, folded (no case, no accents; й is и). A leading
//! or inner word is whole; a trailing `*` matches any ending.

use desk_core::Reason;

/// Whether a folded word is in a list.
pub(super) fn is_in(word: &str, list: &[&str]) -> bool {
    list.iter().any(|entry| match entry.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == *entry,
    })
}

/// Whether a text of folded words, single-spaced and with a space at both ends, holds a phrase.
pub(super) fn contains(text: &str, phrase: &str) -> bool {
    match phrase.strip_suffix('*') {
        Some(stem) => text.contains(&format!(" {stem}")),
        None => text.contains(&format!(" {phrase} ")),
    }
}

/// Words that thank or agree, and words that may stand beside them.
pub(super) const ACKS: (&[&str], &[&str]) = (
    &[
        "thanks", "thank", "thx", "ty", "tnx", "ok", "okay", "okey", "oki", "kk", "great", "perfect",
        "cool", "awesome", "super", "understood", "gotcha", "alright", "fine", "nice", "cheers",
        "noted", "lovely", "wonderful", "tesekkur*", "tskler", "tsk", "tsklr", "sagol*", "sag",
        "saol*", "eyvallah", "tamam*", "tmm", "tmam", "peki", "anladim", "harika", "mukemmel",
        "olur", "eyv", "guzel", "спасибо", "спс", "спасиб", "пасиб", "благодар*", "ок", "океи",
        "понял*", "понятно", "хорошо", "отлично", "ладно", "супер", "ясно", "класс", "круто",
    ],
    &[
        "you", "so", "much", "a", "lot", "very", "many", "got", "it", "all", "good", "then", "that",
        "is", "thats", "its", "the", "for", "your", "help", "again", "will", "do", "yes", "yeah",
        "yep", "no", "problem", "see", "i", "appreciate", "have", "nice", "day", "dear", "cok",
        "ederim", "ederiz", "ol", "olun", "iyi", "gunler", "aksamlar", "geceler", "size", "de",
        "da", "evet", "ya", "o", "zaman", "ilginiz", "icin", "kolay", "gelsin", "hocam", "abi",
        "abla", "canim", "rica", "вам", "большое", "огромное", "за", "помощь", "ответ", "да", "все",
        "тогда", "очень", "вас", "буду", "ждать", "всего", "доброго", "хорошего", "дня", "ну",
    ],
);

/// Words that greet, and words that may stand beside them.
pub(super) const GREETINGS: (&[&str], &[&str]) = (
    &[
        "hi", "hello", "hey", "hiya", "heya", "morning", "afternoon", "evening", "greetings",
        "merhaba*", "mrb", "mrhb", "selam*", "slm", "gunaydin", "gunler", "aksamlar", "aleykum",
        "selamun", "iyi", "здравствуи*", "привет*", "добрыи", "доброе", "доброго", "здрасьте",
        "приветик", "салам", "алло", "hola",
    ],
    &[
        "good", "there", "dear", "everyone", "team", "how", "are", "you", "to", "kolay", "gelsin",
        "nasilsiniz", "nasilsin", "hocam", "abi", "abla", "herkese", "olsun", "as", "день", "вечер",
        "утро", "времени", "суток", "дня", "вам", "всем", "как", "дела",
    ],
);

/// Advertising; two signs, or one with a link, are enough.
pub(super) const SPAM: &[&str] = &[
    "crypto*", "bitcoin*", "forex", "investment opportunit*", "passive income", "earn money",
    "make money", "followers", "promote your", "promotion on our", "collab*", "ambassador",
    "dm us on", "send pic", "sugar daddy", "giveaway", "you have won", "claim your", "seo",
    "web design services", "grow your", "boost your", "free money", "loan offer", "isbirligi",
    "is birligi", "reklam*", "takipci*", "para kazan*", "yatirim firsat*", "ek gelir", "kazanc",
    "bahis*", "casino", "kredi imkani", "sponsor*", "kripto*", "заработ*", "инвестиц*",
    "сотрудничеств*", "подписчик*", "раскрутк*", "продвижен*", "реклам*", "крипт*", "казино",
    "ставк*", "пассивныи доход", "выиграли", "розыгрыш*", "телеграм канал*",
];

/// Traps that need no second sign.
pub(super) const SPAM_STRONG: &[&str] = &[
    "blue tick", "verified badge", "verification badge", "copyright infringement", "account will be disabled",
    "account will be suspended", "meta support", "instagram support", "mavi tik", "mavi rozet",
    "telif hakki ihlali", "hesabiniz kapatilacak", "синяя галочка", "ваш аккаунт будет",
    "buy followers", "takipci satin", "накрутк*",
];

/// Insults by a customer.
pub(super) const INSULTS: &[&str] = &[
    "fuck*", "shit*", "bitch*", "asshole*", "bastard*", "idiot*", "moron*", "serefsiz*", "orospu*",
    "siktir*", "amk", "aptal*", "salak*", "gerizekal*", "сука", "блят*", "бляд*", "хуи*", "хуе*",
    "пизд*", "еба*", "мраз*", "урод*", "дебил*", "идиот*", "твари*",
];

type Class = (&'static str, Reason, &'static [&'static str]);

/// What only a person may answer.
pub(super) const CLASSES: &[Class] = &[
    ("refund", Reason::PersonNeeded, &[
        "refund*", "money back", "chargeback*", "reimburs*", "return my", "want to return", "iade*",
        "parami geri", "geri ode*", "cayma*", "degisim*", "degistir*", "возврат*", "вернуть", "верните",
        "обмен*", "компенсац*", "возмест*", "вернете",
    ]),
    ("complaint", Reason::PersonNeeded, &[
        "complain*", "scam*", "fraud*", "broken", "terrible", "unacceptable", "disgust*", "awful",
        "worst", "damaged", "defect*", "never arrived", "still waiting", "ripped off", "sikayet*",
        "rezalet*", "berbat*", "dolandir*", "kirik*", "kirildi", "bozuk*", "bozuldu", "ayipli*", "tuketici hakem*",
        "magdur*", "hala gelmedi", "sahte*", "yirtik*", "eksik geldi", "yanlis geldi", "жалоб*",
        "жаловат*", "претензи*", "мошенн*", "брак*", "сломан*", "сломал*", "роспотреб*", "ужас*",
        "обман*", "кидал*", "безобраз*", "разочарован*", "поврежд*", "до сих пор не",
    ]),
    ("law", Reason::PersonNeeded, &[
        "lawyer*", "sue", "suing", "court", "gdpr", "delete my data", "my personal data", "attorney*",
        "legal action", "police", "avukat*", "dava", "davaci*", "mahkeme*", "savci*", "kvkk",
        "verilerimi", "kisisel veri*", "yasal islem*", "polis*", "адвокат*", "юрист*", "в суд", "судом", "суда",
        "прокурат*", "персональн* данн*", "персональные данные", "персональных данных", "152 фз", "полици*", "иск",
    ]),
    ("health", Reason::PersonNeeded, &[
        "pregnan*", "allerg*", "medicat*", "side effect*", "breastfeed*", "doctor", "rash", "hamile*",
        "alerji*", "ilac*", "yan etki*", "doktor*", "emziren", "emziriyor*", "yara*yi", "egzama*",
        "беремен*", "аллерг*", "лекарств*", "побочн*", "врач*", "кормлю грудью", "экзем*", "сыпь",
    ]),
    ("person", Reason::AsksForPerson, &[
        "human", "a person", "real person", "an agent", "live agent", "representative", "speak to someone",
        "talk to someone", "are you a bot", "is this a bot", "customer service", "speak with someone",
        "yetkili*", "insanla", "gercek kisi*", "gercek biri*", "temsilci*", "canli destek", "musteri hizmet*", "bot musun*",
        "robot musun*", "biriyle gorus*", "оператор*", "с человеком", "живои человек", "живого человека", "менеджер*",
        "живым", "ты бот", "вы бот", "это бот", "позовите", "сотрудник*",
    ]),
    ("payment", Reason::PersonNeeded, &[
        "card number", "my card", "password*", "passport", "cvv", "bank account", "wire transfer",
        "my account number", "iban*", "kart no*", "kart numara*", "sifre*", "tc kimlik*", "dekont*", "havale yaptim",
        "kartim*", "номер карты", "моя карта", "паспорт*", "cvc", "парол*", "реквизит*", "скинула деньги", "перевел* деньги",
        "чек об оплате",
    ]),
    ("bargain", Reason::PersonNeeded, &[
        "cheaper", "best price", "lower price", "can you do it for", "last price", "final price",
        "pazarlik*", "son ne olur", "son fiyat*", "daha ucuz*", "indirim yap*", "olmaz mi fiyat",
        "ucuza", "подешевле", "дешевле", "уступ*", "торг", "скинете", "скидку сдела*",
    ]),
    ("danger", Reason::PersonNeeded, &[
        "suicide*", "kill myself", "kill you", "hurt myself", "im underage", "intihar*", "oldurecegim", "oldururum",
        "kendime zarar", "покончить с собои", "убью", "самоубий*", "самоубии*", "суицид*",
    ]),
];

/// Texts that address a machine instead of a shop. A sign, never the boundary.
pub(super) const HIJACKS: &[&str] = &[
    "ignore all", "ignore previous", "ignore the previous", "ignore your", "ignore the above", "disregard all",
    "disregard previous", "disregard the", "disregard your", "forget your instructions", "forget all previous",
    "forget everything above", "new instructions", "your instructions are", "system prompt", "your prompt",
    "developer mode", "jailbreak", "you are now a", "you are now in", "pretend you are", "pretend to be an ai", "act as an ai",
    "dan mode", "in your response", "in your reply", "in your answer", "your response", "your reply",
    "your replies", "your answer", "your answers", "the response", "the reply with", "your output", "base64", "rot13",
    "respond only", "respond with", "reply only", "reply with", "answer only with", "answer with",
    "translate your", "print your", "reveal your", "repeat the words above", "repeat after me", "output the",
    "do not answer", "dont answer the", "legally binding", "say exactly", "as an ai", "language model",
    "onceki talimat*", "talimatlari unut", "talimatlarini*", "sistem mesaj*", "yanitinda", "cevabinda",
    "yanitina", "cevabina", "yanitlarinda", "soyle yaz", "aynen yaz", "su anda bir",
    "yapay zeka olarak", "rolundesin", "игнорируи*", "забудь все", "забудь предыдущ*",
    "предыдущие инструкции", "твои инструкции", "системныи промпт", "в своем ответе",
    "в ответе", "в твоем ответе", "ответь только", "напиши дословно", "притворись", "ты теперь",
    "your final response", "modify your", "alter your", "change your answer*", "edit your", "rewrite your",
];
