#include "people/remember.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "base/zone.h"
#include "people/alias.h"
#include "people/derived.h"
#include "people/fact.h"
#include "people/fuller.h"
#include "people/machine.h"
#include "people/privacy.h"
#include "people/profile.h"
#include "people/unkept.h"
#include "service/metrics.h"
#include "understand/evidence.h"
#include "understand/secrets.h"
#include "understand/understand.h"

#include <stdlib.h>
#include <string.h>

#define TURN_CHARS     4000 /* of one turn, summary or value: more than anyone says in one breath */
#define NAME_CHARS     100
#define EVIDENCE_CHARS 20000 /* of one value of an LLM */
#define DROPS_KEPT     30    /* of the lines that were left out */

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

unsigned remember_secrets(const struct settings *settings)
{
    return (unsigned)setting_int(settings, CALLMEM_REDACT);
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

static void note_flag(struct batch *batch, cJSON *object, const char *name)
{
    if (!cJSON_AddTrueToObject(object, name))
        batch->failed = true;
}

/* A JSON object, printed and owned by the batch; frees `object`. */
static const char *metadata_of(struct batch *batch, cJSON *object)
{
    const char *text = fact_json(batch->arena, object);
    batch->failed = batch->failed || !text;
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
        .language = event->transcript.language,
        .kind = kind,
        .sector = sector,
        .position = batch->next[kind]++,
        .speaker = "",
        .content = content,
        .salience = kind_salience(kind),
        .decay_lambda = remember_lambda(batch->settings, sector),
        .tags = "",
        .metadata = metadata ? metadata : "{}",
        .created_at = event->transcript.started_at,
    };
    return item;
}

static const char *mood_name(enum mood mood)
{
    return mood == MOOD_POSITIVE ? "positive" : mood == MOOD_NEGATIVE ? "negative" : "neutral";
}

/* The call itself. It is there even without a summary, since it is what calls are counted by. */
static void put_summary(struct batch *batch, const struct understanding *understanding, const char *summary)
{
    const struct event *event = batch->event;
    cJSON *metadata = cJSON_CreateObject();
    if (*event->title)
        note_text(batch, metadata, "title", event->title);
    if (*event->outcome)
        note_text(batch, metadata, "outcome", event->outcome);
    note_text(batch, metadata, "direction", event->transcript.outbound ? "outbound" : "inbound");
    if (event->duration >= 0)
        note_number(batch, metadata, "duration", (double)event->duration);
    note_text(batch, metadata, "sentiment", mood_name(understanding->mood));
    note_number(batch, metadata, "feeling", understanding->feeling);
    note_number(batch, metadata, "utc_offset", event->transcript.utc_offset);
    note_number(batch, metadata, "understood", UNDERSTANDING_VERSION);
    note_number(batch, metadata, "parts", fuller_parts(event));
    if (event->transcript.rated)
        note_number(batch, metadata, "rated", event->transcript.rated);
    if (event->transcript.judged)
        note_number(batch, metadata, "judged", event->transcript.judged);
    if (event->agents && !cJSON_AddRawToObject(metadata, "agents", event->agents))
        batch->failed = true;
    if (understanding->evidence)
        note_flag(batch, metadata, "evidence");
    if (understanding->is_other)
        note_flag(batch, metadata, "other");
    if (understanding->new_number)
        note_flag(batch, metadata, "new_number");
    if (*understanding->denied)
        note_text(batch, metadata, "denied", understanding->denied);
    put(batch, KIND_SUMMARY, line_of(batch, summary, TURN_CHARS), metadata_of(batch, metadata));
}

static void put_turn(struct batch *batch, const struct turn *turn)
{
    const char *metadata = NULL;
    if (*turn->speaker) {
        cJSON *object = cJSON_CreateObject();
        note_text(batch, object, "speaker", turn->speaker);
        metadata = metadata_of(batch, object);
    }
    struct memory *item = put(batch, KIND_TURN, line_of(batch, turn->text, TURN_CHARS), metadata);
    item->position = turn->position;
    item->speaker = turn->role == ROLE_USER ? "user" : "agent";
    item->created_at += turn->second > 0 && turn->second < CLOCK_DAY ? turn->second : 0;
}

/* A turn that is an order to the agent: its place in the transcript stays, its words are kept apart, where no
 * search finds them and no agent is told them. */
static void put_order(struct batch *batch, const struct turn *turn)
{
    struct turn blank = *turn;
    cJSON *metadata = cJSON_CreateObject();
    note_text(batch, metadata, "slot", "order");
    note_number(batch, metadata, "turn", turn->position);
    put(batch, KIND_EVIDENCE, line_of(batch, turn->text, TURN_CHARS), metadata_of(batch, metadata));
    blank.text = "[tells the agent what to do; callmem show has it]";
    put_turn(batch, &blank);
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

/* "book_table: booking_id" and "TBL-8812" read as "book table: booking id TBL-8812". */
static void put_result(struct batch *batch, const struct tool_result *result)
{
    char *name = text_line(result->name, NAME_CHARS);
    const char *value = line_of(batch, result->value, NAME_CHARS);
    cJSON *metadata = cJSON_CreateObject();
    note_text(batch, metadata, "tool", result->name);
    note_text(batch, metadata, "value", value ? value : "");
    for (char *p = name; p && *p; p++)
        if (*p == '_')
            *p = ' ';
    put(batch, KIND_COLLECTED, name && value ? arena_printf(batch->arena, "%s %s", name, value) : NULL,
        metadata_of(batch, metadata));
    free(name);
}

/* A value of one of callmem's own items, as it came, so that the call can be understood again. */
static void put_evidence(struct batch *batch, const struct collected *collected)
{
    cJSON *metadata = cJSON_CreateObject();
    note_text(batch, metadata, "slot", collected->name);
    if (batch->event->transcript.own_llm)
        note_flag(batch, metadata, "llm");
    put(batch, KIND_EVIDENCE,
        arena_text(batch->arena, collected->value, text_prefix(collected->value, EVIDENCE_CHARS)),
        metadata_of(batch, metadata));
}

/* What an LLM said and was left out, with the reason, for the operator to see. */
static void put_drops(struct batch *batch, const struct understanding *understanding)
{
    cJSON *metadata = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(metadata, "dropped");
    note_text(batch, metadata, "slot", "dropped");
    for (size_t i = 0; i < understanding->drop_count && i < DROPS_KEPT; i++) {
        const struct dropped *dropped = &understanding->drops[i];
        cJSON *item = cJSON_CreateObject();
        note_text(batch, item, "why", drop_name(dropped->why));
        note_text(batch, item, "item", dropped->item);
        note_text(batch, item, "line", dropped->line);
        if (!cJSON_AddItemToArray(list, item))
            batch->failed = true;
    }
    put(batch, KIND_EVIDENCE, arena_printf(batch->arena, "%zu left out", understanding->drop_count),
        metadata_of(batch, metadata));
}

static void put_statement(struct batch *batch, const struct statement *statement)
{
    const char *metadata = fact_metadata(batch->arena, statement, "");
    batch->failed = batch->failed || !metadata;
    put(batch, fact_kind(statement), fact_content(batch->arena, statement), metadata);
}

static void put_speaker(struct batch *batch, const struct speaker *speaker)
{
    const char *metadata = fact_speaker_metadata(batch->arena, speaker);
    batch->failed = batch->failed || !metadata;
    put(batch, KIND_NAME, fact_speaker_content(batch->arena, speaker), metadata);
}

/* What the caller asked about their data: kept for a person to decide on, see people/decision.h. */
static void put_request(struct batch *batch, const struct understanding *understanding)
{
    struct request request = {.kind = understanding->request, .turn = understanding->request_turn};
    if (request.kind == PRIVACY_ERASE &&
        setting_choice(batch->settings, CALLMEM_FORGET_ON_REQUEST) == FORGET_HIDE)
        request.hidden = clock_now();
    const char *metadata = privacy_metadata(batch->arena, &request);
    batch->failed = batch->failed || !metadata;
    put(batch, KIND_PRIVACY, privacy_content(request.kind), metadata);
}

/* A call that did not come about. */
static void put_attempt(struct batch *batch)
{
    const struct event *event = batch->event;
    const char *reason = *event->failure ? event->failure : "unknown";
    cJSON *metadata = cJSON_CreateObject();
    note_text(batch, metadata, "direction", event->transcript.outbound ? "outbound" : "inbound");
    note_text(batch, metadata, "reason", reason);
    const char *line = line_of(batch, reason, NAME_CHARS);
    put(batch, KIND_ATTEMPT,
        line ? arena_printf(batch->arena,
                            event->transcript.outbound
                                ? "We tried to call; it did not come about (%s)."
                                : "The caller tried to reach us; it did not come about (%s).",
                            line)
             : NULL,
        metadata_of(batch, metadata));
}

static void put_call(struct batch *batch, const struct understanding *understanding)
{
    const struct transcript *transcript = &batch->event->transcript;
    put_summary(batch, understanding, transcript->summary);
    for (size_t i = 0; i < transcript->turn_count; i++)
        if (understanding_is_order(understanding, transcript->turns[i].position))
            put_order(batch, &transcript->turns[i]);
        else
            put_turn(batch, &transcript->turns[i]);
    for (size_t i = 0; i < transcript->collected_count; i++)
        if (evidence_is_item(transcript->collected[i].name))
            put_evidence(batch, &transcript->collected[i]);
        else
            put_collected(batch, &transcript->collected[i]);
    if (understanding->drop_count > 0)
        put_drops(batch, understanding);
    for (size_t i = 0; i < transcript->result_count; i++)
        put_result(batch, &transcript->results[i]);
    for (size_t i = 0; i < understanding->speaker_count; i++)
        put_speaker(batch, &understanding->speakers[i]);
    for (size_t i = 0; i < understanding->statement_count; i++)
        put_statement(batch, &understanding->statements[i]);
    if (understanding->request != PRIVACY_NONE)
        put_request(batch, understanding);
    if (batch->event->user && *batch->event->user)
        put(batch, KIND_ALIAS, batch->event->user, NULL);
}

static int store_batch(struct memory_store *store, struct batch *batch, bool again, struct error *error)
{
    bool complete = !batch->failed;
    for (size_t i = 0; i < batch->count; i++)
        complete = complete && batch->items[i].content;
    if (!complete)
        return error_no_memory(error);
    return derived_replace(store, batch->items, batch->count, again, batch->arena, error);
}

/* The operator's agreement with ElevenLabs says that nothing of this call may be kept. */
static int keep_nothing(struct memory_store *store, const struct settings *settings,
                        const struct event *event, struct error *error)
{
    const struct context_bounds bounds = profile_bounds(settings);
    int result = memory_forget_conversation(store, event->caller, event->conversation, error);
    if (result != 0 && error->code == ERROR_NOT_FOUND)
        return 0;
    return result == 0 ? profile_update(store, event->caller, event->agent, &bounds, error) : -1;
}

/* Puts the memories of an event together and stores them; without an understanding it is an attempt. */
static int store_event(struct memory_store *store, const struct settings *settings, const struct event *event,
                       const struct understanding *understanding, bool again, struct error *error)
{
    struct batch batch = {.event = event, .settings = settings, .arena = arena_new()};
    size_t most = 4 + 2 * event->transcript.turn_count + event->transcript.collected_count +
                  event->transcript.result_count;
    int result = -1;
    if (understanding)
        most += understanding->speaker_count + understanding->statement_count;
    batch.items = calloc(most, sizeof *batch.items);
    if (!batch.arena || !batch.items)
        error_no_memory(error);
    else if (!understanding)
        put_attempt(&batch);
    else
        put_call(&batch, understanding);
    if (batch.count)
        result = store_batch(store, &batch, again, error);
    free(batch.items);
    arena_free(batch.arena);
    return result;
}

int remember_again(struct memory_store *store, const struct settings *settings, const struct event *event,
                   const struct understanding *understanding, struct error *error)
{
    return store_event(store, settings, event, understanding, true, error);
}

static int store_all(struct memory_store *store, const struct settings *settings, struct event *event,
                     const struct understanding *understanding, struct error *error)
{
    const struct context_bounds bounds = profile_bounds(settings);
    if (event->delete_pii)
        return keep_nothing(store, settings, event, error);
    /* What was taken for a conversation before is none. */
    if (event->machine && event->attempt &&
        memory_forget_conversation(store, event->caller, event->conversation, error) != 0 &&
        error->code != ERROR_NOT_FOUND)
        return -1;
    if (event->type == EVENT_FAILURE || event->attempt)
        understanding = NULL;
    if (understanding && unkept_is_wished(store, event, understanding, &event->unkept, error) != 0)
        return -1;
    if (event->unkept)
        return unkept_store(store, event, error) == 0
                   ? profile_update(store, event->caller, event->agent, &bounds, error)
                   : -1;
    bool less = false;
    if (understanding && fuller_is_less(store, event, &less, error) != 0)
        return -1;
    if (less)
        return 0;
    if (store_event(store, settings, event, understanding, false, error) != 0)
        return -1;
    return profile_update(store, event->caller, event->agent, &bounds, error);
}

/* Everything of one event, or nothing. */
static int remember_whole(struct memory_store *store, const struct settings *settings, struct event *event,
                          const struct understanding *understanding, struct error *error)
{
    if (memory_begin(store, error) != 0)
        return -1;
    bool sealed = false;
    int result = event->by_user ? alias_resolve(store, event->caller, error) : 0;
    if (result == 0)
        result = memory_is_sealed(store, event->caller, event->conversation, &sealed, error);
    if (result == 0 && sealed) {
        memory_rollback(store);
        event->is_unread = false; /* nor does an LLM read it */
        log_say(LOG_INFO, "a call that was erased has come again, and is dropped");
        return 0;
    }
    if (result == 0)
        result = store_all(store, settings, event, understanding, error);
    if (result == 0)
        result = memory_refresh(store, event->caller, error);
    if (result == 0)
        return memory_commit(store, error);
    memory_rollback(store);
    return -1;
}

/* A zone that is not known leaves the operator's, and without a database of zones it is UTC. */
static void find_local_time(const struct settings *settings, struct event *event)
{
    struct transcript *transcript = &event->transcript;
    if (!zone_offset(event->timezone, transcript->started_at, &transcript->utc_offset))
        zone_offset(setting_text(settings, CALLMEM_TIMEZONE), transcript->started_at,
                    &transcript->utc_offset);
}

static void log_no_caller(const struct event *event)
{
    struct log_line line;
    if (event->caller_kind == CALLER_INVALID)
        log_begin(&line, LOG_WARN,
                  "the caller of an event is no number and no identifier; nothing is kept of it");
    else
        log_begin(&line, LOG_INFO, "the caller of an event withheld the number; nothing is kept of it");
    log_text(&line, "conversation_id", event->conversation);
    log_end(&line);
}

void remember_count_drops(const struct understanding *understanding)
{
    _Static_assert((int)METRIC_DROPS == (int)DROPS, "each reason has its row");
    for (size_t i = 0; i < understanding->drop_count; i++)
        metrics_count(METRIC_EVIDENCE_DROPPED, understanding->drops[i].why);
}

bool remember_is_unread(const struct transcript *transcript, const struct understanding *understanding)
{
    for (size_t i = 0; i < transcript->turn_count && !understanding->evidence; i++)
        if (transcript->turns[i].role == ROLE_USER)
            return true;
    return false;
}

int remember_event(struct memory_store *store, const struct lexicon *lexicon, const struct settings *settings,
                   struct event *event, struct error *error)
{
    struct understanding understanding = {.denied = ""};
    if ((event->caller_kind == CALLER_INVALID || event->caller_kind == CALLER_NOBODY) &&
        event->type != EVENT_AUDIO)
        log_no_caller(event);
    if (event->caller_kind != CALLER_NUMBER && event->caller_kind != CALLER_OTHER)
        return 0;
    if (event->type != EVENT_TRANSCRIPTION && event->type != EVENT_FAILURE)
        return 0;
    struct arena *arena = arena_new();
    int result = arena ? 0 : error_no_memory(error);
    /* What takes its time comes before the memory's lock. */
    if (result == 0 && event->type == EVENT_TRANSCRIPTION && !event->attempt && !event->delete_pii) {
        find_local_time(settings, event);
        if (secrets_mask(lexicon, &event->transcript, remember_secrets(settings), arena) < 0)
            result = error_no_memory(error);
        if (result == 0)
            result = understand(lexicon, &event->transcript, &understanding, error);
        if (result == 0 && event->machine && machine_is_all(&event->transcript, &understanding)) {
            event->attempt = true;
            event->failure = MACHINE_ANSWERED;
        }
        event->is_unread = !event->attempt && remember_is_unread(&event->transcript, &understanding);
    }
    if (result == 0)
        result = remember_whole(store, settings, event, &understanding, error);
    if (result == 0)
        remember_count_drops(&understanding);
    understanding_free(&understanding);
    arena_free(arena);
    return result;
}
