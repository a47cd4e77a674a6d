/*
 * memory: what callmem remembers of callers, behind one interface. A handle comes from memory_open()
 * (memory/open.h), which picks the store behind it: SQLite (memory/local), PostgreSQL
 * (memory/postgres) or an OpenMemory server (memory/openmemory). Each implements struct memory_ops
 * (memory/store.h).
 *
 * A memory belongs to a caller and to a conversation of that caller. Its key is (caller, conversation, kind,
 * position): adding it again replaces it, so processing an event twice changes nothing. No function returns a
 * memory of another caller, but for what memory_share() says.
 *
 * A handle belongs to one thread. The store is connected when it is first needed and again after a failure,
 * so a program starts, and answers, while its memory is down. Every function that reaches the store fails
 * with ERROR_MEMORY_UNAVAILABLE when that did not work in time.
 */
#ifndef CALLMEM_MEMORY_MEMORY_H
#define CALLMEM_MEMORY_MEMORY_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* OpenMemory's five sectors; the order is used in databases: only append. */
enum sector {
    SECTOR_EPISODIC,
    SECTOR_SEMANTIC,
    SECTOR_PROCEDURAL,
    SECTOR_EMOTIONAL,
    SECTOR_REFLECTIVE,
    SECTORS
};

const char *sector_name(enum sector sector); /* "episodic"; static */
enum sector sector_find(const char *name);   /* SECTORS when there is no such sector */

/* What a memory is; the order is used in databases: only append. Names: kind_name(). */
enum kind {
    KIND_SUMMARY,     /* "summary": what a call was about, one for each call */
    KIND_TURN,        /* "turn": what was said, one for each turn with words */
    KIND_COLLECTED,   /* "collected": one of data_collection_results */
    KIND_NAME,        /* "name": evidence for the caller's name */
    KIND_PREFERENCE,  /* "preference": likes, dislikes, how and when to be reached */
    KIND_NEED,        /* "need": diet, allergy, access */
    KIND_INSTRUCTION, /* "instruction": standing instructions, "never call before ten" */
    KIND_FACT,        /* "fact": life, work, family, address, things owned */
    KIND_REQUEST,     /* "request": what the caller still wants */
    KIND_PROMISE,     /* "promise": what the agent said will be done */
    KIND_FEELING,     /* "feeling": how the caller felt in a call */
    KIND_TOPIC,       /* "topic": what a call was about, in a word or two */
    KIND_ATTEMPT,     /* "attempt": a call that did not come about */
    KIND_FORGET,      /* "forget": of the first version; not made any more */
    KIND_EVIDENCE,    /* "evidence": a raw value of one of callmem's own data collection items, or of an LLM's
                       * answer, from which other memories were made */
    KIND_PRIVACY,     /* "privacy": a caller's request about their data */
    KIND_CONTACT,     /* "contact": an e-mail or postal address or a phone number of the caller's */
    KIND_ID,          /* "id": an order, account, policy or member number */
    KIND_ENDED,       /* "ended": something that was so and no longer is */
    KIND_OPERATOR,    /* "operator": what an operator said of what is known, see people/remark.h */
    KIND_ALIAS,       /* "alias": the user_id that ElevenLabs named in a call */
    KIND_LINK, /* "link": an operator says that a person of another line is one of this, people/link.h */
    KINDS
};

const char *kind_name(enum kind kind);
enum kind kind_find(const char *name); /* KINDS when there is no such kind */
/* Where a kind belongs, and its usual salience: facts of a profile weigh more than preferences, those more
 * than summaries, and those more than single turns. */
enum sector kind_sector(enum kind kind);
double kind_salience(enum kind kind); /* 0 to 1 */
/* Whether memory_search() finds memories of the kind: not evidence, requests about data, and what an operator
 * did. */
bool kind_is_searched(enum kind kind);

/* One memory. In what is handed in, all text is borrowed; in what comes back, all of it is owned by the list.
 */
struct memory {
    const char *id;           /* the store's name for it; NULL in what is handed in */
    const char *caller;       /* normalised, see people/caller.h */
    const char *agent;        /* agent_id, "" when unknown */
    const char *conversation; /* conversation_id */
    const char *language;     /* ISO 639-1 of the call, "" when unknown */
    enum kind kind;
    enum sector sector;
    int position;         /* which of its kind in this conversation; for a turn its index in the transcript */
    const char *speaker;  /* "user", "agent" or "" */
    const char *content;  /* what a person, or an LLM, reads */
    double salience;      /* 0 to 1 */
    double decay_lambda;  /* a day; 0 keeps for ever */
    const char *tags;     /* words separated by commas, or "" */
    const char *metadata; /* a JSON object, "{}" when there is nothing more */
    int64_t created_at;   /* Unix seconds of when it was said */
    int64_t updated_at;   /* Unix seconds of when it was written; in what is handed in 0: now */
    double score;         /* of memory_search(): 0 to 1, else 0 */
};

/* Memories that came out of a store; freed as one. */
struct memory_list {
    struct memory *items;
    size_t count;
    void *arena; /* owns every string */
    bool vague;  /* of memory_search(): the query asks for nothing in particular */
};
void memory_list_free(struct memory_list *list);

/* A memory whose metadata has this member is kept and found by no search: an operator said so. */
#define MEMORY_HIDDEN "hidden"
bool memory_is_hidden(const char *metadata); /* as cJSON prints it, unformatted */

/* What operators say of a caller stands in conversations of its own, whose names begin so and end in what
 * makes them unique. They are no calls. */
#define MEMORY_OPERATOR "operator-"
bool memory_is_call(const char *conversation);

struct memory_store; /* a handle */

void memory_close(struct memory_store *store);             /* NULL is taken */
const char *memory_mode(const struct memory_store *store); /* "local", "remote", "postgres" */
/* Whether the store can be read and written now. */
int memory_check(struct memory_store *store, struct error *error);

/*
 * Several changes that become durable together; reads of this handle see them before. Without begin each
 * change is a transaction of its own. Local mode: between begin and commit no other process changes the
 * memory, and what was changed is durable (synced) when commit returns. Remote mode: when commit returns the
 * server has shown that it has it; where another front end changed the same caller meanwhile, commit fails
 * with ERROR_MEMORY_UNAVAILABLE, and the same done again succeeds.
 */
int memory_begin(struct memory_store *store, struct error *error);
int memory_commit(struct memory_store *store, struct error *error);
void memory_rollback(struct memory_store *store);

/* Brings a memory that an older version made up to date, however long that takes. Until somebody has done it,
 * here, by beginning to write, or with a handle that `upgrades`, reads fail with ERROR_MEMORY_UNAVAILABLE.
 * Remote mode: there is nothing to do. */
int memory_upgrade(struct memory_store *store, struct error *error);

/* Makes what searches of this caller would have to make on their way each time: indexes of calls, where an
 * older version made them or they are gone. Of many a part; the rest the next time. In the transaction that
 * is open, or in one of its own. Remote mode: there is nothing to do. */
int memory_refresh(struct memory_store *store, const char *caller, struct error *error);

/* Adds or, where caller, conversation, kind and position are those of one that is there, replaces. All items
 * are of one caller and one conversation. `added` (may be NULL): how many were new. */
int memory_add(struct memory_store *store, const struct memory *items, size_t count, size_t *added,
               struct error *error);
/* Changes content, sector, salience, decay_lambda, tags and metadata of the caller's memory `id`.
 * ERROR_NOT_FOUND when the caller has none of that id. */
int memory_update(struct memory_store *store, const char *caller, const char *id, const struct memory *change,
                  struct error *error);
/* Until memory_read_end() all reads of this caller see one moment, and a file is locked once for all of them.
 * Nothing may be written in between. May be nested, also within memory_begin(). On a server each read sees
 * what was written before it. Not to be ended after a failure. */
int memory_read_begin(struct memory_store *store, const char *caller, struct error *error);
void memory_read_end(struct memory_store *store);

/* One memory by id, of the caller or shared by them; ERROR_NOT_FOUND. The list has one item. */
int memory_get(struct memory_store *store, const char *caller, const char *id, struct memory_list *found,
               struct error *error);
/* Several by their ids, in the order of these; those that are not there are left out. */
int memory_get_all(struct memory_store *store, const char *caller, const char *const *ids, size_t count,
                   struct memory_list *found, struct error *error);
int memory_delete(struct memory_store *store, const char *caller, const char *id, struct error *error);
/* Deletes several memories, all of one caller and one conversation, as they came out of the store; one that
 * is gone already is no error. ERROR_INVALID_REQUEST in remote mode. */
int memory_delete_some(struct memory_store *store, const struct memory *items, size_t count,
                       struct error *error);

/* What to list or search. Zero-initialise; what is zero or NULL does not restrict. */
struct memory_filter {
    const char *caller; /* must be there */
    const char *agent;  /* only memories of calls with this agent */
    const char *conversation;
    unsigned kinds;   /* bit set of 1 << KIND_…; 0: all */
    unsigned hide;    /* bit set of 1 << KIND_…: kinds that are not found, nor the turns that they rest on
                       * (search) */
    unsigned sectors; /* bit set of 1 << SECTOR_…; 0: all */
    int64_t since, until; /* created_at, both inclusive; 0: open */
    double min_salience;  /* after decay: salience · e^(−λ·days) */
    size_t limit;         /* 0: all (list), 10 (search) */
    bool line;            /* list: with what the caller shares, see memory_share() */
    const char *words;    /* search: words that the answer may have and the question has not; they help what
                           * the question finds and find nothing themselves */
};

/* Whether it restricts nothing but caller, agent and how many. */
bool memory_filter_is_open(const struct memory_filter *filter);

/* All that fits, oldest call first, in the order of the conversation. */
int memory_list(struct memory_store *store, const struct memory_filter *filter, struct memory_list *found,
                struct error *error);
/* How the results of a search write who spoke: before each turn of several, before one alone only where it is
 * the agent's. */
#define MEMORY_AGENT  "Agent: "
#define MEMORY_CALLER "Caller: "

/* The memories that answer `query` best, best first, no two of which say the same; see docs/search.md. Their
 * tags, metadata and updated_at are left empty; salience and decay_lambda may be rounded to a float. */
int memory_search(struct memory_store *store, const struct memory_filter *filter, const char *query,
                  struct memory_list *found, struct error *error);

/* A caller's profile, made when a call ends so that a ringing phone is answered without further work. UTF-8;
 * the members of an object are written without its braces. `answer` and `heading` are "" where they are not
 * ready, and the reader makes them from the document: in remote mode always, since others can write to the
 * server, and in a database of version 1 whose document was not as expected. */
struct memory_profile {
    const char *answer;   /* JSON members: the dynamic variables of the caller */
    const char *heading;  /* JSON members: what a search says of the caller */
    const char *language; /* ISO 639-1, "" when unknown */
    /* A JSON object for those who read values. In what is handed in NULL: the answer as an object, which is
     * not stored twice; in what comes back NULL: there is no profile. */
    const char *document;
    /* What a search says of the caller whatever its question (people/ready.h); not read with the rest, see
     * memory_ready(). In what is handed in NULL is "". */
    const char *ready;
    /* The caller's own user_id at ElevenLabs, see memory_set_user(); "" in remote mode. Not used in what is
     * handed in. */
    const char *user;
    char *owned; /* holds the texts of a profile that was read; NULL in what is handed in */
};
void memory_profile_free(struct memory_profile *profile);

/* The profile of a scope ("" for all agents together, else an agent_id), read in one indexed step; without
 * one all members are NULL. Freed by memory_profile_free(), which is not needed after a failure. */
int memory_profile(struct memory_store *store, const char *caller, const char *scope,
                   struct memory_profile *profile, struct error *error);
/* The `ready` of a profile, to be freed; NULL where there is none, or no profile, and always in remote mode.
 */
int memory_ready(struct memory_store *store, const char *caller, const char *scope, char **ready,
                 struct error *error);
/* Replaces it; NULL: the scope has no profile from now on. In remote mode `answer`, `heading` and `ready` are
 * not stored. */
int memory_set_profile(struct memory_store *store, const char *caller, const char *scope,
                       const struct memory_profile *profile, struct error *error);

/* Notes the user_id that ElevenLabs knows a caller by, "" for none; the caller has memories. In remote mode
 * nothing is done. */
int memory_set_user(struct memory_store *store, const char *caller, const char *user, struct error *error);
/* The caller who has that user_id, to be freed; NULL where nobody has, or more than one: then it is nobody's.
 * In remote mode always NULL. */
int memory_find_user(struct memory_store *store, const char *user, char **caller, struct error *error);

/* A conversation by its caller and its name. */
struct memory_place {
    const char *caller, *conversation;
};
/* Whether memory_share() can be done here: not in remote mode. */
bool memory_can_share(const struct memory_store *store);
/* Says which conversations of others a caller shares from now on, in place of those before: a search of the
 * caller finds them too, and so does a list with `line`. What is not there is left out. A conversation that
 * is forgotten is shared no more. */
int memory_share(struct memory_store *store, const char *caller, const struct memory_place *places,
                 size_t count, struct error *error);

/* A search in the middle of a call: memory_search() and memory_profile() of the same caller and moment. */
int memory_recall(struct memory_store *store, const struct memory_filter *filter, const char *query,
                  const char *scope, struct memory_list *found, struct memory_profile *profile,
                  struct error *error);

/* The conversations of a caller, oldest first: conversation, agent, language and created_at of each (start of
 * the call) are filled. */
int memory_conversations(struct memory_store *store, const char *caller, struct memory_list *found,
                         struct error *error);
/* Forgets one conversation of a caller with all its memories, and the caller with the last of them.
 * ERROR_NOT_FOUND. */
int memory_forget_conversation(struct memory_store *store, const char *caller, const char *conversation,
                               struct error *error);
/* A caller as lists of callers show one. It is kept beside the memories, so that a list reads none of them.
 */
struct memory_caller {
    const char *caller;
    const char *name;   /* how the one person of the line is called, "" where it is not known or not one */
    const char *people; /* who is known on the line: "Maria Lopez; Carlos Lopez" */
    int64_t last_call;  /* Unix seconds when the last call began, also one that did not come about; 0: none */
    int64_t calls;      /* of which conversations were had */
};
struct memory_callers {
    struct memory_caller *items;
    size_t count;
    void *arena; /* owns every string */
};
void memory_callers_free(struct memory_callers *callers);

/* Which callers to list. What is zero or NULL does not restrict. */
struct memory_callers_filter {
    const char *text;   /* a part of the name of somebody on the line, in any case and without accents, or of
                         * the caller's number */
    int64_t since;      /* whose last call began then or later */
    size_t skip, limit; /* of those that fit, so many are left out, and at most so many listed; 0: all */
};
/* The callers, the last call first. On a server that means to look at every record. */
int memory_callers(struct memory_store *store, const struct memory_callers_filter *filter,
                   struct memory_callers *found, struct error *error);
/* Notes what lists are to say of a caller who has memories. On a server it follows from what is there
 * already, and nothing is done. */
int memory_set_caller(struct memory_store *store, const struct memory_caller *caller, struct error *error);
/* A day of calls. */
struct memory_day {
    int64_t calls;   /* that began on it, also those that did not come about */
    int64_t known;   /* of these by callers who had called before */
    int64_t callers; /* how many called */
};
/* Fills `count` days, of which the first begins at `first` (Unix seconds). On a server that means to look at
 * every record. */
int memory_days(struct memory_store *store, int64_t first, struct memory_day *days, size_t count,
                struct error *error);
/* The conversations of that name, of any caller, nearly always one or none: caller, conversation, agent and
 * created_at of each are filled. On a server that means to look at every record. */
int memory_find_conversation(struct memory_store *store, const char *conversation, struct memory_list *found,
                             struct error *error);
/* The memory of an id, of any caller, alone in the list. ERROR_NOT_FOUND. On a server as
 * memory_find_conversation(). */
int memory_find(struct memory_store *store, const char *id, struct memory_list *found, struct error *error);

/* The conversations, of any caller, that began before `before`, oldest first, at most `limit`: caller,
 * conversation, agent and created_at of each are filled. What retention forgets. */
int memory_older(struct memory_store *store, int64_t before, size_t limit, struct memory_list *found,
                 struct error *error);
/* A walk over the conversations that began before a time, oldest first, a page at a time: it costs no more
 * than a page at once, however few of them have what is looked for. Zero-initialise, or begin after
 * `started_at`. */
struct memory_walk {
    int64_t started_at, row; /* of the last one that was looked at */
    bool done;
};
/* Whether memory_walk_older() can be done here: not in remote mode. */
bool memory_can_walk(const struct memory_store *store);
/* Those of the next `limit` conversations that have memories of these kinds (a bit set of 1 << KIND_…), as
 * memory_older() gives them; there may be none of them on a page while the walk is not done. */
int memory_walk_older(struct memory_store *store, int64_t before, unsigned kinds, size_t limit,
                      struct memory_walk *walk, struct memory_list *found, struct error *error);
/* What callers asked about their data (KIND_PRIVACY), of all callers, oldest first, at most `limit`. On a
 * server that means to look at every record. */
int memory_requests(struct memory_store *store, size_t limit, struct memory_list *found, struct error *error);
/* What operators said is so until a day (a member "until" in the metadata), of all callers, sorted by
 * conversation, of which it comes after `after` ("": all), at most `limit`; also what is past. On a server
 * nothing is found. */
int memory_dated_remarks(struct memory_store *store, const char *after, size_t limit,
                         struct memory_list *found, struct error *error);
/* Callers, sorted, who come after `after` ("": all) and have a summary that says in its metadata
 * ("understood") that its call was understood by a version below `version`, or does not say it: at most
 * `limit`; only `caller` of each is filled. What an upgrade looks for; on a server as memory_requests(). */
int memory_outdated(struct memory_store *store, int version, const char *after, size_t limit,
                    struct memory_list *found, struct error *error);
/* Forgets a caller: memories, conversations, profiles; nothing of it stays in the files. `count` (may be
 * NULL): how many memories went. An unknown caller is no error. */
int memory_forget(struct memory_store *store, const char *caller, size_t *count, struct error *error);
/* The memory remembers by a hash which calls were erased: each front end has a ledger of its own, by which it
 * would accept them again. Sealed before the caller is erased, and asked in the transaction that would
 * remember the call, no front end brings it back. In remote mode nothing is done, and nothing sealed. */
int memory_seal(struct memory_store *store, const char *caller, const char *conversation,
                struct error *error);
int memory_is_sealed(struct memory_store *store, const char *caller, const char *conversation, bool *sealed,
                     struct error *error);
/* The key that a sealed conversation is known by: SHA-256 of its name, in hexadecimal. False when out of
 * memory. */
#define MEMORY_SEAL_SIZE 65
bool memory_seal_key(const char *conversation, char key[MEMORY_SEAL_SIZE]);
/* The keys of what is sealed that come after `after` ("": all), sorted, at most `limit`: `conversation` of
 * each is the key. memory_add_seals() brings them into another memory. */
int memory_seals(struct memory_store *store, const char *after, size_t limit, struct memory_list *found,
                 struct error *error);
int memory_add_seals(struct memory_store *store, const struct memory_list *seals, struct error *error);
/* How much there is. Any pointer may be NULL. */
int memory_count(struct memory_store *store, int64_t *callers, int64_t *memories, struct error *error);

/* What a memory's salience has become after `age` seconds: salience · e^(−λ·days). */
double memory_decayed(double salience, double decay_lambda, int64_t age);

#endif
