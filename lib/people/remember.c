#include "people/remember.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "people/profile.h"
#include "people/retract.h"
#include "understand/extract.h"

#include <stdlib.h>
#include <string.h>

#define TURN_CHARS 4000 /* of one turn, summary or value: more than anyone says in one breath */
#define NAME_CHARS 100

/* The memories of one call while they are put together. */
struct batch {
    const struct event *event;
    const struct settings *settings;
    struct arena *arena;
    struct memory *items;
    size_t count;
    int next[KINDS]; /* position of the next one of each kind */
    bool failed;     /* out of memory: what is there is not whole */
};

double remember_lambda(const struct settings *settings, enum sector sector)
{
    static const enum setting lambdas[SECTORS] = {
        [SECTOR_EPISODIC] = OPENMEMORY_DECAY_LAMBDA_EPISODIC,
        [SECTOR_SEMANTIC] = OPENMEMORY_DECAY_LAMBDA_SEMANTIC,
        [SECTOR_PROCEDURAL] = OPENMEMORY_DECAY_LAMBDA_PROCEDURAL,
        [SECTOR_EMOTIONAL] = OPENMEMORY_DECAY_LAMBDA_EMOTIONAL,
        [SECTOR_REFLECTIVE] = OPENMEMORY_DECAY_LAMBDA_REFLECTIVE,
    };
    return setting_real(settings, lambdas[sector]);
}

/* `text` as one line, owned by the batch. */
static const char *line_of(struct batch *batch, const char *text, size_t chars)
{
    char *line = text ? text_line(text, chars) : NULL;
    const char *copy = line ? arena_text(batch->arena, line, strlen(line)) : NULL;
    free(line);
    return copy;
}

static void note_text(struct batch *batch, cJSON *object, const char *name, const char *text)
{
    if (!cJSON_AddStringToObject(object, name, text))
        batch->failed = true;
}

static void note_number(struct batch *batch, cJSON *object, const char *name, double number)
{
    if (!cJSON_AddNumberToObject(object, name, number))
        batch->failed = true;
}

/* A JSON object, printed and owned by the batch; frees `object`. */
static const char *metadata_of(struct batch *batch, cJSON *object)
{
    struct buf b = BUF_INIT;
    json_add(&b, object);
    const char *text = buf_text(&b) ? arena_text(batch->arena, buf_text(&b), b.len) : NULL;
    if (!text)
        batch->failed = true;
    buf_free(&b);
    cJSON_Delete(object);
    return text;
}

static struct memory *put(struct batch *batch, enum kind kind, const char *content, const char *metadata)
{
    const struct event *event = batch->event;
    struct memory *item = &batch->items[batch->count++];
    enum sector sector = kind_sector(kind);
    *item = (struct memory){
        .caller = event->caller,
        .agent = event->agent,
        .conversation = event->conversation,
        .language = event->language,
        .kind = kind,
        .sector = sector,
        .position = batch->next[kind]++,
        .speaker = "",
        .content = content,
        .salience = kind_salience(kind),
        .decay_lambda = remember_lambda(batch->settings, sector),
        .tags = "",
        .metadata = metadata ? metadata : "{}",
        .created_at = event->started_at,
    };
    return item;
}

static const char *sentiment_name(enum sentiment sentiment)
{
    return sentiment == SENTIMENT_POSITIVE   ? "positive"
           : sentiment == SENTIMENT_NEGATIVE ? "negative"
                                             : "neutral";
}

/* The call itself. It is there even without a summary, since it is what calls are counted by. */
static void put_summary(struct batch *batch, const struct extraction *extraction, const char *summary)
{
    const struct event *event = batch->event;
    cJSON *metadata = cJSON_CreateObject();
    if (*event->title)
        note_text(batch, metadata, "title", event->title);
    if (*event->outcome)
        note_text(batch, metadata, "outcome", event->outcome);
    note_text(batch, metadata, "direction", event->outbound ? "outbound" : "inbound");
    if (event->duration >= 0)
        note_number(batch, metadata, "duration", (double)event->duration);
    note_text(batch, metadata, "sentiment", sentiment_name(extraction->sentiment));
    note_number(batch, metadata, "feeling", extraction->feeling);
    put(batch, KIND_SUMMARY, line_of(batch, summary, TURN_CHARS), metadata_of(batch, metadata));
}

static void put_turn(struct batch *batch, const struct turn *turn)
{
    struct memory *item = put(batch, KIND_TURN, line_of(batch, turn->text, TURN_CHARS), NULL);
    item->position = turn->position;
    item->speaker = turn->role == ROLE_USER ? "user" : "agent";
    item->created_at += turn->second > 0 && turn->second < CLOCK_DAY ? turn->second : 0;
}

/* "order_number" and "HB-20417" read as "order number: HB-20417". */
static void put_collected(struct batch *batch, const struct collected *collected)
{
    char *name = text_line(collected->name, NAME_CHARS);
    const char *value = line_of(batch, collected->value, TURN_CHARS);
    cJSON *metadata = cJSON_CreateObject();
    note_text(batch, metadata, "slot", collected->name);
    note_text(batch, metadata, "value", value ? value : "");
    for (char *p = name; p && *p; p++)
        if (*p == '_')
            *p = ' ';
    put(batch, KIND_COLLECTED, name && value ? arena_printf(batch->arena, "%s: %s", name, value) : NULL,
        metadata_of(batch, metadata));
    free(name);
}

static void put_fact(struct batch *batch, const struct fact *fact)
{
    cJSON *metadata = cJSON_CreateObject();
    note_text(batch, metadata, "slot", fact->slot);
    note_text(batch, metadata, "value", fact->value);
    note_number(batch, metadata, "confidence", fact->confidence);
    note_number(batch, metadata, "polarity", fact->polarity);
    if (fact->turn >= 0)
        note_number(batch, metadata, "turn", fact->turn);
    if (fact->due) {
        char date[CLOCK_STAMP_SIZE];
        clock_date(fact->due, date);
        note_text(batch, metadata, "due", date);
    }
    put(batch, fact->kind, line_of(batch, fact->text, TURN_CHARS), metadata_of(batch, metadata));
}

/* A call that did not come about. */
static void put_attempt(struct batch *batch)
{
    const struct event *event = batch->event;
    const char *reason = *event->failure ? event->failure : "unknown";
    cJSON *metadata = cJSON_CreateObject();
    note_text(batch, metadata, "direction", event->outbound ? "outbound" : "inbound");
    note_text(batch, metadata, "reason", reason);
    const char *line = line_of(batch, reason, NAME_CHARS);
    put(batch, KIND_ATTEMPT,
        line ? arena_printf(batch->arena,
                            event->outbound ? "We tried to call; it did not come about (%s)."
                                            : "The caller tried to reach us; it did not come about (%s).",
                            line)
             : NULL,
        metadata_of(batch, metadata));
}

/* "It's Ana. Ana Kowalska.": who gives the first name alone as well wants to be called so. That name, or the
 * whole. */
static const char *spoken_name(struct batch *batch, const char *whole)
{
    size_t len = strcspn(whole, " ");
    if (!whole[len])
        return whole;
    char *first = arena_text(batch->arena, whole, len);
    for (size_t i = 0; i < batch->event->turn_count && first; i++) {
        const struct turn *turn = &batch->event->turns[i];
        const char *at = turn->role == ROLE_USER ? turn->text : "";
        while ((at = strstr(at, first))) {
            bool starts = at == turn->text || at[-1] == ' ';
            at += len;
            if (starts && strchr(".,!?", *at))
                return first;
        }
    }
    return whole;
}

/* Of the evidence for the caller's name only the best counts; the request to forget something is kept without
 * what it was about. */
static void put_facts(struct batch *batch, const struct extraction *extraction,
                      const struct retraction *retraction)
{
    const struct fact *name = extraction_name(extraction);
    for (size_t i = 0; i < extraction->count; i++) {
        struct fact fact = extraction->facts[i];
        if ((fact.kind == KIND_NAME && name != &extraction->facts[i]) ||
            retracts_fact(retraction, &extraction->facts[i]))
            continue;
        if (fact.kind == KIND_NAME)
            fact.value = spoken_name(batch, fact.value);
        if (fact.kind == KIND_FORGET) {
            fact.text = arena_printf(batch->arena, "Asked not to keep: %s",
                                     strcmp(fact.slot, "last") == 0 ? "what was said before" : fact.slot);
            fact.value = fact.slot;
        }
        put_fact(batch, &fact);
    }
}

static void put_call(struct batch *batch, const struct extraction *extraction,
                     const struct retraction *retraction)
{
    const struct event *event = batch->event;
    char *summary = retracts_anything(retraction) ? retracted_summary(retraction, event->summary)
                                                  : text_dup(event->summary);
    /* Without room for it the summary's content is missing, which store_batch() tells. */
    put_summary(batch, extraction, summary);
    free(summary);
    for (size_t i = 0; i < event->turn_count; i++)
        if (!retracts_turn(retraction, &event->turns[i]))
            put_turn(batch, &event->turns[i]);
    for (size_t i = 0; i < event->collected_count; i++)
        if (!retracts_collected(retraction, &event->collected[i]))
            put_collected(batch, &event->collected[i]);
    put_facts(batch, extraction, retraction);
}

static int store_batch(struct memory_store *store, const struct batch *batch,
                       const struct retraction *retraction, struct error *error)
{
    const struct event *event = batch->event;
    size_t chars = (size_t)setting_int(batch->settings, CALLMEM_CONTEXT_CHARS);
    bool complete = !batch->failed;
    for (size_t i = 0; i < batch->count; i++)
        complete = complete && batch->items[i].content;
    if (!complete)
        return error_set(error, ERROR_INTERNAL, "out of memory");
    if (retraction && retract_earlier(retraction, store, event->caller, error) != 0)
        return -1;
    if (memory_add(store, batch->items, batch->count, NULL, error) != 0)
        return -1;
    /* What is taken back may have been said to another agent. */
    bool everywhere = retraction && retracts_anything(retraction);
    return profile_update(store, event->caller, everywhere ? NULL : event->agent, chars, error);
}

/* The operator's agreement with ElevenLabs says that nothing of this call may be kept. */
static int keep_nothing(struct memory_store *store, const struct settings *settings,
                        const struct event *event, struct error *error)
{
    size_t chars = (size_t)setting_int(settings, CALLMEM_CONTEXT_CHARS);
    int result = memory_forget_conversation(store, event->caller, event->conversation, error);
    if (result != 0 && error->code == ERROR_NOT_FOUND)
        return 0;
    return result == 0 ? profile_update(store, event->caller, event->agent, chars, error) : -1;
}

/* Puts the memories of an event together and stores them. */
static int store_event(struct memory_store *store, struct batch *batch, const struct extraction *extraction,
                       const struct retraction *retraction, struct error *error)
{
    const struct event *event = batch->event;
    batch->arena = arena_new();
    batch->items =
        calloc(1 + event->turn_count + event->collected_count + extraction->count, sizeof *batch->items);
    int result = -1;
    if (!batch->arena || !batch->items)
        error_no_memory(error);
    else if (!retraction)
        put_attempt(batch);
    else
        put_call(batch, extraction, retraction);
    if (batch->count)
        result = store_batch(store, batch, retraction, error);
    free(batch->items);
    arena_free(batch->arena);
    return result;
}

/* What the call says goes into memory, less what was asked not to be kept. */
static int keep_call(struct memory_store *store, const struct settings *settings, const struct event *event,
                     const struct extraction *extraction, const struct memory_list *later,
                     struct error *error)
{
    struct batch batch = {.event = event, .settings = settings};
    struct retraction *retraction = retraction_of(event, extraction, later);
    int result;
    if (!retraction)
        result = error_no_memory(error);
    else if (retracts_everything(retraction))
        result = memory_forget(store, event->caller, NULL, error);
    else
        result = store_event(store, &batch, extraction, retraction, error);
    retraction_free(retraction);
    return result;
}

/* What was asked later is looked up in the transaction that stores the call: the call that asked for it may
 * be in another worker's hands at this moment. */
static int remember_call(struct memory_store *store, const struct settings *settings,
                         const struct event *event, const struct extraction *extraction, struct error *error)
{
    const struct memory_filter asked_later = {
        .caller = event->caller, .kinds = 1u << KIND_FORGET, .since = event->started_at + 1};
    struct memory_list later;
    if (memory_list(store, &asked_later, &later, error) != 0)
        return -1;
    int result = keep_call(store, settings, event, extraction, &later, error);
    memory_list_free(&later);
    return result;
}

static int remember_attempt(struct memory_store *store, const struct settings *settings,
                            const struct event *event, struct error *error)
{
    struct batch batch = {.event = event, .settings = settings};
    const struct extraction nothing = {0};
    return store_event(store, &batch, &nothing, NULL, error);
}

/* Everything of one event, or nothing. */
static int remember_whole(struct memory_store *store, const struct settings *settings,
                          const struct event *event, const struct extraction *extraction, struct error *error)
{
    if (memory_begin(store, error) != 0)
        return -1;
    int result = event->delete_pii              ? keep_nothing(store, settings, event, error)
                 : event->type == EVENT_FAILURE ? remember_attempt(store, settings, event, error)
                                                : remember_call(store, settings, event, extraction, error);
    if (result == 0)
        result = memory_refresh(store, event->caller, error);
    if (result == 0)
        return memory_commit(store, error);
    memory_rollback(store);
    return -1;
}

int remember_event(struct memory_store *store, const struct lexicon *lexicon, const struct settings *settings,
                   const struct event *event, struct error *error)
{
    struct extraction extraction = {0};
    if (event->caller_kind != CALLER_NUMBER && event->caller_kind != CALLER_OTHER)
        return 0;
    if (event->type != EVENT_TRANSCRIPTION && event->type != EVENT_FAILURE)
        return 0;
    /* What takes its time comes before the memory's lock. */
    if (event->type == EVENT_TRANSCRIPTION && !event->delete_pii &&
        extract_call(lexicon, event, &extraction, error) != 0) {
        extraction_free(&extraction);
        return -1;
    }
    int result = remember_whole(store, settings, event, &extraction, error);
    extraction_free(&extraction);
    return result;
}
