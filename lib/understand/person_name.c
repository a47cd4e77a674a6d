#include "understand/person_name.h"

#include "base/text.h"
#include "language/words.h"

#include <string.h>

#define PARTS      8 /* of a name */
#define PART_BYTES 48

/* Ways to address somebody; a closed class, in the languages that callers speak. */
static const char *const titles[] = {
    "mr",       "mrs",          "ms",      "miss",       "mister",   "mx",       "dr",      "doctor",
    "prof",     "professor",    "sir",     "madam",      "herr",     "frau",     "senor",   "senora",
    "senorita", "sr",           "sra",     "srta",       "don",      "dona",     "doctora", "monsieur",
    "madame",   "mademoiselle", "m",       "mme",        "mlle",     "signor",   "signora", "signorina",
    "sig",      "sigra",        "dottore", "dottoressa", "seu",      "senhor",   "senhora", "dr a",
    "meneer",   "mevrouw",      "mevr",    "dhr",        "bay",      "bayan",    "bey",     "hanim",
    "pan",      "pani",         "san",     "sama",       "gospodin", "gospozha", "doktor",  "docteur",
    "doutor",   "doutora",
};

struct parts {
    char text[PARTS][PART_BYTES];
    size_t count;
    bool blankless; /* a script that does not separate words */
};

static bool is_title(const char *part)
{
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (strcmp(titles[i], part) == 0)
            return true;
    return false;
}

/* Where a script without blanks begins: kana, Han and the like. */
static bool is_blankless(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0xE3 && (unsigned char)*text <= 0xE9)
            return true;
    return false;
}

/* The parts of a name, folded, without titles. What stands in brackets is no part of it. */
static void read_parts(const char *name, struct parts *parts)
{
    parts->count = 0;
    parts->blankless = is_blankless(name);
    while (*name && parts->count < PARTS) {
        size_t len = strcspn(name, " \t.,-'()");
        char *part = parts->text[parts->count];
        if (*name == '(') {
            name += strcspn(name, ")");
            name += *name == ')';
            continue;
        }
        if (len > 0 && word_fold(name, len, part, PART_BYTES) > 0 && !is_title(part))
            parts->count++;
        name += len + (name[len] != '\0');
    }
}

/* 佐藤様 and 佐藤さん are 佐藤: a form of address behind a name is none of its letters. */
static bool blankless_match(const char *a, const char *b)
{
    size_t len = strlen(a) < strlen(b) ? strlen(a) : strlen(b);
    return len >= 6 && strncmp(a, b, len) == 0;
}

/* "winnie", "danny", "barty": the letters of a full name that a short form keeps; 0 when it is none. The
 * consonant before the ending is doubled, or there are four letters at least. */
static size_t short_form(const char *part)
{
    size_t len = strlen(part);
    if (len > 3 && strcmp(part + len - 2, "ie") == 0)
        len -= 2;
    else if (len > 2 && (part[len - 1] == 'y' || part[len - 1] == 'i'))
        len--;
    else
        return 0;
    if (len >= 4 && part[len - 1] == part[len - 2])
        return len - 1;
    return len >= 4 ? len : 0;
}

static bool is_short_of(const char *part, const char *whole)
{
    size_t len = short_form(part);
    return len > 0 && strncmp(part, whole, len) == 0 && strlen(whole) > len + 2;
}

/* Short forms that do not begin like the name. */
static const struct {
    const char *part, *whole;
} short_forms[] = {
    {"bill", "william"},      {"billy", "william"},   {"bob", "robert"},       {"bobby", "robert"},
    {"dick", "richard"},      {"rick", "richard"},    {"jim", "james"},        {"jimmy", "james"},
    {"jack", "john"},         {"ted", "edward"},      {"ned", "edward"},       {"tony", "anthony"},
    {"hank", "henry"},        {"harry", "henry"},     {"mike", "michael"},     {"mick", "michael"},
    {"chuck", "charles"},     {"larry", "lawrence"},  {"peggy", "margaret"},   {"peg", "margaret"},
    {"maggie", "margaret"},   {"liz", "elizabeth"},   {"lizzie", "elizabeth"}, {"beth", "elizabeth"},
    {"betty", "elizabeth"},   {"polly", "mary"},      {"molly", "mary"},       {"sally", "sarah"},
    {"kate", "catherine"},    {"kitty", "katherine"}, {"sepp", "josef"},       {"sepp", "joseph"},
    {"hans", "johannes"},     {"fritz", "friedrich"}, {"uli", "ulrich"},       {"lotte", "charlotte"},
    {"pepe", "jose"},         {"paco", "francisco"},  {"lola", "dolores"},     {"nacho", "ignacio"},
    {"concha", "concepcion"}, {"quique", "enrique"},  {"beppe", "giuseppe"},   {"gigi", "luigi"},
    {"ze", "jose"},           {"chico", "francisco"}, {"bia", "beatriz"},      {"lupe", "guadalupe"},
};

static bool is_listed(const char *part, const char *whole)
{
    for (size_t i = 0; i < sizeof short_forms / sizeof *short_forms; i++)
        if (strcmp(short_forms[i].part, part) == 0 && strcmp(short_forms[i].whole, whole) == 0)
            return true;
    return false;
}

/* Whether two parts are forms of one name: "winnie" and "winifred", "curt" and "curtis", "j" and "john",
 * "smith" and "smyth" heard wrong. */
static bool same_part(const char *a, const char *b)
{
    size_t la = strlen(a), lb = strlen(b), least = la < lb ? la : lb;
    if (strncmp(a, b, least) == 0 && (least >= 3 || least == 1 || la == lb))
        return true;
    return (least >= 5 && text_distance(a, b) <= 1) || is_short_of(a, b) || is_short_of(b, a) ||
           is_listed(a, b) || is_listed(b, a);
}

static bool has_part(const struct parts *parts, const char *part)
{
    for (size_t i = 0; i < parts->count; i++)
        if (same_part(parts->text[i], part))
            return true;
    return false;
}

static bool is_within(const struct parts *part, const struct parts *whole)
{
    for (size_t i = 0; i < part->count; i++)
        if (!has_part(whole, part->text[i]))
            return false;
    return part->count > 0;
}

enum name_match name_compare(const char *a, const char *b)
{
    struct parts x, y;
    read_parts(a, &x);
    read_parts(b, &y);
    if (x.count == 0 || y.count == 0)
        return NAME_OTHER;
    if (x.blankless && y.blankless)
        return blankless_match(x.text[0], y.text[0]) || is_within(&x, &y) || is_within(&y, &x) ? NAME_SAME
                                                                                               : NAME_OTHER;
    if (is_within(&x, &y) || is_within(&y, &x))
        return NAME_SAME;
    /* "Mary Ann Lee" and "Mary Lee": the first and the last part decide where both have them. */
    bool first = same_part(x.text[0], y.text[0]);
    bool last = same_part(x.text[x.count - 1], y.text[y.count - 1]);
    if (first && last)
        return NAME_SAME;
    return first ? NAME_RENAMED : NAME_OTHER;
}

static bool sounds_like(const char *a, const char *b)
{
    size_t la = strlen(a), lb = strlen(b);
    return 2 * (size_t)text_distance(a, b) <= (la > lb ? la : lb);
}

bool name_sounds_like(const char *a, const char *b)
{
    struct parts x, y;
    read_parts(a, &x);
    read_parts(b, &y);
    for (size_t i = 0; i < x.count; i++)
        for (size_t j = 0; j < y.count; j++)
            if (((i == 0 && j == 0) || x.count == 1 || y.count == 1) && sounds_like(x.text[i], y.text[j]))
                return true;
    return false;
}

bool name_is_full(const char *name)
{
    struct parts parts;
    read_parts(name, &parts);
    return parts.count > 1 || (parts.blankless && parts.count == 1 && strlen(parts.text[0]) >= 9);
}

bool name_stands_in(const char *name, const char *text, bool *failed)
{
    struct parts parts;
    struct words words;
    bool found = false;
    read_parts(name, &parts);
    if (words_read(NULL, text, &words) != 0) {
        *failed = true;
        return false;
    }
    for (size_t i = 0; i < parts.count && !found; i++)
        for (size_t w = 0; w < words.count && !found; w++)
            found = strlen(parts.text[i]) > 2 && strcmp(words.items[w].fold, parts.text[i]) == 0;
    words_free(&words);
    return found;
}
