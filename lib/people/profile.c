#include "people/profile.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "service/variables.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SUMMARY_CHARS 600
#define LIST_CHARS    500 /* caller_preferences, key_topics */
#define NAME_CHARS    80
#define ITEM_CHARS    160 /* of one note in memory_context */
#define TOPICS        6
#define OPEN_CALLS    2 /* what was asked or promised longer ago is open no more */
#define OPEN_SECONDS  (60 * CLOCK_DAY)
#define CALLED        0.86 /* confidence of a name that the caller wants to be called by; extract.h */

/* One thing that is known, with what extraction noted of it. Text belongs to the memories or their metadata.
 */
struct known {
    const struct memory *memory;
    cJSON *metadata;
    const char *slot, *value;
    double confidence;
    int polarity, turn;
    int call;      /* which call it is from, 1 the first */
    bool replaced; /* a newer one says otherwise */
};

/* What a profile is folded from, oldest call first. */
struct fold {
    struct known *items;
    size_t count;
    int calls, conversations;
    int64_t first, last;            /* start of the first and the last call */
    const struct memory *last_call; /* the summary memory of the last call */
    const char *last_summary;
    int64_t last_summary_at;
    const char *sentiment;
    const char *language;
    const char *name;
    double name_confidence;
};

/* False when out of memory. */
static bool read_known(struct known *known, const struct memory *memory)
{
    struct error error = {0};
    known->memory = memory;
    known->metadata = json_parse(memory->metadata, strlen(memory->metadata), &error);
    const char *slot = json_text(known->metadata, "slot"), *value = json_text(known->metadata, "value");
    known->slot = slot ? slot : "";
    known->value = value ? value : memory->content;
    known->confidence = json_number(known->metadata, "confidence", 0.5);
    known->polarity = (int)json_int(known->metadata, "polarity", 0);
    known->turn = (int)json_int(known->metadata, "turn", -1);
    return error.code != ERROR_INTERNAL;
}

/* Whether one name is the other with more to it: "Ana" and "Ana Kowalska". */
static bool is_part_of(const char *part, const char *whole)
{
    size_t len = strlen(part);
    for (const char *at = strstr(whole, part); at && len; at = strstr(at + 1, part))
        if ((at == whole || at[-1] == ' ') && (at[len] == '\0' || at[len] == ' '))
            return true;
    return false;
}

static bool wants_to_be_called(const struct known *known)
{
    return known->confidence > CALLED - 0.001 && known->confidence < CALLED + 0.001;
}

/*
 * A name once confirmed is not lost to a mishearing: another name needs to be as certain as the one that
 * stands. Being heard again makes a name more certain. Of two forms of the same name the fuller one stands,
 * unless the caller wants to be called by the other. That is the caller's to say whatever was known before.
 */
static void fold_name(struct fold *fold, const struct known *known)
{
    if (!*known->value)
        return;
    bool shorter = fold->name && is_part_of(known->value, fold->name);
    bool longer = fold->name && is_part_of(fold->name, known->value);
    bool surer = known->confidence >= fold->name_confidence;
    if (longer || wants_to_be_called(known) || (surer && !shorter))
        fold->name = known->value;
    if (surer)
        fold->name_confidence = known->confidence;
    if ((shorter || longer) && fold->name_confidence < 0.95)
        fold->name_confidence += 0.05;
}

/* What a caller has only one of: there a later word of the same call counts, too. */
static bool is_single(const char *slot)
{
    static const char *const slots[] = {"contact.channel", "language", "address", "phone", "email"};
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
        if (strcmp(slot, slots[i]) == 0)
            return true;
    return false;
}

/* A newer statement about the same thing replaces the older one. */
static void replace_older(struct fold *fold, size_t at)
{
    const struct known *newer = &fold->items[at];
    for (size_t i = 0; i < at; i++) {
        struct known *older = &fold->items[i];
        if (older->replaced || older->memory->kind == KIND_NAME)
            continue;
        bool same_slot = *newer->slot && older->memory->kind == newer->memory->kind &&
                         strcmp(older->slot, newer->slot) == 0;
        bool same_words = older->memory->kind == newer->memory->kind &&
                          strcasecmp(older->memory->content, newer->memory->content) == 0;
        /* Within a call both may be meant: "the aisle, near the front". Only a call later is a change of
         * mind. */
        bool same_call = strcmp(older->memory->conversation, newer->memory->conversation) == 0 &&
                         !(is_single(newer->slot) && newer->turn > older->turn);
        if (same_words || (same_slot && !same_call))
            older->replaced = true;
    }
}

static void fold_call(struct fold *fold, const struct known *known)
{
    const struct memory *memory = known->memory;
    const char *sentiment = json_text(known->metadata, "sentiment");
    if (fold->calls++ == 0)
        fold->first = memory->created_at;
    fold->last = memory->created_at;
    fold->last_call = memory;
    fold->sentiment = sentiment ? sentiment : "neutral";
    fold->language = memory->language;
    if (*memory->content) {
        fold->last_summary = memory->content;
        fold->last_summary_at = memory->created_at;
    }
}

static int fold_all(struct fold *fold, const struct memory_list *list, const char *scope)
{
    int conversations = 0;
    *fold = (struct fold){.last_summary = "", .sentiment = "", .language = ""};
    fold->items = calloc(list->count ? list->count : 1, sizeof *fold->items);
    if (!fold->items)
        return -1;
    /* fold->items has an owner. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
    for (size_t i = 0; i < list->count; i++) {
        const struct memory *memory = &list->items[i];
        if (*scope && strcmp(memory->agent, scope) != 0)
            continue;
        struct known *known = &fold->items[fold->count++];
        if (!read_known(known, memory))
            return -1;
        if (i == 0 || strcmp(memory->conversation, list->items[i - 1].conversation) != 0)
            conversations++;
        known->call = conversations;
        if (memory->kind == KIND_SUMMARY)
            fold_call(fold, known);
        else if (memory->kind == KIND_NAME)
            fold_name(fold, known);
        else
            replace_older(fold, fold->count - 1);
    }
    fold->conversations = conversations;
    return 0;
}

static void fold_free(struct fold *fold)
{
    for (size_t i = 0; i < fold->count; i++)
        cJSON_Delete(fold->items[i].metadata);
    free(fold->items);
}

/* Adds `text` to a list unless it would grow over `chars` characters; false when it was full. */
static bool add_part(struct buf *b, const char *separator, const char *text, size_t most_each, size_t chars)
{
    size_t before = b->len;
    if (before)
        buf_puts(b, separator);
    text_add_line(b, text, most_each);
    if (b->failed || text_chars(b->data ? b->data : "") <= chars)
        return true;
    b->len = before;
    if (b->data)
        b->data[before] = '\0';
    return false;
}

static bool is_wish(const struct known *known)
{
    enum kind kind = known->memory->kind;
    return (kind == KIND_NEED || kind == KIND_INSTRUCTION || kind == KIND_PREFERENCE) && !known->replaced &&
           known->polarity >= 0;
}

/* What the caller wants, needs first, newest first. */
static char *preferences(const struct fold *fold)
{
    static const enum kind order[] = {KIND_NEED, KIND_PREFERENCE, KIND_INSTRUCTION};
    struct buf b = BUF_INIT;
    for (size_t o = 0; o < sizeof order / sizeof *order; o++)
        for (size_t i = fold->count; i-- > 0;)
            if (fold->items[i].memory->kind == order[o] && is_wish(&fold->items[i]))
                add_part(&b, "; ", fold->items[i].value, ITEM_CHARS, LIST_CHARS);
    return buf_take(&b);
}

static char *topics(const struct fold *fold)
{
    struct buf b = BUF_INIT;
    int count = 0;
    for (size_t i = fold->count; i-- > 0 && count < TOPICS;)
        if (fold->items[i].memory->kind == KIND_TOPIC && !fold->items[i].replaced)
            count += add_part(&b, ", ", fold->items[i].value, ITEM_CHARS, LIST_CHARS);
    return buf_take(&b);
}

/* --- memory_context --- */

/* What was asked or promised is open for a while. What was to be done on a day before the last call is not
 * asked for here, nor is what a later call may have settled. */
static bool is_open(const struct fold *fold, const struct known *known)
{
    char last[CLOCK_STAMP_SIZE];
    const char *due = json_text(known->metadata, "due");
    clock_date(fold->last, last);
    if (due && strcmp(due, last) < 0)
        return false;
    return known->call > fold->conversations - OPEN_CALLS &&
           known->memory->created_at > fold->last - OPEN_SECONDS;
}

/* The section says already what the beginnings of its notes say. */
static void add_text_of(struct buf *b, const struct known *known)
{
    static const struct {
        const char *said, *instead;
    } beginnings[] = {{"Prefers: ", ""},
                      {"Does not want: ", ""},
                      {"Needs: ", ""},
                      {"Says: ", ""},
                      {"Prefers to be reached by: ", "contact by "},
                      {"Time that suits: ", "time: "}};
    const char *text = known->memory->content;
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (strncmp(text, beginnings[i].said, strlen(beginnings[i].said)) == 0) {
            buf_printf(b, "%s%s", beginnings[i].instead, text + strlen(beginnings[i].said));
            return;
        }
    bool asked = known->memory->kind == KIND_INSTRUCTION && strncmp(text, "Asked: ", 7) == 0;
    buf_puts(b, asked ? text + 7 : text);
}

/* One note of a section; what is open from an earlier call has that call's day. */
static bool add_note(struct buf *b, const struct fold *fold, const struct known *known, bool open,
                     size_t room)
{
    struct buf text = BUF_INIT;
    add_text_of(&text, known);
    if (open && known->call != fold->conversations) {
        char date[CLOCK_STAMP_SIZE];
        clock_date(known->memory->created_at, date);
        buf_printf(&text, ", on %s", date);
    }
    bool added = buf_text(&text) && add_part(b, "; ", buf_text(&text), ITEM_CHARS, room);
    b->failed = b->failed || text.failed;
    buf_free(&text);
    return added;
}

/* Adds "Label: a; b." of all that is known of some kinds, newest first, within the room that is left. */
static void add_section(struct buf *context, const struct fold *fold, const char *label, unsigned kinds,
                        int polarity, size_t room)
{
    struct buf b = BUF_INIT;
    bool open = kinds >> KIND_PROMISE & 1;
    size_t used = text_chars(context->data ? context->data : "") + strlen(label) + 4;
    for (size_t i = fold->count; i-- > 0 && used < room;) {
        const struct known *known = &fold->items[i];
        bool is_name =
            known->memory->kind == KIND_COLLECTED && fold->name && strcasecmp(known->value, fold->name) == 0;
        if (!(kinds >> known->memory->kind & 1) || known->replaced || known->polarity * polarity < 0 ||
            (polarity < 0 && known->polarity >= 0) || is_name || (open && !is_open(fold, known)))
            continue;
        add_note(&b, fold, known, open, room - used);
    }
    if (b.len && !b.failed) {
        buf_printf(context, "%s%s: %s%s", context->len ? " " : "", label, b.data,
                   strchr(".!?", b.data[b.len - 1]) ? "" : ".");
    }
    context->failed = context->failed || b.failed;
    buf_free(&b);
}

/* The calls themselves, the last one first: "2026-03-02: …". */
static void add_calls(struct buf *context, const struct fold *fold, size_t room)
{
    for (size_t i = fold->count; i-- > 0;) {
        const struct memory *memory = fold->items[i].memory;
        if ((memory->kind != KIND_SUMMARY && memory->kind != KIND_ATTEMPT) || !*memory->content)
            continue;
        size_t used = text_chars(context->data ? context->data : "");
        if (used + 40 > room)
            return;
        char date[CLOCK_STAMP_SIZE];
        clock_date(memory->created_at, date);
        size_t left = room - used - strlen(date) - 3;
        buf_printf(context, "%s%s: ", context->len ? " " : "", date);
        text_add_line(context, memory->content, left < SUMMARY_CHARS ? left : SUMMARY_CHARS);
    }
}

/* What a good receptionist would want to glance at. */
static char *context_of(const struct fold *fold, size_t room)
{
    struct buf b = BUF_INIT;
    static const struct {
        const char *label;
        unsigned kinds;
        int polarity;
    } sections[] = {
        {"Needs", 1u << KIND_NEED, 0},
        {"Instructions", 1u << KIND_INSTRUCTION, 0},
        {"Preferences", 1u << KIND_PREFERENCE, 1},
        {"Dislikes", 1u << KIND_PREFERENCE, -1},
        {"Open", 1u << KIND_REQUEST | 1u << KIND_PROMISE, 0},
        {"On record", 1u << KIND_COLLECTED, 0},
        {"Facts", 1u << KIND_FACT, 0},
    };
    if (fold->name) {
        buf_puts(&b, "Name: ");
        text_add_line(&b, fold->name, NAME_CHARS);
        buf_putc(&b, '.');
    }
    /* What is listed leaves at least a third of the room to what happened. */
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        add_section(&b, fold, sections[i].label, sections[i].kinds, sections[i].polarity, room * 2 / 3);
    add_calls(&b, fold, room);
    return buf_take(&b);
}

/* --- The variables --- */

static bool add_text(cJSON *variables, const char *name, char *text)
{
    bool added = text && cJSON_AddStringToObject(variables, name, text);
    free(text);
    return added;
}

static bool add_date(cJSON *variables, const char *name, int64_t when, bool known)
{
    char date[CLOCK_STAMP_SIZE] = "";
    if (known)
        clock_date(when, date);
    return cJSON_AddStringToObject(variables, name, date);
}

static cJSON *variables_of(const struct fold *fold, const char *caller, size_t context_chars)
{
    cJSON *variables = cJSON_CreateObject();
    bool good =
        variables && cJSON_AddBoolToObject(variables, VARIABLE_CALLER_KNOWN, true) &&
        cJSON_AddStringToObject(variables, VARIABLE_CALLER_ID, caller) &&
        add_text(variables, VARIABLE_CALLER_NAME, text_line(fold->name ? fold->name : "", NAME_CHARS)) &&
        cJSON_AddNumberToObject(variables, VARIABLE_CALL_COUNT, fold->calls) &&
        add_date(variables, VARIABLE_FIRST_CALL_DATE, fold->first, fold->calls) &&
        add_date(variables, VARIABLE_LAST_CALL_DATE, fold->last, fold->calls) &&
        add_text(variables, VARIABLE_LAST_CALL_SUMMARY, text_line(fold->last_summary, SUMMARY_CHARS)) &&
        add_text(variables, VARIABLE_CALLER_PREFERENCES, preferences(fold)) &&
        add_text(variables, VARIABLE_KEY_TOPICS, topics(fold)) &&
        cJSON_AddStringToObject(variables, VARIABLE_CALLER_SENTIMENT, fold->sentiment) &&
        add_text(variables, VARIABLE_MEMORY_CONTEXT, context_of(fold, context_chars));
    if (good)
        return variables;
    cJSON_Delete(variables);
    return NULL;
}

/* The members of an object, without its braces. */
static bool add_members(struct buf *b, const cJSON *object)
{
    struct buf whole = BUF_INIT;
    bool good = object && (json_add(&whole, object), buf_text(&whole) != NULL);
    if (good)
        buf_add(b, whole.data + 1, whole.len - 2);
    buf_free(&whole);
    return good && !b->failed;
}

static void add_heading(struct buf *b, const char *name, int64_t calls)
{
    buf_puts(b, "\"" VARIABLE_CALLER_NAME "\":");
    buf_json(b, name, strlen(name));
    buf_puts(b, ",\"" VARIABLE_CALL_COUNT "\":");
    buf_int(b, calls);
}

static int store_profile(struct memory_store *store, const char *caller, const char *scope,
                         const struct fold *fold, const cJSON *variables, struct error *error)
{
    struct buf answer = BUF_INIT, heading = BUF_INIT;
    add_heading(&heading, json_text(variables, VARIABLE_CALLER_NAME), fold->calls);
    bool good = add_members(&answer, variables) && buf_text(&heading);
    const struct memory_profile profile = {
        .answer = answer.data, .heading = heading.data, .language = fold->language};
    int result = good ? memory_set_profile(store, caller, scope, &profile, error) : error_no_memory(error);
    buf_free(&heading);
    buf_free(&answer);
    return result;
}

static int update_scope(struct memory_store *store, const char *caller, const char *scope,
                        const struct memory_list *list, size_t context_chars, struct error *error)
{
    struct fold fold;
    int result = fold_all(&fold, list, scope) == 0 ? 0 : error_no_memory(error);
    if (result == 0 && fold.count) {
        cJSON *variables = variables_of(&fold, caller, context_chars);
        result =
            variables ? store_profile(store, caller, scope, &fold, variables, error) : error_no_memory(error);
        cJSON_Delete(variables);
    } else if (result == 0) {
        result = memory_set_profile(store, caller, scope, NULL, error);
    }
    fold_free(&fold);
    return result;
}

static bool is_first_of_agent(const struct memory_list *list, size_t at)
{
    const char *agent = list->items[at].agent;
    for (size_t i = 0; i < at; i++)
        if (strcmp(list->items[i].agent, agent) == 0)
            return false;
    return *agent != '\0';
}

int profile_update(struct memory_store *store, const char *caller, const char *agent, size_t context_chars,
                   struct error *error)
{
    const struct memory_filter of_interest = {
        .caller = caller, .kinds = ~(1u << KIND_TURN | 1u << KIND_EVIDENCE | 1u << KIND_PRIVACY)};
    struct memory_list list;
    if (memory_list(store, &of_interest, &list, error) != 0)
        return -1;
    int result = update_scope(store, caller, "", &list, context_chars, error);
    if (result == 0 && agent && *agent)
        result = update_scope(store, caller, agent, &list, context_chars, error);
    for (size_t i = 0; i < list.count && result == 0 && !agent; i++)
        if (is_first_of_agent(&list, i))
            result = update_scope(store, caller, list.items[i].agent, &list, context_chars, error);
    memory_list_free(&list);
    return result;
}

bool profile_add_variables(struct buf *b, const struct memory_profile *profile, const char *caller)
{
    if (profile->document && *profile->answer) {
        buf_puts(b, profile->answer);
        return true;
    }
    cJSON *variables = profile_variables(profile->document, caller);
    bool good = add_members(b, variables);
    cJSON_Delete(variables);
    return good;
}

void profile_add_heading(struct buf *b, const struct memory_profile *profile)
{
    if (profile->document && *profile->heading) {
        buf_puts(b, profile->heading);
        return;
    }
    cJSON *document = profile->document ? cJSON_Parse(profile->document) : NULL;
    const char *name = json_text(document, VARIABLE_CALLER_NAME);
    add_heading(b, name ? name : "", json_int(document, VARIABLE_CALL_COUNT, 0));
    cJSON_Delete(document);
}

/* Moves a text, which is not copied, from one object to another; where it is not, an empty one is. `name` is
 * a literal. False when out of memory. */
static bool move_text(cJSON *from, cJSON *to, const char *name)
{
    cJSON *text = cJSON_DetachItemFromObjectCaseSensitive(from, name);
    if (!cJSON_IsString(text)) {
        cJSON_Delete(text);
        text = cJSON_CreateString("");
    }
    if (text && cJSON_AddItemToObjectCS(to, name, text))
        return true;
    cJSON_Delete(text);
    return false;
}

cJSON *profile_variables(const char *document, const char *caller)
{
    cJSON *profile = document ? cJSON_Parse(document) : NULL;
    cJSON *filled = cJSON_CreateObject();
    bool good = filled && (profile || !document) &&
                cJSON_AddBoolToObject(filled, VARIABLE_CALLER_KNOWN, profile != NULL) &&
                cJSON_AddStringToObject(filled, VARIABLE_CALLER_ID, profile ? caller : "");
    for (const struct variable *variable = variable_rows; variable < variable_rows + VARIABLES && good;
         variable++) {
        const char *name = variable->name;
        if (variable->in_profile && variable->type == VARIABLE_NUMBER)
            good = cJSON_AddNumberToObject(filled, name, (double)json_int(profile, name, 0));
        else if (variable->in_profile)
            good = move_text(profile, filled, name);
    }
    cJSON_Delete(profile);
    if (good)
        return filled;
    cJSON_Delete(filled);
    return NULL;
}
