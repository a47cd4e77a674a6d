#include "understand/identifiers.h"

#include "base/buf.h"
#include "base/text.h"
#include "understand/spelled.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define RUNS            32 /* of one turn */
#define REACH           6  /* words from "account number" to the number */
#define ANSWER_TURNS    2  /* turns of the caller in which an answer may come */
#define EMAIL_CHARS     120
#define ADDRESS_WORDS   16
#define POSTCODE_DIGITS 4
#define PREFIX_CHARS    4
#define PHONE_DIGITS    10 /* of a national number with its area code, mostly */
#define ADDRESS_LEAD    6  /* words of a sentence in which the number of the house or its street comes */

/* What is asked for, or given: a noun, folded, in the languages that callers speak. "…nummer" of German is
 * one word. */
enum thing { THING_NONE, THING_PHONE, THING_EMAIL, THING_ADDRESS, THING_ID };

static const struct {
    enum thing thing;
    const char *phrase, *slot;
} things[] = {
    {THING_PHONE, "phone number", "phone"},
    {THING_PHONE, "telephone number", "phone"},
    {THING_PHONE, "mobile number", "phone"},
    {THING_PHONE, "cell number", "phone"},
    {THING_PHONE, "contact number", "phone"},
    {THING_PHONE, "phone", "phone"},
    {THING_PHONE, "mobile", "phone"},
    {THING_PHONE, "cell", "phone"},
    {THING_PHONE, "landline", "phone"},
    {THING_PHONE, "number to reach", "phone"},
    {THING_PHONE, "number", "phone"},
    {THING_PHONE, "reach you", "phone"},
    {THING_PHONE, "telefonnummer", "phone"},
    {THING_PHONE, "handynummer", "phone"},
    {THING_PHONE, "mobilnummer", "phone"},
    {THING_PHONE, "ruckrufnummer", "phone"},
    {THING_PHONE, "telefon", "phone"},
    {THING_PHONE, "handy", "phone"},
    {THING_PHONE, "nummer", "phone"},
    {THING_PHONE, "numero de telefono", "phone"},
    {THING_PHONE, "telefono", "phone"},
    {THING_PHONE, "celular", "phone"},
    {THING_PHONE, "movil", "phone"},
    {THING_PHONE, "numero de telephone", "phone"},
    {THING_PHONE, "telephone", "phone"},
    {THING_PHONE, "portable", "phone"},
    {THING_PHONE, "numero", "phone"},
    {THING_PHONE, "numero di telefono", "phone"},
    {THING_PHONE, "cellulare", "phone"},
    {THING_PHONE, "telefone", "phone"},
    {THING_PHONE, "telemovel", "phone"},
    {THING_PHONE, "telefoonnummer", "phone"},
    {THING_EMAIL, "email", "email"},
    {THING_EMAIL, "e mail", "email"},
    {THING_EMAIL, "mail", "email"},
    {THING_EMAIL, "correo", "email"},
    {THING_EMAIL, "courriel", "email"},
    {THING_EMAIL, "posta elettronica", "email"},
    {THING_ADDRESS, "address", "address"},
    {THING_ADDRESS, "adresse", "address"},
    {THING_ADDRESS, "anschrift", "address"},
    {THING_ADDRESS, "direccion", "address"},
    {THING_ADDRESS, "domicilio", "address"},
    {THING_ADDRESS, "indirizzo", "address"},
    {THING_ADDRESS, "endereco", "address"},
    {THING_ADDRESS, "morada", "address"},
    {THING_ADDRESS, "adres", "address"},
    {THING_ID, "order number", "order"},
    {THING_ID, "order", "order"},
    {THING_ID, "bestellnummer", "order"},
    {THING_ID, "auftragsnummer", "order"},
    {THING_ID, "numero de pedido", "order"},
    {THING_ID, "numero de commande", "order"},
    {THING_ID, "numero d ordine", "order"},
    {THING_ID, "numero di ordine", "order"},
    {THING_ID, "numero de o pedido", "order"},
    {THING_ID, "account number", "account"},
    {THING_ID, "account", "account"},
    {THING_ID, "account id", "account"},
    {THING_ID, "customer number", "customer"},
    {THING_ID, "customer id", "customer"},
    {THING_ID, "client number", "customer"},
    {THING_ID, "kundennummer", "customer"},
    {THING_ID, "numero de cliente", "customer"},
    {THING_ID, "numero de client", "customer"},
    {THING_ID, "numero cliente", "customer"},
    {THING_ID, "codice cliente", "customer"},
    {THING_ID, "numero de o cliente", "customer"},
    {THING_ID, "policy number", "policy"},
    {THING_ID, "policy", "policy"},
    {THING_ID, "versicherungsnummer", "policy"},
    {THING_ID, "policennummer", "policy"},
    {THING_ID, "versicherungsscheinnummer", "policy"},
    {THING_ID, "numero de poliza", "policy"},
    {THING_ID, "numero de police", "policy"},
    {THING_ID, "numero di polizza", "policy"},
    {THING_ID, "numero de a apolice", "policy"},
    {THING_ID, "member number", "member"},
    {THING_ID, "membership number", "member"},
    {THING_ID, "member id", "member"},
    {THING_ID, "mitgliedsnummer", "member"},
    {THING_ID, "numero de socio", "member"},
    {THING_ID, "numero d adherent", "member"},
    {THING_ID, "numero di socio", "member"},
    {THING_ID, "claim number", "claim"},
    {THING_ID, "schadennummer", "claim"},
    {THING_ID, "schadensnummer", "claim"},
    {THING_ID, "numero de siniestro", "claim"},
    {THING_ID, "numero de sinistre", "claim"},
    {THING_ID, "numero di sinistro", "claim"},
    {THING_ID, "booking reference", "booking"},
    {THING_ID, "booking number", "booking"},
    {THING_ID, "booking code", "booking"},
    {THING_ID, "reservation number", "booking"},
    {THING_ID, "confirmation number", "booking"},
    {THING_ID, "confirmation code", "booking"},
    {THING_ID, "buchungsnummer", "booking"},
    {THING_ID, "reservierungsnummer", "booking"},
    {THING_ID, "numero de reserva", "booking"},
    {THING_ID, "codigo de reserva", "booking"},
    {THING_ID, "numero de reservation", "booking"},
    {THING_ID, "numero di prenotazione", "booking"},
    {THING_ID, "numero de a reserva", "booking"},
    {THING_ID, "reference number", "reference"},
    {THING_ID, "reference", "reference"},
    {THING_ID, "case number", "reference"},
    {THING_ID, "ticket number", "reference"},
    {THING_ID, "aktenzeichen", "reference"},
    {THING_ID, "vorgangsnummer", "reference"},
    {THING_ID, "numero de dossier", "reference"},
    {THING_ID, "numero di pratica", "reference"},
    {THING_ID, "contract number", "contract"},
    {THING_ID, "vertragsnummer", "contract"},
    {THING_ID, "numero de contrato", "contract"},
    {THING_ID, "numero de contrat", "contract"},
    {THING_ID, "numero di contratto", "contract"},
    {THING_ID, "numero de o contrato", "contract"},
    {THING_ID, "invoice number", "invoice"},
    {THING_ID, "rechnungsnummer", "invoice"},
    {THING_ID, "numero de factura", "invoice"},
    {THING_ID, "numero de facture", "invoice"},
    {THING_ID, "numero di fattura", "invoice"},
    {THING_ID, "registration", "registration"},
    {THING_ID, "registration number", "registration"},
    {THING_ID, "license plate", "registration"},
    {THING_ID, "number plate", "registration"},
    {THING_ID, "kennzeichen", "registration"},
    {THING_ID, "matricula", "registration"},
    {THING_ID, "immatriculation", "registration"},
    {THING_ID, "targa", "registration"},
    {THING_ID, "student number", "student"},
    {THING_ID, "patient number", "patient"},
    {THING_ID, "id number", "customer"},
    {THING_NONE, "zip code", ""},
    {THING_NONE, "zip", ""},
    {THING_NONE, "postcode", ""},
    {THING_NONE, "postal code", ""},
    {THING_NONE, "postleitzahl", ""},
    {THING_NONE, "plz", ""},
    {THING_NONE, "codigo postal", ""},
    {THING_NONE, "code postal", ""},
    {THING_NONE, "codice postale", ""},
    {THING_NONE, "cep", ""},
};

#define THINGS (sizeof things / sizeof *things)

/* The longest noun of the table at word `at`: how many words it has, 0 when there is none. */
static size_t thing_at(const struct words *words, size_t at, size_t *found)
{
    size_t best = 0;
    for (size_t i = 0; i < THINGS; i++) {
        size_t len = words_phrase(words, at, things[i].phrase);
        if (len > best) {
            best = len;
            *found = i;
        }
    }
    return best;
}

const char *identifiers_slot(const struct words *words, size_t end)
{
    size_t best = 0, thing = 0, found = 0;
    for (size_t at = 0; at < end && at < words->count; at++) {
        size_t len = thing_at(words, at, &thing);
        if (len > best && things[thing].thing == THING_ID) {
            best = len;
            found = thing;
        }
    }
    return best > 0 ? things[found].slot : "";
}

/* --- E-mail addresses --- */

static bool is_at_word(const char *fold)
{
    static const char *const ats[] = {"at",          "arroba", "arobase",  "chiocciola", "apenstaartje",
                                      "klammeraffe", "et",     "kuyruklu", "malpa"};
    for (size_t i = 0; i < sizeof ats / sizeof *ats; i++)
        if (strcmp(ats[i], fold) == 0)
            return true;
    return false;
}

/* What joins the parts of an address when it is said: '.' for "dot", 0 when it is no such word. */
static char joint_of(const char *fold)
{
    static const struct {
        const char *word;
        char joint;
    } joints[] = {{"dot", '.'},        {"punkt", '.'},       {"punto", '.'},       {"point", '.'},
                  {"ponto", '.'},      {"punt", '.'},        {"nokta", '.'},       {"kropka", '.'},
                  {"underscore", '_'}, {"unterstrich", '_'}, {"underline", '_'},   {"dash", '-'},
                  {"hyphen", '-'},     {"minus", '-'},       {"bindestrich", '-'}, {"tiret", '-'},
                  {"trattino", '-'},   {"guion", '-'},       {"hifen", '-'},       {"streepje", '-'}};
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++)
        if (strcmp(joints[i].word, fold) == 0)
            return joints[i].joint;
    return '\0';
}

static bool is_address_byte(char c)
{
    return isalnum((unsigned char)c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '%';
}

/* The written address around the '@' at `at`; false when it is none. */
static bool written_email(const char *text, size_t at, char email[EMAIL_CHARS])
{
    size_t from = at, to = at + 1, dot = 0;
    while (from > 0 && is_address_byte(text[from - 1]))
        from--;
    while (is_address_byte(text[to]))
        to++;
    while (to > at + 1 && !isalnum((unsigned char)text[to - 1]))
        to--;
    for (size_t i = at + 1; i < to; i++)
        dot = text[i] == '.' ? i : dot;
    while (from < at && !isalnum((unsigned char)text[from]))
        from++;
    if (from == at || dot <= at + 1 || to - dot < 3 || to - from >= EMAIL_CHARS)
        return false;
    for (size_t i = from; i < to; i++)
        email[i - from] = (char)tolower((unsigned char)text[i]);
    email[to - from] = '\0';
    return true;
}

/* A part of an address as it is said, to the left of word `end`: "whelan", "w h e l a n", "rosita one nine
 * five four". Puts it before what stands in `out`; returns where it begins, `end` when there is none. */
static size_t part_before(struct reading *reading, const struct words *words, size_t end,
                          char out[EMAIL_CHARS])
{
    struct spelled run;
    /* The longest row of code parts that ends here. */
    size_t best = end;
    for (size_t from = end; from > 0 && end - from < 20; from--) {
        size_t at = from - 1;
        run = (struct spelled){.from = at};
        for (size_t word = at; word < end;) {
            size_t len = spelled_part(reading, words, word, &run);
            if (len == 0)
                break;
            word += len;
            if (word == end)
                best = at;
        }
        if (best != at && end - at > 2)
            break;
    }
    char part[EMAIL_CHARS] = "";
    if (best < end) {
        run = (struct spelled){.from = best};
        for (size_t word = best; word < end;)
            word += spelled_part(reading, words, word, &run);
        snprintf(part, sizeof part, "%s", run.text);
    }
    /* A name and its number: "rosita 1954"; or a plain word. */
    bool digits = part[0] && isdigit((unsigned char)part[0]);
    if (best > 0 && (best == end || digits) && strlen(words->items[best - 1].fold) < 40 &&
        !joint_of(words->items[best - 1].fold) && (best == end || words->items[best].gap == GAP_NONE)) {
        char joined[EMAIL_CHARS * 2];
        snprintf(joined, sizeof joined, "%.60s%.50s", words->items[best - 1].fold, part);
        snprintf(part, sizeof part, "%.110s", joined);
        best--;
    }
    /* "t.falk at example dot com": a dot that was written. */
    while (best > 0 && best < end && words->items[best].start == words->items[best - 1].end + 1 &&
           strchr("._-", words->text[words->items[best - 1].end]) &&
           strlen(part) + strlen(words->items[best - 1].fold) < 100) {
        char joined[EMAIL_CHARS * 2];
        snprintf(joined, sizeof joined, "%.60s%c%.100s", words->items[best - 1].fold,
                 words->text[words->items[best - 1].end], part);
        snprintf(part, sizeof part, "%.110s", joined);
        best--;
    }
    if (strlen(part) + strlen(out) + 2 >= EMAIL_CHARS)
        return end;
    memmove(out + strlen(part), out, strlen(out) + 1);
    memcpy(out, part, strlen(part));
    return best;
}

/* The address that is said around an "at": "nora dot whelan at example dot com". Where it ends, 0 when it is
 * none. */
static size_t said_email(struct reading *reading, const struct words *words, size_t at,
                         char email[EMAIL_CHARS])
{
    char left[EMAIL_CHARS] = "", right[EMAIL_CHARS] = "";
    size_t from = at, to = at + 1;
    bool dot = false;
    for (char joint = 'x'; joint;) {
        size_t begin = part_before(reading, words, from, left);
        if (begin == from)
            return 0;
        from = begin;
        joint = from > 1 ? joint_of(words->items[from - 1].fold) : '\0';
        if (joint && strlen(left) + 2 < EMAIL_CHARS) {
            memmove(left + 1, left, strlen(left) + 1);
            left[0] = joint;
            from--;
        }
    }
    /* The domain: words and dots, to the last word behind a dot. */
    while (to < words->count && (to == at + 1 || words->items[to].gap != GAP_STOP)) {
        char joint = joint_of(words->items[to].fold);
        size_t len = strlen(right), more = strlen(words->items[to].fold);
        bool after_joint = to == at + 1 || joint_of(words->items[to - 1].fold);
        if (joint ? after_joint : !after_joint)
            break;
        if (len + more + 2 >= EMAIL_CHARS / 2)
            return 0;
        if (joint)
            right[len] = joint, right[len + 1] = '\0';
        else
            memcpy(right + len, words->items[to].fold, more + 1);
        dot = dot || joint == '.';
        to++;
    }
    size_t len = strlen(right);
    if (!dot || len < 4 || !isalnum((unsigned char)right[len - 1]) || strlen(left) + len + 2 > EMAIL_CHARS)
        return 0;
    snprintf(email, EMAIL_CHARS, "%.58s@%.58s", left, right);
    return to;
}

/* --- Whose it is --- */

/* What an agent calls the caller's, though in some languages it means hers, too: "Ihre". */
static bool is_yours(const struct word *word)
{
    static const char *const yours[] = {"your", "ihre",  "ihr", "ihren", "ihrer", "deine", "eure", "su",
                                        "tu",   "votre", "ton", "suo",   "sua",   "tuo",   "seu",  "vostro"};
    for (size_t i = 0; i < sizeof yours / sizeof *yours; i++)
        if (strcmp(word->fold, yours[i]) == 0)
            return true;
    return false;
}

/* "Her number is", "my wife's e-mail": somebody else's. */
static bool is_others(struct reading *reading, const struct words *words, size_t at, enum role role)
{
    size_t from = at > 6 ? at - 6 : 0;
    for (size_t i = at; i-- > from && reading->ruled;) {
        bool yours = role == ROLE_AGENT && is_yours(&words->items[i]);
        if ((!yours && language_list(reading->language, LIST_PRONOUN, words, i) > 0) ||
            language_list(reading->language, LIST_RELATIVE, words, i) > 0)
            return true;
        if (words->items[i + 1 < words->count ? i + 1 : i].gap == GAP_STOP)
            return false;
    }
    return false;
}

/* "A number for your mother": whose it is stands behind the noun, too. */
static bool is_for_other(struct reading *reading, const struct words *words, size_t at)
{
    for (size_t i = at; i < words->count && i < at + 4 && reading->ruled && words->items[i].gap != GAP_STOP;
         i++)
        if (language_list(reading->language, LIST_RELATIVE, words, i) > 0)
            return true;
    return false;
}

struct finder {
    struct reading *reading;
    struct understanding *understanding;
    size_t asked; /* index of the thing that the agent asked for, THINGS when none */
    int patience; /* turns of the caller in which the answer may come */
    bool of_other;
    /* The code that was given last, which may be read back and put right. */
    size_t given; /* index of the thing, THINGS when none */
    struct spelled code, heard;
    struct spelled told; /* the last code in the agent's turn before */
    int since;           /* turns of the caller */
};

/* A newer value of the same slot in the same call is a correction. */
static void give(struct finder *finder, enum statement_kind kind, const char *slot, const char *label,
                 const char *value, const struct spoken *spoken)
{
    struct understanding *u = finder->understanding;
    char *text = arena_printf(u->arena, "%s: %s", label, value);
    for (size_t i = u->statement_count; i-- > 0;) {
        const struct statement *old = &u->statements[i];
        if (old->source == SOURCE_RULE && old->kind == kind && strcmp(old->slot, slot) == 0 && !*old->whose)
            understanding_remove(u, i);
    }
    if (!text) {
        u->failed = true;
        return;
    }
    understanding_add(u, &(struct statement){.kind = kind,
                                             .whose = "",
                                             .text = text,
                                             .slot = slot,
                                             .value = value,
                                             .by = "",
                                             .source = SOURCE_RULE,
                                             .turn = spoken->turn});
}

static void read_emails(struct finder *finder, const struct spoken *spoken)
{
    const struct words *words = &spoken->words;
    char email[EMAIL_CHARS];
    for (const char *at = strchr(words->text, '@'); at; at = strchr(at + 1, '@'))
        if (written_email(words->text, (size_t)(at - words->text), email)) {
            size_t word = 0;
            while (word + 1 < words->count && words->items[word + 1].start <= (size_t)(at - words->text))
                word++;
            if (!is_others(finder->reading, words, word, ROLE_USER) && !finder->of_other)
                give(finder, STATEMENT_CONTACT, "email", "E-mail", email, spoken);
        }
    for (size_t at = 1; at + 2 < words->count; at++) {
        size_t to = is_at_word(words->items[at].fold) ? said_email(finder->reading, words, at, email) : 0;
        if (to == 0)
            continue;
        if (!is_others(finder->reading, words, at, ROLE_USER) && !finder->of_other)
            give(finder, STATEMENT_CONTACT, "email", "E-mail", email, spoken);
        at = to;
    }
}

static const char *upper(struct understanding *u, const char *text)
{
    char *copy = arena_text(u->arena, text, strlen(text));
    for (char *at = copy; at && *at; at++)
        *at = (char)toupper((unsigned char)*at);
    u->failed = u->failed || !copy;
    return copy ? copy : "";
}

/* "Account number" as a label: the words in which it was said, with a capital. */
static const char *label_of(struct understanding *u, const char *phrase)
{
    char *copy = arena_text(u->arena, phrase, strlen(phrase));
    if (copy)
        copy[0] = (char)toupper((unsigned char)copy[0]);
    u->failed = u->failed || !copy;
    return copy ? copy : "";
}

static bool is_phone(const struct spelled *run)
{
    return run->letters == 0 && run->digits >= 7 && run->digits <= 15;
}

static bool is_id(const struct spelled *run)
{
    return run->digits >= 2 && run->digits + run->letters >= 4 && !(run->letters > 0 && run->digits < 2);
}

static void note_given(struct finder *finder, size_t thing, const struct spelled *run)
{
    finder->given = thing;
    finder->code = *run;
    finder->since = 0;
}

/* Whether word `at` is the letters of a code, written together: "GC 20 45 1". Where all is in capitals they
 * say nothing, and "ID 1234" names the code. */
static bool is_prefix(const struct words *words, size_t at)
{
    const struct word *word = &words->items[at];
    size_t thing, len = strlen(word->fold);
    if (word->shape != SHAPE_UPPER || len < 2 || len > PREFIX_CHARS || word->end - word->start != len ||
        words->items[at + 1].gap != GAP_NONE || strcmp(word->fold, "id") == 0 ||
        strcmp(word->fold, "no") == 0 || thing_at(words, at, &thing) > 0)
        return false;
    for (size_t i = 0; i < words->count; i++)
        if (words->items[i].shape == SHAPE_LOWER)
            return true;
    return words->count > 0 && at == 0;
}

/* A run of these words, with the letters that are written in front of it if it is to be a code of such a
 * thing. */
static struct spelled with_prefix(const struct words *words, const struct spelled *run, enum thing thing)
{
    struct spelled whole = *run;
    if (thing != THING_ID || run->from == 0 || !is_prefix(words, run->from - 1))
        return whole;
    const char *letters = words->items[run->from - 1].fold;
    int len = snprintf(whole.text, sizeof whole.text, "%s%s", letters, run->text);
    if (len < 0 || (size_t)len >= sizeof whole.text)
        return *run;
    whole.letters += strlen(letters);
    whole.from--;
    return whole;
}

/* A code that was asked for, or that follows what it is called. False when it does not fit. */
static bool take_code(struct finder *finder, size_t thing, const struct spelled *run,
                      const struct spoken *spoken)
{
    struct understanding *u = finder->understanding;
    if (things[thing].thing == THING_PHONE && is_phone(run)) {
        const char *number = run->plus ? arena_printf(u->arena, "+%s", run->text) : run->text;
        give(finder, STATEMENT_CONTACT, "phone", "Phone", number ? number : run->text, spoken);
        note_given(finder, thing, run);
        return true;
    }
    if (things[thing].thing == THING_ID && is_id(run)) {
        give(finder, STATEMENT_ID, things[thing].slot, label_of(u, things[thing].phrase), upper(u, run->text),
             spoken);
        note_given(finder, thing, run);
        return true;
    }
    return false;
}

static size_t same_places(const char *a, const char *b)
{
    size_t count = 0;
    for (; *a && *b; a++, b++)
        count += *a == *b;
    return count;
}

/* Whether a code is another hearing of one: as long, and mostly the same. */
static bool is_version(const struct spelled *code, const struct spelled *other)
{
    size_t len = strlen(code->text);
    return strlen(other->text) == len && len >= 4 && same_places(code->text, other->text) * 2 >= len;
}

static bool begins_with(const struct finder *finder, const struct words *words, enum list list)
{
    return finder->reading->ruled && words->count > 0 &&
           language_list(finder->reading->language, list, words, 0) > 0;
}

/* Whether the end of a code has letters where another has letters, and digits where it has digits. */
static bool ends_alike(const struct spelled *code, const struct spelled *end)
{
    const char *at = code->text + strlen(code->text) - strlen(end->text);
    for (const char *other = end->text; *other; at++, other++)
        if (!isdigit((unsigned char)*at) != !isdigit((unsigned char)*other))
            return false;
    return true;
}

/* "Oh two six three. No, sorry. Oh two three six.": the last digits again. "No, ten is fine" is no such. */
static bool is_new_end(const struct finder *finder, const struct words *words, const struct spelled *run)
{
    size_t from = run->from > 4 ? run->from - 4 : 0;
    if (!finder->reading->ruled || strlen(run->text) >= strlen(finder->code.text) || strlen(run->text) < 3 ||
        !ends_alike(&finder->code, run))
        return false;
    for (size_t at = from; at < run->from; at++)
        if (language_list(finder->reading->language, LIST_NO, words, at) > 0 ||
            strcmp(words->items[at].fold, "sorry") == 0)
            return true;
    return false;
}

/* "My number is 614." "385-2906." "Six one four, three eight five, two nine oh six, is that correct?":
 * more digits around those that were given. */
static bool is_more_of(const struct spelled *code, const struct spelled *other)
{
    size_t len = strlen(code->text), more = strlen(other->text);
    if (len < 6 || more <= len)
        return false;
    /* Behind it only up to a usual length: "…, for your 2013 Honda" is no part of it. */
    return (strcmp(other->text + more - len, code->text) == 0 && more <= PHONE_DIGITS + 3) ||
           (strncmp(other->text, code->text, len) == 0 && more == PHONE_DIGITS);
}

/* What the caller says after a code was given and, perhaps, read back. */
static void put_right(struct finder *finder, const struct spoken *spoken, const struct spelled *runs,
                      size_t count, size_t first)
{
    bool read_back = *finder->heard.text && begins_with(finder, &spoken->words, LIST_YES) &&
                     (is_version(&finder->code, &finder->heard) || is_more_of(&finder->code, &finder->heard));
    if (finder->given >= THINGS || (finder->since > 2 && !read_back))
        return;
    for (size_t i = first; i < count; i++) {
        struct spelled code = runs[i];
        if (is_new_end(finder, &spoken->words, &code)) {
            code = finder->code;
            memcpy(code.text + strlen(code.text) - strlen(runs[i].text), runs[i].text, strlen(runs[i].text));
        }
        if (is_version(&finder->code, &code)) {
            take_code(finder, finder->given, &code, spoken);
            finder->heard.text[0] = '\0';
        }
    }
    if (read_back && *finder->heard.text) {
        const struct spelled heard = finder->heard;
        take_code(finder, finder->given, &heard, spoken);
    }
    finder->heard.text[0] = '\0';
}

/* What the agent reads back. */
static void read_back(struct finder *finder, const struct words *words)
{
    struct spelled runs[RUNS];
    size_t count = finder->given < THINGS ? spelled_runs(finder->reading, words, runs, RUNS) : 0;
    for (size_t i = 0; i < count; i++)
        if (is_version(&finder->code, &runs[i]) || is_more_of(&finder->code, &runs[i]))
            finder->heard = runs[i];
}

/* "My zip code is 90210": no answer to the question for an account. */
static bool is_postcode(const struct words *words, size_t at)
{
    size_t thing = THINGS, from = at > REACH ? at - REACH : 0;
    for (size_t i = at; i-- > from && words->items[i + 1].gap != GAP_STOP;)
        if (thing_at(words, i, &thing) > 0)
            return things[thing].thing == THING_NONE;
    return false;
}

/* "The number of my husband is 20417": a relation between the noun and the number. */
static bool has_relative(const struct finder *finder, const struct words *words, size_t from, size_t to)
{
    for (size_t at = from; at < to && finder->reading->ruled; at++)
        if (language_list(finder->reading->language, LIST_RELATIVE, words, at) > 0)
            return true;
    return false;
}

/* What the caller calls a number themselves: "my account number is …". */
static bool read_named_codes(struct finder *finder, const struct spoken *spoken, const struct spelled *runs,
                             size_t count, size_t *last)
{
    const struct words *words = &spoken->words;
    bool any = false;
    for (size_t at = 0; at < words->count; at++) {
        size_t thing = THINGS, len = thing_at(words, at, &thing);
        if (len == 0)
            continue;
        for (size_t i = 0; i < count; i++)
            if (runs[i].from >= at + len && runs[i].from <= at + len + REACH &&
                !is_others(finder->reading, words, at, ROLE_USER) &&
                !has_relative(finder, words, at + len, runs[i].from) && !words->items[at].question) {
                struct spelled code = with_prefix(words, &runs[i], things[thing].thing);
                any = take_code(finder, thing, &code, spoken) || any;
                *last = i + 1;
                break;
            }
        at += len - 1;
    }
    return any;
}

static bool is_capital(const struct words *words, size_t at)
{
    return words->items[at].shape == SHAPE_CAPITAL;
}

/* "Bestellnummer 27. Anna Kern": a number and a dot end a sentence here, though they may be an ordinal. */
static bool ends_with_dot(const struct words *words, size_t at)
{
    return words->items[at].shape == SHAPE_NUMBER && words->text[words->items[at].end] == '.';
}

/* Where the words of an address end: what follows a street and its number is named ("Kelso, WA 98626", "in
 * Lompoc", "12, 1050 Wien"), or it is no part of it ("12 and my name is"). */
static size_t address_end(const struct words *words, size_t from, size_t to)
{
    size_t end = from;
    for (size_t at = from; at < to; at++)
        if (is_capital(words, at) ||
            (words->items[at].shape == SHAPE_NUMBER && strlen(words->items[at].fold) >= POSTCODE_DIGITS))
            end = at + 1;
        else if (words->items[at].gap != GAP_NONE || strlen(words->items[at].fold) > 3)
            break;
    return end;
}

/* From the house number ("nine Quarry Road") or the street ("calle Mayor diecinueve") on; empty where there
 * is neither. "One" is no house number: it is an article, too. A number far into a sentence is no house's:
 * "how long does it take to get to 4 Pine Valley". */
static struct span address_span(struct reading *reading, const struct words *words, struct span span)
{
    for (size_t at = span.from; at < span.to && at < span.from + ADDRESS_LEAD; at++) {
        struct spelled run = {.digits = 0};
        size_t len = spelled_part(reading, words, at, &run);
        if (len == 0 || run.digits == 0 || run.digits > 5 || strcmp(run.text, "1") == 0)
            continue;
        bool street_before = at > span.from && is_capital(words, at - 1) &&
                             words->items[at].gap == GAP_NONE &&
                             (at - 1 > span.from || strlen(words->items[at - 1].fold) > 5);
        if (!street_before && at + len < span.to && is_capital(words, at + len) &&
            words->items[at + len].gap == GAP_NONE && !ends_with_dot(words, at + len - 1))
            return (struct span){at, address_end(words, at + len, span.to)};
        size_t from = at;
        while (from > span.from && is_capital(words, from - 1) && words->items[from].gap != GAP_STOP &&
               words->text[words->items[from - 1].end] != ':')
            from--;
        bool named = from < at && words->items[at].gap != GAP_STOP;
        /* "calle" before the name of the street. */
        if (named && from > span.from && words->items[from].gap == GAP_NONE &&
            strlen(words->items[from - 1].fold) > 3)
            from--;
        /* "Order number: 14" */
        size_t thing;
        named = named && thing_at(words, at - 1, &thing) == 0 && words->text[words->items[at - 1].end] != ':';
        /* "It is called Camp 4 Pine Valley" */
        size_t end = at + len;
        named = named && (end == span.to || words->items[end].gap != GAP_NONE || !is_capital(words, end));
        if (end < span.to && words->items[end].gap == GAP_COMMA)
            end = address_end(words, end, span.to);
        return named ? (struct span){from, end} : (struct span){0, 0};
    }
    return (struct span){0, 0};
}

/* The words of an address: from `at` to the end of its sentence. */
static bool take_address(struct finder *finder, const struct spoken *spoken, size_t at)
{
    struct reading *reading = finder->reading;
    const struct words *words = &spoken->words;
    size_t to = at;
    while (to < words->count && to < at + ADDRESS_WORDS && (to == at || words->items[to].gap != GAP_STOP) &&
           words->text[words->items[to].end] != '@' && !(to > at && ends_with_dot(words, to - 1)))
        to++;
    struct span span =
        reading->ruled ? reading_trim(reading, words, (struct span){at, to}) : (struct span){at, to};
    span = address_span(reading, words, span);
    if (span.to < span.from + 2 || words->items[span.from].question)
        return false;
    char *text = reading_text(reading, words, span);
    if (text)
        give(finder, STATEMENT_CONTACT, "address", "Address", text, spoken);
    return text != NULL;
}

/* "My address is nine Quarry Road": past the verb. */
static void read_named_address(struct finder *finder, const struct spoken *spoken)
{
    static const char *const verbs[] = {"is", "ist", "lautet", "es", "est", "e", "fica", "vaut"};
    const struct words *words = &spoken->words;
    for (size_t at = 0; at + 1 < words->count; at++) {
        size_t thing = THINGS, len = thing_at(words, at, &thing), verb = at + len;
        if (len == 0 || things[thing].thing != THING_ADDRESS || verb >= words->count)
            continue;
        bool mine = finder->reading->ruled && at > 0 &&
                    (language_list(finder->reading->language, LIST_MINE, words, at - 1) > 0 ||
                     (at > 1 && language_list(finder->reading->language, LIST_MINE, words, at - 2) > 0));
        for (size_t i = 0; i < sizeof verbs / sizeof *verbs && mine; i++)
            if (strcmp(words->items[verb].fold, verbs[i]) == 0 && verb + 1 < words->count) {
                take_address(finder, spoken, verb + 1);
                return;
            }
    }
}

/* --- Asked and answered --- */

static bool says_number(struct reading *reading, const struct words *words)
{
    struct spelled run;
    return spelled_runs(reading, words, &run, 1) > 0;
}

/* "Your address", "Ihre vollständige Adresse": not the address of a place that the call is about. */
static bool is_callers(const struct words *words, size_t at)
{
    for (size_t i = at; i > 0 && i + 3 > at && words->items[i].gap == GAP_NONE;) {
        if (is_yours(&words->items[--i]))
            return true;
    }
    return false;
}

/* What the agent asks for; a question for somebody else's is none. */
static void read_agent(struct finder *finder, const struct spoken *spoken)
{
    const struct words *words = &spoken->words;
    struct spelled runs[RUNS];
    size_t count = spelled_runs(finder->reading, words, runs, RUNS);
    finder->told = count > 0 ? runs[count - 1] : (struct spelled){.digits = 0};
    for (size_t at = 0; at < words->count; at++) {
        size_t thing = THINGS, len = thing_at(words, at, &thing);
        /* "To look into your account, what is your postcode?" */
        bool bare = len == 1 && things[thing].thing == THING_ID &&
                    strcmp(things[thing].phrase, things[thing].slot) == 0;
        if (len == 0 || bare || things[thing].thing == THING_NONE)
            continue;
        /* "My e-mail address": what is more particular counts. */
        if (finder->asked == THINGS || things[thing].thing != THING_PHONE ||
            strcmp(things[thing].phrase, "number") != 0)
            finder->asked = thing;
        /* "They are at 317 Monroe Avenue, can you confirm that address?" */
        if (things[thing].thing == THING_ADDRESS &&
            (says_number(finder->reading, words) || !is_callers(words, at)))
            finder->asked = THINGS;
        finder->patience = ANSWER_TURNS;
        finder->of_other = is_others(finder->reading, words, at, ROLE_AGENT) ||
                           is_for_other(finder->reading, words, at + len);
        at += len - 1;
    }
    read_back(finder, words);
}

/* "Your claim number is D R nine two two six." - "Nine two two six." is the whole of it. */
static const struct spelled *whole_of(const struct finder *finder, const struct spelled *run)
{
    size_t len = strlen(run->text), told = strlen(finder->told.text);
    return told > len && len >= 3 && strcmp(finder->told.text + told - len, run->text) == 0 ? &finder->told
                                                                                            : run;
}

static void read_answer(struct finder *finder, const struct spoken *spoken, const struct spelled *runs,
                        size_t count, size_t *last)
{
    enum thing thing = things[finder->asked].thing;
    for (size_t i = 0; i < count && (thing == THING_PHONE || thing == THING_ID); i++) {
        struct spelled code = with_prefix(&spoken->words, &runs[i], thing);
        if (!is_postcode(&spoken->words, runs[i].from) &&
            take_code(finder, finder->asked, whole_of(finder, &code), spoken)) {
            finder->asked = THINGS;
            *last = i + 1;
            return;
        }
    }
    for (size_t at = 0; thing == THING_ADDRESS && at < spoken->words.count; at++)
        if (spoken->words.items[at].gap == GAP_STOP && take_address(finder, spoken, at)) {
            finder->asked = THINGS;
            return;
        }
}

static void read_user(struct finder *finder, const struct spoken *spoken)
{
    struct spelled runs[RUNS];
    size_t count = spelled_runs(finder->reading, &spoken->words, runs, RUNS), last = 0;
    bool asked = finder->asked < THINGS && finder->patience > 0;
    if (!asked)
        finder->of_other = false;
    read_emails(finder, spoken);
    read_named_address(finder, spoken);
    if (!read_named_codes(finder, spoken, runs, count, &last) && asked && !finder->of_other)
        read_answer(finder, spoken, runs, count, &last);
    put_right(finder, spoken, runs, count, last);
    finder->since++;
    if (--finder->patience <= 0)
        finder->asked = THINGS;
}

void identifiers_find(struct reading *reading, struct understanding *understanding)
{
    struct finder finder = {
        .reading = reading, .understanding = understanding, .asked = THINGS, .given = THINGS};
    for (size_t at = 0; at < reading->count && !understanding->failed; at++)
        if (reading->spoken[at].role == ROLE_AGENT)
            read_agent(&finder, &reading->spoken[at]);
        else
            read_user(&finder, &reading->spoken[at]);
}

/* --- What was heard --- */

/* Letters and digits of a turn, numbers and spelled words written out. */
static void add_codes(struct reading *reading, const struct words *words, struct buf *b)
{
    for (size_t at = 0; at < words->count;) {
        struct spelled run = {.digits = 1};
        size_t len = spelled_part(reading, words, at, &run);
        const char *text = len ? run.text : words->items[at].fold;
        for (; *text; text++)
            if (isalnum((unsigned char)*text))
                buf_putc(b, *text);
        at += len ? len : 1;
    }
    buf_putc(b, '\n');
}

/* The same with what joins the parts of an address. */
static void add_addresses(struct reading *reading, const struct words *words, struct buf *b)
{
    char email[EMAIL_CHARS];
    for (const char *at = strchr(words->text, '@'); at; at = strchr(at + 1, '@'))
        if (written_email(words->text, (size_t)(at - words->text), email))
            buf_printf(b, "%s\n", email);
    for (size_t at = 1; at + 2 < words->count; at++)
        if (is_at_word(words->items[at].fold) && said_email(reading, words, at, email) > 0)
            buf_printf(b, "%s\n", email);
}

const char *identifiers_heard(struct reading *reading)
{
    struct buf b = BUF_INIT;
    for (size_t at = 0; at < reading->count; at++) {
        add_codes(reading, &reading->spoken[at].words, &b);
        add_addresses(reading, &reading->spoken[at].words, &b);
    }
    buf_putc(&b, '\n');
    const char *heard = buf_text(&b) ? arena_text(reading->arena, b.data, b.len) : NULL;
    reading->failed = reading->failed || !heard;
    buf_free(&b);
    return heard;
}

bool identifiers_were_heard(const char *heard, const char *value)
{
    char plain[EMAIL_CHARS];
    size_t len = 0;
    bool email = strchr(value, '@') != NULL;
    for (; *value && len + 1 < sizeof plain; value++)
        if (isalnum((unsigned char)*value) || (email && strchr("@._-+", *value)))
            plain[len++] = (char)tolower((unsigned char)*value);
    plain[len] = '\0';
    if (len < 3)
        return false;
    /* A number is not heard in a longer one. */
    for (const char *at = strstr(heard, plain); at; at = strstr(at + 1, plain))
        if (!(at > heard && isdigit((unsigned char)at[-1]) && isdigit((unsigned char)*at)) &&
            !(isdigit((unsigned char)at[len]) && isdigit((unsigned char)at[len - 1])))
            return true;
    return false;
}
