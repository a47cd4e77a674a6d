/*
 * statements: what a memory asks a database, by name. Most of the SQL is the same for each engine and stands
 * in statements.c; what an engine says in another way stands with the engine.
 */
#ifndef CALLMEM_MEMORY_SQL_STATEMENTS_H
#define CALLMEM_MEMORY_SQL_STATEMENTS_H

enum sql {
    SQL_BEGIN,
    SQL_BEGIN_READING,
    SQL_COMMIT,
    SQL_ROLLBACK,
    SQL_VERSION,
    SQL_CHECK,
    SQL_HOLD, /* only where begin does not hold everything */
    SQL_ADD_CALLER,
    SQL_ADD_CONVERSATION,
    SQL_FIND_CONVERSATION,
    SQL_ADD_MEMORY,
    SQL_UPDATE_MEMORY,
    SQL_GET_MEMORY,
    SQL_GET_MEMORIES,
    SQL_GET_FOUND,
    SQL_DELETE_MEMORY,
    SQL_DELETE_MEMORY_OF,
    SQL_LIST,
    SQL_LIST_BUT_TURNS,
    SQL_LIST_CONVERSATION,
    SQL_LIST_LINE,
    SQL_LIST_LINE_BUT_TURNS,
    SQL_LIST_LINE_CONVERSATION,
    SQL_CONVERSATION_TEXTS,
    SQL_SET_TERMS,
    SQL_OLD_TERMS,
    SQL_SEARCH_TERMS,
    SQL_GET_PROFILE,
    SQL_GET_READY,
    SQL_SET_PROFILE,
    SQL_DELETE_PROFILE,
    SQL_SET_USER,
    SQL_FIND_USER,
    SQL_SHARE,
    SQL_SHARE_NOTHING,
    SQL_CONVERSATIONS,
    SQL_CALLERS,
    SQL_CALLERS_NAMED,
    SQL_DAYS,
    SQL_SET_CALLER,
    SQL_FIND_NAMED,
    SQL_FIND_MEMORY,
    SQL_OLDER,
    SQL_WALK_OLDER,
    SQL_REQUESTS,
    SQL_DATED_REMARKS,
    SQL_OUTDATED,
    SQL_FORGET_CONVERSATION,
    SQL_FORGET_EMPTY_CALLER,
    SQL_COUNT_OF_CALLER,
    SQL_FORGET_CALLER,
    SQL_SEAL,
    SQL_IS_SEALED,
    SQL_SEALS,
    SQL_COUNT_CALLERS,
    SQL_COUNT_MEMORIES,
    STATEMENTS
};

/* SQL_GET_FOUND takes this many ids, and returns a row for each in their order: of NULLs where there is no
 * such memory. */
#define FOUND_AT_ONCE 32

/* The columns that rows_take_memory() reads (rows.c), in its order. */
#define MEMORY_COLUMNS                                                                                       \
    "m.id, m.kind, m.sector, m.position, m.speaker, m.content, m.salience, m.decay_lambda, m.tags, "         \
    "m.metadata, m.created_at, m.updated_at, c.conversation, c.agent, c.language, k.caller "
/* SQL_GET_MEMORIES takes as many, then the caller and how many rows to look for at most: whole memories, each
 * only where the caller has or shares it. */
#define MEMORY_IS_THEIRS                                                                                     \
    "(k.caller = ?33 OR EXISTS (SELECT 1 FROM callers o JOIN shared s ON s.caller_id = o.id "                \
    "WHERE o.caller = ?33 AND s.conversation_id = c.id)) "

/* What SQLite and PostgreSQL both understand, with ?1, ?2, … for parameters; NULL: each engine has its own.
 */
const char *sql_text(enum sql which);

#endif
