#include "memory/sql/statements.h"

#include <stddef.h>

#define JOINED                                                                                               \
    "FROM callers k JOIN conversations c ON c.caller_id = k.id JOIN memories m ON m.conversation_id = c.id "
/* The conversations of a line: those of the caller, and those that the caller shares. */
#define LINED                                                                                                \
    "FROM (SELECT c.id FROM callers k JOIN conversations c ON c.caller_id = k.id WHERE k.caller = ?1 "       \
    "UNION ALL SELECT s.conversation_id FROM callers k JOIN shared s ON s.caller_id = k.id "                 \
    "WHERE k.caller = ?1) l JOIN conversations c ON c.id = l.id JOIN callers k ON k.id = c.caller_id "       \
    "JOIN memories m ON m.conversation_id = c.id "
#define TERMS                                                                                                \
    "SELECT c.id, c.conversation, c.agent, c.language, c.started_at, t.version, t.segment FROM callers k "
/* ?4 and ?5 are sets of bits, ?6 and ?7 the first and the last second, ?8 the least salience now, at ?9. */
#define LIST(from, more)                                                                                     \
    "SELECT " MEMORY_COLUMNS from more "AND (?3 = '' OR c.agent = ?3) "                                      \
    "AND ?4 >> m.kind & 1 <> 0 AND ?5 >> m.sector & 1 <> 0 AND m.created_at BETWEEN ?6 AND ?7 "              \
    "AND (?8 <= 0 OR decayed(m.salience, m.decay_lambda, ?9 - m.created_at) >= ?8) "                         \
    "ORDER BY c.started_at, c.conversation, m.position, m.kind LIMIT ?10"

static const char *const texts[STATEMENTS] = {
    [SQL_CHECK] = "SELECT count(*) FROM (SELECT 1 FROM callers LIMIT 1)",
    [SQL_ADD_CALLER] = "INSERT INTO callers(caller) VALUES(?1) ON CONFLICT DO NOTHING",
    [SQL_ADD_CONVERSATION] =
        "INSERT INTO conversations(caller_id, conversation, agent, language, started_at) "
        "SELECT id, ?2, ?3, ?4, ?5 FROM callers WHERE caller = ?1 "
        "ON CONFLICT(caller_id, conversation) DO UPDATE SET agent = excluded.agent, "
        "language = excluded.language, started_at = CASE WHEN excluded.started_at < conversations.started_at "
        "THEN excluded.started_at ELSE conversations.started_at END",
    [SQL_FIND_CONVERSATION] =
        "SELECT c.id, c.language, (SELECT count(*) FROM memories WHERE conversation_id = c.id) "
        "FROM callers k JOIN conversations c ON c.caller_id = k.id "
        "WHERE k.caller = ?1 AND c.conversation = ?2",
    [SQL_ADD_MEMORY] =
        "INSERT INTO memories(conversation_id, kind, position, sector, speaker, content, salience, "
        "decay_lambda, tags, metadata, created_at, updated_at) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
        "ON CONFLICT(conversation_id, kind, position) DO UPDATE SET sector = excluded.sector, "
        "speaker = excluded.speaker, content = excluded.content, salience = excluded.salience, "
        "decay_lambda = excluded.decay_lambda, tags = excluded.tags, metadata = excluded.metadata, "
        "created_at = excluded.created_at, updated_at = excluded.updated_at",
    [SQL_UPDATE_MEMORY] = "UPDATE memories SET content = ?2, sector = ?3, salience = ?4, decay_lambda = ?5, "
                          "tags = ?6, metadata = ?7, updated_at = ?8 WHERE id = ?1",
    [SQL_GET_MEMORY] =
        "SELECT " MEMORY_COLUMNS "FROM memories m JOIN conversations c ON c.id = m.conversation_id "
        "JOIN callers k ON k.id = c.caller_id WHERE m.id = ?2 AND k.caller = ?1",
    [SQL_DELETE_MEMORY] = "DELETE FROM memories WHERE id = ?1",
    [SQL_DELETE_MEMORY_OF] = "DELETE FROM memories WHERE id = ?1 AND conversation_id = ?2",
    [SQL_LIST] = LIST(JOINED, "WHERE k.caller = ?1 "),
    /* As the index memories_but_turns says it. */
    [SQL_LIST_BUT_TURNS] = LIST(JOINED, "WHERE k.caller = ?1 AND m.kind <> 1 "),
    [SQL_LIST_CONVERSATION] = LIST(JOINED, "WHERE k.caller = ?1 AND c.conversation = ?2 "),
    [SQL_LIST_LINE] = LIST(LINED, "WHERE k.caller <> '' "),
    [SQL_LIST_LINE_BUT_TURNS] = LIST(LINED, "WHERE m.kind <> 1 "),
    [SQL_LIST_LINE_CONVERSATION] = LIST(LINED, "WHERE c.conversation = ?2 "),
    [SQL_CONVERSATION_TEXTS] =
        "SELECT id, kind, sector, position, speaker, content, salience, decay_lambda, "
        "created_at, metadata FROM memories WHERE conversation_id = ?1 ORDER BY position, kind",
    [SQL_SET_TERMS] = "INSERT INTO terms(conversation_id, version, segment) VALUES(?1, ?2, ?3) "
                      "ON CONFLICT(conversation_id) DO UPDATE SET version = excluded.version, "
                      "segment = excluded.segment",
    [SQL_OLD_TERMS] =
        "SELECT c.id, c.language FROM callers k JOIN conversations c ON c.caller_id = k.id "
        "LEFT JOIN terms t ON t.conversation_id = c.id "
        "WHERE k.caller = ?1 AND coalesce(t.version, 0) < ?2 ORDER BY c.started_at DESC LIMIT ?3",
    [SQL_SEARCH_TERMS] = TERMS
    "JOIN conversations c ON c.caller_id = k.id LEFT JOIN terms t ON t.conversation_id = c.id "
    "WHERE k.caller = ?1 UNION ALL " TERMS "JOIN shared s ON s.caller_id = k.id "
    "JOIN conversations c ON c.id = s.conversation_id LEFT JOIN terms t ON t.conversation_id = c.id "
    "WHERE k.caller = ?1",
    [SQL_GET_PROFILE] =
        "SELECT p.answer, p.heading, p.language, p.document, k.user_id FROM callers k JOIN profiles p "
        "ON p.caller_id = k.id "
        "WHERE k.caller = ?1 AND p.scope = ?2",
    [SQL_GET_READY] = "SELECT p.ready FROM callers k JOIN profiles p ON p.caller_id = k.id "
                      "WHERE k.caller = ?1 AND p.scope = ?2",
    [SQL_SET_PROFILE] =
        "INSERT INTO profiles(caller_id, scope, answer, heading, language, document, ready) "
        "SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM callers WHERE caller = ?1 "
        "ON CONFLICT(caller_id, scope) DO UPDATE SET answer = excluded.answer, heading = excluded.heading, "
        "language = excluded.language, document = excluded.document, ready = excluded.ready",
    [SQL_DELETE_PROFILE] = "DELETE FROM profiles WHERE scope = ?2 "
                           "AND caller_id = (SELECT id FROM callers WHERE caller = ?1)",
    [SQL_SET_USER] = "UPDATE callers SET user_id = ?2 WHERE caller = ?1",
    [SQL_FIND_USER] = "SELECT caller FROM callers WHERE user_id = ?1 AND user_id <> '' LIMIT 2",
    [SQL_SHARE] =
        "INSERT INTO shared(caller_id, conversation_id) SELECT o.id, c.id FROM callers o, callers k "
        "JOIN conversations c ON c.caller_id = k.id "
        "WHERE o.caller = ?1 AND k.caller = ?2 AND c.conversation = ?3 AND o.id <> k.id "
        "ON CONFLICT DO NOTHING",
    [SQL_SHARE_NOTHING] = "DELETE FROM shared WHERE caller_id = (SELECT id FROM callers WHERE caller = ?1)",
    [SQL_CONVERSATIONS] = "SELECT c.conversation, c.agent, c.language, c.started_at FROM callers k "
                          "JOIN conversations c ON c.caller_id = k.id WHERE k.caller = ?1 "
                          "ORDER BY c.started_at, c.conversation",
    [SQL_CALLERS] = "SELECT caller, name, people, last_call, calls FROM callers WHERE last_call >= ?1 "
                    "ORDER BY last_call DESC LIMIT ?3 OFFSET ?2",
    /* One pass over the table: in the order of the index each row would be looked up, most of them in vain.
     */
    [SQL_CALLERS_NAMED] =
        "SELECT caller, name, people, last_call, calls FROM callers WHERE last_call + 0 >= ?1 "
        "AND (folded LIKE ?4 ESCAPE '!' OR caller LIKE ?4 ESCAPE '!') "
        "ORDER BY last_call + 0 DESC LIMIT ?3 OFFSET ?2",
    [SQL_DAYS] =
        "SELECT (c.started_at - ?1) / 86400, count(*), count(DISTINCT c.caller_id), "
        "sum(CASE WHEN EXISTS (SELECT 1 FROM conversations e WHERE e.caller_id = c.caller_id "
        "AND e.started_at < c.started_at AND e.conversation NOT LIKE 'operator-%') THEN 1 ELSE 0 END) "
        "FROM conversations c WHERE c.started_at >= ?1 AND c.started_at < ?2 "
        "AND c.conversation NOT LIKE 'operator-%' GROUP BY 1",
    [SQL_SET_CALLER] = "UPDATE callers SET name = ?2, people = ?3, folded = ?4, last_call = ?5, calls = ?6 "
                       "WHERE caller = ?1",
    [SQL_FIND_NAMED] =
        "SELECT c.conversation, c.agent, c.language, c.started_at, k.caller FROM conversations c "
        "JOIN callers k ON k.id = c.caller_id WHERE c.conversation = ?1 ORDER BY c.started_at",
    [SQL_FIND_MEMORY] =
        "SELECT " MEMORY_COLUMNS "FROM memories m JOIN conversations c ON c.id = m.conversation_id "
        "JOIN callers k ON k.id = c.caller_id WHERE m.id = ?1",
    [SQL_OLDER] =
        "SELECT c.conversation, c.agent, c.language, c.started_at, k.caller FROM conversations c "
        "JOIN callers k ON k.id = c.caller_id WHERE c.started_at < ?1 ORDER BY c.started_at LIMIT ?2",
    /* The page is cut before anything is looked for in it, so that each costs the same. */
    [SQL_WALK_OLDER] =
        "SELECT c.conversation, c.agent, c.language, c.started_at, k.caller, c.id, "
        "CASE WHEN EXISTS (SELECT 1 FROM memories m WHERE m.conversation_id = c.id "
        "AND ?5 >> m.kind & 1 <> 0) THEN 1 ELSE 0 END FROM (SELECT id, conversation, agent, language, "
        "started_at, caller_id FROM conversations WHERE started_at < ?1 AND (started_at, id) > (?2, ?3) "
        "ORDER BY started_at, id LIMIT ?4) c JOIN callers k ON k.id = c.caller_id "
        "ORDER BY c.started_at, c.id",
    [SQL_REQUESTS] =
        "SELECT " MEMORY_COLUMNS "FROM memories m JOIN conversations c ON c.id = m.conversation_id "
        "JOIN callers k ON k.id = c.caller_id WHERE m.kind = 15 ORDER BY m.created_at LIMIT ?1",
    /* Few of all conversations: a range of the index conversations_by_name. */
    [SQL_DATED_REMARKS] =
        "SELECT " MEMORY_COLUMNS "FROM conversations c JOIN callers k ON k.id = c.caller_id "
        "JOIN memories m ON m.conversation_id = c.id "
        "WHERE c.conversation > ?1 AND c.conversation >= 'operator-' AND c.conversation < 'operator.' "
        "AND m.metadata LIKE '%\"until\":%' ORDER BY c.conversation, m.id LIMIT ?2",
    [SQL_FORGET_EMPTY_CALLER] = "DELETE FROM callers WHERE caller = ?1 "
                                "AND NOT EXISTS (SELECT 1 FROM conversations WHERE caller_id = callers.id)",
    [SQL_FORGET_CONVERSATION] = "DELETE FROM conversations WHERE conversation = ?2 "
                                "AND caller_id = (SELECT id FROM callers WHERE caller = ?1)",
    [SQL_COUNT_OF_CALLER] = "SELECT count(*) " JOINED "WHERE k.caller = ?1",
    [SQL_FORGET_CALLER] = "DELETE FROM callers WHERE caller = ?1",
    [SQL_SEAL] = "INSERT INTO sealed(key) VALUES(?1) ON CONFLICT DO NOTHING",
    [SQL_IS_SEALED] = "SELECT count(*) FROM sealed WHERE key = ?1",
    /* As SQL_OLDER has its columns. */
    [SQL_SEALS] = "SELECT key, '', '', 0, '' FROM sealed WHERE key > ?1 ORDER BY key LIMIT ?2",
    [SQL_COUNT_CALLERS] = "SELECT count(*) FROM callers",
    [SQL_COUNT_MEMORIES] = "SELECT count(*) FROM memories",
};

const char *sql_text(enum sql which)
{
    return texts[which];
}
