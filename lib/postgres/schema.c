#include "postgres/schema.h"

#include <stddef.h>

/* migrations[n] leads from version n to n + 1. A step that was released is never changed. Texts that are
 * sorted, or compared with others than themselves, have the order of their bytes, as SQLite has it. */
static const char *const migrations[] = {
    "CREATE TABLE callmem_schema(version integer NOT NULL, least integer NOT NULL);"
    "INSERT INTO callmem_schema VALUES(1, 1);"
    "CREATE TABLE callers("
    "  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    "  caller text COLLATE \"C\" NOT NULL UNIQUE,"
    "  last_call bigint NOT NULL DEFAULT 0,"
    "  calls bigint NOT NULL DEFAULT 0,"
    "  name text COLLATE \"C\" NOT NULL DEFAULT '',"
    "  people text COLLATE \"C\" NOT NULL DEFAULT '',"
    "  folded text COLLATE \"C\" NOT NULL DEFAULT '',"
    "  user_id text COLLATE \"C\" NOT NULL DEFAULT '');"
    "CREATE INDEX callers_by_user ON callers(user_id) WHERE user_id <> '';"
    "CREATE INDEX callers_by_call ON callers(last_call);"
    "CREATE TABLE conversations("
    "  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    "  caller_id bigint NOT NULL REFERENCES callers(id) ON DELETE CASCADE,"
    "  conversation text COLLATE \"C\" NOT NULL,"
    "  agent text COLLATE \"C\" NOT NULL,"
    "  language text COLLATE \"C\" NOT NULL,"
    "  started_at bigint NOT NULL,"
    "  UNIQUE(caller_id, conversation));"
    "CREATE INDEX conversations_by_age ON conversations(started_at);"
    "CREATE INDEX conversations_by_name ON conversations(conversation);"
    "CREATE TABLE shared("
    "  caller_id bigint NOT NULL REFERENCES callers(id) ON DELETE CASCADE,"
    "  conversation_id bigint NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,"
    "  PRIMARY KEY(caller_id, conversation_id));"
    "CREATE INDEX shared_by_conversation ON shared(conversation_id);"
    "CREATE TABLE memories("
    "  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    "  conversation_id bigint NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,"
    "  kind integer NOT NULL,"
    "  position integer NOT NULL,"
    "  sector integer NOT NULL,"
    "  speaker text COLLATE \"C\" NOT NULL,"
    "  content text COLLATE \"C\" NOT NULL,"
    "  salience double precision NOT NULL,"
    "  decay_lambda double precision NOT NULL,"
    "  tags text COLLATE \"C\" NOT NULL,"
    "  metadata text COLLATE \"C\" NOT NULL,"
    "  created_at bigint NOT NULL,"
    "  updated_at bigint NOT NULL,"
    "  UNIQUE(conversation_id, kind, position));"
    "CREATE INDEX memories_but_turns ON memories(conversation_id) WHERE kind <> 1;"
    "CREATE INDEX memories_requests ON memories(created_at) WHERE kind = 15;"
    "CREATE TABLE terms("
    "  conversation_id bigint PRIMARY KEY REFERENCES conversations(id) ON DELETE CASCADE,"
    "  version integer NOT NULL,"
    "  segment bytea NOT NULL);"
    /* Hashes do not become smaller: trying costs time at each search. */
    "ALTER TABLE terms ALTER COLUMN segment SET STORAGE EXTERNAL;"
    /* Room in each page for the next version of its rows, so that writing a profile changes no index. */
    "CREATE TABLE profiles("
    "  caller_id bigint NOT NULL REFERENCES callers(id) ON DELETE CASCADE,"
    "  scope text COLLATE \"C\" NOT NULL,"
    "  answer text COLLATE \"C\" NOT NULL,"
    "  heading text COLLATE \"C\" NOT NULL,"
    "  language text COLLATE \"C\" NOT NULL,"
    "  document text COLLATE \"C\" NOT NULL,"
    "  ready text COLLATE \"C\" NOT NULL,"
    "  PRIMARY KEY(caller_id, scope)) WITH (fillfactor = 70);"
    /* Of calls that were erased, a hash of each name: memory_seal(). */
    "CREATE TABLE sealed(key text COLLATE \"C\" PRIMARY KEY);"
    /* memory_decayed(); what has become too small for a number is not 0 to PostgreSQL but an error. */
    "CREATE FUNCTION decayed(salience double precision, decay_lambda double precision, age bigint)"
    "  RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS"
    "  'SELECT CASE WHEN age <= 0 OR decay_lambda <= 0 THEN salience"
    "   ELSE salience * exp(greatest(-decay_lambda * (age / 86400.0::double precision), -600)) END';"
    /* By which version a call was understood: of a summary's metadata, 0 where it does not say. */
    "CREATE FUNCTION understood(metadata text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS"
    "  'SELECT coalesce(substring(metadata from ''\"understood\" *: *([0-9]{1,9})'')::integer, 0)';"
    "CREATE INDEX memories_understood ON memories(understood(metadata)) WHERE kind = 0;",
    /* The inbox of all front ends. An older one keeps its own, and its memory is as it was. Of an event that
     * was accepted there is a key for good, and a row with its body until it is in memory. Rows come and go:
     * they are cleaned up soon, so that whoever looks for the oldest does not step over those that went. */
    "CREATE TABLE ledger(key bytea PRIMARY KEY, at bigint NOT NULL);"
    "CREATE TABLE inbox("
    "  id bigint GENERATED ALWAYS AS IDENTITY,"
    "  key bytea PRIMARY KEY,"
    "  accepted_at timestamptz NOT NULL,"
    "  next_at timestamptz NOT NULL DEFAULT now()," /* not tried before */
    "  tries integer NOT NULL DEFAULT 0,"           /* that began and did not return */
    "  failures integer NOT NULL DEFAULT 0,"        /* for now */
    "  reason text,"                                /* why it failed for good, JSON; NULL: it waits */
    "  body bytea NOT NULL)"
    "  WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);"
    "CREATE INDEX inbox_waiting ON inbox(id) WHERE reason IS NULL;"
    "UPDATE callmem_schema SET version = 2;",
};

/* A step more, of tests. */
static const char *next_step;

void postgres_next_version(const char *step)
{
    next_step = step;
}

int postgres_newest(void)
{
    _Static_assert(sizeof migrations / sizeof *migrations == POSTGRES_VERSION, "each version has its step");
    return next_step ? POSTGRES_VERSION + 1 : POSTGRES_VERSION;
}

const char *postgres_step(int version)
{
    if (version < 0 || version >= postgres_newest())
        return NULL;
    return version < POSTGRES_VERSION ? migrations[version] : next_step;
}
