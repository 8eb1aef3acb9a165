//! Words that carry no claim, that turn a claim around, and that no shop says. Folded; a trailing
//! `*` matches any ending.

/// Whether a folded word is in a list.
pub(super) fn is_in(word: &str, list: &[&str]) -> bool {
    list.iter().any(|entry| match entry.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == *entry,
    })
}

/// Words that a polite answer may add to the owner's words.
pub(super) const NEUTRAL: &[&str] = &[
    // English
    "the", "a", "an", "is", "are", "was", "were", "be", "been", "being", "am", "do", "does", "did",
    "don", "doesn", "didn", "isn", "aren", "won", "have", "has", "had", "having", "will", "would",
    "can", "could", "may", "might", "must", "should", "shall", "i", "you", "he", "she", "it", "we",
    "they", "me", "him", "her", "us", "them", "my", "your", "yours", "his", "its", "our", "their",
    "this", "that", "these", "those", "there", "here", "and", "or", "but", "if", "so", "as", "of",
    "to", "in", "on", "at", "by", "for", "from", "with", "about", "into", "onto", "over", "under",
    "than", "then", "when", "while", "where", "which", "who", "what", "how", "why", "because",
    "not", "no", "yes", "ok", "okay", "sure", "sorry", "please", "thank*", "hello", "hi", "hey",
    "dear", "welcome", "unfortunately", "afraid", "apologi*", "certainly", "absolutely", "indeed",
    "just", "only", "also", "too", "very", "really", "any", "some", "all", "every", "each", "both",
    "other", "else", "more", "most", "such", "same", "like", "let", "know", "help", "need", "want",
    "able", "allow*", "available", "offer*", "provid*", "accept*", "serv*", "permit*", "possible",
    "get", "got", "give*", "take*", "make*", "use*", "using", "find", "look*", "see", "say*",
    "ask*", "feel", "come*", "go", "going", "bring*", "many", "much", "lot", "lots", "few", "one",
    "ones", "place", "location*", "site", "staff", "guest*", "customer*", "people", "person",
    "anyone", "everyone", "time*", "option*", "servic*", "property", "establishment", "currently",
    "anything", "something", "nothing", "question*", "assist*", "happy", "glad", "great", "good",
    "well", "now", "today", "s", "t", "ll", "ve", "re", "d", "m", "however", "although", "though",
    "dont", "doesnt", "cant", "im", "ill", "well", "were", "theres", "thats", "theyre", "youll",
    "unable", "includ*", "long", "still", "own", "without", "between", "during", "after", "before",
    "until", "up", "down", "out", "off", "back", "away", "yet", "already", "either", "per",
    "cannot", "pay*", "enjoy*", "trip*", "day", "night*", "morning", "evening", "continue", "kind",
    // Turkish
    "ve", "veya", "ya", "da", "de", "ile", "icin", "bir", "bu", "su", "o", "ben", "sen", "biz",
    "siz", "size", "sizi", "sizin", "bize", "bizim", "bizde", "merhaba*", "selam*", "iyi", "gunler",
    "evet", "hayir", "maalesef", "tabii", "tabi", "elbette", "lutfen", "tesekkur*", "rica",
    "ederiz", "ederim", "ediyoruz", "var", "yok", "degil*", "olarak", "olan", "olur", "oluyor",
    "olabilir", "edebilir*", "yapabilir*", "alabilir*", "mevcut*", "mumkun", "isterseniz",
    "istediginiz", "daha", "en", "cok", "az", "kadar", "gibi", "her", "tum", "butun", "hem", "ancak",
    "ama", "fakat", "cunku", "ise", "mi", "mu", "midir", "ne", "nasil", "sonra", "once", "icinde",
    "uzerinden", "gore", "yardimci", "memnuniyet*", "memnun", "sevinir*", "bekleriz", "sorunuz",
    "sorulariniz", "varsa", "bilgi*", "merak", "seklinde", "sadece", "yalnizca", "urun*", "bizi",
    // Russian
    "и", "или", "а", "но", "в", "во", "на", "с", "со", "к", "по", "за", "из", "от", "до", "для",
    "о", "об", "при", "у", "не", "нет", "да", "мы", "вы", "я", "он", "она", "оно", "они", "нас",
    "вас", "вам", "нам", "ваш*", "наш*", "это", "этот", "эта", "эти", "то", "тот", "что", "как",
    "так", "же", "ли", "бы", "если", "когда", "где", "есть", "был*", "буд*", "може*", "можно",
    "здравствуите", "добрыи", "день", "вечер", "утро", "спасибо", "пожалуиста", "конечно",
    "сожалению", "извините", "все", "всех", "весь", "также", "тоже", "только", "очень", "уже",
    "еще", "более", "менее", "обращаитесь", "рады", "помочь", "вопрос*", "доступ*", "возможн*",
    "товар*", "наличии", "составляет", "являетс*", "около", "через", "после", "перед",
];

/// Words that turn a statement around.
pub(super) const NEGATIONS: &[&str] = &[
    "no", "not", "never", "none", "cannot", "cant", "dont", "doesnt", "didnt", "isnt", "arent",
    "wont", "wouldnt", "couldnt", "wasnt", "werent", "hasnt", "havent", "mustnt", "unable", "unavailable", "nothing", "neither", "nor", "without", "prohibit*",
    "forbidden", "refuse*", "lack*", "yok", "yoktur", "degil*", "hayir", "maalesef", "не", "нет",
    "нельзя", "никак*", "без", "отсутств*", "restricted", "against",
];

/// Insults and obscenities; never in an answer of a shop.
pub(super) const INSULTS: &[&str] = &[
    "fuck*", "shit*", "bitch*", "asshole*", "bastard*", "idiot*", "stupid*", "moron*", "dumb*",
    "cunt*", "whore*", "slut*", "scum*", "loser*", "crap*", "damn*", "hate", "ugly", "kill",
    "aptal*", "salak*", "gerizekal*", "mal", "serefsiz*", "orospu*", "siktir*", "amk", "pic",
    "yavsak*", "ahmak*", "dangalak*", "gerzek*", "haysiyetsiz*", "terbiyesiz*", "дурак*", "дура",
    "идиот*", "туп*", "придур*", "сука", "суки", "блят*", "бляд*", "хуи*", "хуе*", "пизд*", "еба*",
    "мраз*", "урод*", "кретин*", "дебил*", "козел", "козлы", "ненавижу", "скотин*", "лох*",
];
