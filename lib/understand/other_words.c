#include "understand/other_words.h"

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

/* Each digit in the languages that have no lexicon. */
static const char *const digit_words[10][10] = {
    {"nul", "zero", "sifir", "शनय", "セロ", "れい", "まる"},
    {"een", "jeden", "bir", "एक", "いち"},
    {"twee", "dwa", "iki", "द", "に"},
    {"drie", "trzy", "uc", "तन", "さん"},
    {"vier", "cztery", "dort", "चर", "よん"},
    {"vijf", "piec", "bes", "पच", "こ"},
    {"zes", "szesc", "alti", "छह", "छ", "ろく"},
    {"zeven", "siedem", "yedi", "सत", "なな"},
    {"acht", "osiem", "sekiz", "आठ", "はち"},
    {"negen", "dziewiec", "dokuz", "न", "きゅう"},
};

/* The digit that a character of three bytes is. */
static int digit_of(const char *at)
{
    static const char *const han[] = {"〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
    static const char zero[] = "०", nought[] = "零";
    for (int i = 0; i < 10; i++)
        if (strncmp(at, han[i], 3) == 0)
            return i;
    if (strncmp(at, zero, 2) == 0 && at[2] >= zero[2] && at[2] <= zero[2] + 9)
        return at[2] - zero[2];
    return strncmp(at, nought, 3) == 0 ? 0 : -1;
}

size_t other_digits(const char *fold, char *out, size_t size)
{
    char dotted[DOTTED_BYTES];
    size_t count = 0;
    int digit;
    fold = with_dots(fold, dotted);
    for (int i = 0; i < 10; i++)
        for (size_t w = 0; w < 10 && digit_words[i][w]; w++)
            if (strcmp(fold, digit_words[i][w]) == 0 && size > 1) {
                out[0] = (char)('0' + i);
                out[1] = '\0';
                return 1;
            }
    const char *at = fold;
    while ((unsigned char)*at >= 0xe0 && (digit = digit_of(at)) >= 0) {
        if (count + 1 >= size)
            return 0;
        out[count++] = (char)('0' + digit);
        at += 3;
    }
    out[count] = '\0';
    /* "一緒に" begins like a number and is none. */
    return *at && count < 3 ? 0 : count;
}
