//! Words that mean the same in a shop's letters, in three languages: "ship", "kargo" and
//! "доставка" are one concept. Bridges paraphrases where no spelling does. Folded; a trailing
//! `*` matches any ending.

use std::collections::HashMap;
use std::sync::OnceLock;

/// The concepts that a folded word belongs to.
pub fn of(word: &str) -> impl Iterator<Item = u64> {
    static TABLE: OnceLock<HashMap<String, Vec<(&'static str, u64)>>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table: HashMap<String, Vec<(&'static str, u64)>> = HashMap::new();
        for (id, words) in (1u64..).zip(CONCEPTS) {
            for pattern in words.split(' ') {
                table.entry(head(pattern)).or_default().push((pattern, id));
            }
        }
        table
    });
    let mut found: Vec<u64> = table
        .get(&head(word))
        .into_iter()
        .flatten()
        .filter(|(pattern, _)| match pattern.strip_suffix('*') {
            Some(stem) => word.starts_with(stem),
            None => word == *pattern,
        })
        .map(|(_, id)| *id)
        .collect();
    found.dedup();
    found.into_iter()
}

fn head(word: &str) -> String {
    word.chars().filter(|c| *c != '*').take(2).collect()
}

const CONCEPTS: &[&str] = &[
    "price* cost* expensive fiyat* ucret* tutar* kaca стои* цен* почем",
    "fee* charge* commission* surcharge* komisyon* kesinti* комисс* списал* списан*",
    "ship* deliver* dispatch* courier* parcel* package* post* mail* kargo* teslim* gonder* kurye* достав* отправ* курьер* посылк*",
    "arriv* come* came receiv* reach* got gel* ulas* varir приде* пришл* приех* дойд* получ*",
    "track* locate whereabouts takip* nerede* nerde отслед* трек*",
    "return* refund* reimburs* iade* возвр* верн*",
    "exchang* swap* trade degisim* обмен*",
    "cancel* revert* undo stop* iptal* vazgec* отмен*",
    "pay* paid purchas* ode* odem* оплат* плат* платеж*",
    "cash nakit* налич*",
    "card* kart* карт*",
    "topup* topped topping top reload* load* deposit* yukle* пополн*",
    "transfer* send* sent wire* remit* havale* eft перевод* перевест* переве*",
    "broken break* damag* defect* fault* crack* kirik* kiril* bozuk* bozul* hasar* слом* брак* поврежд* разби*",
    "work* function* usable calis* работает работать работают",
    "lost lose losing missing misplac* disappear* gone kayip* kaybet* kaybol* потер* пропа* исчез*",
    "stol* steal* theft thief robbed calin* украл* краж*",
    "open* clos* hours acik* kapali kapan* saat* mesai откры* закры* график режим",
    "address* locat* store* shop branch* adres* konum* magaza* sube* адрес* магазин* филиал* находит*",
    "size* sizing beden* numara* olcu* размер* мерк*",
    "colo* renk* цвет* расцветк*",
    "stock* availab* mevcut* stok* kaldi налич* остал*",
    "discount* sale* promo* coupon* voucher* offer* deal* indirim* kampanya* kupon* скидк* акци* промо* купон*",
    "gift* present* hediye* подар*",
    "wrap* packag* box paket* kutu* упаков* коробк*",
    "wholesale bulk toptan* оптом опт оптов*",
    "abroad international* overseas countr* foreign europe* yurtdisi* yurt ulke* границ* зарубеж* стран*",
    "long when soon fast quick* days eta estimat* zaman* sure* когда срок* долго быстро",
    "chang* modif* edit* updat* switch* alter* degistir* guncelle* измен* помен* сменит*",
    "verif* identi* prove* proof authenti* dogrula* kimlik* подтверд* провер* личност*",
    "pin passcode* password* sifre* parola* парол* пин*",
    "phone* mobile* cell* telefon* cep телефон* смартфон*",
    "account* profile* hesab* hesap* аккаунт* счет*",
    "limit* maximum* max minimum* restrict* allow* permit* sinir* azami лимит* огранич* максим*",
    "fail* declin* reject* refus* denied unsuccess* unable reddedil* basarisiz* отклон* отказ*",
    "pend* wait* process* bekle* bekli* ожида* жду ждать",
    "wrong* incorrect* mistak* error* inaccurat* yanlis* hata* неправ* неверн* ошиб*",
    "twice doubl* duplicat* repeated mukerrer* cift* дважды двойн* повторн*",
    "atm* machine* withdraw* bankamatik* cekim* банкомат* снять снятие",
    "currenc* exchange rate* convert* conversion kur doviz* валют* курс* конверт*",
    "child* kid* son daughter teen* cocuk* bebek* дет* ребен* сын* доч*",
    "age* old* young* yas* возраст* лет",
    "extra* additional* another second more ilave* ekstra дополнит* еще втор*",
    "order* buy* bought siparis* satin заказ* куп*",
    "new replac* renew* yeni* нов* замен*",
    "expir* valid* validity due gecerli* suresi действ* истек*",
    "unknown recogni* unrecogni* unfamiliar strange suspicious unauthori* familiar tanimi* незнаком* неизвестн* подозрит*",
    "activat* enabl* start* set setup aktif* etkinlestir* активир* включ*",
    "delet* remov* terminat* sil* kaldir* удал* закрыт*",
    "block* frozen freez* locked lock suspend* disabl* bloke* kilit* заблокир* блокир*",
    "virtual disposable temporary online sanal* виртуальн* временн*",
    "physical real actual plastic fiziki* fiziksel* физическ*",
    "cheque* check* cek* чек*",
    "atm bank* banka* банк*",
    "support* help* assist* contact* destek* yardim* iletisim* помощ* поддержк* связ*",
    "material* fabric* cotton leather kumas* malzeme* pamuk* deri материал* ткан* хлоп* кож*",
    "wash* clean* care yika* temizl* стира* чист* уход*",
    "custom* personali* name engrav* kisiye ozel* isim* именн* индивидуальн* гравир*",
    "guarant* warrant* garanti* гаранти*",
    "install* taksit* рассрочк*",
    "door kapida cod наложен*",
    "photo* picture* image* foto* resim* фото* картин*",
    "work job vacanc* is ilani* eleman ваканс* работу",
    "appoint* book* reserv* schedul* randevu* rezerv* запис* брон*",
    "country europe uk usa eu germany almanya* россия* казахстан* turkiye* турци*",
];
