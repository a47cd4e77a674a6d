#include "understand/items.h"

#include "base/json.h"
#include "language/words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_BYTES 65536 /* of a value: what comes after is not looked at */
#define JSON_LEVELS 4
#define FOLD_BYTES  128

const char *const item_names[ITEMS] = {[ITEM_CALLER] = "callmem_caller",
                                       [ITEM_NOTES] = "callmem_notes",
                                       [ITEM_OPEN] = "callmem_open",
                                       [ITEM_REQUEST] = "callmem_request",
                                       [ITEM_MOOD] = "callmem_mood"};

static const size_t columns_of[ITEMS] = {[ITEM_CALLER] = 3, [ITEM_NOTES] = 4, [ITEM_OPEN] = 3, 1, 1};

enum item item_find(const char *name)
{
    char plain[32];
    size_t len = strlen(name);
    if (len >= sizeof plain)
        return ITEMS;
    for (size_t i = 0; i <= len; i++)
        plain[i] = name[i] == ' ' || name[i] == '-' ? '_' : (char)tolower((unsigned char)name[i]);
    int at = 0;
    while (at < ITEMS && strcmp(item_names[at], plain) != 0)
        at++;
    return (enum item)at;
}

/* --- Words of fields --- */

struct kind_word {
    const char *word; /* folded; with '*' the beginning of one */
    enum statement_kind kind;
};

/* The kinds by name, what LLMs write for them, and both in the six languages. */
static const struct kind_word kind_words[] = {
    {"need*", STATEMENT_NEED},
    {"health*", STATEMENT_NEED},
    {"allerg*", STATEMENT_NEED},
    {"diet*", STATEMENT_NEED},
    {"access*", STATEMENT_NEED},
    {"mobility", STATEMENT_NEED},
    {"medic*", STATEMENT_NEED},
    {"disabilit*", STATEMENT_NEED},
    {"bedarf", STATEMENT_NEED},
    {"bedurfnis*", STATEMENT_NEED},
    {"gesundheit", STATEMENT_NEED},
    {"necesidad*", STATEMENT_NEED},
    {"salud", STATEMENT_NEED},
    {"besoin*", STATEMENT_NEED},
    {"sante", STATEMENT_NEED},
    {"bisogno", STATEMENT_NEED},
    {"necessita", STATEMENT_NEED},
    {"salute", STATEMENT_NEED},
    {"necessidade*", STATEMENT_NEED},
    {"saude", STATEMENT_NEED},
    {"alergia*", STATEMENT_NEED},
    {"dieta", STATEMENT_NEED},
    {"preference*", STATEMENT_PREFERENCE},
    {"prefer*", STATEMENT_PREFERENCE},
    {"wish*", STATEMENT_PREFERENCE},
    {"like*", STATEMENT_PREFERENCE},
    {"dislike*", STATEMENT_PREFERENCE},
    {"vorliebe*", STATEMENT_PREFERENCE},
    {"wunsch", STATEMENT_PREFERENCE},
    {"praferenz*", STATEMENT_PREFERENCE},
    {"souhait", STATEMENT_PREFERENCE},
    {"instruction*", STATEMENT_INSTRUCTION},
    {"instruccion*", STATEMENT_INSTRUCTION},
    {"anweisung*", STATEMENT_INSTRUCTION},
    {"hinweis*", STATEMENT_INSTRUCTION},
    {"consigne*", STATEMENT_INSTRUCTION},
    {"istruzion*", STATEMENT_INSTRUCTION},
    {"instruc*", STATEMENT_INSTRUCTION},
    {"instruk*", STATEMENT_INSTRUCTION},
    {"directive*", STATEMENT_INSTRUCTION},
    {"fact*", STATEMENT_FACT},
    {"note", STATEMENT_FACT},
    {"info*", STATEMENT_FACT},
    {"fakt*", STATEMENT_FACT},
    {"tatsache*", STATEMENT_FACT},
    {"hecho*", STATEMENT_FACT},
    {"dato*", STATEMENT_FACT},
    {"fait*", STATEMENT_FACT},
    {"fatto", STATEMENT_FACT},
    {"fato", STATEMENT_FACT},
    {"facto", STATEMENT_FACT},
    {"contact*", STATEMENT_CONTACT},
    {"kontakt*", STATEMENT_CONTACT},
    {"contatto", STATEMENT_CONTACT},
    {"contato", STATEMENT_CONTACT},
    {"address*", STATEMENT_CONTACT},
    {"adresse*", STATEMENT_CONTACT},
    {"email*", STATEMENT_CONTACT},
    {"e-mail*", STATEMENT_CONTACT},
    {"phone*", STATEMENT_CONTACT},
    {"telephone*", STATEMENT_CONTACT},
    {"telefon*", STATEMENT_CONTACT},
    {"direccion", STATEMENT_CONTACT},
    {"indirizzo", STATEMENT_CONTACT},
    {"endereco", STATEMENT_CONTACT},
    {"id", STATEMENT_ID},
    {"ids", STATEMENT_ID},
    {"identifier*", STATEMENT_ID},
    {"number*", STATEMENT_ID},
    {"nummer", STATEMENT_ID},
    {"kennung", STATEMENT_ID},
    {"identifica*", STATEMENT_ID},
    {"identifiant", STATEMENT_ID},
    {"ended", STATEMENT_ENDED},
    {"end", STATEMENT_ENDED},
    {"no longer", STATEMENT_ENDED},
    {"beendet", STATEMENT_ENDED},
    {"nicht mehr", STATEMENT_ENDED},
    {"terminado", STATEMENT_ENDED},
    {"finalizado", STATEMENT_ENDED},
    {"termine", STATEMENT_ENDED},
    {"fini", STATEMENT_ENDED},
    {"terminato", STATEMENT_ENDED},
    {"finito", STATEMENT_ENDED},
    {"encerrado", STATEMENT_ENDED},
    {"acabado", STATEMENT_ENDED},
};

static const char *const caller_words[] = {
    "caller",       "the caller",  "customer",      "the customer", "client",       "the client",
    "user",         "the user",    "guest",         "the guest",    "patient",      "the patient",
    "speaker",      "self",        "himself",       "herself",      "me",           "i",
    "myself",       "own",         "anrufer",       "anruferin",    "der anrufer",  "die anruferin",
    "kunde",        "kundin",      "ich",           "llamante",     "el llamante",  "la llamante",
    "cliente",      "el cliente",  "la cliente",    "clienta",      "appelant",     "appelante",
    "l'appelant",   "l'appelante", "cliente",       "chiamante",    "il chiamante", "la chiamante",
    "chamador",     "chamadora",   "quem liga",     "interlocutor", "utente",       "beller",
    "klant",        "klient",      "dzwoniacy",     "dzwoniaca",    "arayan",       "musteri",
    "main speaker", "main caller", "customer self", "caller self",  "both",         "all"};

static const char *const agent_words[] = {
    "agent",     "the agent", "assistant", "company",    "the company", "we",      "us",
    "business",  "firm",      "office",    "staff",      "team",        "wir",     "firma",
    "agente",    "empresa",   "nous",      "entreprise", "societe",     "azienda", "noi",
    "assistent", "asistente", "bedrijf",   "agentin",    "mitarbeiter", "clinic",  "shop"};

/* Folded, marks around it left out; "" when it is too long to be one of the words above. */
static void fold_field(const char *field, char out[FOLD_BYTES])
{
    while (*field && strchr(" *_`\"'([", *field))
        field++;
    size_t len = word_fold(field, strlen(field), out, FOLD_BYTES);
    while (len > 0 && strchr(" *_`\"')].:", out[len - 1]))
        out[--len] = '\0';
}

enum statement_kind items_kind(const char *field)
{
    char fold[FOLD_BYTES];
    fold_field(field, fold);
    for (size_t i = 0; *fold && i < sizeof kind_words / sizeof kind_words[0]; i++) {
        const char *word = kind_words[i].word;
        size_t len = strlen(word);
        bool fits = word[len - 1] == '*' ? strncmp(fold, word, len - 1) == 0 && !strchr(fold + len - 1, ' ')
                                         : strcmp(fold, word) == 0;
        if (fits)
            return kind_words[i].kind;
    }
    return STATEMENTS;
}

static bool is_among(const char *field, const char *const *words, size_t count)
{
    char fold[FOLD_BYTES];
    fold_field(field, fold);
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], fold) == 0)
            return true;
    return false;
}

bool items_is_caller(const char *field)
{
    return is_among(field, caller_words, sizeof caller_words / sizeof caller_words[0]);
}

bool items_is_agent(const char *field)
{
    return is_among(field, agent_words, sizeof agent_words / sizeof agent_words[0]);
}

static bool digits_fit(const char *text, const char *form)
{
    for (; *form; form++, text++)
        if (*form == '9' ? !isdigit((unsigned char)*text) : *text != *form)
            return false;
    return true;
}

void items_date(const char *field, char out[UNTIL_SIZE])
{
    int year, month, day, hour = 0, minute = 0;
    *out = '\0';
    if (!digits_fit(field, "9999-99-99") || sscanf(field, "%4d-%2d-%2d", &year, &month, &day) != 3 ||
        year < 1970 || month < 1 || month > 12 || day < 1 || day > 31)
        return;
    const char *rest = field + 10;
    bool timed = (*rest == 'T' || *rest == ' ') && digits_fit(rest + 1, "99:99") &&
                 sscanf(rest + 1, "%2d:%2d", &hour, &minute) == 2 && hour < 24 && minute < 60;
    memcpy(out, field, 10);
    out[10] = '\0';
    if (timed) {
        out[10] = 'T';
        memcpy(out + 11, rest + 1, 5);
        out[16] = '\0';
    }
}

/* --- Lines --- */

struct reader {
    enum item item;
    struct arena *arena;
    struct item_line *lines;
    size_t count, more;
    size_t barred, closed; /* lines with bars, and those with as many as are asked for */
};

struct slice {
    const char *from, *to;
};

static struct slice trim(struct slice s, const char *marks)
{
    while (s.from < s.to && strchr(marks, *s.from))
        s.from++;
    while (s.to > s.from && strchr(marks, s.to[-1]))
        s.to--;
    return s;
}

/* The length of a bar of any script at `text`, 0 when there is none. */
static size_t bar_at(const char *text, const char *end)
{
    static const char *const bars[] = {"|", "\xef\xbd\x9c" /* fullwidth */, "\xc2\xa6" /* broken */,
                                       "\xe2\x94\x82" /* drawn */};
    for (size_t i = 0; i < sizeof bars / sizeof bars[0]; i++) {
        size_t len = strlen(bars[i]);
        if ((size_t)(end - text) >= len && memcmp(text, bars[i], len) == 0)
            return len;
    }
    return 0;
}

/* "WHOSE: caller": the name of the column before what stands in it. */
static struct slice without_column(struct slice s)
{
    static const char *const columns[] = {"kind",      "whose",     "statement",   "until",
                                          "full name", "full_name", "name to use", "name_to_use",
                                          "role",      "who",       "what",        "when"};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        size_t len = strlen(columns[i]);
        if ((size_t)(s.to - s.from) <= len || strncasecmp(s.from, columns[i], len) != 0 || s.from[len] != ':')
            continue;
        s.from += len + 1;
        return trim(s, " \t\r*_`");
    }
    return s;
}

static const char *keep(struct reader *reader, struct slice s)
{
    s = without_column(trim(s, " \t\r*_`"));
    return arena_text(reader->arena, s.from, (size_t)(s.to - s.from));
}

/* "- ", "* ", "• ", "1. ", "2) ", "[ ] ". */
static struct slice without_bullet(struct slice s)
{
    for (int round = 0; round < 3; round++) {
        s = trim(s, " \t\r");
        const char *at = s.from;
        size_t len = (size_t)(s.to - at), digits = 0;
        while (digits < len && digits < 3 && isdigit((unsigned char)at[digits]))
            digits++;
        if (len > 1 && (*at == '-' || *at == '+' || *at == '>' || *at == '#') &&
            (at[1] == ' ' || at[1] == '\t' || at[1] == '*'))
            s.from++;
        else if (len > 1 && *at == '*' && at[1] != '*')
            s.from++;
        else if (len > 3 && (memcmp(at, "\xe2\x80\xa2", 3) == 0 || memcmp(at, "\xe2\x80\x93", 3) == 0 ||
                             memcmp(at, "\xe2\x80\x94", 3) == 0 || memcmp(at, "\xe3\x83\xbb", 3) == 0))
            s.from += 3;
        else if (digits > 0 && digits + 1 < len && (at[digits] == '.' || at[digits] == ')') &&
                 at[digits + 1] == ' ')
            s.from += digits + 1;
        else if (len > 4 && *at == '[' && at[2] == ']' && (at[1] == ' ' || at[1] == 'x'))
            s.from += 3;
        else
            break;
    }
    return trim(s, " \t\r");
}

/* Cuts at bars; how many pieces there are, of which the first `most` are kept, the last of them with all that
 * follows. */
static size_t cut_bars(struct slice line, struct slice *pieces, size_t most)
{
    size_t count = 0;
    const char *from = line.from;
    for (const char *at = line.from; at < line.to;) {
        size_t len = bar_at(at, line.to);
        if (len > 0) {
            if (count < most)
                pieces[count] = (struct slice){from, at};
            count++;
            at += len;
            from = at;
        } else {
            at++;
        }
    }
    if (count < most)
        pieces[count] = (struct slice){from, line.to};
    return count + 1;
}

static bool is_blank(struct slice s)
{
    s = trim(s, " \t\r*_`-:");
    return s.from == s.to;
}

/* Where a field ends that stands before a colon, a tab or a dash; NULL when there is none of these. */
static const char *soft_bar(struct slice s, size_t *len)
{
    static const char *const bars[] = {"\t",           " - ", " \xe2\x80\x93 ", " \xe2\x80\x94 ", ":",
                                       "\xef\xbc\x9a", ";"};
    const char *best = NULL;
    for (size_t i = 0; i < sizeof bars / sizeof bars[0]; i++) {
        const char *found = memmem(s.from, (size_t)(s.to - s.from), bars[i], strlen(bars[i]));
        if (found && (!best || found < best)) {
            best = found;
            *len = strlen(bars[i]);
        }
    }
    return best;
}

/* A line without bars whose first field is plainly one: "contact: caller: 4 Church Hill". */
static size_t cut_soft(const struct reader *reader, struct slice line, struct slice pieces[ITEM_FIELDS])
{
    char first[FOLD_BYTES];
    size_t len = 0, count = 0;
    const char *bar = soft_bar(line, &len);
    if (!bar || bar - line.from >= 40)
        return 0;
    snprintf(first, sizeof first, "%.*s", (int)(bar - line.from), line.from);
    bool fits = reader->item == ITEM_NOTES  ? items_kind(first) != STATEMENTS
                : reader->item == ITEM_OPEN ? items_is_agent(first) || items_is_caller(first)
                                            : false;
    if (!fits)
        return 0;
    pieces[count++] = (struct slice){line.from, bar};
    struct slice rest = {bar + len, line.to};
    bar = soft_bar(rest, &len);
    /* WHOSE is a word or a few; more are the statement already. */
    if (reader->item == ITEM_NOTES && bar && bar - rest.from < 40) {
        snprintf(first, sizeof first, "%.*s", (int)(bar - rest.from), rest.from);
        char *word = first + strspn(first, " ");
        if (items_is_caller(word) || (*word && !strchr("\t", *word) && items_kind(word) == STATEMENTS)) {
            pieces[count++] = (struct slice){rest.from, bar};
            rest.from = bar + len;
        }
    }
    pieces[count++] = rest;
    return count;
}

static bool is_header(const struct reader *reader, const struct item_line *line)
{
    static const char *const first[] = {"kind", "full name", "who", "name", "full_name", "type"};
    static const char *const second[] = {"whose", "name to use", "what", "name_to_use", "statement"};
    (void)reader;
    if (is_among(line->fields[0], first, sizeof first / sizeof first[0]) &&
        (line->count < 2 || is_among(line->fields[1], second, sizeof second / sizeof second[0])))
        return line->count > 1;
    return is_among(line->fields[1], second, sizeof second / sizeof second[0]) && line->count > 2 &&
           !*line->fields[2];
}

static bool has_letters(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80 || isalnum((unsigned char)*text))
            return true;
    return false;
}

static int add_line(struct reader *reader, struct slice line, const struct slice *pieces, size_t count)
{
    struct item_line *out = &reader->lines[reader->count];
    if (reader->count >= ITEM_LINES) {
        reader->more++;
        return 0;
    }
    *out = (struct item_line){.text = keep(reader, line), .count = count < ITEM_FIELDS ? count : ITEM_FIELDS};
    bool some = false, complete = out->text != NULL;
    for (size_t i = 0; i < ITEM_FIELDS; i++) {
        out->fields[i] = i < count ? keep(reader, pieces[i]) : "";
        complete = complete && out->fields[i];
        some = some || (complete && has_letters(out->fields[i]));
    }
    if (!complete)
        return -1;
    if (some && !is_header(reader, out))
        reader->count++;
    return 0;
}

/* One line with its bullets taken off. */
static int read_line(struct reader *reader, struct slice line)
{
    struct slice pieces[ITEM_FIELDS + 2];
    size_t columns = columns_of[reader->item], most = columns + 2;
    bool indented = line.from < line.to && *line.from == ' ';
    line = without_bullet(line);
    if (is_blank(line) || (line.to - line.from >= 3 && memcmp(line.from, "```", 3) == 0))
        return 0;
    if (most > ITEM_FIELDS + 2)
        most = ITEM_FIELDS + 2;
    size_t count = cut_bars(line, pieces, most);
    if (count == 1) {
        count = columns > 1 ? cut_soft(reader, line, pieces) : 0;
        if (count == 0) {
            pieces[0] = line;
            count = 1;
        }
        return add_line(reader, line, pieces, count);
    }
    reader->barred++;
    struct slice *from = pieces;
    size_t kept = count < most ? count : most;
    /* A row of a table has a bar before it, too. */
    if (kept > columns && is_blank(pieces[0]) && !indented) {
        from++;
        kept--;
        count--;
    }
    reader->closed += count >= columns;
    /* What a statement says may have a bar in it; what stands after the last field is nothing. */
    while (kept > columns && is_blank(from[kept - 1]))
        kept--;
    if (kept > columns)
        kept = columns;
    if (add_line(reader, line, from, kept) != 0)
        return -1;
    if (reader->count > 0 && count < columns)
        reader->lines[reader->count - 1].is_cut = true;
    return 0;
}

/* "\n" that was written as two characters. */
static char *unescaped(struct reader *reader, const char *text, size_t len)
{
    char *copy = arena_text(reader->arena, text, len), *to = copy;
    for (char *at = copy; copy && *at; at++) {
        if (*at == '\\' && (at[1] == 'n' || at[1] == 'r' || at[1] == 't')) {
            *to++ = at[1] == 't' ? '\t' : '\n';
            at++;
        } else if (*at == '\\' && at[1] == '"') {
            *to++ = '"';
            at++;
        } else {
            *to++ = *at;
        }
    }
    if (to)
        *to = '\0';
    return copy;
}

static int read_json(struct reader *reader, const cJSON *node, int level);

static int read_text(struct reader *reader, const char *text, int level)
{
    size_t len = strnlen(text, VALUE_BYTES);
    struct slice all = trim((struct slice){text, text + len}, " \t\r\n");
    /* A fence with its language, and quotation marks, around all of it. */
    if (all.to - all.from > 6 && memcmp(all.from, "```", 3) == 0) {
        const char *line = memchr(all.from, '\n', (size_t)(all.to - all.from));
        if (line)
            all.from = line + 1;
        if (all.to - all.from >= 3 && memcmp(all.to - 3, "```", 3) == 0)
            all.to -= 3;
        all = trim(all, " \t\r\n");
    }
    if (all.to - all.from >= 2 && *all.from == '"' && all.to[-1] == '"')
        all = (struct slice){all.from + 1, all.to - 1};
    if (level < JSON_LEVELS && all.from < all.to && (*all.from == '[' || *all.from == '{')) {
        cJSON *json = cJSON_ParseWithLength(all.from, (size_t)(all.to - all.from));
        int result = json ? read_json(reader, json, level + 1) : 0;
        bool was = json != NULL;
        cJSON_Delete(json);
        if (was)
            return result;
    }
    char *copy = unescaped(reader, all.from, (size_t)(all.to - all.from));
    if (!copy)
        return -1;
    const char *end = copy + strlen(copy);
    /* A bar before the first field says that it was left out; only the blank before it can be lost. */
    for (const char *at = copy; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (read_line(reader, (struct slice){at, stop ? stop : end}) != 0)
            return -1;
        at = stop ? stop + 1 : end;
    }
    return 0;
}

/* The column that a member of an object is, by its name; ITEM_FIELDS when it is another. */
static size_t column_of(const struct reader *reader, const char *name)
{
    static const char *const names[ITEMS][ITEM_FIELDS][5] = {
        [ITEM_CALLER] = {{"full name", "full_name", "fullname", "name", "full"},
                         {"name to use", "name_to_use", "nickname", "called", "preferred_name"},
                         {"role"}},
        [ITEM_NOTES] = {{"kind", "type", "category"},
                        {"whose", "who", "person", "owner"},
                        {"statement", "text", "note", "what", "value"},
                        {"until", "date", "end", "expires"}},
        [ITEM_OPEN] = {{"who", "by", "owner"},
                       {"what", "task", "statement", "text", "action"},
                       {"when", "date", "due", "until"}},
    };
    char fold[FOLD_BYTES];
    fold_field(name ? name : "", fold);
    for (size_t at = 0; at < columns_of[reader->item]; at++)
        for (size_t i = 0; i < 5; i++)
            if (names[reader->item][at][i] && strcmp(names[reader->item][at][i], fold) == 0)
                return at;
    return ITEM_FIELDS;
}

static struct slice slice_of(const cJSON *value)
{
    const char *text = cJSON_IsString(value) ? value->valuestring : "";
    return (struct slice){text, text + strnlen(text, VALUE_BYTES)};
}

/* An array or an object whose members are the fields of one line. */
static int read_fields(struct reader *reader, const cJSON *node)
{
    struct slice pieces[ITEM_FIELDS] = {{"", ""}, {"", ""}, {"", ""}, {"", ""}};
    size_t columns = columns_of[reader->item], at = 0;
    const cJSON *member;
    for (size_t i = 0; i < ITEM_FIELDS; i++)
        pieces[i].to = pieces[i].from;
    struct buf text = BUF_INIT;
    cJSON_ArrayForEach(member, node)
    {
        size_t column = cJSON_IsObject(node) ? column_of(reader, member->string) : at++;
        if (column < columns)
            pieces[column] = slice_of(member);
    }
    for (size_t i = 0; i < columns; i++) {
        buf_add(&text, pieces[i].from, (size_t)(pieces[i].to - pieces[i].from));
        buf_puts(&text, i + 1 < columns ? " | " : "");
    }
    const char *line = buf_text(&text);
    int result = line ? add_line(reader, (struct slice){line, line + strlen(line)}, pieces, columns) : -1;
    buf_free(&text);
    return result;
}

static int read_json(struct reader *reader, const cJSON *node, int level)
{
    const cJSON *member;
    if (cJSON_IsString(node))
        return read_text(reader, node->valuestring, level);
    if (!(cJSON_IsArray(node) || cJSON_IsObject(node)) || level > JSON_LEVELS)
        return 0;
    /* Fields of one line, or lines? */
    size_t known = 0, nested = 0, barred = 0, count = 0;
    cJSON_ArrayForEach(member, node)
    {
        count++;
        known += cJSON_IsObject(node) && column_of(reader, member->string) < ITEM_FIELDS;
        nested += cJSON_IsArray(member) || cJSON_IsObject(member);
        barred += cJSON_IsString(member) && strchr(member->valuestring, '|') != NULL;
    }
    const cJSON *first = node->child;
    bool row = cJSON_IsArray(node) && level > 1 && count > 1 && nested == 0 && barred == 0 &&
               cJSON_IsString(first) &&
               (reader->item == ITEM_CALLER || items_kind(first->valuestring) != STATEMENTS ||
                items_is_caller(first->valuestring) || items_is_agent(first->valuestring));
    if ((known > 0 && nested == 0) || row)
        return read_fields(reader, node);
    cJSON_ArrayForEach(member, node)
    {
        if (read_json(reader, member, level + 1) != 0)
            return -1;
    }
    return 0;
}

int items_read(enum item item, const char *value, struct arena *arena, struct item_line lines[ITEM_LINES],
               size_t *more)
{
    struct reader reader = {.item = item, .arena = arena, .lines = lines};
    if (read_text(&reader, value, 0) != 0)
        return -1;
    *more = reader.more;
    /* Only the last of several lines can have been cut; fewer bars than were asked for are a habit elsewhere.
     */
    for (size_t at = 0; at < reader.count; at++)
        if (at + 1 < reader.count || reader.count < 2 || reader.more > 0 || reader.closed + 1 < reader.barred)
            lines[at].is_cut = false;
    return (int)reader.count;
}
