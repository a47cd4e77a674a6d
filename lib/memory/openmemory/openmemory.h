/*
 * openmemory: an OpenMemory server as memory; the interior shared by its parts. docs/openmemory.md tells how
 * it is run. The servers lose and mix up what they are given unless the client prevents it (they drop a text
 * whose similarity hash was seen before, whoever's it was; they shorten texts; they have no transactions).
 * So:
 *
 * - A call is one record on the server, or a few when it is long: all its memories stand, whole, in the
 * metadata, which a server keeps as they are, under our mark. What the server calls the content is a summary
 * to be found by others. A record is never changed; a call that changes becomes a new record, then the old
 * one goes.
 * - A caller has one state record: which calls there are, by which records, and the profiles. It is changed
 * in place, last of all: a call exists when the state says so. Who reads asks for the state (one request) and
 *   knows whether the calls that it has are still those.
 * - Two front ends that write the same caller's state at once notice by the server's own count of changes
 *   ("version"): then the event is worked off once more. Before a state is written the newest records of the
 *   caller are listed, so that nothing stays behind which another writer's state did not know.
 * - Each handle keeps the calls that it has read in a memory of its own (local.c, without a file), the
 * mirror: it ranks, lists and makes profiles. It can be lost at any time.
 * - Everything that comes from a server is checked for our mark and for the caller; what is not theirs is
 * dropped.
 *
 * A "user" server (up to 1.3.2) separates callers by user_id, a "tenant" server (from 1.3.3) by MCP project.
 * Records of a caller stand under the caller, the state under OM_STATE_SPACE and the caller.
 */
#ifndef CALLMEM_MEMORY_OPENMEMORY_OPENMEMORY_H
#define CALLMEM_MEMORY_OPENMEMORY_OPENMEMORY_H

#include "base/http.h"
#include "base/json.h"
#include "memory/store.h"

#define OM_FORMAT      1 /* of our records; a record of a newer one is not understood */
#define OM_ID_SIZE     80
#define OM_DIGEST_SIZE 33
#define OM_STATE_SPACE "callmem:"
#define OM_CHANGE      "change" /* the name of that request */
#define OM_BUSY_TRIES  50       /* at a server that stores something else just now */
#define OM_STATE_WORDS                                                                                       \
    "What callmem knows of a caller's calls. " /* that the content of a state begins with */

enum om_kind { OM_UNKNOWN, OM_USER, OM_TENANT };

/* --- The link: one handle's connection, and what all handles of the process know of the server -------------
 */

struct om_server; /* shared: which kind it is, whether it answers, which state record a caller has */

struct om_link {
    struct http *http;
    struct om_server *server;
    struct buf key; /* the header with the key */
    bool has_key;
    int64_t deadline; /* of the operation that runs, in clock_ms() */
    int each_ms;      /* not 0: each request has its own time */
    bool knocking;    /* ask even when the server did not answer lately */
    int turnstile;    /* file that is locked while something is stored; -1: none */
    struct http_answer answer;
};

/* An answer that came: its status, and the JSON of it where it was 2xx (else NULL). */
struct om_reply {
    int status;
    cJSON *json;
    bool mismatch;  /* a tenant server told that it knows no user_id */
    bool explained; /* an error said why, as such servers do */
    bool clash;     /* 1.3.0 on PostgreSQL fails so when it takes a text for one that it has */
    bool busy;      /* it stores something else just now, and cannot do two things at once */
};

int om_link_open(struct om_link *link, const struct memory_options *options);
void om_link_close(struct om_link *link);
/* An operation begins: it has so much time altogether, or for each of its requests. */
void om_link_start(struct om_link *link, int timeout_ms, bool each);

/* Asks. `what` names the request in the log and in errors. 0 with a reply of status 2xx, 400, 403, 404 or
 * 413, whose json the caller deletes; -1 with ERROR_MEMORY_UNAVAILABLE when the server did not answer in
 * time, answered nonsense, refused the key, or is not to be asked now. Sent twice where the connection broke
 * and time is left: everything that is asked here may be asked twice. */
int om_ask(struct om_link *link, const char *what, const char *method, const char *path, const cJSON *body,
           struct om_reply *reply, struct error *error);

/* A server on PostgreSQL stores one thing at a time: of two at once, one fails and the other may never end;
 * and what is removed meanwhile is part of what another one stores, and comes back when that fails. So all of
 * a front end go through a turnstile, one by one; and one whom another front end was quicker than comes
 * again. */
int om_turnstile_enter(struct om_link *link, struct error *error);
void om_turnstile_leave(struct om_link *link);
bool om_is_busy(const char *said); /* whether an error says that */
/* Waits a moment before coming again; false when there is no time for it. */
bool om_come_again(struct om_link *link);

enum om_kind om_known_kind(struct om_link *link);
void om_set_kind(struct om_link *link, enum om_kind kind);
/* A tenant server without openmemory_list is not asked for it again. */
bool om_lacks_list(struct om_link *link);
void om_note_no_list(struct om_link *link);
/* Which state record a caller has, as far as a handle of this process saw it. False when none did. */
bool om_address(struct om_link *link, const char *caller, char id[OM_ID_SIZE]);
void om_set_address(struct om_link *link, const char *caller, const char *id); /* NULL: not known any more */

/* --- Records (openmemory_record.c)
 * -------------------------------------------------------------------------- */

enum om_type { OM_FOREIGN, OM_CALL, OM_STATE, OM_NEWER };

/* One of our records as a server gave it back; `mark` belongs to the parsed answer. */
struct om_item {
    char id[OM_ID_SIZE];
    enum om_type type;
    int64_t version;  /* the server's count of changes; 0 when it does not tell */
    const char *user; /* user_id, "" when it does not tell */
    const char *caller;
    const cJSON *mark;
};

/* What an answer held of our records; `whole` owns it. */
struct om_items {
    struct om_item *items;
    size_t count;
    size_t all;    /* how many it held altogether, others' included */
    cJSON **whole; /* the answers */
    size_t answers;
};
void om_items_free(struct om_items *items);

/* Reads one memory of an answer; false when it is no record of ours. */
bool om_item_read(const cJSON *json, struct om_item *item);
/* Adds all of `list` (an array); takes over `whole`, which it belongs to. -1 when out of memory. */
int om_items_add(struct om_items *items, cJSON *whole, const cJSON *list);

/* A call as the state knows it. */
struct om_call {
    char *conversation, *agent, *language;
    char *ids; /* of its records, in order, with blanks between */
    char digest[OM_DIGEST_SIZE];
    int64_t count;   /* memories */
    int64_t written; /* which change of the state it came with: a later one replaces */
    int64_t started_at;
    bool mirrored; /* the mirror has it */
    bool gone;     /* the server has not: another front end forgot it */
};

/* A caller as this handle knows it. */
struct om_known {
    char *caller;
    char id[OM_ID_SIZE]; /* of the state record; "" while there is none */
    char stamp[OM_DIGEST_SIZE];
    int64_t version, serial; /* the server's count of the state's changes, and ours */
    struct om_call *calls;
    size_t call_count;
    cJSON *profiles, *languages; /* documents and languages of profiles, by scope */
    /* Ids of other state records of the caller, with blanks between, and the stamps that they had when they
     * were read, in the same order: they go at the next write. */
    char *spare, *spare_stamps;
    int64_t asked_at;  /* clock_ms() of the last look at the server */
    size_t weight;     /* bytes of what the mirror has of it, roughly */
    bool mirror_ready; /* the mirror has nothing of the caller but what is noted here */
    /* What a transaction did to it. */
    bool touched, profiles_changed, forgotten;
    char **dirty; /* conversations that changed */
    size_t dirty_count;
};

void om_known_clear(struct om_known *known);  /* keeps the caller, and what a transaction did */
void om_known_settle(struct om_known *known); /* a transaction is over */
void om_known_free(struct om_known *known);
struct om_call *om_known_call(struct om_known *known, const char *conversation); /* NULL: none */
/* Adds a call, or replaces the one of that conversation. NULL when out of memory. */
struct om_call *om_known_put(struct om_known *known, const char *conversation);
void om_known_drop(struct om_known *known, struct om_call *call);

/* Reads the mark of a state into `known`: calls that stay the same stay mirrored. -1 with an error when it is
 * not what a state is (memory stays as it was only then). `merge`: adds to what is there already. */
int om_state_read(struct om_known *known, const struct om_item *item, bool merge, struct error *error);
/* The metadata of a state record; NULL when out of memory. */
cJSON *om_state_write(const struct om_known *known);

/* A call's memories as records: each the metadata of one, all below the size that a server takes. */
struct om_bundle {
    cJSON **parts;
    size_t count;
    char digest[OM_DIGEST_SIZE];
    struct buf content; /* what servers and people read of it */
};
/* Makes the records of the memories of one call. -1 when out of memory. */
int om_bundle_make(struct om_bundle *bundle, const struct memory_list *memories, int64_t written);
void om_bundle_free(struct om_bundle *bundle);
/* Which part of which call a call record is; false when it is broken. */
bool om_part_read(const struct om_item *item, const char **conversation, const char **digest, int64_t *part,
                  int64_t *parts, int64_t *written);
/* Appends the memories of a record to a list whose strings stay in the answer. -1 when out of memory or with
 * an error when it is broken. */
int om_part_memories(const struct om_item *item, struct memory **memories, size_t *count,
                     struct error *error);

/* Adds words to a text that make its similarity hash its own: they follow from `seed` and `attempt`. */
void om_add_salt(struct buf *text, const char *seed, unsigned attempt);
/* Adds an id to a list of ids with blanks between; false when out of memory. */
bool om_ids_add(char **ids, const char *id);
/* Steps through such a list: copies the id at *at and moves on; false at the end. */
bool om_ids_next(const char **at, char id[OM_ID_SIZE]);
bool om_ids_have(const char *ids, const char *id);

/* --- What is asked of a server (openmemory_api.c), whichever kind it is
 * ------------------------------------- */

enum om_space { OM_SPACE_CALLS, OM_SPACE_STATE };

/* The records of a caller in a space, newest first, about `limit`, after the first `skip`; a tenant server
 * gives but the newest, and has none after some. Nothing that is another caller's. */
int om_find(struct om_link *link, const char *caller, enum om_space space, size_t skip, size_t limit,
            struct om_items *items, struct error *error);
/* One record; items->count is 0 when there is none, or it is not the caller's. */
int om_get(struct om_link *link, const char *caller, const char *id, struct om_items *items,
           struct error *error);
/*
 * Stores a record; 0 only when reading it back showed it. The content is salted with `seed`, and again, until
 * the server keeps it apart from everything else. Adding the same again finds the record that is there: its
 * id. `same` tells whether a record that a server says it is has what was to be stored.
 */
typedef bool om_same(void *ctx, const struct om_item *item);
int om_add(struct om_link *link, const char *caller, enum om_space space, const char *content,
           const char *seed, const cJSON *metadata, om_same *same, void *ctx, char id[OM_ID_SIZE],
           struct error *error);
int om_change(struct om_link *link, const char *id, const cJSON *metadata, struct error *error);
int om_remove(struct om_link *link, const char *id, struct error *error); /* one that is gone is no error */
/* Calls `each` for all of our records of all callers (of `type`); it returns 0, or -1 with an error to end
 * it. */
typedef int om_each(void *ctx, const struct om_item *item, struct error *error);
int om_walk(struct om_link *link, enum om_type type, om_each *each, void *ctx, struct error *error);
/* What a server made of its own out of a caller's memories is made anew, without them. Best effort. */
void om_forget_summary(struct om_link *link, const char *caller);
/* Whether the server answers and takes the key. */
int om_check(struct om_link *link, struct error *error);

/* --- What a handle knows (openmemory_sync.c)
 * ------------------------------------------------------------------ */

struct openmemory {
    struct memory_store store; /* first: what memory.h hands out */
    struct memory_options options;
    struct om_link link;
    struct memory_store *mirror; /* what memory.c counts and measures is asked of it by its ops: it is no
                                  * operation of the memory of its own */
    struct om_known *known;      /* callers, each once */
    size_t known_count;
    bool in_transaction, mirror_writing;
};

/* The caller as the server has it now, the mirror filled with the calls where `fill`. A look of a moment ago
 * counts unless `fresh`. NULL with an error. The result is good until the next call. */
struct om_known *om_sync(struct openmemory *om, const char *caller, bool fill, bool fresh,
                         struct error *error);
/* What is known of a caller may be wrong: it is looked up and read anew. */
void om_lose(struct om_known *known);
/* The mirror failed, or has grown: it begins empty, and nothing is known. Not in a transaction. */
int om_mirror_reset(struct openmemory *om, struct error *error);

/* --- What a transaction did goes to the server (openmemory_push.c)
 * ------------------------------------------- */

int om_push(struct openmemory *om, struct om_known *known, struct error *error);

#endif
