#include "understand/secrets.h"

#include "base/buf.h"
#include "understand/other_words.h"
#include "understand/reading.h"
#include "understand/spelled.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define RUNS_MAX     64 /* of one text */
#define SECRETS_MAX  64 /* of one call, for finding them again where they are repeated */
#define REACH_WORDS  8  /* from the word that names a secret to the secret, and on to its next part */
#define ANSWER_WORDS 4  /* an answer that is nothing but a password */
#define AFTER_TURNS  2  /* turns of the caller in which a number that was asked for may come */

/* What names a secret, folded, in the languages that callers speak; it counts whatever language the call is
 * in. */
static const struct {
    enum secret class;
    const char *phrase;
    size_t least; /* digits that the code has at least; 0: what is usual for the class */
} names[] = {
    {SECRET_CARD, "card", 12},
    {SECRET_CARD, "karte", 12},
    {SECRET_CARD, "carte", 12},
    {SECRET_CARD, "carta", 12},
    {SECRET_CARD, "kaart", 12},
    {SECRET_CARD, "card number", 4},
    {SECRET_CARD, "credit card", 8},
    {SECRET_CARD, "debit card", 8},
    {SECRET_CARD, "my card", 8},
    {SECRET_CARD, "your card", 8},
    {SECRET_CARD, "the card", 8},
    {SECRET_CARD, "card details", 4},
    {SECRET_CARD, "card ending", 4},
    {SECRET_CARD, "numero de tarjeta", 4},
    {SECRET_CARD, "numero do cartao", 4},
    {SECRET_CARD, "numero de o cartao", 4}, /* as its lexicon reads it */
    {SECRET_CARD, "security code", 3},
    {SECRET_CARD, "cvv", 3},
    {SECRET_CARD, "cvc", 3},
    {SECRET_CARD, "expiry", 3},
    {SECRET_CARD, "expiration", 3},
    {SECRET_CARD, "three digits on the back", 3},
    {SECRET_CARD, "digits on the back", 3},
    {SECRET_CARD, "kartennummer", 4},
    {SECRET_CARD, "kreditkarte", 8},
    {SECRET_CARD, "prufnummer", 3},
    {SECRET_CARD, "prufziffer", 3},
    {SECRET_CARD, "ablaufdatum", 3},
    {SECRET_CARD, "sicherheitscode", 3},
    {SECRET_CARD, "tarjeta", 8},
    {SECRET_CARD, "codigo de seguridad", 3},
    {SECRET_CARD, "caducidad", 3},
    {SECRET_CARD, "carte bancaire", 8},
    {SECRET_CARD, "carte bleue", 8},
    {SECRET_CARD, "carte de credit", 8},
    {SECRET_CARD, "numero de carte", 4},
    {SECRET_CARD, "cryptogramme", 3},
    {SECRET_CARD, "carta di credito", 8},
    {SECRET_CARD, "numero della carta", 4},
    {SECRET_CARD, "numero di la carta", 4},
    {SECRET_CARD, "numero di carta", 4},
    {SECRET_CARD, "codice di sicurezza", 3},
    {SECRET_CARD, "cartao", 8},
    {SECRET_CARD, "codigo de seguranca", 3},
    {SECRET_CARD, "creditcard", 8},
    {SECRET_CARD, "kredi karti", 8},
    {SECRET_BANK, "iban", 0},
    {SECRET_BANK, "sort code", 0},
    {SECRET_BANK, "routing", 0},
    {SECRET_BANK, "bank account", 0},
    {SECRET_BANK, "account number", 0},
    {SECRET_BANK, "checking account", 0},
    {SECRET_BANK, "savings account", 0},
    {SECRET_BANK, "kontonummer", 0},
    {SECRET_BANK, "bankleitzahl", 0},
    {SECRET_BANK, "cuenta bancaria", 0},
    {SECRET_BANK, "numero de cuenta", 0},
    {SECRET_BANK, "clabe", 0},
    {SECRET_BANK, "compte bancaire", 0},
    {SECRET_BANK, "numero de compte", 0},
    {SECRET_BANK, "rib", 0},
    {SECRET_BANK, "conto corrente", 0},
    {SECRET_BANK, "numero di conto", 0},
    {SECRET_BANK, "conta bancaria", 0},
    {SECRET_BANK, "numero da conta", 0},
    {SECRET_BANK, "numero de a conta", 0},
    {SECRET_BANK, "rekeningnummer", 0},
    {SECRET_IDENTITY, "social security", 0},
    {SECRET_IDENTITY, "social insurance", 0},
    {SECRET_IDENTITY, "ssn", 0},
    {SECRET_IDENTITY, "my social", 5},
    {SECRET_IDENTITY, "national insurance", 0},
    {SECRET_IDENTITY, "passport", 0},
    {SECRET_IDENTITY, "tax id", 0},
    {SECRET_IDENTITY, "identity number", 0},
    {SECRET_IDENTITY, "id card", 0},
    {SECRET_IDENTITY, "driving licence", 0},
    {SECRET_IDENTITY, "drivers license", 0},
    {SECRET_IDENTITY, "driver's license", 0},
    {SECRET_IDENTITY, "driver s license", 0},
    {SECRET_IDENTITY, "sozialversicherungsnummer", 0},
    {SECRET_IDENTITY, "personalausweis", 0},
    {SECRET_IDENTITY, "ausweisnummer", 0},
    {SECRET_IDENTITY, "reisepass", 0},
    {SECRET_IDENTITY, "passnummer", 0},
    {SECRET_IDENTITY, "steuernummer", 0},
    {SECRET_IDENTITY, "steuer id", 0},
    {SECRET_IDENTITY, "dni", 0},
    {SECRET_IDENTITY, "nie", 0},
    {SECRET_IDENTITY, "pasaporte", 0},
    {SECRET_IDENTITY, "curp", 0},
    {SECRET_IDENTITY, "seguridad social", 0},
    {SECRET_IDENTITY, "passeport", 0},
    {SECRET_IDENTITY, "carte d identite", 0},
    {SECRET_IDENTITY, "carte de identite", 0},
    {SECRET_IDENTITY, "securite sociale", 0},
    {SECRET_IDENTITY, "passaporto", 0},
    {SECRET_IDENTITY, "codice fiscale", 0},
    {SECRET_IDENTITY, "carta d identita", 0},
    {SECRET_IDENTITY, "carta di identita", 0},
    {SECRET_IDENTITY, "cpf", 0},
    {SECRET_IDENTITY, "passaporte", 0},
    {SECRET_IDENTITY, "bsn", 0},
    {SECRET_IDENTITY, "paspoort", 0},
    {SECRET_IDENTITY, "pesel", 0},
    {SECRET_IDENTITY, "tc kimlik", 0},
    {SECRET_PASSWORD, "password", 0},
    {SECRET_PASSWORD, "passcode", 0},
    {SECRET_PASSWORD, "pass code", 0},
    {SECRET_PASSWORD, "pass phrase", 0},
    {SECRET_PASSWORD, "passphrase", 0},
    {SECRET_PASSWORD, "code word", 0},
    {SECRET_PASSWORD, "codeword", 0},
    {SECRET_PASSWORD, "secret word", 0},
    {SECRET_PASSWORD, "pin", 0},
    {SECRET_PASSWORD, "pin code", 0},
    {SECRET_PASSWORD, "one time code", 0},
    {SECRET_PASSWORD, "verification code", 0},
    {SECRET_PASSWORD, "passwort", 0},
    {SECRET_PASSWORD, "kennwort", 0},
    {SECRET_PASSWORD, "geheimzahl", 0},
    {SECRET_PASSWORD, "contrasena", 0},
    {SECRET_PASSWORD, "palabra clave", 0},
    {SECRET_PASSWORD, "codigo secreto", 0},
    {SECRET_PASSWORD, "mi clave", 0},
    {SECRET_PASSWORD, "su clave", 0},
    {SECRET_PASSWORD, "la clave", 0},
    {SECRET_PASSWORD, "clave de acceso", 0},
    {SECRET_PASSWORD, "clave personal", 0},
    {SECRET_PASSWORD, "clave secreta", 0},
    {SECRET_PASSWORD, "mot de passe", 0},
    {SECRET_PASSWORD, "code secret", 0},
    {SECRET_PASSWORD, "code confidentiel", 0},
    {SECRET_PASSWORD, "parola d ordine", 0},
    {SECRET_PASSWORD, "parola di ordine", 0},
    {SECRET_PASSWORD, "codice segreto", 0},
    {SECRET_PASSWORD, "senha", 0},
    {SECRET_PASSWORD, "palavra passe", 0},
    {SECRET_PASSWORD, "wachtwoord", 0},
    {SECRET_PASSWORD, "pincode", 0},
    {SECRET_PASSWORD, "sifre", 0},
    {SECRET_PASSWORD, "sifrem", 0},
    {SECRET_PASSWORD, "sifreniz", 0},
    {SECRET_PASSWORD, "parolam", 0},
    {SECRET_PASSWORD, "parolaniz", 0},
    {SECRET_PASSWORD, "hasło", 0},
    {SECRET_PASSWORD, "hasła", 0},
    {SECRET_PASSWORD, "hasłem", 0},
    {SECRET_PASSWORD, "losenord", 0},
    {SECRET_PASSWORD, "adgangskode", 0},
    {SECRET_PASSWORD, "passord", 0},
    {SECRET_PASSWORD, "heslo", 0},
    {SECRET_PASSWORD, "jelszo", 0},
    {SECRET_PASSWORD, "salasana", 0},
    {SECRET_PASSWORD, "пароль", 0},
    /* Folded, which leaves out the vowel signs: "पिन", "पासवर्ड", "ओटीपी". */
    {SECRET_PASSWORD, "पन", 0},
    {SECRET_PASSWORD, "पन कड", 0},
    {SECRET_PASSWORD, "पसवरड", 0},
    {SECRET_PASSWORD, "ओटप", 0},
};

/* The same in scripts that write no blanks, anywhere in what is read as a word, folded: "パスワード". */
static const struct {
    enum secret class;
    const char *part;
    size_t least;
} inner_names[] = {
    {SECRET_PASSWORD, "暗証番号", 0},     {SECRET_PASSWORD, "ハスワート", 0},
    {SECRET_PASSWORD, "ヒンコート", 0},   {SECRET_PASSWORD, "認証コート", 0},
    {SECRET_PASSWORD, "確認コート", 0},   {SECRET_PASSWORD, "合言葉", 0},
    {SECRET_PASSWORD, "密码", 0},         {SECRET_PASSWORD, "密碼", 0},
    {SECRET_PASSWORD, "验证码", 0},       {SECRET_PASSWORD, "驗證碼", 0},
    {SECRET_CARD, "カート番号", 4},       {SECRET_BANK, "口座番号", 0},
    {SECRET_IDENTITY, "マイナンハー", 0},
};

struct secret_found {
    char text[SPELLED_CHARS];
    enum secret class;
};

struct masking {
    struct reading *reading;
    unsigned classes;
    struct arena *arena;
    struct secret_found found[SECRETS_MAX];
    size_t found_count;
    const char *words[SECRETS_MAX]; /* of passwords, folded */
    size_t word_count;
    int places;
    bool failed;
};

/* One text while it is looked at: which of its words are to be masked, and as what. */
struct view {
    const struct words *words;
    enum secret *masks; /* 0: stays */
    size_t *kept;       /* bytes at the beginning of a word that stay though it is masked */
    struct spelled runs[RUNS_MAX];
    size_t run_count;
};

static const char *mask_name(enum secret class)
{
    return class == SECRET_CARD       ? "[card number]"
           : class == SECRET_BANK     ? "[bank account]"
           : class == SECRET_IDENTITY ? "[identity number]"
                                      : "[password]";
}

static void find_runs(struct reading *reading, struct view *view)
{
    view->run_count = spelled_runs(reading, view->words, view->runs, RUNS_MAX);
}

/* --- What is a secret by itself --- */

static bool is_luhn(const char *digits)
{
    int sum = 0;
    size_t len = strlen(digits);
    for (size_t i = 0; i < len; i++) {
        int digit = digits[len - 1 - i] - '0';
        digit = i % 2 ? digit * 2 : digit;
        sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 == 0;
}

static bool is_card(const struct spelled *run)
{
    size_t len = strlen(run->text);
    return run->letters == 0 && len >= 13 && len <= 19 && !run->plus && run->text[0] >= '2' &&
           run->text[0] <= '6' && is_luhn(run->text);
}

/* ISO 13616: the remainder of its digits, letters as 10 to 35, the first four characters last. */
static bool is_iban(const struct spelled *run)
{
    size_t len = strlen(run->text);
    unsigned rest = 0;
    if (len < 15 || len > 34 || !isalpha((unsigned char)run->text[0]) ||
        !isalpha((unsigned char)run->text[1]) || !isdigit((unsigned char)run->text[2]) ||
        !isdigit((unsigned char)run->text[3]))
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)run->text[(i + 4) % len];
        rest = isdigit(c) ? rest * 10 + (unsigned)(c - '0') : rest * 100 + (unsigned)(c - 'a' + 10);
        rest %= 97;
    }
    return rest == 1;
}

/* 987-65-4325: written as American social security numbers are. */
static bool is_ssn(const struct view *view, const struct spelled *run)
{
    const struct word *word = &view->words->items[run->from];
    return run->digits == 9 && run->letters == 0 && run->to - run->from == 3 &&
           word[0].end - word[0].start == 3 && word[1].joined && word[1].end - word[1].start == 2 &&
           word[2].joined && word[2].end - word[2].start == 4;
}

/* --- What is a secret by what it is called --- */

/* Han, kana and Hangul: of a word that has the name of a secret in it, which one; how many bytes of its
 * folded form go up to the end of the name. */
static size_t inner_name(const struct word *word, enum secret *class, size_t *least)
{
    for (size_t i = 0; (unsigned char)word->fold[0] >= 0xe3 && i < sizeof inner_names / sizeof *inner_names;
         i++) {
        const char *found = strstr(word->fold, inner_names[i].part);
        if (!found)
            continue;
        *class = inner_names[i].class;
        *least = inner_names[i].least;
        return (size_t)(found - word->fold) + strlen(inner_names[i].part);
    }
    return 0;
}

static size_t name_at(const struct words *words, size_t at, enum secret *class, size_t *least)
{
    size_t best = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t len = words_phrase(words, at, names[i].phrase);
        if (len > best) {
            best = len;
            *class = names[i].class;
            *least = names[i].least;
        }
    }
    return best > 0 ? best : inner_name(&words->items[at], class, least) > 0;
}

/* A card that pays nothing: its number is the operator's. */
static bool is_harmless(const struct words *words, size_t at)
{
    static const char *const before[] = {"membership", "member",   "loyalty", "library", "gift",
                                         "sim",        "customer", "bonus",   "business"};
    for (size_t i = 0; at > 0 && i < sizeof before / sizeof *before; i++)
        if (strcmp(words->items[at - 1].fold, before[i]) == 0)
            return true;
    return false;
}

/* Whether a code is long enough to be what was named. An operator's own account number has letters, or is
 * short. */
static bool fits(const struct spelled *run, enum secret class)
{
    size_t len = run->digits + run->letters;
    if (run->plus)
        return false;
    if (class == SECRET_BANK)
        return (run->letters == 0 && run->digits >= 6) || len >= 15;
    if (class == SECRET_IDENTITY)
        return run->digits >= 2 && len >= 5;
    return run->digits >= 3;
}

static void remember(struct masking *masking, const struct spelled *run, enum secret class)
{
    if (masking->found_count == SECRETS_MAX || run->digits + run->letters < 4)
        return;
    struct secret_found *found = &masking->found[masking->found_count++];
    memcpy(found->text, run->text, sizeof found->text);
    found->class = class;
}

static void mark(struct masking *masking, struct view *view, size_t from, size_t to, enum secret class)
{
    if (!(masking->classes & class))
        return;
    for (size_t at = from; at < to; at++)
        view->masks[at] = class;
}

static void mark_run(struct masking *masking, struct view *view, const struct spelled *run, enum secret class)
{
    mark(masking, view, run->from, run->to, class);
    remember(masking, run, class);
}

/* A word of a password is secret wherever it is said or written again. */
static void remember_words(struct masking *masking, const struct words *words, size_t from, size_t to)
{
    const struct reading *reading = masking->reading;
    for (size_t at = from; at < to && masking->word_count < SECRETS_MAX; at++) {
        const char *fold = words->items[at].fold;
        if (strlen(fold) < 4 || !reading->ruled ||
            language_list(reading->language, LIST_COMMON, words, at) > 0 ||
            language_list(reading->language, LIST_FUNCTION, words, at) > 0)
            continue;
        const char *copy = arena_text(masking->arena, fold, strlen(fold));
        masking->failed = masking->failed || !copy;
        if (copy)
            masking->words[masking->word_count++] = copy;
    }
}

static bool is_remembered(const struct masking *masking, const char *fold)
{
    for (size_t i = 0; i < masking->word_count; i++)
        if (strcmp(masking->words[i], fold) == 0)
            return true;
    return false;
}

static bool is_any(const char *fold, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(fold, *list) == 0)
            return true;
    return false;
}

static void mark_word(struct masking *masking, struct view *view, size_t from, size_t to)
{
    if (!(masking->classes & SECRET_PASSWORD))
        return;
    mark(masking, view, from, to, SECRET_PASSWORD);
    remember_words(masking, view->words, from, to);
}

/* Letters and digits in one. */
static bool is_mixed(const struct word *word)
{
    bool digit = false, letter = false;
    for (const char *at = word->fold; *at; at++) {
        digit = digit || isdigit((unsigned char)*at);
        letter = letter || isalpha((unsigned char)*at) || (unsigned char)*at >= 0x80;
    }
    return digit && letter;
}

/* "मेरा पासवर्ड गुलाब77 है": the verb comes last. */
static void mark_before_verb(struct masking *masking, struct view *view, size_t from)
{
    static const char verb[] = "है";
    /* What says something of a password, folded: "क्या", "गलत", "नहीं", "का". */
    static const char *const others[] = {"कय", "गलत", "सह", "नय", "परन", "वह", "यह", "अलग", "नह",
                                         "क",  "म",   "पर", "स",  "भल",  "भ",  "कछ", "बहत", NULL};
    const struct words *words = view->words;
    for (size_t at = from; at < words->count && at <= from + 4; at++) {
        const struct word *word = &words->items[at];
        if (word->question || (at > from && word->gap == GAP_STOP) || is_any(word->fold, others))
            return;
        if (word->end - word->start == sizeof verb - 1 &&
            memcmp(words->text + word->start, verb, sizeof verb - 1) == 0) {
            size_t end = at + 1 < words->count && words->items[at + 1].gap == GAP_NONE ? at + 2 : at + 1;
            mark_word(masking, view, at > from ? from : at + 1, at > from ? at : end);
            return;
        }
    }
}

/* "パスワードはひまわり77です", "密码是向日葵": what follows in the same word and the number behind it, where
 * the sentence says that it is so. */
static void mark_inner(struct masking *masking, struct view *view, size_t at)
{
    static const char *const links[] = {"は", "か", "是", NULL};
    /* "forgotten", "the same", "which": folded. */
    static const char *const others[] = {"忘",   "同し", "違",   "必要", "何",
                                         "なん", "什么", "多少", "新し", "正し"};
    const struct word *word = &view->words->items[at];
    enum secret class = 0;
    size_t least = 0, end = inner_name(word, &class, &least), len = strlen(word->fold), link = 0;
    /* What is folded to as many bytes is cut at the same place. */
    if (end == 0 || class != SECRET_PASSWORD || word->question || len != word->end - word->start)
        return;
    while (links[link] && strncmp(word->fold + end, links[link], strlen(links[link])) != 0)
        link++;
    if (!links[link])
        return;
    const char *value = word->fold + end + strlen(links[link]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strstr(value, others[i]))
            return;
    bool number = at + 1 < view->words->count && view->words->items[at + 1].gap == GAP_NONE &&
                  view->words->items[at + 1].shape == SHAPE_NUMBER;
    size_t rest = strlen(value);
    bool is =
        strcmp(links[link], "是") == 0 ||
        (rest > 6 && strcmp(value + rest - 6, "てす") == 0 &&
         (rest < 9 || (strncmp(value + rest - 9, "ん", 3) != 0 && strncmp(value + rest - 9, "の", 3) != 0)));
    if (rest == 0 || !(number || is) || !(masking->classes & SECRET_PASSWORD))
        return;
    size_t kept = (size_t)(value - word->fold);
    if (((unsigned char)view->words->text[word->start + kept] & 0xc0) == 0x80)
        return;
    view->kept[at] = kept;
    mark(masking, view, at, at + 1 + number, SECRET_PASSWORD);
}

/* "My password is Rhubarb77", "the word is blue bird": what follows the "is", to the end of the clause. */
static void mark_password(struct masking *masking, struct view *view, size_t from)
{
    static const char *const verbs[] = {"is",  "ist", "lautet", "es", "est", "e",   "was",
                                        "war", "era", "c",      "=",  "ar",  "jest"};
    static const char *const polish_verbs[] = {"to", "brzmi", NULL};
    const struct words *words = view->words;
    size_t end = from + 4 < words->count ? from + 4 : words->count;
    bool polish = from > 0 && strncmp(words->items[from - 1].fold, "hasł", 5) == 0;
    /* "Hasło: Stokrotka7" */
    if (from < words->count && words->items[from].gap != GAP_STOP && is_mixed(&words->items[from])) {
        mark_word(masking, view, from, from + 1);
        return;
    }
    for (size_t at = from; at < end; at++) {
        bool verb = polish && words->items[at].gap == GAP_NONE && is_any(words->items[at].fold, polish_verbs);
        if (verb && at + 1 < words->count && !words->items[at].question &&
            !other_word(OTHER_NEGATOR, words->items[at + 1].fold)) {
            mark_word(masking, view, at + 1, at + 2);
            return;
        }
        for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
            /* "e" is "is" with its accent only. */
            size_t bytes = words->items[at].end - words->items[at].start;
            if (strcmp(words->items[at].fold, verbs[i]) != 0 || (bytes == 1 && verbs[i][0] == 'e'))
                continue;
            size_t to = at + 1;
            while (to < words->count && to < at + 5 && (to == at + 1 || words->items[to].gap == GAP_NONE) &&
                   !spelled_is_link(&words->items[to]))
                to++;
            bool plain = masking->reading->ruled && at + 1 < words->count &&
                         language_list(masking->reading->language, LIST_COMMON, words, at + 1) > 0;
            /* "My password is Rhubarb77, should I change it?" */
            bool told =
                !words->items[at].question || (to < words->count && words->items[to].gap == GAP_COMMA);
            if (!plain && told && (masking->classes & SECRET_PASSWORD)) {
                mark(masking, view, at + 1, to, SECRET_PASSWORD);
                remember_words(masking, words, at + 1, to);
            }
            return;
        }
    }
    mark_before_verb(masking, view, from);
}

static void mark_after(struct masking *masking, struct view *view, size_t from, enum secret class,
                       size_t least)
{
    size_t next = from, end = from;
    enum secret other = 0;
    size_t digits = 0;
    /* What follows the name of another secret is that one's. */
    while (end < view->words->count &&
           (name_at(view->words, end, &other, &digits) == 0 || other == class || digits >= 8))
        end++;
    for (size_t i = 0; i < view->run_count; i++) {
        const struct spelled *run = &view->runs[i];
        if (run->from >= from && run->from < end && run->from <= next + REACH_WORDS && fits(run, class) &&
            run->digits >= least) {
            mark_run(masking, view, run, class);
            next = run->to;
        }
    }
    if (class == SECRET_PASSWORD && from > 0)
        mark_inner(masking, view, from - 1);
    if (class == SECRET_PASSWORD)
        mark_password(masking, view, from);
}

/* Whether the sentence of a word is a question, or a request that is answered like one. */
static bool asks(const struct words *words, size_t at)
{
    static const char *const requests[] = {
        "need",  "please", "tell",     "give",    "confirm",  "verify",  "bitte",  "brauche", "nennen",
        "sagen", "geben",  "necesito", "favor",   "digame",   "besoin",  "donner", "donnez",  "plait",
        "serve", "dica",   "favore",   "preciso", "diga",     "informe", "prosze", "podac",   "podaj",
        "graag", "noem",   "geef",     "lutfen",  "soyleyin", "verin",   "बतइए",   "बतए",     "दजए"};
    /* In scripts that write no blanks, folded: "お願い", "ください", "いただけ". */
    static const char *const parts[] = {"お願い", "くたさい", "教え", "いたたけ", "てすか", "告诉", "请"};
    struct span sentence = reading_sentence(words, at);
    bool request = words->items[at].question;
    for (size_t i = sentence.from; i < sentence.to && !request; i++)
        for (size_t r = 0; r < sizeof requests / sizeof *requests && !request; r++)
            request = strcmp(words->items[i].fold, requests[r]) == 0;
    for (size_t i = sentence.from; i < sentence.to && !request; i++)
        for (size_t r = 0; r < sizeof parts / sizeof *parts && !request; r++)
            request =
                (unsigned char)words->items[i].fold[0] >= 0xe3 && strstr(words->items[i].fold, parts[r]);
    return request;
}

/* Masks what the text itself shows to be secret; the classes that it names are returned, for what is answered
 * to it. */
static unsigned look(struct masking *masking, struct view *view)
{
    unsigned named = 0;
    for (size_t i = 0; i < view->run_count; i++) {
        const struct spelled *run = &view->runs[i];
        if (is_card(run))
            mark_run(masking, view, run, SECRET_CARD);
        else if (is_iban(run))
            mark_run(masking, view, run, SECRET_BANK);
        else if (is_ssn(view, run))
            mark_run(masking, view, run, SECRET_IDENTITY);
    }
    for (size_t at = 0; at < view->words->count; at++) {
        enum secret class = 0;
        size_t least = 0, len = name_at(view->words, at, &class, &least);
        if (len == 0 || (class == SECRET_CARD && is_harmless(view->words, at)))
            continue;
        if (asks(view->words, at) && least < 8)
            named |= class;
        mark_after(masking, view, at + len, class, least);
        at += len - 1;
    }
    return named;
}

/* The caller's answer to a question for a secret: the first code of it, or an answer that is nothing but a
 * password. */
static bool look_at_answer(struct masking *masking, struct view *view, unsigned asked)
{
    const struct language *language = masking->reading->ruled ? masking->reading->language : NULL;
    const struct words *words = view->words;
    for (size_t i = 0; i < view->run_count; i++)
        for (unsigned class = 1; class <= SECRET_PASSWORD; class *= 2)
            if ((asked & class) && fits(&view->runs[i], (enum secret) class)) {
                mark_after(masking, view, view->runs[i].from, (enum secret) class, 0);
                return true;
            }
    for (size_t at = 0; (asked & SECRET_PASSWORD) && at < words->count; at++)
        if (!words->items[at].question && is_mixed(&words->items[at]) && words->count <= ANSWER_WORDS) {
            mark_word(masking, view, at, at + 1);
            return true;
        }
    if (!(asked & SECRET_PASSWORD) || !language || words->count == 0 || words->count > ANSWER_WORDS ||
        words->items[0].question)
        return false;
    for (size_t at = 0; at < words->count; at++)
        if (language_list(language, LIST_COMMON, words, at) > 0 ||
            language_list(language, LIST_YES, words, at) > 0 ||
            language_list(language, LIST_NO, words, at) > 0)
            return false;
    mark(masking, view, 0, words->count, SECRET_PASSWORD);
    if (masking->classes & SECRET_PASSWORD)
        remember_words(masking, words, 0, words->count);
    return true;
}

/* --- Rewriting --- */

/* A secret, or a part of one, that was found elsewhere in the call. */
static void look_for_known(struct masking *masking, struct view *view)
{
    for (size_t i = 0; i < view->run_count; i++)
        for (size_t f = 0; f < masking->found_count; f++) {
            const struct spelled *run = &view->runs[i];
            const struct secret_found *found = &masking->found[f];
            bool part = strlen(run->text) >= 4 && strstr(found->text, run->text);
            if (part || strstr(run->text, found->text))
                mark(masking, view, run->from, run->to, found->class);
        }
    for (size_t at = 0; at < view->words->count && masking->word_count > 0; at++)
        if (view->masks[at] == 0 && is_remembered(masking, view->words->items[at].fold))
            mark(masking, view, at, at + 1, SECRET_PASSWORD);
}

/* The text with what was marked replaced; the text itself when nothing was. */
static const char *rewrite(struct masking *masking, const struct view *view)
{
    const struct words *words = view->words;
    struct buf b = BUF_INIT;
    size_t copied = 0;
    for (size_t at = 0; at < words->count; at++) {
        if (!view->masks[at])
            continue;
        size_t end = at;
        while (end + 1 < words->count && view->masks[end + 1] == view->masks[at])
            end++;
        if (words->items[at].start >= copied) {
            buf_add(&b, words->text + copied, words->items[at].start + view->kept[at] - copied);
            buf_puts(&b, mask_name(view->masks[at]));
            masking->places++;
        }
        copied = words->items[end].end > copied ? words->items[end].end : copied;
        at = end;
    }
    const char *text = words->text;
    /* What lies behind the words that were looked at could hold anything. */
    bool cut = words->count == WORDS_MAX;
    if (copied > 0 || cut) {
        size_t end = cut ? words->items[words->count - 1].end : strlen(words->text);
        if (end > copied)
            buf_add(&b, words->text + copied, end - copied);
        text = buf_text(&b) ? arena_text(masking->arena, b.data, b.len) : NULL;
    }
    masking->failed = masking->failed || !text;
    buf_free(&b);
    return text ? text : "";
}

static bool view_open(struct masking *masking, struct view *view, const struct words *words)
{
    *view = (struct view){.words = words,
                          .masks = calloc(words->count + 1, sizeof *view->masks),
                          .kept = calloc(words->count + 1, sizeof *view->kept)};
    masking->failed = masking->failed || !view->masks || !view->kept;
    if (!masking->failed)
        find_runs(masking->reading, view);
    return !masking->failed;
}

static void view_close(struct view *view)
{
    free(view->masks);
    free(view->kept);
}

/* One line of a text that is no turn. */
static const char *mask_line(struct masking *masking, const char *text)
{
    struct spoken spoken = {.turn = 0};
    struct view view;
    const char *result = text;
    if (!*text || reading_read(masking->reading, text, &spoken) != 0)
        return text;
    if (view_open(masking, &view, &spoken.words)) {
        look(masking, &view);
        look_for_known(masking, &view);
        result = rewrite(masking, &view);
    }
    view_close(&view);
    words_free(&spoken.words);
    return result;
}

/* A text that is no turn, line by line. */
static const char *mask_alone(struct masking *masking, const char *text)
{
    struct buf b = BUF_INIT;
    int before = masking->places;
    if (!strchr(text, '\n'))
        return mask_line(masking, text);
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, "\n");
        const char *line = arena_text(masking->arena, at, len);
        buf_puts(&b, line ? mask_line(masking, line) : "");
        masking->failed = masking->failed || !line;
        at += len;
        if (*at) {
            buf_putc(&b, '\n');
            at++;
        }
    }
    const char *whole = buf_text(&b) ? arena_text(masking->arena, b.data, b.len) : NULL;
    buf_free(&b);
    masking->failed = masking->failed || !whole;
    return whole && (masking->places > before || strlen(whole) < strlen(text)) ? whole : text;
}

/* Finds the secrets of all turns; their masks stay in `views`. */
static void find_in_turns(struct masking *masking, struct view *views)
{
    unsigned asked = 0;
    int goes_on = 0;
    for (size_t at = 0; at < masking->reading->count && !masking->failed; at++) {
        const struct spoken *spoken = &masking->reading->spoken[at];
        if (!view_open(masking, &views[at], &spoken->words))
            return;
        unsigned named = look(masking, &views[at]);
        if (spoken->role == ROLE_USER && asked &&
            (look_at_answer(masking, &views[at], asked) || --goes_on <= 0))
            asked = 0;
        if (named && spoken->role == ROLE_AGENT) {
            asked = named;
            goes_on = AFTER_TURNS;
        }
    }
}

static int mask_all(struct masking *masking, struct transcript *transcript)
{
    size_t count = masking->reading->count;
    struct view *views = calloc(count + 1, sizeof *views);
    if (!views)
        return -1;
    find_in_turns(masking, views);
    for (size_t at = 0; at < count && !masking->failed; at++) {
        look_for_known(masking, &views[at]);
        transcript->turns[at].text = rewrite(masking, &views[at]);
    }
    for (size_t at = 0; at < count; at++)
        view_close(&views[at]);
    free(views);
    transcript->summary = mask_alone(masking, transcript->summary);
    return masking->failed ? -1 : 0;
}

static void mask_value(struct masking *masking, char **value)
{
    const char *masked = mask_alone(masking, *value);
    if (masked == *value)
        return;
    char *copy = strdup(masked);
    masking->failed = masking->failed || !copy;
    if (copy) {
        free(*value);
        *value = copy;
    }
}

static int mask_collected(struct masking *masking, struct transcript *transcript)
{
    for (size_t at = 0; at < transcript->collected_count && !masking->failed; at++)
        mask_value(masking, &transcript->collected[at].value);
    for (size_t at = 0; at < transcript->result_count && !masking->failed; at++)
        mask_value(masking, &transcript->results[at].value);
    return masking->failed ? -1 : 0;
}

int secrets_mask(const struct lexicon *lexicon, struct transcript *transcript, unsigned classes,
                 struct arena *arena)
{
    struct reading reading;
    struct masking masking = {.reading = &reading, .classes = classes, .arena = arena};
    int result = 0;
    if (classes == 0)
        return 0;
    if (reading_open(&reading, lexicon, transcript, arena) == 0) {
        reading.any_digits = true;
        if (mask_all(&masking, transcript) != 0 || mask_collected(&masking, transcript) != 0)
            result = -1;
    } else {
        result = -1;
    }
    result = reading.failed ? -1 : result;
    reading_close(&reading);
    return result == 0 ? masking.places : -1;
}

const char *secrets_mask_text(const struct lexicon *lexicon, const char *language, const char *text,
                              unsigned classes, struct arena *arena, bool *masked)
{
    struct reading reading = {.lexicon = lexicon, .arena = arena, .any_digits = true};
    struct masking masking = {.reading = &reading, .classes = classes, .arena = arena};
    reading.language = lexicon_language(lexicon, language);
    reading.ruled = reading.language != NULL;
    const char *result = mask_alone(&masking, text);
    if (masked)
        *masked = masking.places > 0;
    return masking.failed || reading.failed ? NULL : result;
}
