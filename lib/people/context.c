#include "people/context.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAME_CHARS    80
#define ITEM_CHARS    200 /* of one fact */
#define UNTIL_CHARS   20
#define NOTE_CHARS    600 /* of what an operator noted */
#define LIST_CHARS    500 /* caller_preferences, key_topics, caller_people */
#define SUMMARY_CHARS 600
#define TOPICS        4
#define LANGUAGES     8
#define ENDED_CALLS   2 /* that something is over is told for so many calls */

/* Nothing that leaves has the braces of a template, markup or a fence of code in it. */
static void add_safe(struct buf *b, const char *text, size_t chars)
{
    size_t from = b->len;
    text_add_line(b, text, chars);
    text_disarm(b, from);
}

static char *safe(const char *text, size_t chars)
{
    struct buf b = BUF_INIT;
    add_safe(&b, text, chars);
    return buf_take(&b);
}

static size_t chars_of(const struct buf *b)
{
    return b->data ? text_chars(b->data) : 0;
}

static void cut(struct buf *b, size_t len)
{
    b->len = len;
    if (b->data)
        b->data[len] = '\0';
}

/* --- Who --- */

char *context_name(const struct line *line)
{
    const struct person *person = line_person(line);
    return safe(person ? person_name(person) : "", NAME_CHARS);
}

/* "Margaret Whelan, called Peggy (mother of Emil)". */
static void add_person(struct buf *b, const struct person *person)
{
    const char *name = *person->full ? person->full : person->called;
    add_safe(b, name, NAME_CHARS);
    if (*person->called && strcmp(person->called, name) != 0) {
        buf_puts(b, ", called ");
        add_safe(b, person->called, NAME_CHARS);
    }
    if (*person->role) {
        buf_puts(b, " (");
        add_safe(b, person->role, NAME_CHARS);
        buf_putc(b, ')');
    }
}

static bool has_name(const struct person *person)
{
    return *person->full || *person->called;
}

char *context_people(const struct line *line)
{
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < line->person_count; i++) {
        const struct person *person = &line->persons[i];
        size_t before = b.len;
        if (!person->speaks || !has_name(person))
            continue;
        buf_puts(&b, before ? "; " : "");
        add_safe(&b, *person->full ? person->full : person->called, NAME_CHARS);
        if (!b.failed && chars_of(&b) > LIST_CHARS)
            cut(&b, before);
    }
    return buf_take(&b);
}

/* --- Facts --- */

static enum statement_kind kind_of(const struct known *known)
{
    return known->fact.statement.kind;
}

/* A note stands apart from what calls said. */
#define NOTES (1u << STATEMENTS)

static bool is_note(const struct known *known)
{
    return known->remark && known->remark->act == REMARK_NOTE;
}

/* A note is for the agent, whatever is private of what callers say. */
static bool is_private(const struct line *line, const struct known *known)
{
    return line->hide >> known->fact.memory->kind & 1 && !is_note(known);
}

/* Those of a kind that hold, of one owner. */
static bool is_told(const struct line *line, const struct known *known, size_t owner, unsigned kinds)
{
    if (is_private(line, known))
        return false;
    if (is_note(known))
        return known->state == STATE_NOW && known->owner == owner && (kinds & NOTES);
    return known->state == STATE_NOW && known->owner == owner && (kinds >> kind_of(known) & 1) &&
           (kind_of(known) != STATEMENT_ENDED || known->told);
}

static void add_fact(struct buf *b, const struct known *known)
{
    const struct statement *statement = &known->fact.statement;
    char date[CLOCK_STAMP_SIZE];
    if (kind_of(known) == STATEMENT_OPEN)
        buf_puts(b, strcmp(statement->by, "agent") == 0 ? "we: " : "caller: ");
    size_t from = b->len;
    add_safe(b, statement->text, is_note(known) ? NOTE_CHARS : ITEM_CHARS);
    while (!b->failed && b->len > from && strchr(".;|", b->data[b->len - 1]))
        cut(b, b->len - 1);
    clock_date(known->fact.memory->created_at, date);
    if (*statement->until) {
        bool open = kind_of(known) == STATEMENT_OPEN;
        buf_puts(b, open ? ", by " : " (until ");
        add_safe(b, statement->until, UNTIL_CHARS);
        buf_puts(b, open ? "" : ")");
    } else
        buf_printf(b, " (%s)", date);
}

/* Adds "Label: a; b." of what holds of some kinds, newest first, within `room` characters of the whole. */
static void add_section(struct buf *b, const struct line *line, size_t owner, const char *label,
                        unsigned kinds, size_t room)
{
    size_t start = b->len, count = 0;
    buf_printf(b, "%s%s: ", start ? " " : "", label);
    for (size_t i = line->known_count; i-- > 0;) {
        size_t before = b->len;
        if (!is_told(line, &line->known[i], owner, kinds))
            continue;
        buf_puts(b, count ? "; " : "");
        add_fact(b, &line->known[i]);
        if (!b->failed && chars_of(b) + 1 > room) {
            cut(b, before);
            break;
        }
        count++;
    }
    if (count)
        buf_putc(b, '.');
    else if (!b->failed)
        cut(b, start);
}

static const struct {
    const char *label;
    unsigned kinds;
} sections[] = {
    {"Note", NOTES},
    {"Needs", 1u << STATEMENT_NEED},
    {"How to treat them", 1u << STATEMENT_INSTRUCTION},
    {"Prefers", 1u << STATEMENT_PREFERENCE},
    {"Open", 1u << STATEMENT_OPEN},
    {"Contact", 1u << STATEMENT_CONTACT},
    {"Numbers", 1u << STATEMENT_ID},
    {"Facts", 1u << STATEMENT_FACT | 1u << STATEMENT_ENDED},
};

static bool says_anything(const struct line *line, size_t owner)
{
    for (size_t i = 0; i < line->known_count; i++)
        if (is_told(line, &line->known[i], owner, ~0u))
            return true;
    return false;
}

/* One who is on the phone; where there are several, each begins with the name. */
static void add_speaker(struct buf *b, const struct line *line, size_t owner, bool alone, size_t room)
{
    const struct person *person = &line->persons[owner];
    if (has_name(person) || *person->role) {
        buf_puts(b, b->len ? " " : "");
        buf_puts(b, alone ? "Name: " : "");
        add_person(b, person);
        buf_putc(b, '.');
    } else if (!alone && says_anything(line, owner)) {
        buf_puts(b, b->len ? " Somebody who gave no name." : "Somebody who gave no name.");
    }
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        add_section(b, line, owner, sections[i].label, sections[i].kinds, room);
}

/* Somebody of whom was spoken: "Emil (son): allergic to latex." */
static void add_other(struct buf *b, const struct line *line, size_t owner, size_t room)
{
    const struct person *person = &line->persons[owner];
    struct buf label = BUF_INIT;
    add_safe(&label, person->full, NAME_CHARS);
    if (*person->role) {
        buf_puts(&label, " (");
        add_safe(&label, person->role, NAME_CHARS);
        buf_putc(&label, ')');
    }
    if (buf_text(&label))
        add_section(b, line, owner, label.data, ~0u, room);
    b->failed = b->failed || label.failed;
    buf_free(&label);
}

/* "9 years old, has a splint": of what was said with commas a part may still hold. */
static bool may_hold_partly(const struct known *known)
{
    return !known->wholly && strpbrk(known->fact.statement.text, ",;") != NULL;
}

/* What ended lately, in the words in which it was known. */
static void add_ended(struct buf *b, const struct line *line, size_t room)
{
    for (size_t i = line->known_count; i-- > 0;) {
        const struct known *known = &line->known[i];
        size_t before = b->len;
        bool lately = known->ended_by && known->ended_by->call + ENDED_CALLS >= (int)line->call_count;
        if (known->state != STATE_ENDED || !lately || kind_of(known) == STATEMENT_OPEN ||
            may_hold_partly(known) || is_private(line, known))
            continue;
        buf_puts(b, before ? " No longer: " : "No longer: ");
        if (known->owner != NOBODY && (!line->persons[known->owner].speaks || line_speakers(line) > 1)) {
            add_safe(b, line->persons[known->owner].full, NAME_CHARS);
            buf_puts(b, ", ");
        }
        size_t from = b->len;
        add_safe(b, known->fact.statement.text, ITEM_CHARS);
        for (size_t at = from; !b->failed && at < b->len; at++)
            if (strchr(".;|", b->data[at]) && (at + 1 == b->len || b->data[at + 1] == ' '))
                b->data[at] = ',';
        while (!b->failed && b->len > from && b->data[b->len - 1] == ',')
            cut(b, b->len - 1);
        buf_putc(b, '.');
        if (!b->failed && chars_of(b) > room) {
            cut(b, before);
            return;
        }
    }
}

static const char *summary_of(const struct line *line, const struct line_call *call)
{
    if (line->hide >> KIND_SUMMARY & 1)
        return "";
    return call->memory->kind == KIND_SUMMARY || call->memory->kind == KIND_ATTEMPT ? call->memory->content
                                                                                    : "";
}

/* The calls themselves, the last one first: "Call of 2026-03-02: …". */
static void add_calls(struct buf *b, const struct line *line, size_t room)
{
    for (size_t i = line->call_count; i-- > 0;) {
        const char *summary = summary_of(line, &line->calls[i]);
        size_t used = chars_of(b);
        char date[CLOCK_STAMP_SIZE];
        if (!*summary)
            continue;
        if (used + 60 > room)
            return;
        clock_date(line->calls[i].memory->created_at, date);
        size_t left = room - used - 21;
        buf_printf(b, "%sCall of %s: ", b->len ? " " : "", date);
        add_safe(b, summary, left < SUMMARY_CHARS ? left : SUMMARY_CHARS);
    }
}

/* The latest value of an item of the operator's own, "" when there is none; free() it, NULL: no memory. */
static char *item_value(const struct line *line, const char *name, size_t len)
{
    for (size_t i = line->list->count; i-- > 0;) {
        const struct memory *memory = &line->list->items[i];
        struct error error = {0};
        if (memory->kind != KIND_COLLECTED || (*line->scope && strcmp(memory->agent, line->scope) != 0))
            continue;
        cJSON *metadata = json_parse(memory->metadata, strlen(memory->metadata), &error);
        const char *slot = json_text_or_empty(metadata, "slot");
        bool found = strlen(slot) == len && strncasecmp(slot, name, len) == 0;
        char *value = found ? safe(json_text_or_empty(metadata, "value"), ITEM_CHARS) : NULL;
        cJSON_Delete(metadata);
        if (found)
            return value;
    }
    return safe("", 0);
}

/* What the operator wants told of it: "Told: plan: Gold; branch: Harbour." Of a line that several people use
 * nothing, since it is not known whose it is. */
static void add_items(struct buf *b, const struct line *line, const char *names, size_t room)
{
    size_t before = b->len, len;
    bool any = false;
    for (const char *at = names + strspn(names, ", "); *at; at += len, at += strspn(at, ", ")) {
        len = strcspn(at, ",");
        while (len > 0 && at[len - 1] == ' ')
            len--;
        char *value = item_value(line, at, len), *name = strndup(at, len);
        b->failed = b->failed || !value || !name;
        if (value && name && *value) {
            buf_puts(b, any ? "; " : before ? " Told: " : "Told: ");
            add_safe(b, name, NAME_CHARS);
            buf_puts(b, ": ");
            add_safe(b, value, ITEM_CHARS);
            any = true;
        }
        free(name);
        free(value);
    }
    if (any)
        buf_putc(b, '.');
    if (!b->failed && chars_of(b) > room)
        cut(b, before);
}

char *context_of(const struct line *line, const struct context_bounds *bounds)
{
    struct buf b = BUF_INIT;
    size_t chars = bounds->chars;
    bool alone = line_speakers(line) <= 1;
    /* What is listed leaves a quarter of the room to what happened. */
    size_t room = chars - chars / 4;
    if (!alone)
        buf_puts(&b, "Several people use this number: ask who is calling.");
    add_section(&b, line, NOBODY, "Note", NOTES, room);
    for (size_t i = 0; i < line->person_count; i++)
        if (line->persons[i].speaks)
            add_speaker(&b, line, i, alone, room);
    for (size_t i = 0; i < line->person_count; i++)
        if (!line->persons[i].speaks && !line->persons[i].gone)
            add_other(&b, line, i, room);
    add_section(&b, line, NOBODY, "It is not clear who said", ~NOTES, room);
    if (alone && !(line->hide >> KIND_COLLECTED & 1))
        add_items(&b, line, bounds->items, room);
    add_ended(&b, line, room);
    add_calls(&b, line, chars);
    return buf_take(&b);
}

char *context_preferences(const struct line *line)
{
    static const enum statement_kind order[] = {STATEMENT_NEED, STATEMENT_PREFERENCE, STATEMENT_INSTRUCTION};
    struct buf b = BUF_INIT;
    bool alone = line_speakers(line) <= 1;
    for (size_t o = 0; o < sizeof order / sizeof *order; o++)
        for (size_t i = line->known_count; i-- > 0;) {
            const struct known *known = &line->known[i];
            size_t before = b.len;
            if (known->state != STATE_NOW || kind_of(known) != order[o] || known->owner == NOBODY ||
                is_private(line, known))
                continue;
            const struct person *person = &line->persons[known->owner];
            if (person->gone)
                continue;
            buf_puts(&b, before ? "; " : "");
            if (!person->speaks || (!alone && has_name(person))) {
                add_safe(&b, person->full, NAME_CHARS);
                buf_puts(&b, ": ");
            }
            add_safe(&b, known->fact.statement.text, ITEM_CHARS);
            if (!b.failed && chars_of(&b) > LIST_CHARS)
                cut(&b, before);
        }
    return buf_take(&b);
}

char *context_topics(const struct line *line)
{
    struct buf b = BUF_INIT;
    int count = 0;
    for (size_t i = line->call_count; i-- > 0 && count < TOPICS;) {
        size_t before = b.len;
        if (!*line->calls[i].title || line->hide >> KIND_SUMMARY & 1)
            continue;
        buf_puts(&b, before ? ", " : "");
        add_safe(&b, line->calls[i].title, ITEM_CHARS);
        if (!b.failed && chars_of(&b) > LIST_CHARS)
            cut(&b, before);
        count++;
    }
    return buf_take(&b);
}

char *context_last_summary(const struct line *line)
{
    for (size_t i = line->call_count; i-- > 0;)
        if (!line->calls[i].attempt && *summary_of(line, &line->calls[i]))
            return safe(summary_of(line, &line->calls[i]), SUMMARY_CHARS);
    return safe("", 0);
}

/* Whether the calls after this one, which come before it here, had its language. */
static bool was_spoken_since(const struct line *line, size_t call)
{
    for (size_t i = call + 1; i < line->call_count; i++)
        if (!line->calls[i].attempt &&
            strcmp(line->calls[i].memory->language, line->calls[call].memory->language) == 0)
            return true;
    return false;
}

char *context_languages(const struct line *line)
{
    struct buf b = BUF_INIT;
    size_t count = 0;
    for (size_t i = line->call_count; i-- > 0 && count < LANGUAGES;) {
        const char *language = line->calls[i].memory->language;
        if (line->calls[i].attempt || !*language || was_spoken_since(line, i))
            continue;
        buf_puts(&b, count++ ? ", " : "");
        add_safe(&b, language, NAME_CHARS);
    }
    return buf_take(&b);
}

/* --- Greeting --- */

/* A greeting is heard before anybody has said who is calling: that something is open may be said, what it is
 * may not. */
static const struct {
    const char *language, *greeting, *open;
} greetings[] = {
    {"en", "Welcome back, %s.", " Is it about what was left open last time?"},
    {"de", "Schön, wieder von Ihnen zu hören, %s.", " Geht es um das, was letztes Mal offen geblieben ist?"},
    {"es", "Hola de nuevo, %s.", " ¿Es por lo que quedó pendiente la última vez?"},
    {"fr", "Ravi de vous entendre à nouveau, %s.",
     " Est-ce au sujet de ce qui restait à faire la dernière fois ?"},
    {"it", "È un piacere risentirla, %s.", " È per quello che era rimasto in sospeso l'ultima volta?"},
    {"pt", "Olá de novo, %s.", " É sobre o que ficou pendente da última vez?"},
};

/* Whether the last call left something open with a person. */
static bool left_open(const struct line *line, const struct person *person)
{
    for (size_t i = 0; i < line->known_count; i++) {
        const struct known *known = &line->known[i];
        if (kind_of(known) == STATEMENT_OPEN && known->state == STATE_NOW && !is_private(line, known) &&
            known->call + 1 == (int)line->call_count && known->owner == (size_t)(person - line->persons))
            return true;
    }
    return false;
}

char *context_greeting(const struct line *line)
{
    const struct person *person = line_person(line);
    const char *name = person ? person_name(person) : "", *language = "";
    struct buf b = BUF_INIT;
    for (size_t i = line->call_count; i-- > 0 && !*language;)
        language = line->calls[i].memory->language;
    for (size_t i = 0; i < sizeof greetings / sizeof *greetings && *name && line->conversations; i++)
        if (strcmp(greetings[i].language, language) == 0) {
            const char *at = strstr(greetings[i].greeting, "%s");
            buf_add(&b, greetings[i].greeting, (size_t)(at - greetings[i].greeting));
            add_safe(&b, name, NAME_CHARS);
            buf_puts(&b, at + 2);
            buf_puts(&b, left_open(line, person) ? greetings[i].open : "");
        }
    return buf_take(&b);
}
