#include "memory/memory.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/text.h"
#include "memory/store.h"
#include "service/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const sector_names[SECTORS] = {"episodic", "semantic", "procedural", "emotional",
                                                  "reflective"};

/* Facts of a profile weigh more than preferences, those more than summaries, those more than single turns. */
static const struct {
    const char *name;
    double salience;
    enum sector sector;
    bool unsearched;
} kinds[KINDS] = {
    [KIND_SUMMARY] = {"summary", 0.7, SECTOR_EPISODIC, false},
    [KIND_TURN] = {"turn", 0.4, SECTOR_EPISODIC, false},
    [KIND_COLLECTED] = {"collected", 0.9, SECTOR_SEMANTIC, false},
    [KIND_NAME] = {"name", 0.95, SECTOR_SEMANTIC, false},
    [KIND_PREFERENCE] = {"preference", 0.85, SECTOR_SEMANTIC, false},
    [KIND_NEED] = {"need", 0.95, SECTOR_SEMANTIC, false},
    [KIND_INSTRUCTION] = {"instruction", 0.92, SECTOR_PROCEDURAL, false},
    [KIND_FACT] = {"fact", 0.9, SECTOR_SEMANTIC, false},
    [KIND_REQUEST] = {"request", 0.8, SECTOR_PROCEDURAL, false},
    [KIND_PROMISE] = {"promise", 0.8, SECTOR_PROCEDURAL, false},
    [KIND_FEELING] = {"feeling", 0.6, SECTOR_EMOTIONAL, false},
    [KIND_TOPIC] = {"topic", 0.5, SECTOR_REFLECTIVE, false},
    [KIND_ATTEMPT] = {"attempt", 0.5, SECTOR_EPISODIC, false},
    [KIND_FORGET] = {"forget", 0.7, SECTOR_PROCEDURAL, false},
    [KIND_EVIDENCE] = {"evidence", 0.4, SECTOR_SEMANTIC, true},
    [KIND_PRIVACY] = {"privacy", 0.7, SECTOR_PROCEDURAL, true},
    [KIND_CONTACT] = {"contact", 0.9, SECTOR_SEMANTIC, false},
    [KIND_ID] = {"id", 0.9, SECTOR_SEMANTIC, false},
    [KIND_ENDED] = {"ended", 0.6, SECTOR_EPISODIC, false},
    [KIND_OPERATOR] = {"operator", 0.9, SECTOR_REFLECTIVE, true},
    [KIND_ALIAS] = {"alias", 0.4, SECTOR_SEMANTIC, true},
    [KIND_LINK] = {"link", 0.9, SECTOR_REFLECTIVE, true},
};

const char *sector_name(enum sector sector)
{
    return (unsigned)sector < SECTORS ? sector_names[sector] : "";
}

enum sector sector_find(const char *name)
{
    unsigned i = 0;
    while (i < SECTORS && strcmp(sector_names[i], name) != 0)
        i++;
    return (enum sector)i;
}

const char *kind_name(enum kind kind)
{
    return (unsigned)kind < KINDS ? kinds[kind].name : "";
}

enum kind kind_find(const char *name)
{
    unsigned i = 0;
    while (i < KINDS && strcmp(kinds[i].name, name) != 0)
        i++;
    return (enum kind)i;
}

bool kind_is_searched(enum kind kind)
{
    return !kinds[kind].unsearched;
}

enum sector kind_sector(enum kind kind)
{
    return kinds[kind].sector;
}

double kind_salience(enum kind kind)
{
    return kinds[kind].salience;
}

bool memory_filter_is_open(const struct memory_filter *filter)
{
    return !filter->kinds && !filter->hide && !filter->sectors && !filter->since && !filter->until &&
           (!filter->conversation || !*filter->conversation) && filter->min_salience <= 0;
}

double memory_decayed(double salience, double decay_lambda, int64_t age)
{
    return age > 0 && decay_lambda > 0 ? salience * exp(-decay_lambda * (double)age / 86400.0) : salience;
}

void memory_list_free(struct memory_list *list)
{
    free(list->items);
    arena_free(list->arena);
    *list = (struct memory_list){0};
}

void memory_callers_free(struct memory_callers *callers)
{
    free(callers->items);
    arena_free(callers->arena);
    *callers = (struct memory_callers){0};
}

bool memory_is_hidden(const char *metadata)
{
    return strstr(metadata, "\"" MEMORY_HIDDEN "\":true") != NULL;
}

bool memory_is_call(const char *conversation)
{
    return strncmp(conversation, MEMORY_OPERATOR, strlen(MEMORY_OPERATOR)) != 0;
}

/* Copies a text with its end; where the next one goes. */
static char *put(char *to, const char *text)
{
    size_t size = strlen(text) + 1;
    return (char *)memcpy(to, text, size) + size;
}

int memory_profile_keep(struct memory_profile *profile, const char *answer, const char *heading,
                        const char *language, const char *document, const char *user)
{
    user = user ? user : "";
    answer = answer ? answer : "";
    heading = heading ? heading : "";
    language = language ? language : "";
    bool has_document = document && *document;
    size_t document_size = has_document ? strlen(document) + 1 : strlen(answer) + sizeof "{}";
    char *owned =
        malloc(strlen(answer) + strlen(heading) + strlen(language) + strlen(user) + 4 + document_size);
    if (!owned)
        return -1;
    char *at = owned;
    *profile = (struct memory_profile){.owned = owned};
    profile->answer = at;
    at = put(at, answer);
    profile->heading = at;
    at = put(at, heading);
    profile->language = at;
    at = put(at, language);
    profile->user = at;
    at = put(at, user);
    profile->document = at;
    if (has_document) {
        put(at, document);
        return 0;
    }
    *at++ = '{';
    at = put(at, answer);
    at[-1] = '}';
    *at = '\0';
    return 0;
}

void memory_profile_free(struct memory_profile *profile)
{
    free(profile->owned);
    *profile = (struct memory_profile){0};
}

void memory_close(struct memory_store *store)
{
    if (store)
        store->ops->close(store);
}

const char *memory_mode(const struct memory_store *store)
{
    return store->mode;
}

/* A withheld number has no memory: asking for it is a mistake of the program. */
static int need_caller(const char *caller, struct error *error)
{
    return caller && *caller ? 0 : error_set(error, ERROR_INTERNAL, "memory requested without a caller");
}

/* Counts the time of an operation, and its failure. */
static int record_op(enum metrics_operation operation, int64_t started_us, int result)
{
    metrics_time(METRIC_MEMORY_SECONDS, operation, clock_us() - started_us);
    if (result != 0)
        metrics_count(METRIC_MEMORY_FAILURES, operation);
    return result;
}

int memory_check(struct memory_store *store, struct error *error)
{
    return store->ops->check(store, error);
}

int memory_begin(struct memory_store *store, struct error *error)
{
    return store->ops->begin(store, error);
}

int memory_commit(struct memory_store *store, struct error *error)
{
    int64_t started = clock_us();
    return record_op(OPERATION_COMMIT, started, store->ops->commit(store, error));
}

void memory_rollback(struct memory_store *store)
{
    store->ops->rollback(store);
}

int memory_upgrade(struct memory_store *store, struct error *error)
{
    return store->ops->upgrade ? store->ops->upgrade(store, error) : 0;
}

int memory_refresh(struct memory_store *store, const char *caller, struct error *error)
{
    if (need_caller(caller, error) != 0)
        return -1;
    return store->ops->refresh ? store->ops->refresh(store, caller, error) : 0;
}

int memory_add(struct memory_store *store, const struct memory *items, size_t count, size_t *added,
               struct error *error)
{
    size_t ignored;
    if (!added)
        added = &ignored;
    *added = 0;
    for (size_t i = 0; i < count; i++) {
        if (need_caller(items[i].caller, error) != 0)
            return -1;
        if (strcmp(items[i].caller, items[0].caller) != 0 ||
            strcmp(items[i].conversation, items[0].conversation) != 0)
            return error_set(error, ERROR_INTERNAL, "memories of two conversations added in one call");
    }
    int64_t started = clock_us();
    return count ? record_op(OPERATION_ADD, started, store->ops->add(store, items, count, added, error)) : 0;
}

int memory_update(struct memory_store *store, const char *caller, const char *id, const struct memory *change,
                  struct error *error)
{
    return need_caller(caller, error) == 0 ? store->ops->update(store, caller, id, change, error) : -1;
}

int memory_read_begin(struct memory_store *store, const char *caller, struct error *error)
{
    return store->ops->read_begin ? store->ops->read_begin(store, caller, error) : 0;
}

void memory_read_end(struct memory_store *store)
{
    if (store->ops->read_end)
        store->ops->read_end(store);
}

int memory_get(struct memory_store *store, const char *caller, const char *id, struct memory_list *found,
               struct error *error)
{
    if (memory_get_all(store, caller, &id, 1, found, error) != 0)
        return -1;
    if (found->count)
        return 0;
    memory_list_free(found);
    return error_set(error, ERROR_NOT_FOUND, "the caller has no such memory");
}

int memory_get_all(struct memory_store *store, const char *caller, const char *const *ids, size_t count,
                   struct memory_list *found, struct error *error)
{
    *found = (struct memory_list){0};
    return need_caller(caller, error) == 0 ? store->ops->get(store, caller, ids, count, found, error) : -1;
}

int memory_delete(struct memory_store *store, const char *caller, const char *id, struct error *error)
{
    return need_caller(caller, error) == 0 ? store->ops->remove(store, caller, id, error) : -1;
}

int memory_delete_some(struct memory_store *store, const struct memory *items, size_t count,
                       struct error *error)
{
    if (count == 0)
        return 0;
    if (need_caller(items[0].caller, error) != 0)
        return -1;
    return store->ops->remove_some
               ? store->ops->remove_some(store, items, count, error)
               : error_set(error, ERROR_INVALID_REQUEST, "memory on a server keeps a call whole");
}

int memory_list(struct memory_store *store, const struct memory_filter *filter, struct memory_list *found,
                struct error *error)
{
    *found = (struct memory_list){0};
    return need_caller(filter->caller, error) == 0 ? store->ops->list(store, filter, found, error) : -1;
}

int memory_search(struct memory_store *store, const struct memory_filter *filter, const char *query,
                  struct memory_list *found, struct error *error)
{
    *found = (struct memory_list){0};
    if (need_caller(filter->caller, error) != 0)
        return -1;
    int64_t started = clock_us();
    return record_op(OPERATION_SEARCH, started,
                     store->ops->search(store, filter, query, NULL, found, NULL, error));
}

int memory_recall(struct memory_store *store, const struct memory_filter *filter, const char *query,
                  const char *scope, struct memory_list *found, struct memory_profile *profile,
                  struct error *error)
{
    *found = (struct memory_list){0};
    *profile = (struct memory_profile){0};
    if (need_caller(filter->caller, error) != 0)
        return -1;
    int64_t started = clock_us();
    return record_op(OPERATION_SEARCH, started,
                     store->ops->search(store, filter, query, scope, found, profile, error));
}

int memory_profile(struct memory_store *store, const char *caller, const char *scope,
                   struct memory_profile *profile, struct error *error)
{
    *profile = (struct memory_profile){0};
    if (need_caller(caller, error) != 0)
        return -1;
    int64_t started = clock_us();
    return record_op(OPERATION_PROFILE, started, store->ops->profile(store, caller, scope, profile, error));
}

int memory_ready(struct memory_store *store, const char *caller, const char *scope, char **ready,
                 struct error *error)
{
    *ready = NULL;
    return need_caller(caller, error) == 0 ? store->ops->ready(store, caller, scope, ready, error) : -1;
}

int memory_set_profile(struct memory_store *store, const char *caller, const char *scope,
                       const struct memory_profile *profile, struct error *error)
{
    return need_caller(caller, error) == 0 ? store->ops->set_profile(store, caller, scope, profile, error)
                                           : -1;
}

int memory_set_user(struct memory_store *store, const char *caller, const char *user, struct error *error)
{
    if (need_caller(caller, error) != 0)
        return -1;
    return store->ops->set_user ? store->ops->set_user(store, caller, user, error) : 0;
}

int memory_find_user(struct memory_store *store, const char *user, char **caller, struct error *error)
{
    *caller = NULL;
    return *user && store->ops->find_user ? store->ops->find_user(store, user, caller, error) : 0;
}

bool memory_can_share(const struct memory_store *store)
{
    return store->ops->share != NULL;
}

int memory_share(struct memory_store *store, const char *caller, const struct memory_place *places,
                 size_t count, struct error *error)
{
    if (need_caller(caller, error) != 0)
        return -1;
    return store->ops->share ? store->ops->share(store, caller, places, count, error)
                             : error_set(error, ERROR_INVALID_REQUEST,
                                         "memory on a server cannot share conversations between callers");
}

int memory_conversations(struct memory_store *store, const char *caller, struct memory_list *found,
                         struct error *error)
{
    *found = (struct memory_list){0};
    return need_caller(caller, error) == 0 ? store->ops->conversations(store, caller, found, error) : -1;
}

int memory_callers(struct memory_store *store, const struct memory_callers_filter *filter,
                   struct memory_callers *found, struct error *error)
{
    struct memory_callers_filter folded = *filter;
    char *text = text_folded(filter->text ? filter->text : "");
    *found = (struct memory_callers){0};
    if (!text)
        return error_no_memory(error);
    folded.text = text;
    int result = store->ops->callers(store, &folded, found, error);
    free(text);
    return result;
}

int memory_set_caller(struct memory_store *store, const struct memory_caller *caller, struct error *error)
{
    if (need_caller(caller->caller, error) != 0)
        return -1;
    return store->ops->set_caller ? store->ops->set_caller(store, caller, error) : 0;
}

int memory_find_conversation(struct memory_store *store, const char *conversation, struct memory_list *found,
                             struct error *error)
{
    *found = (struct memory_list){0};
    return store->ops->find_conversation(store, conversation, found, error);
}

int memory_find(struct memory_store *store, const char *id, struct memory_list *found, struct error *error)
{
    *found = (struct memory_list){0};
    return store->ops->find(store, id, found, error);
}

int memory_older(struct memory_store *store, int64_t before, size_t limit, struct memory_list *found,
                 struct error *error)
{
    *found = (struct memory_list){0};
    return store->ops->older(store, before, limit, found, error);
}

bool memory_can_walk(const struct memory_store *store)
{
    return store->ops->walk_older != NULL;
}

int memory_walk_older(struct memory_store *store, int64_t before, unsigned wanted, size_t limit,
                      struct memory_walk *walk, struct memory_list *found, struct error *error)
{
    *found = (struct memory_list){0};
    return store->ops->walk_older
               ? store->ops->walk_older(store, before, wanted, limit, walk, found, error)
               : error_set(error, ERROR_INVALID_REQUEST, "memory on a server is not walked through");
}

int memory_requests(struct memory_store *store, size_t limit, struct memory_list *found, struct error *error)
{
    *found = (struct memory_list){0};
    return store->ops->requests(store, limit, found, error);
}

int memory_dated_remarks(struct memory_store *store, const char *after, size_t limit,
                         struct memory_list *found, struct error *error)
{
    *found = (struct memory_list){0};
    return store->ops->dated_remarks ? store->ops->dated_remarks(store, after, limit, found, error) : 0;
}

int memory_outdated(struct memory_store *store, int version, const char *after, size_t limit,
                    struct memory_list *found, struct error *error)
{
    *found = (struct memory_list){0};
    return store->ops->outdated(store, version, after, limit, found, error);
}

int memory_forget_conversation(struct memory_store *store, const char *caller, const char *conversation,
                               struct error *error)
{
    return need_caller(caller, error) == 0
               ? store->ops->forget_conversation(store, caller, conversation, error)
               : -1;
}

int memory_forget(struct memory_store *store, const char *caller, size_t *count, struct error *error)
{
    size_t ignored;
    if (!count)
        count = &ignored;
    *count = 0;
    return need_caller(caller, error) == 0 ? store->ops->forget(store, caller, count, error) : -1;
}

int memory_days(struct memory_store *store, int64_t first, struct memory_day *days, size_t count,
                struct error *error)
{
    memset(days, 0, count * sizeof *days);
    return store->ops->days(store, first, days, count, error);
}

int memory_seal(struct memory_store *store, const char *caller, const char *conversation, struct error *error)
{
    if (need_caller(caller, error) != 0)
        return -1;
    return store->ops->seal ? store->ops->seal(store, caller, conversation, error) : 0;
}

int memory_is_sealed(struct memory_store *store, const char *caller, const char *conversation, bool *sealed,
                     struct error *error)
{
    *sealed = false;
    if (need_caller(caller, error) != 0)
        return -1;
    return store->ops->is_sealed ? store->ops->is_sealed(store, caller, conversation, sealed, error) : 0;
}

bool memory_seal_key(const char *conversation, char key[MEMORY_SEAL_SIZE])
{
    unsigned char digest[DIGEST_SIZE];
    if (!digest_sha256(conversation, strlen(conversation), digest))
        return false;
    text_hex(digest, sizeof digest, key);
    return true;
}

int memory_seals(struct memory_store *store, const char *after, size_t limit, struct memory_list *found,
                 struct error *error)
{
    *found = (struct memory_list){0};
    return store->ops->seals ? store->ops->seals(store, after, limit, found, error) : 0;
}

int memory_add_seals(struct memory_store *store, const struct memory_list *seals, struct error *error)
{
    return store->ops->add_seals ? store->ops->add_seals(store, seals, error) : 0;
}

int memory_count(struct memory_store *store, int64_t *callers, int64_t *memories, struct error *error)
{
    int64_t ignored;
    return store->ops->count(store, callers ? callers : &ignored, memories ? memories : &ignored, error);
}
