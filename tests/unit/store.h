/*
 * store: a memory in a folder of its own, with a clock that the test sets, and short ways to fill and read
 * it.
 */
#ifndef CALLMEM_TESTS_STORE_H
#define CALLMEM_TESTS_STORE_H

#include "base/buf.h"
#include "memory/open.h"

#include "tests/unit/unit.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANA "+15550600001"
#define BEN "+15550600002"
#define NOW 1772445600 /* 2026-03-02T10:00:00Z, a Monday */
#define DAY 86400

struct place {
    char folder[64], path[96];
    struct memory_options options;
    struct memory_store *store;
    struct error error;
    int64_t now;
};

static struct place *place_now; /* whose clock it is: memory_options.now has no context */

static inline int place_clock(int64_t *when)
{
    *when = place_now->now;
    return 0;
}

static inline void place_open(struct place *place)
{
    place->store = memory_open(&place->options);
    assert_non_null(place->store);
}

static inline void place_close(struct place *place)
{
    memory_close(place->store);
    place->store = NULL;
}

static inline int place_make(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    if (!place)
        return -1;
    snprintf(place->folder, sizeof place->folder, "/tmp/callmem-memory-XXXXXX");
    if (!mkdtemp(place->folder))
        return -1;
    snprintf(place->path, sizeof place->path, "%s/m.sqlite", place->folder);
    place->options = (struct memory_options){
        .path = place->path, .timeout_ms = 60000, .write_timeout_ms = 60000, .now = place_clock};
    place->now = NOW;
    place_now = place;
    place_open(place);
    *state = place;
    return 0;
}

static inline int place_remove(void **state)
{
    struct place *place = *state;
    char command[128];
    place_close(place);
    snprintf(command, sizeof command, "rm -rf %s", place->folder);
    int result = system(command);
    free(place);
    return result;
}

/* What has to work. */
static inline void good(const struct place *place, int result)
{
    if (result != 0)
        fail_msg("%s: %s", error_name(place->error.code), place->error.message);
}

/* What has to fail. */
static inline void fails(struct place *place, enum error_code code, int result)
{
    assert_int_equal(result, -1);
    assert_string_equal(error_name(place->error.code), error_name(code));
    assert_true(strlen(place->error.message) > 10);
    place->error = (struct error){0};
}

/* A turn of the caller's, to be changed before it is added. */
static inline struct memory a_memory(const char *caller, const char *conversation, int position,
                                     const char *content)
{
    return (struct memory){.caller = caller,
                           .agent = "agent_1",
                           .conversation = conversation,
                           .language = "en",
                           .kind = KIND_TURN,
                           .sector = SECTOR_EPISODIC,
                           .position = position,
                           .speaker = "user",
                           .content = content,
                           .salience = 0.4,
                           .tags = "",
                           .metadata = "{}",
                           .created_at = NOW + position};
}

/* A profile that has a document and nothing that is ready. */
#define PROFILE(text) (&(const struct memory_profile){.document = (text)})

/* Whether the document of a profile is this one; NULL: there is no profile. */
static inline void check_document(struct place *place, const char *caller, const char *scope,
                                  const char *want)
{
    struct memory_profile profile;
    good(place, memory_profile(place->store, caller, scope, &profile, &place->error));
    if (want && profile.document)
        assert_string_equal(profile.document, want);
    else
        assert_true(!want && !profile.document);
    memory_profile_free(&profile);
}

static inline void add_one(struct place *place, const struct memory *memory)
{
    good(place, memory_add(place->store, memory, 1, NULL, &place->error));
}

static inline void say(struct place *place, const char *caller, const char *conversation, int position,
                       const char *content)
{
    struct memory memory = a_memory(caller, conversation, position, content);
    add_one(place, &memory);
}

static inline struct memory_list listed(struct place *place, const struct memory_filter *filter)
{
    struct memory_list list;
    good(place, memory_list(place->store, filter, &list, &place->error));
    return list;
}

static inline struct memory_list all_of(struct place *place, const char *caller)
{
    return listed(place, &(struct memory_filter){.caller = caller});
}

/* The contents of a list, one a line. */
static inline void check_contents(struct memory_list list, const char *contents)
{
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < list.count; i++)
        buf_printf(&b, "%s%s", i ? "\n" : "", list.items[i].content);
    memory_list_free(&list);
    assert_string_equal(buf_text(&b), contents);
    buf_free(&b);
}

/* Runs SQL on the database, as an operator with sqlite3 would. */
static inline void by_hand(struct place *place, const char *sql)
{
    sqlite3 *db;
    char *message = NULL;
    assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 60000);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
    sqlite3_close(db);
}

/* Whether the bytes of `marker` stand in any file of the folder. */
static inline bool is_in_files(const struct place *place, const char *marker)
{
    char command[256];
    snprintf(command, sizeof command, "grep -r -a -q -F -e '%s' %s", marker, place->folder);
    int result = system(command);
    assert_true(result == 0 || result == 256);
    return result == 0;
}

#endif
