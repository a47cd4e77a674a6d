#include "memory/sql/database.h"

#include "base/clock.h"

#define TIMEOUT_MS       800
#define WRITE_TIMEOUT_MS 5000

void db_init(struct db *db, const struct db_engine *engine, const struct memory_options *options)
{
    db->engine = engine;
    db->options = *options;
    if (db->options.timeout_ms <= 0)
        db->options.timeout_ms = TIMEOUT_MS;
    if (db->options.write_timeout_ms <= 0)
        db->options.write_timeout_ms = WRITE_TIMEOUT_MS;
}

int64_t db_now(const struct db *db)
{
    int64_t now;
    return db->options.now && db->options.now(&now) == 0 ? now : clock_now();
}

int db_patience(const struct db *db, enum db_wait wait)
{
    return wait == DB_WORK ? db->options.write_timeout_ms : db->options.timeout_ms;
}

static int hold(struct db *db, const char *caller, struct error *error)
{
    return caller && db->in_transaction && db->engine->hold ? db->engine->hold(db, caller, error) : 0;
}

int db_ready(struct db *db, const char *caller, enum db_wait wait, struct error *error)
{
    return db->engine->ready(db, wait, error) == 0 ? hold(db, caller, error) : -1;
}

int db_change_begin(struct db *db, const char *caller, bool *own, struct error *error)
{
    *own = !db->in_transaction;
    if ((*own ? db->engine->begin(db, error) : db->engine->proceed(db, error)) != 0)
        return -1;
    if (hold(db, caller, error) == 0)
        return 0;
    if (*own)
        db->engine->rollback(db);
    return -1;
}

int db_change_end(struct db *db, bool own, int result, struct error *error)
{
    if (!own)
        return result;
    if (result == 0)
        return db->engine->commit(db, error);
    db->engine->rollback(db);
    return result;
}

int db_number(struct db *db, enum sql which, const char *text, int64_t *number, struct error *error)
{
    static const char doing[] = "counting memories";
    struct query *query = db_query(db, which, error);
    if (!query)
        return -1;
    if (text)
        bind_text(query, 1, text);
    int result = query_step(query, doing, error);
    if (result == QUERY_DONE)
        return error_set(error, ERROR_MEMORY_UNAVAILABLE, "%s: the database returned nothing", doing);
    if (result < 0)
        return -1;
    *number = query_int(query, 0);
    query_reset(query);
    return 0;
}
