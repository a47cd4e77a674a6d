#include "people/reread.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/zone.h"
#include "people/derived.h"
#include "people/event.h"
#include "people/fact.h"
#include "people/fuller.h"
#include "people/profile.h"
#include "people/remember.h"
#include "people/thinned.h"
#include "understand/evidence.h"
#include "understand/secrets.h"
#include "understand/understand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A call while it is read. */
struct reading_again {
    const struct reread *reread;
    const struct memory_list *list; /* its memories */
    struct arena *arena;
    struct reread_counts *counts;
    bool failed; /* out of memory */
};

/* --- A call from its memories --- */

static const char *copy(struct reading_again *again, const char *text)
{
    const char *kept = text ? arena_text(again->arena, text, strlen(text)) : "";
    again->failed = again->failed || !kept;
    return kept ? kept : "";
}

static cJSON *metadata_of(struct reading_again *again, const struct memory *memory)
{
    struct error error = {0};
    cJSON *metadata = json_parse(memory->metadata, strlen(memory->metadata), &error);
    again->failed = again->failed || (!metadata && error_is_transient(error.code));
    return metadata;
}

/* As it was written; it belongs to the arena, as all that is read here. */
static void read_agents(struct reading_again *again, const cJSON *metadata, struct event *event)
{
    const cJSON *agents = json_array(metadata, "agents");
    char *text = agents ? cJSON_PrintUnformatted(agents) : NULL;
    again->failed = again->failed || (agents && !text);
    event->agents = text ? (char *)copy(again, text) : NULL;
    cJSON_free(text);
}

static void read_summary(struct reading_again *again, const struct memory *memory, struct event *event)
{
    cJSON *metadata = metadata_of(again, memory);
    const char *direction = json_text(metadata, "direction");
    event->title = copy(again, json_text(metadata, "title"));
    event->outcome = copy(again, json_text(metadata, "outcome"));
    event->duration = json_int(metadata, "duration", -1);
    event->transcript.outbound = direction && strcmp(direction, "outbound") == 0;
    event->transcript.summary = memory->content;
    zone_offset(setting_text(again->reread->settings, CALLMEM_TIMEZONE), memory->created_at,
                &event->transcript.utc_offset);
    event->transcript.utc_offset = (int)json_int(metadata, "utc_offset", event->transcript.utc_offset);
    fuller_restore(memory, event);
    event->transcript.rated = (int)json_int(metadata, "rated", 0);
    event->transcript.judged = (int)json_int(metadata, "judged", 0);
    read_agents(again, metadata, event);
    if (json_bool(metadata, "evidence", false))
        event->transcript.asked = true;
    cJSON_Delete(metadata);
}

static void read_turn(struct reading_again *again, const struct memory *memory, struct event *event)
{
    const char *speaker = "";
    if (strcmp(memory->metadata, "{}") != 0) {
        cJSON *metadata = metadata_of(again, memory);
        speaker = copy(again, json_text(metadata, "speaker"));
        cJSON_Delete(metadata);
    }
    event->transcript.turns[event->transcript.turn_count++] = (struct turn){
        .role = strcmp(memory->speaker, "agent") == 0 ? ROLE_AGENT : ROLE_USER,
        .text = memory->content,
        .position = memory->position,
        .second = memory->created_at - event->transcript.started_at,
        .speaker = speaker,
    };
}

/* What was collected, by its name. Values are text that belongs to the arena, which the transcript does not
 * free. */
static void add_collected(struct reading_again *again, struct event *event, const char *name,
                          const char *value)
{
    struct collected *collected = &event->transcript.collected[event->transcript.collected_count];
    if (!name || !*name || !value || !*value)
        return;
    *collected =
        (struct collected){.name = copy(again, name), .label = "", .value = (char *)copy(again, value)};
    event->transcript.collected_count++;
}

static void read_collected(struct reading_again *again, const struct memory *memory, struct event *event)
{
    cJSON *metadata = metadata_of(again, memory);
    add_collected(again, event, json_text(metadata, "slot"), json_text(metadata, "value"));
    cJSON_Delete(metadata);
}

static int by_position(const void *a, const void *b)
{
    const struct turn *left = a, *right = b;
    return left->position < right->position ? -1 : left->position > right->position;
}

/* An order to the agent stood in a turn; its words are put back there. Turns are in order. */
static void put_back(struct event *event, int position, const char *words)
{
    const struct turn wanted = {.position = position};
    struct turn *turn = event->transcript.turn_count
                            ? bsearch(&wanted, event->transcript.turns, event->transcript.turn_count,
                                      sizeof wanted, by_position)
                            : NULL;
    if (turn)
        turn->text = words;
}

static void read_evidence(struct reading_again *again, const struct memory *memory, struct event *event)
{
    cJSON *metadata = metadata_of(again, memory);
    const char *slot = json_text(metadata, "slot");
    if (slot && strcmp(slot, "order") == 0) {
        put_back(event, (int)json_int(metadata, "turn", -1), memory->content);
    } else if (slot && strcmp(slot, "dropped") != 0) {
        event->transcript.own_llm = event->transcript.own_llm || json_bool(metadata, "llm", false);
        add_collected(again, event, slot, memory->content);
    }
    cJSON_Delete(metadata);
}

/* The event that a conversation's memories were made of, as far as they say; false when it was an attempt. */
static bool read_event(struct reading_again *again, struct event *event)
{
    const struct memory *items = again->list->items;
    struct transcript *transcript = &event->transcript;
    size_t count = again->list->count;
    bool call = false;
    *event = (struct event){
        .type = EVENT_TRANSCRIPTION,
        .type_name = "post_call_transcription",
        .conversation = items[0].conversation,
        .agent = items[0].agent,
        .caller_kind = CALLER_OTHER,
        .title = "",
        .outcome = "",
        .failure = "",
        .duration = -1,
    };
    snprintf(event->caller, sizeof event->caller, "%s", items[0].caller);
    strncpy(transcript->language, items[0].language, sizeof transcript->language - 1);
    transcript->summary = "";
    transcript->turns = arena_alloc(again->arena, count * sizeof *transcript->turns);
    transcript->collected = arena_alloc(again->arena, count * sizeof *transcript->collected);
    if (!transcript->turns || !transcript->collected) {
        again->failed = true;
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (items[i].kind == KIND_SUMMARY) {
            transcript->started_at = items[i].created_at;
            read_summary(again, &items[i], event);
            call = true;
        }
    for (size_t i = 0; i < count && call; i++)
        if (items[i].kind == KIND_TURN)
            read_turn(again, &items[i], event);
        else if (items[i].kind == KIND_COLLECTED)
            read_collected(again, &items[i], event);
    for (size_t i = 0; i < count && call; i++)
        if (items[i].kind == KIND_EVIDENCE)
            read_evidence(again, &items[i], event);
    return call;
}

/* --- Understanding it --- */

/* Names that the call started with (its variables) are kept nowhere else. */
static void keep_given_names(struct reading_again *again, struct understanding *understanding)
{
    for (size_t i = 0; i < again->list->count; i++) {
        struct speaker speaker;
        bool known = false;
        if (again->list->items[i].kind != KIND_NAME)
            continue;
        if (!fact_read_speaker(again->arena, &again->list->items[i], &speaker)) {
            again->failed = true;
            return;
        }
        for (size_t s = 0; s < understanding->speaker_count; s++)
            known = known || strcmp(understanding->speakers[s].full, speaker.full) == 0;
        if (speaker.source == SOURCE_VARIABLE && !known)
            understanding_add_speaker(understanding, &speaker);
    }
}

/* Masks the secrets of an event, whose words are then others than those of `whole`. */
static int mask(struct reading_again *again, const struct event *whole, struct event *masked,
                struct error *error)
{
    const struct reread *reread = again->reread;
    struct transcript *transcript = &masked->transcript;
    size_t turns = transcript->turn_count * sizeof *transcript->turns;
    size_t collected = transcript->collected_count * sizeof *transcript->collected;
    transcript->turns = arena_alloc(again->arena, turns + 1);
    transcript->collected = arena_alloc(again->arena, collected + 1);
    if (!transcript->turns || !transcript->collected)
        return error_no_memory(error);
    memcpy(transcript->turns, whole->transcript.turns, turns);
    memcpy(transcript->collected, whole->transcript.collected, collected);
    int places = secrets_mask(reread->lexicon, transcript, remember_secrets(reread->settings), again->arena);
    if (places < 0)
        return error_no_memory(error);
    again->counts->masked += reread->redact ? (size_t)places : 0;
    return 0;
}

/* What is understood never has the secrets; what is stored only has them where it had them before. */
static int understand_again(struct reading_again *again, struct event *event,
                            struct understanding *understanding, struct error *error)
{
    struct event masked = *event;
    if (mask(again, event, &masked, error) != 0 ||
        understand(again->reread->lexicon, &masked.transcript, understanding, error) != 0)
        return -1;
    if (again->reread->redact)
        *event = masked;
    keep_given_names(again, understanding);
    return again->failed || understanding->failed ? error_no_memory(error) : 0;
}

/* --- What is different --- */

static const char *content_of(struct arena *arena, const struct understanding *understanding, size_t at,
                              enum kind *kind)
{
    if (at < understanding->speaker_count) {
        *kind = KIND_NAME;
        return fact_speaker_content(arena, &understanding->speakers[at]);
    }
    const struct statement *statement = &understanding->statements[at - understanding->speaker_count];
    *kind = fact_kind(statement);
    return fact_content(arena, statement);
}

static bool is_compared(const struct memory *memory)
{
    return derived_is_kind(memory->kind) && memory->kind != KIND_EVIDENCE && memory->kind != KIND_PRIVACY &&
           !derived_is_operators(memory);
}

static bool is_known(const struct reading_again *again, enum kind kind, const char *content)
{
    for (size_t i = 0; i < again->list->count; i++)
        if (again->list->items[i].kind == kind && strcmp(again->list->items[i].content, content) == 0)
            return true;
    return false;
}

static void compare(struct reading_again *again, const struct understanding *understanding)
{
    const struct reread *reread = again->reread;
    const char *conversation = again->list->items[0].conversation;
    size_t count = understanding->speaker_count + understanding->statement_count;
    for (size_t i = 0; i < again->list->count && !again->failed; i++) {
        const struct memory *memory = &again->list->items[i];
        bool stays = !is_compared(memory);
        for (size_t at = 0; at < count && !stays; at++) {
            enum kind kind;
            const char *content = content_of(again->arena, understanding, at, &kind);
            again->failed = again->failed || !content;
            stays = content && kind == memory->kind && strcmp(content, memory->content) == 0;
        }
        if (!stays)
            reread->differs(reread->ctx, conversation, memory->kind, memory->content, false);
    }
    for (size_t at = 0; at < count && !again->failed; at++) {
        enum kind kind;
        const char *content = content_of(again->arena, understanding, at, &kind);
        again->failed = again->failed || !content;
        if (content && !is_known(again, kind, content))
            reread->differs(reread->ctx, conversation, kind, content, true);
    }
}

/* --- A call of which something went by age --- */

static bool is_thinned(const struct memory_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].kind == KIND_SUMMARY && thinned_is(list->items[i].metadata))
            return true;
    return false;
}

/* Writes other words in place of those that are there. */
static int replace_words(struct reading_again *again, enum kind kind, const char *was, const char *is,
                         struct error *error)
{
    for (size_t i = 0; i < again->list->count; i++) {
        struct memory change = again->list->items[i];
        if (change.kind != kind || strcmp(change.content, was) != 0)
            continue;
        change.content = is;
        if (memory_update(again->reread->store, change.caller, change.id, &change, error) != 0)
            return -1;
    }
    return 0;
}

static int redact_words(struct reading_again *again, const struct event *event, struct error *error)
{
    struct event masked = *event;
    const struct transcript *was = &event->transcript, *is = &masked.transcript;
    if (mask(again, event, &masked, error) != 0)
        return -1;
    if (again->reread->dry)
        return 0;
    for (size_t i = 0; i < was->turn_count; i++)
        if (strcmp(was->turns[i].text, is->turns[i].text) != 0 &&
            (replace_words(again, KIND_TURN, was->turns[i].text, is->turns[i].text, error) != 0 ||
             replace_words(again, KIND_EVIDENCE, was->turns[i].text, is->turns[i].text, error) != 0))
            return -1;
    return strcmp(was->summary, is->summary) != 0
               ? replace_words(again, KIND_SUMMARY, was->summary, is->summary, error)
               : 0;
}

/* What was understood stays, and counts as understood by this version, so that it is not looked at again. */
static int keep_as_it_is(struct reading_again *again, const struct event *event, struct error *error)
{
    struct memory_list now;
    const struct memory_filter filter = {
        .caller = event->caller, .conversation = event->conversation, .kinds = 1u << KIND_SUMMARY};
    if (again->reread->redact && redact_words(again, event, error) != 0)
        return -1;
    if (again->reread->dry)
        return 0;
    if (memory_list(again->reread->store, &filter, &now, error) != 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < now.count && result == 0; i++) {
        struct memory change = now.items[i];
        cJSON *metadata = metadata_of(again, &change);
        cJSON_DeleteItemFromObjectCaseSensitive(metadata, "understood");
        bool noted = metadata && cJSON_AddNumberToObject(metadata, "understood", UNDERSTANDING_VERSION);
        change.metadata = fact_json(again->arena, metadata);
        result = noted && change.metadata
                     ? memory_update(again->reread->store, change.caller, change.id, &change, error)
                     : error_no_memory(error);
    }
    memory_list_free(&now);
    return result;
}

/* --- All calls of a caller --- */

static int reread_list(struct reading_again *again, struct error *error)
{
    const struct reread *reread = again->reread;
    struct understanding understanding = {.denied = ""};
    struct event event;
    if (!read_event(again, &event))
        return again->failed ? error_no_memory(error) : 0;
    if (is_thinned(again->list))
        return keep_as_it_is(again, &event, error);
    int result = understand_again(again, &event, &understanding, error);
    if (result == 0 && reread->differs)
        compare(again, &understanding);
    if (result == 0 && !reread->dry)
        result = remember_again(reread->store, reread->settings, &event, &understanding, error);
    if (result == 0 && reread->unread && !reread->dry &&
        remember_is_unread(&event.transcript, &understanding))
        result = reread->unread(reread->ctx, event.caller, event.conversation, error);
    understanding_free(&understanding);
    return result == 0 && again->failed ? error_no_memory(error) : result;
}

static int reread_call(const struct reread *reread, const char *caller, const char *conversation,
                       struct reread_counts *counts, struct error *error)
{
    const struct memory_filter filter = {.caller = caller, .conversation = conversation};
    struct memory_list list;
    if (memory_list(reread->store, &filter, &list, error) != 0)
        return -1;
    struct reading_again again = {.reread = reread, .list = &list, .arena = arena_new(), .counts = counts};
    /* Another process may have forgotten it. */
    int result = !again.arena ? error_no_memory(error) : list.count ? reread_list(&again, error) : 0;
    arena_free(again.arena);
    memory_list_free(&list);
    return result;
}

/* A transaction for each call, so that events need not wait for long. The last one renews the profile as
 * well: while calls of an older version are left, the caller is found again. */
static int reread_whole(const struct reread *reread, const char *caller, const char *conversation, bool last,
                        struct reread_counts *counts, struct error *error)
{
    const struct context_bounds bounds = profile_bounds(reread->settings);
    if (reread->dry)
        return reread_call(reread, caller, conversation, counts, error);
    if (memory_begin(reread->store, error) != 0)
        return -1;
    int result = reread_call(reread, caller, conversation, counts, error);
    if (result == 0 && last)
        result = profile_update(reread->store, caller, NULL, &bounds, error);
    if (result == 0 && last)
        result = memory_refresh(reread->store, caller, error);
    if (result == 0)
        return memory_commit(reread->store, error);
    memory_rollback(reread->store);
    return -1;
}

int reread_caller(const struct reread *reread, const char *caller, struct reread_counts *counts,
                  struct error *error)
{
    struct memory_list list;
    size_t last = 0;
    bool remarked = false;
    int result = 0;
    if (memory_conversations(reread->store, caller, &list, error) != 0)
        return -1;
    for (size_t i = 0; i < list.count; i++) {
        bool is_call = memory_is_call(list.items[i].conversation);
        remarked = remarked || !is_call;
        last = is_call && list.items[i].created_at >= reread->since ? i : last;
    }
    for (size_t i = 0; i < list.count && result == 0; i++) {
        int64_t started = clock_us();
        if (list.items[i].created_at < reread->since || !memory_is_call(list.items[i].conversation))
            continue;
        /* What an operator took back must not be found in between. */
        result =
            reread_whole(reread, caller, list.items[i].conversation, i == last || remarked, counts, error);
        counts->calls += result == 0;
        if (reread->rest && !reread->rest(reread->rest_ctx, clock_us() - started))
            break;
    }
    memory_list_free(&list);
    return result;
}

/* --- For an LLM --- */

static int not_there(struct error *error)
{
    return error_set(error, ERROR_NOT_FOUND, "the call is not in memory");
}

int reread_open(const struct reread *reread, const char *caller, const char *conversation,
                struct reread_text *text, struct error *error)
{
    const struct memory_filter filter = {.caller = caller, .conversation = conversation};
    *text = (struct reread_text){.arena = arena_new()};
    if (!text->arena)
        return error_no_memory(error);
    if (memory_list(reread->store, &filter, &text->list, error) != 0) {
        text->list = (struct memory_list){0};
        return -1;
    }
    struct reading_again again = {.reread = reread, .list = &text->list, .arena = text->arena};
    if (text->list.count == 0 || is_thinned(&text->list) || !read_event(&again, &text->event))
        return again.failed ? error_no_memory(error) : not_there(error);
    if (again.failed || secrets_mask(reread->lexicon, &text->event.transcript, SECRET_ALL, text->arena) < 0)
        return error_no_memory(error);
    return 0;
}

void reread_close(struct reread_text *text)
{
    memory_list_free(&text->list);
    arena_free(text->arena);
    *text = (struct reread_text){0};
}

static const struct memory *next_turn(const struct memory_list *list, size_t *at)
{
    while (*at < list->count && list->items[*at].kind != KIND_TURN)
        ++*at;
    return *at < list->count ? &list->items[(*at)++] : NULL;
}

static bool has_same_words(const struct memory_list *was, const struct memory_list *now)
{
    size_t then = 0, at = 0;
    const struct memory *old, *fresh;
    do {
        old = next_turn(was, &then);
        fresh = next_turn(now, &at);
        if (!old != !fresh || (old && strcmp(old->content, fresh->content) != 0))
            return false;
    } while (old);
    return true;
}

/* The values take the place of those that were there. */
static void set_values(struct reading_again *again, struct event *event, const char *const *names,
                       const char *const *values, size_t count)
{
    struct transcript *transcript = &event->transcript;
    const struct collected *old = transcript->collected;
    size_t old_count = transcript->collected_count;
    transcript->collected = arena_alloc(again->arena, (old_count + count + 1) * sizeof *old);
    transcript->collected_count = 0;
    if (!transcript->collected) {
        again->failed = true;
        return;
    }
    for (size_t i = 0; i < old_count; i++)
        if (!evidence_is_item(old[i].name))
            transcript->collected[transcript->collected_count++] = old[i];
    for (size_t i = 0; i < count; i++)
        add_collected(again, event, names[i], values[i]);
    transcript->asked = transcript->own_llm = true;
}

static int store_values(struct reading_again *again, const struct reread_text *text, const char *const *names,
                        const char *const *values, size_t count, struct understanding *understanding,
                        struct error *error)
{
    const struct reread *reread = again->reread;
    const struct context_bounds bounds = profile_bounds(reread->settings);
    struct event event;
    if (again->list->count == 0 || is_thinned(again->list) || !read_event(again, &event))
        return again->failed ? error_no_memory(error) : not_there(error);
    if (!has_same_words(&text->list, again->list))
        return error_set(error, ERROR_MEMORY_UNAVAILABLE, "the call has changed while the LLM read it");
    set_values(again, &event, names, values, count);
    if (again->failed)
        return error_no_memory(error);
    if (understand_again(again, &event, understanding, error) != 0 ||
        remember_again(reread->store, reread->settings, &event, understanding, error) != 0 ||
        profile_update(reread->store, event.caller, event.agent, &bounds, error) != 0)
        return -1;
    return memory_refresh(reread->store, event.caller, error);
}

int reread_with(const struct reread *reread, const struct reread_text *text, const char *const *names,
                const char *const *values, size_t count, struct error *error)
{
    const struct memory_filter filter = {.caller = text->event.caller,
                                         .conversation = text->event.conversation};
    struct memory_list list = {0};
    struct reread_counts counts = {0};
    struct understanding understanding = {.denied = ""};
    struct reading_again again = {.reread = reread, .list = &list, .arena = arena_new(), .counts = &counts};
    int result = again.arena ? memory_begin(reread->store, error) : error_no_memory(error);
    if (result == 0) {
        result = memory_list(reread->store, &filter, &list, error);
        if (result == 0)
            result = store_values(&again, text, names, values, count, &understanding, error);
        if (result == 0)
            result = memory_commit(reread->store, error);
        else
            memory_rollback(reread->store);
    }
    if (result == 0)
        remember_count_drops(&understanding);
    understanding_free(&understanding);
    arena_free(again.arena);
    memory_list_free(&list);
    return result;
}

/* --- After an upgrade --- */

static int next_outdated(struct memory_store *store, const char *after, struct memory_list *found,
                         struct error *error)
{
    return memory_outdated(store, UNDERSTANDING_VERSION, after, 1, found, error);
}

int reread_is_due(struct memory_store *store, const char *after, struct error *error)
{
    struct memory_list found;
    if (next_outdated(store, after, &found, error) != 0)
        return -1;
    int due = found.count > 0;
    memory_list_free(&found);
    return due;
}

int reread_next(const struct reread *reread, char after[CALLER_SIZE], struct error *error)
{
    struct reread_counts counts = {0};
    struct memory_list found;
    if (next_outdated(reread->store, after, &found, error) != 0)
        return -1;
    if (found.count > 0 && strlen(found.items[0].caller) < CALLER_SIZE)
        memcpy(after, found.items[0].caller, strlen(found.items[0].caller) + 1);
    int result = found.count > 0 ? reread_caller(reread, after, &counts, error) : 0;
    memory_list_free(&found);
    return result;
}
