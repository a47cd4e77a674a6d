#include "understand/other_words.h"

#include <stddef.h>
#include <string.h>

#define LIST_WORDS   140
#define DOTTED_BYTES 64

/* Folded, which leaves out the vowel signs of Devanagari; a star is any ending. */
static const char *const lists[OTHER_LISTS][LIST_WORDS] = {
    [OTHER_YES] = {"yes", "ja", "jawel", "tak", "evet", "da", "jo", "ano", "igen", "hai", "はい", "ええ",
                   "是", "对", "نعم", "да", "네", "ναι"},
    [OTHER_NO] = {"no", "nee", "nej", "nie", "hayir", "yok", "ne", "nem", "いえ", "いいえ", "いや", "不",
                  "لا", "нет", "아니요", "οχι"},
    [OTHER_SPEAKER] = {"ik",   "mij", "mijzelf", "ja",   "mnie", "mam", "jestem", "ben", "benim",
                       "bana", "jag", "jeg",     "я",    "меня", "мне", "мой",    "أنا", "انا",
                       "私",   "僕",  "我",      "저는", "제가", "मझ",  "मझक"},
    [OTHER_RELATIVE] = {"vrouw",   "echtgenoot*", "dochter*", "zoon*",         "moeder*",   "vader*",
                        "broer*",  "zus",         "zusje*",   "schoonmoeder*", "zona*",     "zony",
                        "zone",    "maz",         "meza",     "corka*",        "corki",     "corke*",
                        "syn",     "syna",        "matk*",    "mama",          "mamy",      "ojci*",
                        "ojca",    "brat*",       "siostr*",  "esim*",         "kizim*",    "oglum*",
                        "annem*",  "babam*",      "kocam*",   "karim*",        "kardesim*", "ablam*",
                        "fru",     "hustru",      "dotter*",  "datter*",       "mor",       "far",
                        "жена",    "жены",        "жене",     "муж",           "мужа",      "дочь",
                        "дочери",  "дочка",       "сын",      "сына",          "мама",      "мамы",
                        "мать",    "отец",        "отца",     "папа",          "сестр*",    "زوجتي",
                        "زوجي",    "ابنتي",       "ابني",     "امي",           "أمي",       "ابي",
                        "أبي",     "妻",          "家内",     "主人",          "夫",        "娘",
                        "息子",    "母",          "父",       "太太",          "丈夫",      "女儿",
                        "儿子",    "妈妈",        "buurman",  "buurvrouw",     "vriend*",   "collega*",
                        "sasiad*", "przyjaci*",   "koleg*",   "granne",        "grannen",   "kollega*",
                        "komsu*",  "arkadas*",    "nabo*",    "сосед*",        "друг",      "подруг*",
                        "隣",      "友人",        "友達",     "同僚",          "邻居",      "朋友",
                        "बट",      "बट",          "बट",       "पतन",           "भई",        "बहन",
                        "दसत"},
    [OTHER_NEGATOR] = {"niet",   "geen", "nooit", "zonder", "inte",    "ingen", "inget",  "inga",  "aldrig",
                       "utan",   "ikke", "aldri", "intet",  "uden",    "uten",  "nie",    "nigdy", "bez",
                       "degil*", "asla", "नह",    "मत",     "yok",     "hic",   "nikdy",  "nem",   "nincs",
                       "soha",   "не",   "нет",   "без",    "никогда", "ні",    "немає",  "δεν",   "χωρις",
                       "ليس",    "لا",   "بدون",  "ikkje",  "zadn*",   "nikad", "nincsen"},
    [OTHER_CONTACT] = {"bel",     "bellen",   "belt",      "gebeld", "bereik*", "telefo*",
                       "dzwon*",  "zadzwon*", "kontakt*",  "arama*", "arayin",  "aranab*",
                       "aransin", "arasin*",  "arasinlar", "yaz*",   "ring*",   "ringa",
                       "звон*",   "позвон*",  "перезвон*", "電話",   "連絡",    "电话",
                       "打",      "전화",     "연락",      "اتصل*",  "اتصال"},
    [OTHER_TIME] = {"ochtend*", "ochtends", "middag*",  "middags", "avond*", "avonds", "uur",
                    "rano",     "wieczor*", "poludni*", "godzin*", "sabah*", "aksam*", "ogle*",
                    "saat*",    "morgon*",  "kvall*",   "klockan", "утр*",   "вечер*", "час*",
                    "昼",       "夜",       "朝",       "夕方",    "時",     "点",     "上午",
                    "下午",     "晚上",     "오전",     "오후",    "저녁",   "صباح*",  "مساء"},
    [OTHER_INSURED] = {"verzekerd", "ubezpieczon*", "sigortali*"},
    [OTHER_EMPLOYED] = {"werkt", "pracuje", "calisiyor"},
    [OTHER_LIVES] = {"woont", "mieszka", "oturuyor"},
    [OTHER_WEEKDAY] = {"maandag*",  "dinsdag*",    "woensdag*", "donderdag*", "vrijdag*",   "zaterdag*",
                       "zondag*",   "poniedzial*", "wtor*",     "srod*",      "czwart*",    "piatek",
                       "piatk*",    "sobot*",      "niedziel*", "pazar*",     "sali",       "carsamba*",
                       "persembe*", "cuma*",       "mandag*",   "tirsdag*",   "tisdag*",    "onsdag*",
                       "torsdag*",  "fredag*",     "lordag*",   "sondag*",    "понедельн*", "вторн*",
                       "сред*",     "четверг*",    "пятниц*",   "суббот*",    "воскресен*", "समवर",
                       "मगलवर",     "बधवर",        "गरवर",      "शकरवर",      "शनवर",       "रववर"},
    [OTHER_ERASE] = {"verwijder*", "wis",    "wissen",  "gewist",   "usun*",  "usuw*",   "skasuj*", "skasow*",
                     "sil",        "silin*", "silmen*", "silebil*", "silmek", "kaldir*", "radera*", "slet",
                     "slett*",     "удал*",  "сотр*",   "smaz*",    "torol*", "हट*",     "मट*",     "डलट",
                     "削除",       "消去",   "消して",  "删除",     "삭제"},
    [OTHER_FORGET] = {"vergeet", "vergeten", "zapomn*", "zapomin*", "unut*", "glom", "glomma", "glem*",
                      "забуд*", "забы*", "zapom*", "felejt*", "भल*", "忘れ", "忘记", "잊"},
    [OTHER_DRIVES] = {"rijdt", "jezdzi"},
};

/* Turkish has an i without a dot, which stays one when a word is folded. */
static const char *with_dots(const char *fold, char dotted[DOTTED_BYTES])
{
    size_t len = 0;
    if (!strstr(fold, "\u0131") || strlen(fold) >= DOTTED_BYTES)
        return fold;
    while (*fold) {
        bool undotted = strncmp(fold, "\u0131", 2) == 0;
        dotted[len++] = undotted ? 'i' : *fold;
        fold += undotted ? 2 : 1;
    }
    dotted[len] = '\0';
    return dotted;
}

bool other_word(enum other_list list, const char *fold)
{
    char dotted[DOTTED_BYTES];
    fold = with_dots(fold, dotted);
    for (size_t i = 0; i < LIST_WORDS && lists[list][i]; i++) {
        const char *word = lists[list][i];
        size_t len = strlen(word);
        const char *found = (unsigned char)word[0] >= 0xe3 ? strstr(fold, word) : NULL;
        if (found && (found == fold || (list != OTHER_YES && list != OTHER_NO)))
            return true;
        if (word[len - 1] == '*' ? strncmp(fold, word, len - 1) == 0 : strcmp(fold, word) == 0)
            return true;
    }
    return false;
}
