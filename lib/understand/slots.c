#include "understand/slots.h"

#include "understand/identifiers.h"
#include "understand/other_words.h"

#include <ctype.h>
#include <string.h>

#define PHONE_DIGITS 6
#define CODE_DIGITS  2
/* In LIST_CONTACT: rings a bell and no telephone. Another value than 0: says nothing of the channel. */
#define BELL 9

static const char *copy(struct reading *reading, const char *text, size_t len)
{
    const char *copied = arena_text(reading->arena, text, len);
    reading->failed = reading->failed || !copied;
    return copied ? copied : "";
}

/* The word with "@" in it. */
static bool find_mail(struct reading *reading, struct statement *statement)
{
    const char *at = strchr(statement->text, '@'), *from = at, *to = at;
    if (!at)
        return false;
    while (from > statement->text && !strchr(" \t,;:<>(\"'", from[-1]))
        from--;
    while (*to && !strchr(" \t,;<>)\"'", *to))
        to++;
    while (to > from && strchr(".!?", to[-1]))
        to--;
    if (from == at || to <= at + 1)
        return false;
    statement->value = copy(reading, from, (size_t)(to - from));
    return true;
}

/* The longest run of digits with blanks, hyphens, dots and brackets between. */
static bool find_phone(struct reading *reading, struct statement *statement)
{
    const char *best = NULL, *best_end = NULL;
    size_t most = 0;
    for (const char *at = statement->text; *at;) {
        if (!isdigit((unsigned char)*at) && *at != '+') {
            at++;
            continue;
        }
        const char *from = at, *end = at;
        size_t digits = 0;
        while (*at && (isdigit((unsigned char)*at) || strchr(" -./()+", *at))) {
            if (isdigit((unsigned char)*at)) {
                digits++;
                end = at + 1;
            }
            at++;
        }
        if (digits > most) {
            most = digits;
            best = from;
            best_end = end;
        }
    }
    if (most < PHONE_DIGITS)
        return false;
    statement->value = copy(reading, best, (size_t)(best_end - best));
    return true;
}

static bool is_code_part(const char *from, const char *to, size_t *digits)
{
    size_t upper = 0, here = 0;
    for (const char *c = from; c < to; c++) {
        upper += isupper((unsigned char)*c) != 0;
        here += isdigit((unsigned char)*c) != 0;
    }
    *digits += here;
    return here > 0 || (upper > 0 && upper == (size_t)(to - from) && to - from <= 4);
}

/* "PR639025", "SW 2208", "T-5512": parts with digits, and capitals beside them. The one with the most digits.
 */
static bool find_code(struct reading *reading, struct statement *statement, const char **where)
{
    const char *best = NULL, *best_end = NULL;
    size_t most = 0;
    for (const char *at = statement->text; *at;) {
        if (!isalnum((unsigned char)*at)) {
            at++;
            continue;
        }
        const char *from = at, *end = at;
        size_t digits = 0;
        for (;;) {
            const char *part = at;
            while (isalnum((unsigned char)*at) || (unsigned char)*at >= 0x80)
                at++;
            if (!is_code_part(part, at, &digits))
                break;
            end = at;
            if (!*at || !strchr(" -./", *at) || !isalnum((unsigned char)at[1]))
                break;
            at++;
        }
        if (digits > most) {
            most = digits;
            best = from;
            best_end = end;
        }
        if (at == from)
            at++;
    }
    if (most < CODE_DIGITS)
        return false;
    statement->value = copy(reading, best, (size_t)(best_end - best));
    *where = best;
    return true;
}

/* The word that says what a number is of: the first of the statement that is neither grammar nor "number". */
static const char *label_of(struct reading *reading, const char *text, const char *code)
{
    struct spoken row = {0};
    const char *label = "";
    size_t end = 0;
    const struct language *english = lexicon_language(reading->lexicon, "en");
    if (reading_read(reading, text, &row) != 0)
        return "";
    while (end < row.words.count && text + row.words.items[end].start < code)
        end++;
    label = identifiers_slot(&row.words, end);
    for (size_t at = 0; at < row.words.count && !*label && text + row.words.items[at].start < code; at++) {
        const struct word *word = &row.words.items[at];
        bool grammar = language_list(reading->language, LIST_FUNCTION, &row.words, at) > 0 ||
                       (english && language_list(english, LIST_FUNCTION, &row.words, at) > 0) ||
                       language_list(reading->language, LIST_KEY_ID, &row.words, at) > 0 ||
                       (english && language_list(english, LIST_KEY_ID, &row.words, at) > 0);
        if (!grammar || word->end - word->start > 8)
            label = copy(reading, word->fold, strlen(word->fold));
    }
    words_free(&row.words);
    return label;
}

/* "Address: 22 Park Row", "new address 22 Park Row": what follows the words that say what it is. */
static const char *without_label(struct reading *reading, const char *text)
{
    const struct language *languages[2] = {reading->language, lexicon_language(reading->lexicon, "en")};
    struct words words;
    size_t at = 0;
    bool label = true;
    if (words_read(NULL, text, &words) != 0) {
        reading->failed = true;
        return text;
    }
    while (label && at + 1 < words.count) {
        label = false;
        for (size_t i = 0; i < 2 && words.items[at].shape != SHAPE_NUMBER; i++)
            label = label || (languages[i] && (language_list(languages[i], LIST_LABEL, &words, at) > 0 ||
                                               language_list(languages[i], LIST_FUNCTION, &words, at) > 0));
        at += label;
    }
    const char *value = words.count > 0 ? copy(reading, text + words.items[at].start,
                                               words.items[words.count - 1].end - words.items[at].start)
                                        : text;
    words_free(&words);
    return value;
}

static bool has_other(struct reading *reading, enum other_list list, const char *text)
{
    struct words words;
    bool found = false;
    if (words_read(NULL, text, &words) != 0) {
        reading->failed = true;
        return false;
    }
    for (size_t at = 0; at < words.count && !found; at++)
        found = other_word(list, words.items[at].fold);
    words_free(&words);
    return found;
}

/* What people have wishes about, by the [items] of the lexicon; of several the first of this table. */
static const char *wish_slot(struct reading *reading, const char *text, bool instruction)
{
    enum { SLOT_DELIVERY, SLOT_CHANNEL, SLOT_TIME, SLOT_SEAT };
    static const char *const slots[] = {"delivery", "contact.channel", "contact.time", "seat"};
    const struct language *languages[2] = {reading->ruled ? reading->language : NULL,
                                           lexicon_language(reading->lexicon, "en")};
    bool has[sizeof slots / sizeof slots[0]] = {false};
    bool contact = false;
    if (languages[0] == languages[1])
        languages[1] = NULL;
    if (!reading->ruled) {
        contact = has_other(reading, OTHER_CONTACT, text);
        has[SLOT_TIME] = has_other(reading, OTHER_TIME, text);
    }
    for (size_t l = 0; l < 2; l++) {
        struct words words;
        if (!languages[l])
            continue;
        if (language_read(languages[l], text, &words) != 0) {
            reading->failed = true;
            return "";
        }
        for (size_t at = 0; at < words.count; at++) {
            size_t len = 0;
            const char *slot = language_item(languages[l], &words, at, &len);
            int reach = 0;
            size_t verb = language_value(languages[l], LIST_CONTACT, &words, at, &reach);
            contact = contact || (verb > 0 && reach != BELL);
            /* "everything by post" */
            contact = contact || (slot && strcmp(slot, slots[SLOT_CHANNEL]) == 0 && at > 0 &&
                                  language_list(languages[l], LIST_BY, &words, at - 1) > 0);
            for (size_t i = 0; slot && i < sizeof slots / sizeof slots[0]; i++)
                has[i] = has[i] || (strcmp(slots[i], slot) == 0 && !(i == SLOT_CHANNEL && reach != 0));
            has[SLOT_TIME] = has[SLOT_TIME] || (l == 0 && capture_time(reading, &words, at) > 0);
        }
        words_free(&words);
    }
    if (has[SLOT_DELIVERY] && instruction && !has[SLOT_CHANNEL])
        return "delivery";
    if (contact && has[SLOT_TIME])
        return "contact.time";
    if (has[SLOT_CHANNEL] && contact)
        return "contact.channel";
    return has[SLOT_SEAT] ? "seat" : "";
}

/* Whether a phrase of the list stands in a text, in the call's language or in English. */
static bool says(struct reading *reading, const char *text, enum list list)
{
    struct spoken row = {0};
    bool found = false;
    const struct language *english = lexicon_language(reading->lexicon, "en");
    if (reading_read(reading, text, &row) != 0)
        return false;
    for (size_t at = 0; at < row.words.count && !found; at++)
        found = language_list(reading->language, list, &row.words, at) > 0 ||
                (english && language_list(english, list, &row.words, at) > 0);
    words_free(&row.words);
    return found;
}

/* What people have one of, by the words that a statement of it begins with. */
static const struct relation {
    enum list list;
    enum other_list other;
    const char *slot;
} relations[] = {
    {LIST_INSURED, OTHER_INSURED, "insurer"},
    {LIST_EMPLOYED, OTHER_EMPLOYED, "employer"},
    {LIST_LIVES, OTHER_LIVES, "home"},
    {LIST_DRIVES, OTHER_DRIVES, "car"},
};

/* Reads a statement in a language and finds where one of its relations begins, within the first words, so
 * that it is what is stated. NULL when there is none, which has `words` freed. */
static const struct relation *relation_in(struct reading *reading, const struct language *language,
                                          const char *text, struct words *words, size_t *at)
{
    if (language_read(language, text, words) != 0) {
        reading->failed = true;
        return NULL;
    }
    for (*at = 0; *at < words->count && *at < 3; ++*at)
        for (size_t i = 0; i < sizeof relations / sizeof *relations; i++)
            if (language_list(language, relations[i].list, words, *at) > 0 ||
                (!reading->ruled && other_word(relations[i].other, words->items[*at].fold)))
                return &relations[i];
    words_free(words);
    return NULL;
}

/* In the call's language or in English. */
static const struct relation *find_relation(struct reading *reading, const char *text, struct words *words,
                                            size_t *at)
{
    const struct language *english = lexicon_language(reading->lexicon, "en");
    const struct relation *relation =
        reading->language ? relation_in(reading, reading->language, text, words, at) : NULL;
    return relation || !english || english == reading->language || reading->failed
               ? relation
               : relation_in(reading, english, text, words, at);
}

/* "Works at Redline", "Is insured with Tidewater". */
static const char *relation_slot(struct reading *reading, const char *text)
{
    struct words words;
    size_t at;
    const struct relation *relation = find_relation(reading, text, &words, &at);
    if (!relation)
        return "";
    words_free(&words);
    return relation->slot;
}

bool slots_place(struct reading *reading, const char *text, const char **verb, const char **before,
                 bool *home)
{
    struct words words;
    size_t at;
    const struct relation *relation = find_relation(reading, text, &words, &at);
    if (!relation)
        return false;
    *home = relation->list == LIST_LIVES;
    bool found = (*home || relation->list == LIST_EMPLOYED) && at + 1 < words.count;
    if (found) {
        *verb = copy(reading, words.items[at].fold, strlen(words.items[at].fold));
        *before = copy(reading, words.items[at + 1].fold, strlen(words.items[at + 1].fold));
    }
    words_free(&words);
    return found;
}

void slots_find(struct reading *reading, struct statement *statement)
{
    const char *code = NULL;
    switch (statement->kind) {
    case STATEMENT_CONTACT:
        if (find_mail(reading, statement))
            statement->slot = "email";
        else if (find_phone(reading, statement))
            statement->slot = "phone";
        else
            statement->slot = "address";
        if (strcmp(statement->slot, "address") == 0) {
            statement->value = without_label(reading, statement->text);
        }
        break;
    case STATEMENT_ID:
        if (find_code(reading, statement, &code))
            statement->slot = label_of(reading, statement->text, code);
        break;
    case STATEMENT_INSTRUCTION:
    case STATEMENT_PREFERENCE:
        statement->slot = wish_slot(reading, statement->text, statement->kind == STATEMENT_INSTRUCTION);
        break;
    case STATEMENT_FACT:
        statement->slot = relation_slot(reading, statement->text);
        break;
    case STATEMENT_NEED:
        statement->slot = says(reading, statement->text, LIST_DIET) ? "diet" : "";
        break;
    case STATEMENT_ENDED:
        statement->slot = says(reading, statement->text, LIST_GONE)   ? "gone"
                          : says(reading, statement->text, LIST_OVER) ? "said"
                                                                      : "";
        break;
    default:
        break;
    }
}
