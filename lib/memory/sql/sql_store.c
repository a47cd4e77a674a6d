#include "memory/sql/sql_store.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "memory/memory.h"
#include "memory/search/segment.h"
#include "memory/sql/database.h"
#include "memory/sql/rows.h"
#include "memory/sql/search.h"
#include "memory/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sql_store {
    struct memory_store store; /* first: what memory_open() returns */
    struct db *db;
    struct analysers analysers;
};

static struct sql_store *sql_of(struct memory_store *store)
{
    return (struct sql_store *)store;
}

struct db *sql_store_db(struct memory_store *store)
{
    return sql_of(store)->db;
}

/* --- Transactions --- */

static int upgrade(struct memory_store *store, struct error *error)
{
    struct db *db = sql_store_db(store);
    return db->engine->upgrade(db, error);
}

static int begin(struct memory_store *store, struct error *error)
{
    struct db *db = sql_store_db(store);
    return db->engine->begin(db, error);
}

static int commit(struct memory_store *store, struct error *error)
{
    struct db *db = sql_store_db(store);
    return db->engine->commit(db, error);
}

static void rollback(struct memory_store *store)
{
    struct db *db = sql_store_db(store);
    db->engine->rollback(db);
}

/* --- Reading --- */

static int not_found(struct error *error)
{
    return error_set(error, ERROR_NOT_FOUND, "the caller has no such memory");
}

/* As many from `*at` on as a statement takes. */
static int get_some(struct db *db, const char *caller, const char *const *ids, size_t count, size_t *at,
                    struct memory_list *found, struct error *error)
{
    struct query *query = db_query(db, SQL_GET_MEMORIES, error);
    int asked = 0;
    int64_t row;
    if (!query)
        return -1;
    for (; *at < count && asked < FOUND_AT_ONCE; (*at)++)
        if (rows_parse_id(ids[*at], &row))
            bind_int(query, ++asked, row);
    bind_text(query, FOUND_AT_ONCE + 1, caller);
    bind_int(query, FOUND_AT_ONCE + 2, asked);
    return rows_read(query, found, rows_take_memory, error);
}

static int get(struct memory_store *store, const char *caller, const char *const *ids, size_t count,
               struct memory_list *found, struct error *error)
{
    struct db *db = sql_store_db(store);
    int result = db_ready(db, caller, DB_SOON, error);
    for (size_t at = 0; at < count && result == 0;)
        result = get_some(db, caller, ids, count, &at, found, error);
    return result;
}

static int read_begin(struct memory_store *store, const char *caller, struct error *error)
{
    struct db *db = sql_store_db(store);
    return db_ready(db, caller, DB_LIVE, error) == 0 ? db->engine->read_begin(db, error) : -1;
}

static void read_end(struct memory_store *store)
{
    struct db *db = sql_store_db(store);
    db->engine->read_end(db);
}

/* What a filter leaves open does not restrict. */
static void bind_filter(struct query *query, const struct memory_filter *filter, int64_t now)
{
    bind_text(query, 1, filter->caller);
    bind_text(query, 2, filter->conversation);
    bind_text(query, 3, filter->agent);
    bind_int(query, 4, filter->kinds ? filter->kinds : ~0u);
    bind_int(query, 5, filter->sectors ? filter->sectors : ~0u);
    bind_int(query, 6, filter->since ? filter->since : INT64_MIN);
    bind_int(query, 7, filter->until ? filter->until : INT64_MAX);
    bind_real(query, 8, filter->min_salience);
    bind_int(query, 9, now);
    bind_int(query, 10, filter->limit ? (int64_t)filter->limit : INT64_MAX);
}

static int list(struct memory_store *store, const struct memory_filter *filter, struct memory_list *found,
                struct error *error)
{
    struct db *db = sql_store_db(store);
    bool turns = filter->kinds == 0 || filter->kinds >> KIND_TURN & 1;
    bool one = filter->conversation && *filter->conversation;
    enum sql which = one ? SQL_LIST_CONVERSATION : turns ? SQL_LIST : SQL_LIST_BUT_TURNS;
    if (filter->line)
        which = one ? SQL_LIST_LINE_CONVERSATION : turns ? SQL_LIST_LINE : SQL_LIST_LINE_BUT_TURNS;
    /* Lists are for the work after a call and for operators: they may take as long as a write. */
    if (db_ready(db, filter->caller, DB_WORK, error) != 0)
        return -1;
    struct query *query = db_query(db, which, error);
    if (!query)
        return -1;
    bind_filter(query, filter, db_now(db));
    return rows_read(query, found, rows_take_memory, error);
}

/* Room for one more; NULL when out of memory. */
static struct memory_caller *next_caller(struct memory_callers *found)
{
    if (!found->arena && !(found->arena = arena_new()))
        return NULL;
    if ((found->count & (found->count - 1)) == 0) {
        struct memory_caller *items =
            realloc(found->items, (found->count ? found->count * 2 : 1) * sizeof *items);
        if (!items)
            return NULL;
        found->items = items;
    }
    return &found->items[found->count];
}

static bool take_caller(struct memory_callers *found, struct query *row)
{
    const char *texts[3];
    struct memory_caller *item = next_caller(found);
    for (int i = 0; i < 3; i++)
        if (!(texts[i] = query_text(row, i)) || !item ||
            !(texts[i] = arena_text(found->arena, texts[i], strlen(texts[i]))))
            return false;
    *item = (struct memory_caller){.caller = texts[0],
                                   .name = texts[1],
                                   .people = texts[2],
                                   .last_call = query_int(row, 3),
                                   .calls = query_int(row, 4)};
    found->count++;
    return true;
}

/* The text anywhere, as LIKE wants it; "" when nothing is looked for. */
static void add_pattern(struct buf *b, const char *text)
{
    if (*text)
        buf_putc(b, '%');
    for (const char *c = text; *c; c++) {
        if (strchr("%_!", *c))
            buf_putc(b, '!');
        buf_putc(b, *c);
    }
    if (*text)
        buf_putc(b, '%');
}

/* `pattern` must live until the rows are read. */
static int read_callers(struct db *db, const struct memory_callers_filter *filter, const char *pattern,
                        struct memory_callers *found, struct error *error)
{
    int step;
    if (db_ready(db, NULL, DB_WORK, error) != 0)
        return -1;
    struct query *query = db_query(db, *pattern ? SQL_CALLERS_NAMED : SQL_CALLERS, error);
    if (!query)
        return -1;
    bind_int(query, 1, filter->since ? filter->since : INT64_MIN);
    bind_int(query, 2, (int64_t)filter->skip);
    bind_int(query, 3, filter->limit ? (int64_t)filter->limit : INT64_MAX);
    if (*pattern)
        bind_text(query, 4, pattern);
    while ((step = query_step(query, "reading the memory", error)) == QUERY_ROW)
        if (!take_caller(found, query)) {
            query_reset(query);
            memory_callers_free(found);
            return error_no_memory(error);
        }
    if (step == QUERY_DONE)
        return 0;
    memory_callers_free(found);
    return -1;
}

static int callers(struct memory_store *store, const struct memory_callers_filter *filter,
                   struct memory_callers *found, struct error *error)
{
    struct buf pattern = BUF_INIT;
    add_pattern(&pattern, filter->text);
    const char *text = buf_text(&pattern);
    int result =
        text ? read_callers(sql_store_db(store), filter, text, found, error) : error_no_memory(error);
    buf_free(&pattern);
    return result;
}

static int days(struct memory_store *store, int64_t first, struct memory_day *found, size_t count,
                struct error *error)
{
    struct db *db = sql_store_db(store);
    int step;
    if (db_ready(db, NULL, DB_WORK, error) != 0)
        return -1;
    struct query *query = db_query(db, SQL_DAYS, error);
    if (!query)
        return -1;
    bind_int(query, 1, first);
    bind_int(query, 2, first + (int64_t)count * CLOCK_DAY);
    while ((step = query_step(query, "reading the memory", error)) == QUERY_ROW) {
        int64_t at = query_int(query, 0);
        if (at >= 0 && at < (int64_t)count)
            found[at] = (struct memory_day){
                .calls = query_int(query, 1), .callers = query_int(query, 2), .known = query_int(query, 3)};
    }
    return step == QUERY_DONE ? 0 : -1;
}

static int write_caller(struct db *db, const struct memory_caller *caller, struct error *error)
{
    struct buf names = BUF_INIT;
    buf_printf(&names, "%s %s", caller->name, caller->people);
    char *folded = buf_text(&names) ? text_folded(buf_text(&names)) : NULL;
    struct query *query = folded ? db_query(db, SQL_SET_CALLER, error) : NULL;
    int result = folded ? -1 : error_no_memory(error);
    if (query) {
        bind_text(query, 1, caller->caller);
        bind_text(query, 2, caller->name);
        bind_text(query, 3, caller->people);
        bind_text(query, 4, folded);
        bind_int(query, 5, caller->last_call);
        bind_int(query, 6, caller->calls);
        result = query_run(query, "writing the memory", error);
    }
    free(folded);
    buf_free(&names);
    return result;
}

static int set_caller(struct memory_store *store, const struct memory_caller *caller, struct error *error)
{
    struct db *db = sql_store_db(store);
    bool own;
    if (db_change_begin(db, caller->caller, &own, error) != 0)
        return -1;
    return db_change_end(db, own, write_caller(db, caller, error), error);
}

static int find_named(struct memory_store *store, const char *conversation, struct memory_list *found,
                      struct error *error)
{
    struct db *db = sql_store_db(store);
    if (db_ready(db, NULL, DB_WORK, error) != 0)
        return -1;
    struct query *query = db_query(db, SQL_FIND_NAMED, error);
    if (!query)
        return -1;
    bind_text(query, 1, conversation);
    return rows_read(query, found, rows_take_older, error);
}

static int find(struct memory_store *store, const char *id, struct memory_list *found, struct error *error)
{
    struct db *db = sql_store_db(store);
    int64_t row;
    if (!rows_parse_id(id, &row))
        return not_found(error);
    struct query *query =
        db_ready(db, NULL, DB_WORK, error) == 0 ? db_query(db, SQL_FIND_MEMORY, error) : NULL;
    if (!query)
        return -1;
    bind_int(query, 1, row);
    if (rows_read(query, found, rows_take_memory, error) != 0)
        return -1;
    return found->count ? 0 : not_found(error);
}

static int older(struct memory_store *store, int64_t before, size_t limit, struct memory_list *found,
                 struct error *error)
{
    struct db *db = sql_store_db(store);
    if (db_ready(db, NULL, DB_WORK, error) != 0)
        return -1;
    struct query *query = db_query(db, SQL_OLDER, error);
    if (!query)
        return -1;
    bind_int(query, 1, before);
    bind_int(query, 2, (int64_t)limit);
    return rows_read(query, found, rows_take_older, error);
}

static int walk_older(struct memory_store *store, int64_t before, unsigned kinds, size_t limit,
                      struct memory_walk *walk, struct memory_list *found, struct error *error)
{
    struct db *db = sql_store_db(store);
    size_t looked = 0;
    int step;
    if (db_ready(db, NULL, DB_WORK, error) != 0)
        return -1;
    struct query *query = db_query(db, SQL_WALK_OLDER, error);
    if (!query)
        return -1;
    bind_int(query, 1, before);
    bind_int(query, 2, walk->started_at);
    bind_int(query, 3, walk->row);
    bind_int(query, 4, (int64_t)limit);
    bind_int(query, 5, kinds);
    while ((step = query_step(query, "reading the memory", error)) == QUERY_ROW) {
        walk->started_at = query_int(query, 3);
        walk->row = query_int(query, 5);
        looked++;
        if (query_int(query, 6) && !rows_take_older(found, query)) {
            query_reset(query);
            memory_list_free(found);
            return error_no_memory(error);
        }
    }
    if (step != QUERY_DONE) {
        memory_list_free(found);
        return -1;
    }
    walk->done = looked < limit;
    return 0;
}

static int requests(struct memory_store *store, size_t limit, struct memory_list *found, struct error *error)
{
    _Static_assert(KIND_PRIVACY == 15, "its index and its statement have the number");
    struct db *db = sql_store_db(store);
    if (db_ready(db, NULL, DB_WORK, error) != 0)
        return -1;
    struct query *query = db_query(db, SQL_REQUESTS, error);
    if (!query)
        return -1;
    bind_int(query, 1, (int64_t)limit);
    return rows_read(query, found, rows_take_memory, error);
}

static int dated_remarks(struct memory_store *store, const char *after, size_t limit,
                         struct memory_list *found, struct error *error)
{
    struct db *db = sql_store_db(store);
    if (db_ready(db, NULL, DB_WORK, error) != 0)
        return -1;
    struct query *query = db_query(db, SQL_DATED_REMARKS, error);
    if (!query)
        return -1;
    bind_text(query, 1, after);
    bind_int(query, 2, (int64_t)limit);
    return rows_read(query, found, rows_take_memory, error);
}

static int outdated(struct memory_store *store, int version, const char *after, size_t limit,
                    struct memory_list *found, struct error *error)
{
    struct db *db = sql_store_db(store);
    if (db_ready(db, NULL, DB_WORK, error) != 0)
        return -1;
    struct query *query = db_query(db, SQL_OUTDATED, error);
    if (!query)
        return -1;
    bind_int(query, 1, version);
    bind_text(query, 2, after);
    bind_int(query, 3, (int64_t)limit);
    return rows_read(query, found, rows_take_older, error);
}

static int conversations(struct memory_store *store, const char *caller, struct memory_list *found,
                         struct error *error)
{
    struct db *db = sql_store_db(store);
    if (db_ready(db, caller, DB_WORK, error) != 0)
        return -1;
    struct query *query = db_query(db, SQL_CONVERSATIONS, error);
    if (!query)
        return -1;
    bind_text(query, 1, caller);
    return rows_read(query, found, rows_take_conversation, error);
}

/* --- Writing --- */

/* A conversation as it is in the database. */
struct found_conversation {
    int64_t row; /* 0: there is none */
    char language[4];
    size_t memories;
};

static int find_conversation(struct db *db, const char *caller, const char *conversation,
                             struct found_conversation *found, struct error *error)
{
    struct query *query = db_query(db, SQL_FIND_CONVERSATION, error);
    *found = (struct found_conversation){0};
    if (!query)
        return -1;
    bind_text(query, 1, caller);
    bind_text(query, 2, conversation);
    int result = query_step(query, "reading the memory", error);
    if (result != QUERY_ROW)
        return result;
    const char *language = query_text(query, 1);
    result = language ? 0 : error_no_memory(error);
    snprintf(found->language, sizeof found->language, "%s", language ? language : "");
    found->row = query_int(query, 0);
    found->memories = (size_t)query_int(query, 2);
    query_reset(query);
    return result;
}

static int make_conversation(struct db *db, const struct memory *items, size_t count,
                             struct found_conversation *made, struct error *error)
{
    int64_t started = items[0].created_at;
    for (size_t i = 1; i < count; i++)
        if (items[i].created_at < started)
            started = items[i].created_at;
    struct query *query = db_query(db, SQL_ADD_CALLER, error);
    if (!query)
        return -1;
    bind_text(query, 1, items[0].caller);
    if (query_run(query, "writing the memory", error) != 0 ||
        !(query = db_query(db, SQL_ADD_CONVERSATION, error)))
        return -1;
    bind_text(query, 1, items[0].caller);
    bind_text(query, 2, items[0].conversation);
    bind_text(query, 3, items[0].agent);
    bind_text(query, 4, items[0].language);
    bind_int(query, 5, started);
    if (query_run(query, "writing the memory", error) != 0 ||
        find_conversation(db, items[0].caller, items[0].conversation, made, error) != 0)
        return -1;
    return made->row ? 0 : error_set(error, ERROR_MEMORY_UNAVAILABLE, "the caller was erased meanwhile");
}

static int add_item(struct db *db, int64_t conversation, const struct memory *item, struct error *error)
{
    struct query *query = db_query(db, SQL_ADD_MEMORY, error);
    if (!query)
        return -1;
    bind_int(query, 1, conversation);
    bind_int(query, 2, (int)item->kind);
    bind_int(query, 3, item->position);
    bind_int(query, 4, (int)item->sector);
    bind_text(query, 5, item->speaker);
    bind_text(query, 6, item->content);
    bind_real(query, 7, item->salience);
    bind_real(query, 8, item->decay_lambda);
    bind_text(query, 9, item->tags);
    bind_text(query, 10, item->metadata && *item->metadata ? item->metadata : "{}");
    bind_int(query, 11, item->created_at);
    bind_int(query, 12, item->updated_at > 0 ? item->updated_at : db_now(db));
    return query_run(query, "writing the memory", error);
}

static int add(struct memory_store *store, const struct memory *items, size_t count, size_t *added,
               struct error *error)
{
    struct db *db = sql_store_db(store);
    struct found_conversation conversation;
    size_t memories = 0;
    bool own;
    if (db_change_begin(db, items[0].caller, &own, error) != 0)
        return -1;
    int result = make_conversation(db, items, count, &conversation, error);
    for (size_t i = 0; i < count && result == 0; i++)
        result = add_item(db, conversation.row, &items[i], error);
    if (result == 0)
        result =
            sql_index(db, &sql_of(store)->analysers, conversation.row, items[0].language, &memories, error);
    if (result == 0)
        *added = memories - conversation.memories;
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
    struct query *query = db_query(db, SQL_OLD_TERMS, error);
    if (!query)
        return -1;
    bind_text(query, 1, caller);
    bind_int(query, 2, SEGMENT_VERSION);
    bind_int(query, 3, REFRESHED);
    int result = QUERY_ROW;
    while (count < REFRESHED && (result = query_step(query, "reading the memory", error)) == QUERY_ROW) {
        const char *language = query_text(query, 1);
        old[count].row = query_int(query, 0);
        snprintf(old[count].language, sizeof old[count].language, "%s", language ? language : "");
        count++;
    }
    if (result < 0)
        return -1;
    query_reset(query);
    result = 0;
    for (size_t i = 0; i < count && result == 0; i++)
        result = sql_index(db, analysers, old[i].row, old[i].language, NULL, error);
    return result;
}

static int refresh(struct memory_store *store, const char *caller, struct error *error)
{
    struct db *db = sql_store_db(store);
    bool own;
    if (db_change_begin(db, caller, &own, error) != 0)
        return -1;
    return db_change_end(db, own, refresh_some(db, &sql_of(store)->analysers, caller, error), error);
}

/* Looks up a memory that is to be changed: its row and its conversation. */
static int find_item(struct db *db, const char *caller, const char *id, int64_t *row,
                     struct found_conversation *conversation, struct error *error)
{
    struct memory_list found = {0};
    if (!rows_parse_id(id, row))
        return not_found(error);
    struct query *query = db_query(db, SQL_GET_MEMORY, error);
    if (!query)
        return -1;
    bind_text(query, 1, caller);
    bind_int(query, 2, *row);
    if (rows_read(query, &found, rows_take_memory, error) != 0)
        return -1;
    if (found.count == 0)
        return not_found(error);
    int result = find_conversation(db, caller, found.items[0].conversation, conversation, error);
    memory_list_free(&found);
    return result == 0 && !conversation->row ? not_found(error) : result;
}

static int update_row(struct db *db, int64_t row, const struct memory *change, struct error *error)
{
    struct query *query = db_query(db, SQL_UPDATE_MEMORY, error);
    if (!query)
        return -1;
    bind_int(query, 1, row);
    bind_text(query, 2, change->content);
    bind_int(query, 3, (int)change->sector);
    bind_real(query, 4, change->salience);
    bind_real(query, 5, change->decay_lambda);
    bind_text(query, 6, change->tags);
    bind_text(query, 7, change->metadata && *change->metadata ? change->metadata : "{}");
    bind_int(query, 8, db_now(db));
    return query_run(query, "writing the memory", error);
}

static int update(struct memory_store *store, const char *caller, const char *id, const struct memory *change,
                  struct error *error)
{
    struct db *db = sql_store_db(store);
    struct found_conversation conversation;
    int64_t row;
    bool own;
    if (db_change_begin(db, caller, &own, error) != 0)
        return -1;
    int result = find_item(db, caller, id, &row, &conversation, error);
    if (result == 0)
        result = update_row(db, row, change, error);
    if (result == 0)
        result =
            sql_index(db, &sql_of(store)->analysers, conversation.row, conversation.language, NULL, error);
    return db_change_end(db, own, result, error);
}

static int delete_row(struct db *db, int64_t row, struct error *error)
{
    struct query *query = db_query(db, SQL_DELETE_MEMORY, error);
    if (!query)
        return -1;
    bind_int(query, 1, row);
    db->deleted = true;
    return query_run(query, "deleting from the memory", error);
}

static int remove_item(struct memory_store *store, const char *caller, const char *id, struct error *error)
{
    struct db *db = sql_store_db(store);
    struct found_conversation conversation;
    int64_t row;
    bool own;
    if (db_change_begin(db, caller, &own, error) != 0)
        return -1;
    int result = find_item(db, caller, id, &row, &conversation, error);
    if (result == 0)
        result = delete_row(db, row, error);
    if (result == 0)
        result =
            sql_index(db, &sql_of(store)->analysers, conversation.row, conversation.language, NULL, error);
    return db_change_end(db, own, result, error);
}

static int delete_of(struct db *db, int64_t conversation, const struct memory *item, struct error *error)
{
    int64_t row;
    if (!rows_parse_id(item->id, &row))
        return not_found(error);
    struct query *query = db_query(db, SQL_DELETE_MEMORY_OF, error);
    if (!query)
        return -1;
    bind_int(query, 1, row);
    bind_int(query, 2, conversation);
    db->deleted = true;
    return query_run(query, "deleting from the memory", error);
}

/* The index of the conversation is made once, for all of them. */
static int remove_some(struct memory_store *store, const struct memory *items, size_t count,
                       struct error *error)
{
    struct db *db = sql_store_db(store);
    struct found_conversation conversation;
    bool own;
    if (db_change_begin(db, items[0].caller, &own, error) != 0)
        return -1;
    int result = find_conversation(db, items[0].caller, items[0].conversation, &conversation, error);
    for (size_t i = 0; i < count && result == 0 && conversation.row; i++)
        result = delete_of(db, conversation.row, &items[i], error);
    if (result == 0 && conversation.row)
        result =
            sql_index(db, &sql_of(store)->analysers, conversation.row, conversation.language, NULL, error);
    return db_change_end(db, own, result, error);
}

/* --- Profiles, and searching --- */

/* A copy of the profile in a row; -1 when out of memory. No column is NULL: where it seems so there was no
 * memory for the text. */
static int take_profile(struct query *row, struct memory_profile *profile)
{
    const char *texts[5];
    for (int i = 0; i < 5; i++)
        if (!(texts[i] = query_text(row, i)))
            return -1;
    return memory_profile_keep(profile, texts[0], texts[1], texts[2], texts[3], texts[4]);
}

static struct query *ask_profile(struct db *db, const char *caller, const char *scope, struct error *error)
{
    struct query *query = db_query(db, SQL_GET_PROFILE, error);
    if (query) {
        bind_text(query, 1, caller);
        bind_text(query, 2, scope);
    }
    return query;
}

static int read_profile(struct query *query, struct memory_profile *profile, struct error *error)
{
    int result = query_step(query, "reading the profile", error);
    if (result != QUERY_ROW)
        return result;
    result = take_profile(query, profile) == 0 ? 0 : error_no_memory(error);
    query_reset(query);
    return result;
}

static int profile(struct memory_store *store, const char *caller, const char *scope,
                   struct memory_profile *profile, struct error *error)
{
    struct db *db = sql_store_db(store);
    if (db_ready(db, caller, DB_LIVE, error) != 0)
        return -1;
    struct query *query = ask_profile(db, caller, scope, error);
    return query ? read_profile(query, profile, error) : -1;
}

static int search_all(struct sql_store *sql, const struct memory_filter *filter, const char *query,
                      const char *scope, struct memory_list *found, struct memory_profile *profile,
                      struct error *error)
{
    struct query *asked = NULL;
    /* A database over the network is asked for the profile together with what is searched. */
    if (scope && (!(asked = ask_profile(sql->db, filter->caller, scope, error)) ||
                  query_send(asked, "reading the profile", error) != 0))
        return -1;
    if (sql_search(sql->db, &sql->analysers, filter, query, found, error) != 0)
        return -1;
    if (!asked || read_profile(asked, profile, error) == 0)
        return 0;
    memory_list_free(found);
    return -1;
}

/* One read transaction for all of it: what is ranked is what is fetched, and the file is locked once. */
static int search(struct memory_store *store, const struct memory_filter *filter, const char *query,
                  const char *scope, struct memory_list *found, struct memory_profile *profile,
                  struct error *error)
{
    if (read_begin(store, filter->caller, error) != 0)
        return -1;
    int result = search_all(sql_of(store), filter, query, scope, found, profile, error);
    read_end(store);
    return result;
}

static int ready(struct memory_store *store, const char *caller, const char *scope, char **ready,
                 struct error *error)
{
    static const char doing[] = "reading the profile";
    struct db *db = sql_store_db(store);
    struct query *query = NULL;
    if (db_ready(db, caller, DB_LIVE, error) != 0 || !(query = db_query(db, SQL_GET_READY, error)))
        return -1;
    bind_text(query, 1, caller);
    bind_text(query, 2, scope);
    int result = query_step(query, doing, error);
    if (result != QUERY_ROW)
        return result;
    const char *text = query_text(query, 0);
    result = !text || (*text && !(*ready = strdup(text))) ? error_no_memory(error) : 0;
    query_reset(query);
    return result;
}

static int set_profile(struct memory_store *store, const char *caller, const char *scope,
                       const struct memory_profile *profile, struct error *error)
{
    struct db *db = sql_store_db(store);
    bool own;
    if (db_change_begin(db, caller, &own, error) != 0)
        return -1;
    struct query *query = db_query(db, profile ? SQL_SET_PROFILE : SQL_DELETE_PROFILE, error);
    int result = -1;
    if (query) {
        bind_text(query, 1, caller);
        bind_text(query, 2, scope);
        if (profile) {
            bind_text(query, 3, profile->answer);
            bind_text(query, 4, profile->heading);
            bind_text(query, 5, profile->language);
            bind_text(query, 6, profile->document);
            bind_text(query, 7, profile->ready);
        }
        result = query_run(query, "writing the profile", error);
    }
    return db_change_end(db, own, result, error);
}

/* --- Other names, and what is shared --- */

static int set_user(struct memory_store *store, const char *caller, const char *user, struct error *error)
{
    struct db *db = sql_store_db(store);
    bool own;
    if (db_change_begin(db, caller, &own, error) != 0)
        return -1;
    struct query *query = db_query(db, SQL_SET_USER, error);
    int result = -1;
    if (query) {
        bind_text(query, 1, caller);
        bind_text(query, 2, user);
        result = query_run(query, "writing the memory", error);
    }
    return db_change_end(db, own, result, error);
}

static int find_user(struct memory_store *store, const char *user, char **caller, struct error *error)
{
    static const char doing[] = "reading the memory";
    struct db *db = sql_store_db(store);
    struct query *query;
    if (db_ready(db, NULL, DB_LIVE, error) != 0 || !(query = db_query(db, SQL_FIND_USER, error)))
        return -1;
    bind_text(query, 1, user);
    int result = query_step(query, doing, error);
    if (result != QUERY_ROW)
        return result;
    const char *text = query_text(query, 0);
    *caller = text ? strdup(text) : NULL;
    result = *caller ? query_step(query, doing, error) : error_no_memory(error);
    if (result == QUERY_ROW)
        query_reset(query);
    if (result == QUERY_DONE)
        return 0;
    free(*caller);
    *caller = NULL;
    return result == QUERY_ROW ? 0 : -1;
}

static int share_one(struct db *db, const char *caller, const struct memory_place *place, struct error *error)
{
    struct query *query = db_query(db, SQL_SHARE, error);
    if (!query)
        return -1;
    bind_text(query, 1, caller);
    bind_text(query, 2, place->caller);
    bind_text(query, 3, place->conversation);
    return query_run(query, "writing the memory", error);
}

static int share_nothing(struct db *db, const char *caller, struct error *error)
{
    struct query *query = db_query(db, SQL_SHARE_NOTHING, error);
    if (!query)
        return -1;
    bind_text(query, 1, caller);
    return query_run(query, "writing the memory", error);
}

static int share(struct memory_store *store, const char *caller, const struct memory_place *places,
                 size_t count, struct error *error)
{
    struct db *db = sql_store_db(store);
    bool own;
    if (db_change_begin(db, caller, &own, error) != 0)
        return -1;
    int result = share_nothing(db, caller, error);
    for (size_t i = 0; i < count && result == 0; i++)
        result = share_one(db, caller, &places[i], error);
    return db_change_end(db, own, result, error);
}

/* --- Forgetting --- */

/* How many rows of the statement's own table went. */
static int64_t forget_rows(struct db *db, enum sql which, const char *caller, const char *conversation,
                           struct error *error)
{
    struct query *query = db_query(db, which, error);
    if (!query)
        return -1;
    bind_text(query, 1, caller);
    if (conversation)
        bind_text(query, 2, conversation);
    db->deleted = true;
    return query_changes(query, "forgetting", error);
}

static int forget_conversation(struct memory_store *store, const char *caller, const char *conversation,
                               struct error *error)
{
    struct db *db = sql_store_db(store);
    bool own;
    if (db_change_begin(db, caller, &own, error) != 0)
        return -1;
    int64_t gone = forget_rows(db, SQL_FORGET_CONVERSATION, caller, conversation, error);
    if (gone == 0)
        gone = error_set(error, ERROR_NOT_FOUND, "the caller has no such conversation");
    if (gone > 0)
        gone = forget_rows(db, SQL_FORGET_EMPTY_CALLER, caller, NULL, error);
    return db_change_end(db, own, gone < 0 ? -1 : 0, error);
}

static int forget(struct memory_store *store, const char *caller, size_t *count, struct error *error)
{
    struct db *db = sql_store_db(store);
    int64_t memories = 0;
    bool own;
    if (db_change_begin(db, caller, &own, error) != 0)
        return -1;
    int result = db_number(db, SQL_COUNT_OF_CALLER, caller, &memories, error);
    if (result == 0 && forget_rows(db, SQL_FORGET_CALLER, caller, NULL, error) < 0)
        result = -1;
    result = db_change_end(db, own, result, error);
    if (result == 0)
        *count = (size_t)memories;
    return result;
}

static int add_seal(struct db *db, const char *key, struct error *error)
{
    struct query *query = db_query(db, SQL_SEAL, error);
    if (query)
        bind_text(query, 1, key);
    return query_run(query, "forgetting", error);
}

static int seal(struct memory_store *store, const char *caller, const char *conversation, struct error *error)
{
    struct db *db = sql_store_db(store);
    char key[MEMORY_SEAL_SIZE];
    bool own;
    if (!memory_seal_key(conversation, key))
        return error_no_memory(error);
    if (db_change_begin(db, caller, &own, error) != 0)
        return -1;
    return db_change_end(db, own, add_seal(db, key, error), error);
}

static int is_sealed(struct memory_store *store, const char *caller, const char *conversation, bool *sealed,
                     struct error *error)
{
    struct db *db = sql_store_db(store);
    char key[MEMORY_SEAL_SIZE];
    int64_t count = 0;
    if (!memory_seal_key(conversation, key))
        return error_no_memory(error);
    if (db_ready(db, caller, DB_WORK, error) != 0 || db_number(db, SQL_IS_SEALED, key, &count, error) != 0)
        return -1;
    *sealed = count > 0;
    return 0;
}

static int seals(struct memory_store *store, const char *after, size_t limit, struct memory_list *found,
                 struct error *error)
{
    struct db *db = sql_store_db(store);
    if (db_ready(db, NULL, DB_WORK, error) != 0)
        return -1;
    struct query *query = db_query(db, SQL_SEALS, error);
    if (!query)
        return -1;
    bind_text(query, 1, after);
    bind_int(query, 2, (int64_t)limit);
    return rows_read(query, found, rows_take_older, error);
}

static int add_seals(struct memory_store *store, const struct memory_list *list, struct error *error)
{
    struct db *db = sql_store_db(store);
    int result = 0;
    bool own;
    if (db_change_begin(db, NULL, &own, error) != 0)
        return -1;
    for (size_t i = 0; i < list->count && result == 0; i++)
        result = add_seal(db, list->items[i].conversation, error);
    return db_change_end(db, own, result, error);
}

/* --- The rest --- */

static int check(struct memory_store *store, struct error *error)
{
    struct db *db = sql_store_db(store);
    return db->engine->check(db, error);
}

static int count_all(struct memory_store *store, int64_t *callers, int64_t *memories, struct error *error)
{
    struct db *db = sql_store_db(store);
    if (db_ready(db, NULL, DB_WORK, error) != 0 ||
        db_number(db, SQL_COUNT_CALLERS, NULL, callers, error) != 0)
        return -1;
    return db_number(db, SQL_COUNT_MEMORIES, NULL, memories, error);
}

static void close_store(struct memory_store *store)
{
    struct sql_store *sql = sql_of(store);
    sql->db->engine->close(sql->db);
    analysers_free(&sql->analysers);
    free(sql);
}

static const struct memory_ops ops = {
    .close = close_store,
    .check = check,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .upgrade = upgrade,
    .refresh = refresh,
    .read_begin = read_begin,
    .read_end = read_end,
    .add = add,
    .update = update,
    .get = get,
    .remove = remove_item,
    .remove_some = remove_some,
    .list = list,
    .search = search,
    .profile = profile,
    .ready = ready,
    .set_profile = set_profile,
    .set_user = set_user,
    .find_user = find_user,
    .share = share,
    .conversations = conversations,
    .callers = callers,
    .days = days,
    .set_caller = set_caller,
    .find_conversation = find_named,
    .find = find,
    .older = older,
    .walk_older = walk_older,
    .requests = requests,
    .dated_remarks = dated_remarks,
    .outdated = outdated,
    .forget_conversation = forget_conversation,
    .forget = forget,
    .seal = seal,
    .is_sealed = is_sealed,
    .seals = seals,
    .add_seals = add_seals,
    .count = count_all,
};

struct memory_store *sql_store_open(struct db *db)
{
    if (!db)
        return NULL;
    struct sql_store *sql = calloc(1, sizeof *sql);
    if (!sql) {
        db->engine->close(db);
        return NULL;
    }
    sql->store = (struct memory_store){.ops = &ops, .mode = db->engine->mode};
    sql->db = db;
    return &sql->store;
}
