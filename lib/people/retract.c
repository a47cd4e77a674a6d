#include "people/retract.h"

#include "base/json.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REQUEST_WORDS                                                                                        \
    12 /* a turn of so many words at most asks and says nothing else: what is meant came before */
#define SLOTS  32
#define TOKENS 64 /* the most words by which what is taken back is known again */

struct retraction {
    const struct event *event;
    const struct extraction *extraction;
    bool everything;
    bool *turns; /* by their place in event->turns: gone */
    bool *facts; /* by their place in the extraction: gone */
    char *slots[SLOTS];
    size_t slot_count;
    char *tokens[TOKENS]; /* numbers, names and values that were taken back */
    size_t token_count;
    bool failed;
};

/* --- Words --- */

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static size_t count_words(const char *text)
{
    size_t words = 0;
    for (bool in_word = false; *text; text++) {
        words += is_word_byte(*text) && !in_word;
        in_word = is_word_byte(*text);
    }
    return words;
}

/* Whether `token` stands in `text` as a word or a phrase of its own. */
static bool names(const char *text, const char *token)
{
    size_t len = strlen(token);
    for (const char *at = text; (at = strcasestr(at, token)); at++)
        if ((at == text || !is_word_byte(at[-1])) && !is_word_byte(at[len]))
            return true;
    return false;
}

static void add_token(struct retraction *r, const char *text, size_t len)
{
    if (r->token_count == TOKENS)
        return;
    char *token = text_dup_n(text, len);
    if (!token)
        r->failed = true;
    else
        r->tokens[r->token_count++] = token;
}

/* What makes a turn known again elsewhere: its numbers. */
static void add_numbers(struct retraction *r, const char *text)
{
    while (*text) {
        size_t len = 0;
        bool digit = false;
        for (; is_word_byte(text[len]); len++)
            digit = digit || isdigit((unsigned char)text[len]);
        if (digit && len > 1)
            add_token(r, text, len);
        text += len ? len : 1;
    }
}

static bool names_a_token(const struct retraction *r, const char *text)
{
    for (size_t i = 0; i < r->token_count; i++)
        if (names(text, r->tokens[i]))
            return true;
    return false;
}

/* --- Reading the call --- */

/* The place of a turn in the event; SIZE_MAX when it is not there. */
static size_t place_of(const struct event *event, int position)
{
    for (size_t i = 0; i < event->turn_count; i++)
        if (event->turns[i].position == position)
            return i;
    return SIZE_MAX;
}

static void drop_turn(struct retraction *r, size_t place)
{
    r->turns[place] = true;
    if (r->event->turns[place].role == ROLE_USER)
        add_numbers(r, r->event->turns[place].text);
}

/* "Forget that": this turn, and where it only asks, the caller's turn before it and what was said between. */
static void retract_last(struct retraction *r, size_t place)
{
    drop_turn(r, place);
    if (count_words(r->event->turns[place].text) > REQUEST_WORDS)
        return;
    while (place-- > 0) {
        drop_turn(r, place);
        if (r->event->turns[place].role == ROLE_USER)
            return;
    }
}

static void add_slot(struct retraction *r, const char *slot)
{
    char *copy = r->slot_count < SLOTS ? text_dup(slot) : NULL;
    if (copy)
        r->slots[r->slot_count++] = copy;
    else
        r->failed = r->failed || r->slot_count < SLOTS;
}

static bool is_of_one_call(const char *slot)
{
    return !*slot || strcmp(slot, "last") == 0;
}

static void read_requests(struct retraction *r)
{
    for (size_t i = 0; i < r->extraction->count; i++) {
        const struct fact *fact = &r->extraction->facts[i];
        size_t place = place_of(r->event, fact->turn);
        if (fact->kind != KIND_FORGET)
            continue;
        if (strcmp(fact->slot, "all") == 0)
            r->everything = true;
        else if (!is_of_one_call(fact->slot))
            add_slot(r, fact->slot);
        else if (place != SIZE_MAX)
            retract_last(r, place);
    }
}

static void read_later(struct retraction *r, const struct memory_list *later)
{
    for (size_t i = 0; i < later->count; i++) {
        cJSON *metadata = cJSON_Parse(later->items[i].metadata);
        const char *slot = json_text(metadata, "slot");
        if (slot && !is_of_one_call(slot))
            add_slot(r, slot);
        cJSON_Delete(metadata);
    }
}

/* Whether a slot such as "address.plan" is about what a request named: "home address". */
static bool is_about(const struct retraction *r, const char *slot)
{
    char head[64];
    size_t len = strcspn(slot, ".");
    if (len == 0 || len >= sizeof head)
        return false;
    memcpy(head, slot, len);
    head[len] = '\0';
    for (size_t i = 0; i < r->slot_count; i++)
        if (names(r->slots[i], head))
            return true;
    return false;
}

/* "home_address" is about "address". */
static bool is_about_name(const struct retraction *r, const char *name)
{
    for (size_t i = 0; i < r->slot_count; i++) {
        const char *last = strrchr(r->slots[i], ' ');
        if (strcasestr(name, last ? last + 1 : r->slots[i]))
            return true;
    }
    return false;
}

static void mark_facts(struct retraction *r)
{
    for (size_t i = 0; i < r->extraction->count; i++) {
        const struct fact *fact = &r->extraction->facts[i];
        size_t place = place_of(r->event, fact->turn);
        if (fact->kind == KIND_FORGET)
            continue;
        bool about = is_about(r, fact->slot);
        if (about && place != SIZE_MAX)
            drop_turn(r, place);
        r->facts[i] = about || (place != SIZE_MAX && r->turns[place]);
        if (r->facts[i] && about && strlen(fact->value) > 2)
            add_token(r, fact->value, strlen(fact->value));
    }
}

struct retraction *retraction_of(const struct event *event, const struct extraction *extraction,
                                 const struct memory_list *later)
{
    struct retraction *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->event = event;
    r->extraction = extraction;
    r->turns = calloc(event->turn_count + 1, sizeof *r->turns);
    r->facts = calloc(extraction->count + 1, sizeof *r->facts);
    if (!r->turns || !r->facts) {
        retraction_free(r);
        return NULL;
    }
    read_requests(r);
    read_later(r, later);
    mark_facts(r);
    if (!r->failed)
        return r;
    retraction_free(r);
    return NULL;
}

void retraction_free(struct retraction *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->token_count; i++)
        free(r->tokens[i]);
    for (size_t i = 0; i < r->slot_count; i++)
        free(r->slots[i]);
    free(r->turns);
    free(r->facts);
    free(r);
}

/* --- The call itself --- */

bool retracts_everything(const struct retraction *r)
{
    return r->everything;
}

bool retracts_anything(const struct retraction *r)
{
    for (size_t i = 0; i < r->event->turn_count; i++)
        if (r->turns[i])
            return true;
    return r->everything || r->slot_count > 0;
}

bool retracts_turn(const struct retraction *r, const struct turn *turn)
{
    return r->turns[turn - r->event->turns] || names_a_token(r, turn->text);
}

bool retracts_fact(const struct retraction *r, const struct fact *fact)
{
    return r->facts[fact - r->extraction->facts] ||
           (fact->kind != KIND_FORGET && names_a_token(r, fact->text));
}

bool retracts_collected(const struct retraction *r, const struct collected *collected)
{
    return is_about_name(r, collected->name) || names_a_token(r, collected->value);
}

char *retracted_summary(const struct retraction *r, const char *summary)
{
    struct buf kept = BUF_INIT;
    while (*summary) {
        size_t len = 0;
        while (summary[len] &&
               !(strchr(".!?", summary[len]) && (summary[len + 1] == ' ' || !summary[len + 1])))
            len++;
        len += summary[len] != '\0';
        len += strspn(summary + len, " ");
        char *sentence = text_dup_n(summary, len);
        if (!sentence)
            kept.failed = true;
        else if (!names_a_token(r, sentence) && !is_about_name(r, sentence))
            buf_puts(&kept, sentence);
        free(sentence);
        summary += len;
    }
    return buf_take(&kept);
}

/* --- Earlier calls --- */

/* Whether a memory is one of the facts, or of what was collected, that a request names. */
static bool is_named(const struct retraction *r, const struct memory *memory)
{
    if (memory->kind == KIND_TURN || memory->kind == KIND_SUMMARY || memory->kind == KIND_FORGET)
        return false;
    cJSON *metadata = cJSON_Parse(memory->metadata);
    const char *slot = json_text(metadata, "slot");
    bool named = slot && (memory->kind == KIND_COLLECTED ? is_about_name(r, slot) : is_about(r, slot));
    cJSON_Delete(metadata);
    return named;
}

static int source_turn(const struct memory *memory)
{
    cJSON *metadata = cJSON_Parse(memory->metadata);
    int turn = (int)json_int(metadata, "turn", -1);
    cJSON_Delete(metadata);
    return turn;
}

static void add_value(struct retraction *r, const struct memory *memory)
{
    cJSON *metadata = cJSON_Parse(memory->metadata);
    const char *value = json_text(metadata, "value");
    if (value && strlen(value) > 2)
        add_token(r, value, strlen(value));
    cJSON_Delete(metadata);
}

/* Marks in `gone` what a request names, and the turns from which that came. */
static void mark_earlier(struct retraction *r, const struct memory_list *list, bool *gone)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct memory *fact = &list->items[i];
        if (!is_named(r, fact))
            continue;
        gone[i] = true;
        add_value(r, fact);
        int turn = source_turn(fact);
        for (size_t j = 0; j < list->count; j++) {
            const struct memory *said = &list->items[j];
            if (said->kind != KIND_TURN || said->position != turn ||
                strcmp(said->conversation, fact->conversation) != 0)
                continue;
            gone[j] = true;
            add_numbers(r, said->content);
        }
    }
}

static int shorten_summary(const struct retraction *r, struct memory_store *store,
                           const struct memory *summary, struct error *error)
{
    struct memory change = *summary;
    char *kept = retracted_summary(r, summary->content);
    if (!kept)
        return error_set(error, ERROR_INTERNAL, "out of memory");
    change.content = kept;
    int result = strcmp(kept, summary->content) == 0
                     ? 0
                     : memory_update(store, summary->caller, summary->id, &change, error);
    free(kept);
    return result;
}

static int take_out(struct retraction *r, struct memory_store *store, const struct memory_list *list,
                    const bool *gone, struct error *error)
{
    int result = 0;
    for (size_t i = 0; i < list->count && result == 0; i++) {
        const struct memory *memory = &list->items[i];
        if (memory->kind == KIND_SUMMARY && !gone[i])
            result = shorten_summary(r, store, memory, error);
        else if (gone[i] || (memory->kind != KIND_FORGET && names_a_token(r, memory->content)))
            result = memory_delete(store, memory->caller, memory->id, error);
    }
    return result;
}

int retract_earlier(const struct retraction *retraction, struct memory_store *store, const char *caller,
                    struct error *error)
{
    struct retraction r = *retraction; /* what earlier calls name is learnt here and ends here */
    const struct memory_filter all = {.caller = caller};
    struct memory_list list;
    if (r.slot_count == 0 && r.token_count == 0)
        return 0;
    if (memory_list(store, &all, &list, error) != 0)
        return -1;
    bool *gone = calloc(list.count + 1, sizeof *gone);
    int result = -1;
    if (gone) {
        mark_earlier(&r, &list, gone);
        result = r.failed ? -1 : take_out(&r, store, &list, gone, error);
    }
    if (!gone || r.failed)
        error_set(error, ERROR_INTERNAL, "out of memory");
    for (size_t i = retraction->token_count; i < r.token_count; i++)
        free(r.tokens[i]);
    free(gone);
    memory_list_free(&list);
    return result;
}
