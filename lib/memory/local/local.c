#include "memory/local/local.h"

#include "memory/local/connection.h"
#include "memory/local/rows.h"
#include "memory/local/search.h"
#include "memory/memory.h"
#include "memory/search/segment.h"
#include "memory/store.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct local {
    struct memory_store store; /* first: what memory_open() returns */
    struct db db;
    struct analysers analysers;
};

static struct local *local_of(struct memory_store *store)
{
    return (struct local *)store;
}

struct db *local_db(struct memory_store *store)
{
    return &local_of(store)->db;
}

/* --- Transactions --- */

static int upgrade(struct memory_store *store, struct error *error)
{
    return db_upgrade(local_db(store), error);
}

static int begin(struct memory_store *store, struct error *error)
{
    return db_begin(local_db(store), error);
}

static int commit(struct memory_store *store, struct error *error)
{
    return db_commit(local_db(store), error);
}

static void rollback(struct memory_store *store)
{
    db_rollback(local_db(store));
}

/* --- Reading --- */

static int not_found(struct error *error)
{
    return error_set(error, ERROR_NOT_FOUND, "the caller has no such memory");
}

static int get_row(struct db *db, const char *caller, int64_t row, struct memory_list *found,
                   struct error *error)
{
    sqlite3_stmt *statement = db_statement(db, SQL_GET_MEMORY, error);
    if (!statement)
        return -1;
    db_bind_text(statement, 1, caller);
    sqlite3_bind_int64(statement, 2, row);
    if (rows_read(db, statement, found, rows_take_memory, error) != 0)
        return -1;
    return found->count ? 0 : not_found(error);
}

static int get(struct memory_store *store, const char *caller, const char *id, struct memory_list *found,
               struct error *error)
{
    int64_t row;
    if (!rows_parse_id(id, &row))
        return not_found(error);
    return db_ready_soon(local_db(store), error) == 0 ? get_row(local_db(store), caller, row, found, error)
                                                      : -1;
}

/* What a filter leaves open does not restrict. */
static void bind_filter(sqlite3_stmt *statement, const struct memory_filter *filter, int64_t now)
{
    db_bind_text(statement, 1, filter->caller);
    db_bind_text(statement, 2, filter->conversation);
    db_bind_text(statement, 3, filter->agent);
    sqlite3_bind_int64(statement, 4, filter->kinds ? filter->kinds : ~0u);
    sqlite3_bind_int64(statement, 5, filter->sectors ? filter->sectors : ~0u);
    sqlite3_bind_int64(statement, 6, filter->since ? filter->since : INT64_MIN);
    sqlite3_bind_int64(statement, 7, filter->until ? filter->until : INT64_MAX);
    sqlite3_bind_double(statement, 8, filter->min_salience);
    sqlite3_bind_int64(statement, 9, now);
    sqlite3_bind_int64(statement, 10, filter->limit ? (int64_t)filter->limit : -1);
}

static int list(struct memory_store *store, const struct memory_filter *filter, struct memory_list *found,
                struct error *error)
{
    struct db *db = local_db(store);
    bool turns = filter->kinds == 0 || filter->kinds >> KIND_TURN & 1;
    bool one = filter->conversation && *filter->conversation;
    enum statement which = one ? SQL_LIST_CONVERSATION : turns ? SQL_LIST : SQL_LIST_BUT_TURNS;
    /* Lists are for the work after a call and for operators: they may take as long as a write. */
    if (db_ready(db, error) != 0)
        return -1;
    sqlite3_stmt *statement = db_statement(db, which, error);
    if (!statement)
        return -1;
    bind_filter(statement, filter, db_now(db));
    return rows_read(db, statement, found, rows_take_memory, error);
}

static int older(struct memory_store *store, int64_t before, size_t limit, struct memory_list *found,
                 struct error *error)
{
    struct db *db = local_db(store);
    if (db_ready(db, error) != 0)
        return -1;
    sqlite3_stmt *statement = db_statement(db, SQL_OLDER, error);
    if (!statement)
        return -1;
    sqlite3_bind_int64(statement, 1, before);
    sqlite3_bind_int64(statement, 2, (int64_t)limit);
    return rows_read(db, statement, found, rows_take_older, error);
}

static int requests(struct memory_store *store, size_t limit, struct memory_list *found, struct error *error)
{
    _Static_assert(KIND_PRIVACY == 15, "its index and its statement have the number");
    struct db *db = local_db(store);
    if (db_ready(db, error) != 0)
        return -1;
    sqlite3_stmt *statement = db_statement(db, SQL_REQUESTS, error);
    if (!statement)
        return -1;
    sqlite3_bind_int64(statement, 1, (int64_t)limit);
    return rows_read(db, statement, found, rows_take_memory, error);
}

static int outdated(struct memory_store *store, int version, const char *after, size_t limit,
                    struct memory_list *found, struct error *error)
{
    struct db *db = local_db(store);
    if (db_ready(db, error) != 0)
        return -1;
    sqlite3_stmt *statement = db_statement(db, SQL_OUTDATED, error);
    if (!statement)
        return -1;
    sqlite3_bind_int(statement, 1, version);
    db_bind_text(statement, 2, after);
    sqlite3_bind_int64(statement, 3, (int64_t)limit);
    return rows_read(db, statement, found, rows_take_older, error);
}

static int conversations(struct memory_store *store, const char *caller, struct memory_list *found,
                         struct error *error)
{
    struct db *db = local_db(store);
    if (db_ready(db, error) != 0)
        return -1;
    sqlite3_stmt *statement = db_statement(db, SQL_CONVERSATIONS, error);
    if (!statement)
        return -1;
    db_bind_text(statement, 1, caller);
    return rows_read(db, statement, found, rows_take_conversation, error);
}

/* --- Writing --- */

/* The row of a conversation; 0 when there is none, -1 on failure. */
static int64_t find_conversation(struct db *db, const char *caller, const char *conversation,
                                 char language[4], struct error *error)
{
    sqlite3_stmt *statement = db_statement(db, SQL_FIND_CONVERSATION, error);
    if (!statement)
        return -1;
    db_bind_text(statement, 1, caller);
    db_bind_text(statement, 2, conversation);
    int result = sqlite3_step(statement);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        return db_failed(db, "reading the memory", error);
    int64_t row = 0;
    language[0] = '\0';
    if (result == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(statement, 1);
        row = text ? sqlite3_column_int64(statement, 0) : error_no_memory(error);
        snprintf(language, 4, "%s", text ? text : "");
    }
    sqlite3_reset(statement);
    return row;
}

static int64_t make_conversation(struct db *db, const struct memory *items, size_t count, struct error *error)
{
    int64_t started = items[0].created_at;
    char language[4];
    for (size_t i = 1; i < count; i++)
        if (items[i].created_at < started)
            started = items[i].created_at;
    sqlite3_stmt *statement = db_statement(db, SQL_ADD_CALLER, error);
    if (!statement)
        return -1;
    db_bind_text(statement, 1, items[0].caller);
    if (db_run(db, statement, "writing the memory", error) != 0 ||
        !(statement = db_statement(db, SQL_ADD_CONVERSATION, error)))
        return -1;
    db_bind_text(statement, 1, items[0].caller);
    db_bind_text(statement, 2, items[0].conversation);
    db_bind_text(statement, 3, items[0].agent);
    db_bind_text(statement, 4, items[0].language);
    sqlite3_bind_int64(statement, 5, started);
    if (db_run(db, statement, "writing the memory", error) != 0)
        return -1;
    return find_conversation(db, items[0].caller, items[0].conversation, language, error);
}

static int add_item(struct db *db, int64_t conversation, const struct memory *item, size_t *added,
                    struct error *error)
{
    sqlite3_stmt *statement = db_statement(db, SQL_HAS_MEMORY, error);
    if (!statement)
        return -1;
    sqlite3_bind_int64(statement, 1, conversation);
    sqlite3_bind_int(statement, 2, (int)item->kind);
    sqlite3_bind_int(statement, 3, item->position);
    int result = sqlite3_step(statement);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        return db_failed(db, "writing the memory", error);
    *added += result == SQLITE_DONE;
    sqlite3_reset(statement);
    statement = db_statement(db, SQL_ADD_MEMORY, error);
    if (!statement)
        return -1;
    sqlite3_bind_int64(statement, 1, conversation);
    sqlite3_bind_int(statement, 2, (int)item->kind);
    sqlite3_bind_int(statement, 3, item->position);
    sqlite3_bind_int(statement, 4, (int)item->sector);
    db_bind_text(statement, 5, item->speaker);
    db_bind_text(statement, 6, item->content);
    sqlite3_bind_double(statement, 7, item->salience);
    sqlite3_bind_double(statement, 8, item->decay_lambda);
    db_bind_text(statement, 9, item->tags);
    db_bind_text(statement, 10, item->metadata && *item->metadata ? item->metadata : "{}");
    sqlite3_bind_int64(statement, 11, item->created_at);
    sqlite3_bind_int64(statement, 12, item->updated_at > 0 ? item->updated_at : db_now(db));
    return db_run(db, statement, "writing the memory", error);
}

static int add(struct memory_store *store, const struct memory *items, size_t count, size_t *added,
               struct error *error)
{
    struct db *db = local_db(store);
    bool own;
    if (db_change_begin(db, &own, error) != 0)
        return -1;
    int64_t conversation = make_conversation(db, items, count, error);
    int result = conversation > 0 ? 0 : -1;
    for (size_t i = 0; i < count && result == 0; i++)
        result = add_item(db, conversation, &items[i], added, error);
    if (result == 0)
        result = local_index(db, &local_of(store)->analysers, conversation, items[0].language, error);
    return db_change_end(db, own, result, error);
}

#define REFRESHED 50 /* calls whose index is made at once: some ten milliseconds */

/* Makes the indexes of these conversations, which are older ones of a caller or none. An index of a newer
 * version is left to who made it. */
static int refresh_some(struct db *db, struct analysers *analysers, const char *caller, struct error *error)
{
    struct {
        int64_t row;
        char language[4];
    } old[REFRESHED];
    size_t count = 0;
    int step;
    sqlite3_stmt *statement = db_statement(db, SQL_OLD_TERMS, error);
    if (!statement)
        return -1;
    db_bind_text(statement, 1, caller);
    sqlite3_bind_int(statement, 2, SEGMENT_VERSION);
    sqlite3_bind_int(statement, 3, REFRESHED);
    while ((step = sqlite3_step(statement)) == SQLITE_ROW && count < REFRESHED) {
        const char *language = (const char *)sqlite3_column_text(statement, 1);
        old[count].row = sqlite3_column_int64(statement, 0);
        snprintf(old[count].language, sizeof old[count].language, "%s", language ? language : "");
        count++;
    }
    if (step != SQLITE_DONE)
        return db_failed(db, "reading the memory", error);
    sqlite3_reset(statement);
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++)
        result = local_index(db, analysers, old[i].row, old[i].language, error);
    return result;
}

static int refresh(struct memory_store *store, const char *caller, struct error *error)
{
    struct db *db = local_db(store);
    bool own;
    if (db_change_begin(db, &own, error) != 0)
        return -1;
    return db_change_end(db, own, refresh_some(db, &local_of(store)->analysers, caller, error), error);
}

/* Looks up a memory that is to be changed: its row and its conversation. */
static int find_item(struct db *db, const char *caller, const char *id, int64_t *row, int64_t *conversation,
                     char language[4], struct error *error)
{
    struct memory_list found = {0};
    if (!rows_parse_id(id, row))
        return not_found(error);
    if (get_row(db, caller, *row, &found, error) != 0)
        return -1;
    *conversation = find_conversation(db, caller, found.items[0].conversation, language, error);
    memory_list_free(&found);
    return *conversation > 0 ? 0 : -1;
}

static int update_row(struct db *db, int64_t row, const struct memory *change, struct error *error)
{
    sqlite3_stmt *statement = db_statement(db, SQL_UPDATE_MEMORY, error);
    if (!statement)
        return -1;
    sqlite3_bind_int64(statement, 1, row);
    db_bind_text(statement, 2, change->content);
    sqlite3_bind_int(statement, 3, (int)change->sector);
    sqlite3_bind_double(statement, 4, change->salience);
    sqlite3_bind_double(statement, 5, change->decay_lambda);
    db_bind_text(statement, 6, change->tags);
    db_bind_text(statement, 7, change->metadata && *change->metadata ? change->metadata : "{}");
    sqlite3_bind_int64(statement, 8, db_now(db));
    return db_run(db, statement, "writing the memory", error);
}

static int update(struct memory_store *store, const char *caller, const char *id, const struct memory *change,
                  struct error *error)
{
    struct db *db = local_db(store);
    int64_t row, conversation;
    char language[4];
    bool own;
    if (db_change_begin(db, &own, error) != 0)
        return -1;
    int result = find_item(db, caller, id, &row, &conversation, language, error);
    if (result == 0)
        result = update_row(db, row, change, error);
    if (result == 0)
        result = local_index(db, &local_of(store)->analysers, conversation, language, error);
    return db_change_end(db, own, result, error);
}

static int delete_row(struct db *db, int64_t row, struct error *error)
{
    sqlite3_stmt *statement = db_statement(db, SQL_DELETE_MEMORY, error);
    if (!statement)
        return -1;
    sqlite3_bind_int64(statement, 1, row);
    db->deleted = true;
    return db_run(db, statement, "deleting from the memory", error);
}

static int remove_item(struct memory_store *store, const char *caller, const char *id, struct error *error)
{
    struct db *db = local_db(store);
    int64_t row, conversation;
    char language[4];
    bool own;
    if (db_change_begin(db, &own, error) != 0)
        return -1;
    int result = find_item(db, caller, id, &row, &conversation, language, error);
    if (result == 0)
        result = delete_row(db, row, error);
    if (result == 0)
        result = local_index(db, &local_of(store)->analysers, conversation, language, error);
    return db_change_end(db, own, result, error);
}

/* --- Profiles, and searching --- */

/* A copy of the profile in a row; -1 when out of memory. No column is NULL: where SQLite says so it had no
 * memory for the text. */
static int take_profile(sqlite3_stmt *row, struct memory_profile *profile)
{
    const char *texts[4];
    for (int i = 0; i < 4; i++)
        if (!(texts[i] = (const char *)sqlite3_column_text(row, i)))
            return -1;
    return memory_profile_keep(profile, texts[0], texts[1], texts[2], texts[3]);
}

static int read_profile(struct db *db, const char *caller, const char *scope, struct memory_profile *profile,
                        struct error *error)
{
    sqlite3_stmt *statement = db_statement(db, SQL_GET_PROFILE, error);
    if (!statement)
        return -1;
    db_bind_text(statement, 1, caller);
    db_bind_text(statement, 2, scope);
    int step = sqlite3_step(statement), result = 0;
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        return db_failed(db, "reading the profile", error);
    if (step == SQLITE_ROW && take_profile(statement, profile) != 0)
        result = error_no_memory(error);
    sqlite3_reset(statement);
    return result;
}

static int profile(struct memory_store *store, const char *caller, const char *scope,
                   struct memory_profile *profile, struct error *error)
{
    struct db *db = local_db(store);
    return db_ready_to_read(db, error) == 0 ? read_profile(db, caller, scope, profile, error) : -1;
}

/* One read transaction for all of it: what is ranked is what is fetched, and the file is locked once. */
static int search(struct memory_store *store, const struct memory_filter *filter, const char *query,
                  const char *scope, struct memory_list *found, struct memory_profile *profile,
                  struct error *error)
{
    struct db *db = local_db(store);
    if (db_ready_to_read(db, error) != 0 || db_read_begin(db, error) != 0)
        return -1;
    int result = local_search(db, &local_of(store)->analysers, filter, query, found, error);
    if (result == 0 && scope && (result = read_profile(db, filter->caller, scope, profile, error)) != 0)
        memory_list_free(found);
    db_read_end(db);
    return result;
}

static int set_profile(struct memory_store *store, const char *caller, const char *scope,
                       const struct memory_profile *profile, struct error *error)
{
    struct db *db = local_db(store);
    bool own;
    if (db_change_begin(db, &own, error) != 0)
        return -1;
    sqlite3_stmt *statement = db_statement(db, profile ? SQL_SET_PROFILE : SQL_DELETE_PROFILE, error);
    int result = -1;
    if (statement) {
        db_bind_text(statement, 1, caller);
        db_bind_text(statement, 2, scope);
        if (profile) {
            db_bind_text(statement, 3, profile->answer);
            db_bind_text(statement, 4, profile->heading);
            db_bind_text(statement, 5, profile->language);
            db_bind_text(statement, 6, profile->document);
        }
        result = db_run(db, statement, "writing the profile", error);
    }
    return db_change_end(db, own, result, error);
}

/* --- Forgetting --- */

static int forget_rows(struct db *db, enum statement which, const char *caller, const char *conversation,
                       struct error *error)
{
    sqlite3_stmt *statement = db_statement(db, which, error);
    if (!statement)
        return -1;
    db_bind_text(statement, 1, caller);
    if (conversation)
        db_bind_text(statement, 2, conversation);
    db->deleted = true;
    return db_run(db, statement, "forgetting", error);
}

static int forget_conversation(struct memory_store *store, const char *caller, const char *conversation,
                               struct error *error)
{
    struct db *db = local_db(store);
    bool own;
    if (db_change_begin(db, &own, error) != 0)
        return -1;
    int result = forget_rows(db, SQL_FORGET_CONVERSATION, caller, conversation, error);
    if (result == 0 && sqlite3_changes(db->sqlite) == 0)
        result = error_set(error, ERROR_NOT_FOUND, "the caller has no such conversation");
    if (result == 0)
        result = forget_rows(db, SQL_FORGET_EMPTY_CALLER, caller, NULL, error);
    return db_change_end(db, own, result, error);
}

static int forget(struct memory_store *store, const char *caller, size_t *count, struct error *error)
{
    struct db *db = local_db(store);
    int64_t memories = 0;
    bool own;
    if (db_change_begin(db, &own, error) != 0)
        return -1;
    int result = db_number(db, SQL_COUNT_OF_CALLER, caller, &memories, error);
    if (result == 0)
        result = forget_rows(db, SQL_FORGET_CALLER, caller, NULL, error);
    result = db_change_end(db, own, result, error);
    if (result == 0)
        *count = (size_t)memories;
    return result;
}

/* --- The rest --- */

static int check(struct memory_store *store, struct error *error)
{
    struct db *db = local_db(store);
    int64_t ignored;
    if (db_ready_soon(db, error) != 0 || db_number(db, SQL_CHECK, NULL, &ignored, error) != 0)
        return -1;
    if (sqlite3_db_readonly(db->sqlite, "main") == 1 || access(db->options.path, W_OK) != 0)
        return error_set(error, ERROR_MEMORY_UNAVAILABLE, "the memory's database cannot be written");
    return 0;
}

static int count_all(struct memory_store *store, int64_t *callers, int64_t *memories, struct error *error)
{
    struct db *db = local_db(store);
    if (db_ready(db, error) != 0 || db_number(db, SQL_COUNT_CALLERS, NULL, callers, error) != 0)
        return -1;
    return db_number(db, SQL_COUNT_MEMORIES, NULL, memories, error);
}

static void close_store(struct memory_store *store)
{
    struct local *local = local_of(store);
    db_close(&local->db);
    analysers_free(&local->analysers);
    free(local);
}

static const struct memory_ops ops = {
    .mode = "local",
    .close = close_store,
    .check = check,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .upgrade = upgrade,
    .refresh = refresh,
    .add = add,
    .update = update,
    .get = get,
    .remove = remove_item,
    .list = list,
    .search = search,
    .profile = profile,
    .set_profile = set_profile,
    .conversations = conversations,
    .older = older,
    .requests = requests,
    .outdated = outdated,
    .forget_conversation = forget_conversation,
    .forget = forget,
    .count = count_all,
};

/* If SQLite counted what it allocates, all threads would queue for one lock. Refused, which does not matter,
 * when SQLite is already in use. */
static void set_sqlite(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

struct memory_store *local_open(const struct memory_options *options)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_sqlite);
    struct local *local = calloc(1, sizeof *local);
    if (!local)
        return NULL;
    local->store.ops = &ops;
    db_init(&local->db, options);
    return &local->store;
}
