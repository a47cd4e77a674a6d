#include "memory/openmemory/api.h"

#include "base/http.h"
#include "base/json.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

#define ATTEMPTS   10  /* at salting a text until the server keeps it apart */
#define LIST_MOST  50  /* openmemory_list gives no more */
#define QUERY_MOST 32  /* openmemory_query neither */
#define PAGE       100 /* records of a page when all are listed */
#define PROBE      "callmem:probe"
#define NOWHERE    "00000000-0000-0000-0000-000000000000"

static int unknown_kind(struct om_link *link, struct error *error, const char *what)
{
    om_set_kind(link, OM_UNKNOWN);
    return error_set(error, ERROR_MEMORY_UNAVAILABLE,
                     "unknown kind of OpenMemory server: %s; see docs/openmemory.md", what);
}

/* The name under which a server keeps a caller's records apart. */
static void add_space(struct buf *b, const char *caller, enum om_space space)
{
    buf_printf(b, "%s%s", space == OM_SPACE_STATE ? OM_STATE_SPACE : "", caller);
}

/* A member that has to be text, owned by `object`; the result says whether it is there. */
static bool add_space_member(cJSON *object, const char *name, const char *caller, enum om_space space)
{
    struct buf text = BUF_INIT;
    add_space(&text, caller, space);
    bool good = buf_text(&text) && cJSON_AddStringToObject(object, name, buf_text(&text));
    buf_free(&text);
    return good;
}

/* --- Which kind --- */

/* Asks for the memories of a user who has none: a tenant server refuses, a user server has none. */
static int probe(struct om_link *link, struct error *error)
{
    struct om_reply reply;
    const cJSON *items, *item;
    if (om_ask(link, "probe", "GET", "/memory/all?l=1&u=0&user_id=callmem%3Aprobe", NULL, &reply, error) != 0)
        return -1;
    if (reply.mismatch) {
        om_set_kind(link, OM_TENANT);
        return 0;
    }
    items = json_array(reply.json, "items");
    bool honoured = items != NULL;
    cJSON_ArrayForEach(item, items)
    {
        const char *user = json_text(item, "user_id");
        honoured = honoured && user && strcmp(user, PROBE) == 0;
    }
    cJSON_Delete(reply.json);
    if (!honoured)
        return unknown_kind(link, error,
                            items ? "it takes a user_id and lists memories of others"
                                  : "it neither lists the memories of a user_id nor refuses to");
    om_set_kind(link, OM_USER);
    return 0;
}

static int find_kind(struct om_link *link, enum om_kind *kind, struct error *error)
{
    *kind = om_known_kind(link);
    if (*kind == OM_UNKNOWN && probe(link, error) != 0)
        return -1;
    *kind = om_known_kind(link);
    return 0;
}

/* The server was replaced by one of the other kind since it was asked first. */
static int changed(struct om_link *link, struct error *error)
{
    om_set_kind(link, OM_UNKNOWN);
    return error_set(error, ERROR_MEMORY_UNAVAILABLE, "OpenMemory changed its API version; probing again");
}

/* --- MCP --- */

/* Text of a tool's answer that is a JSON object: the last one that is. */
static cJSON *read_payload(const cJSON *result)
{
    const cJSON *content = json_array(result, "content"), *each;
    cJSON *payload = NULL;
    cJSON_ArrayForEach(each, content)
    {
        const char *text = json_text(each, "text");
        cJSON *json = text && *text == '{' ? json_parse(text, strlen(text), NULL) : NULL;
        if (json) {
            cJSON_Delete(payload);
            payload = json;
        }
    }
    return payload;
}

/* What a tool said in words, or why it could not be called. */
static const char *words_of(const cJSON *answer)
{
    const cJSON *content = json_array(json_object(answer, "result"), "content");
    const char *text = json_text(json_object(answer, "error"), "message");
    if (!text)
        text = json_text(cJSON_GetArrayItem(content, 0), "text");
    return text ? text : "";
}

static cJSON *tool_call(const char *tool, cJSON *arguments)
{
    cJSON *call = cJSON_CreateObject();
    cJSON_AddStringToObject(call, "jsonrpc", "2.0");
    cJSON_AddNumberToObject(call, "id", 1);
    cJSON_AddStringToObject(call, "method", "tools/call");
    cJSON *params = cJSON_AddObjectToObject(call, "params");
    cJSON_AddStringToObject(params, "name", tool);
    if (arguments && cJSON_AddItemToObject(params, "arguments", arguments))
        return call;
    cJSON_Delete(arguments);
    cJSON_Delete(call);
    return NULL;
}

/* What a tool answered. 0 with its payload, or with NULL where the server has no such tool. */
static int read_outcome(const char *tool, const struct om_reply *reply, cJSON **payload, bool *busy,
                        struct error *error)
{
    const cJSON *outcome = json_object(reply->json, "result");
    const char *text = words_of(reply->json);
    bool failed = json_bool(outcome, "isError", false) || json_get(reply->json, "error");
    *busy = failed && om_is_busy(text);
    if (reply->status == 413)
        return error_set(error, ERROR_MEMORY_UNAVAILABLE,
                         "a record is larger than the OpenMemory server takes (OM_MAX_PAYLOAD_SIZE)");
    if (reply->status == 404 || (failed && strstr(text, "not found")))
        return 0; /* it has no such tool */
    if (reply->status != 200 || failed || !outcome)
        return error_set(error, ERROR_MEMORY_UNAVAILABLE,
                         "the OpenMemory server answered %s with an error (%d)", tool, reply->status);
    *payload = read_payload(outcome);
    return *payload ? 0
                    : error_set(error, ERROR_MEMORY_UNAVAILABLE,
                                "the OpenMemory server answered %s with invalid JSON", tool);
}

/* Calls a tool; takes over `arguments`. As read_outcome(). */
static int use_tool(struct om_link *link, const char *tool, cJSON *arguments, cJSON **payload,
                    struct error *error)
{
    cJSON *call = tool_call(tool, arguments);
    bool busy = false;
    int result = -1;
    *payload = NULL;
    if (!call)
        return error_no_memory(error);
    for (int tries = 0; tries == 0 || (busy && tries < OM_BUSY_TRIES && om_retry_pause(link)); tries++) {
        struct om_reply reply;
        result = om_ask(link, tool, "POST", "/mcp", call, &reply, error);
        if (result != 0)
            break;
        result = read_outcome(tool, &reply, payload, &busy, error);
        cJSON_Delete(reply.json);
    }
    cJSON_Delete(call);
    return result;
}

/* --- Reading --- */

static void drop(struct om_items *items, size_t at)
{
    memmove(&items->items[at], &items->items[at + 1], (items->count - at - 1) * sizeof *items->items);
    items->count--;
}

/* Keeps what is the caller's and of the space asked for. A server whose filters work has nothing to be
 * dropped but, under a project, what belongs to no project. */
static int keep_own(struct om_items *items, const char *caller, enum om_space space, struct error *error)
{
    enum om_type wanted = space == OM_SPACE_STATE ? OM_STATE : OM_CALL;
    size_t foreign = 0;
    for (size_t i = 0; i < items->count;) {
        const struct om_item *item = &items->items[i];
        bool own = strcmp(item->caller, caller) == 0;
        if (own && item->type == OM_NEWER)
            return error_set(error, ERROR_MEMORY_UNAVAILABLE,
                             "the memories on the OpenMemory server were written by a newer callmem");
        if (own && item->type == wanted) {
            i++;
            continue;
        }
        foreign += !own;
        drop(items, i);
    }
    if (foreign) {
        struct log_line line;
        log_begin(&line, LOG_WARN, "the OpenMemory server returned memories of other callers; dropped");
        log_caller(&line, caller);
        log_int(&line, "dropped", (int64_t)foreign);
        log_end(&line);
    }
    return 0;
}

static int take_items(struct om_items *items, cJSON *whole, struct error *error)
{
    return om_items_add(items, whole, json_array(whole, "items")) == 0 ? 0 : error_no_memory(error);
}

static int list_user(struct om_link *link, const char *caller, enum om_space space, size_t skip, size_t limit,
                     struct om_items *items, struct error *error)
{
    struct buf path = BUF_INIT, user = BUF_INIT;
    struct om_reply reply = {0};
    add_space(&user, caller, space);
    buf_printf(&path, "/memory/all?l=%zu&u=%zu&user_id=", limit, skip);
    if (buf_text(&user))
        http_add_escaped(&path, buf_text(&user));
    int result = buf_text(&path) && buf_text(&user)
                     ? om_ask(link, "list", "GET", buf_text(&path), NULL, &reply, error)
                     : error_no_memory(error);
    buf_free(&path);
    buf_free(&user);
    if (result != 0)
        return -1;
    if (reply.mismatch)
        return changed(link, error);
    if (!json_array(reply.json, "items")) {
        cJSON_Delete(reply.json);
        return unknown_kind(link, error, "it does not list memories");
    }
    return take_items(items, reply.json, error);
}

/* Where a server has no list, or too much of no project stands before what is asked for: what is most like
 * the words that a state has. */
static int query_tenant(struct om_link *link, const char *caller, enum om_space space, struct om_items *items,
                        struct error *error)
{
    cJSON *arguments = cJSON_CreateObject(), *payload;
    struct buf words = BUF_INIT;
    if (space == OM_SPACE_STATE)
        buf_puts(&words, OM_STATE_WORDS);
    om_add_salt(&words, caller, 0);
    /* The same question is answered as it was for a minute, whatever was stored meanwhile. */
    buf_printf(&words, " %u", (unsigned)arc4random());
    bool good = buf_text(&words) && cJSON_AddStringToObject(arguments, "query", buf_text(&words)) &&
                cJSON_AddNumberToObject(arguments, "k", QUERY_MOST) &&
                add_space_member(arguments, "project_id", caller, space);
    buf_free(&words);
    if (!good) {
        cJSON_Delete(arguments);
        return error_no_memory(error);
    }
    if (use_tool(link, "openmemory_query", arguments, &payload, error) != 0)
        return -1;
    if (!payload)
        return changed(link, error);
    int result = 0;
    const cJSON *match;
    cJSON_ArrayForEach(match, json_array(payload, "contextual"))
    {
        const char *id = json_text(match, "id"), *content = json_text(match, "content");
        bool like = space != OM_SPACE_STATE || (content && strstr(content, OM_STATE_WORDS) == content);
        if (result == 0 && id && like)
            result = om_get(link, caller, id, items, error);
    }
    cJSON_Delete(payload);
    return result;
}

static int list_tenant(struct om_link *link, const char *caller, enum om_space space, size_t limit,
                       struct om_items *items, struct error *error)
{
    if (om_lacks_list(link))
        return query_tenant(link, caller, space, items, error);
    cJSON *arguments = cJSON_CreateObject(), *payload;
    if (limit > LIST_MOST)
        limit = LIST_MOST;
    if (!cJSON_AddNumberToObject(arguments, "limit", (double)limit) ||
        !add_space_member(arguments, "project_id", caller, space)) {
        cJSON_Delete(arguments);
        return error_no_memory(error);
    }
    if (use_tool(link, "openmemory_list", arguments, &payload, error) != 0)
        return -1;
    if (payload)
        return take_items(items, payload, error);
    om_note_no_list(link);
    return query_tenant(link, caller, space, items, error);
}

static int find_once(struct om_link *link, const char *caller, enum om_space space, size_t skip, size_t limit,
                     struct om_items *items, struct error *error)
{
    enum om_kind kind;
    if (find_kind(link, &kind, error) != 0)
        return -1;
    if (kind == OM_USER)
        return list_user(link, caller, space, skip, limit, items, error);
    if (skip)
        return 0;
    /* What belongs to no project stands in between: a state is looked for among as many as there can be. */
    size_t most = space == OM_SPACE_STATE ? LIST_MOST : limit;
    if (list_tenant(link, caller, space, most, items, error) != 0)
        return -1;
    return items->count == 0 && items->all >= most ? query_tenant(link, caller, space, items, error) : 0;
}

int om_find(struct om_link *link, const char *caller, enum om_space space, size_t skip, size_t limit,
            struct om_items *items, struct error *error)
{
    *items = (struct om_items){0};
    int result = find_once(link, caller, space, skip, limit, items, error);
    /* The server has become one of another kind: once more. */
    if (result != 0 && om_known_kind(link) == OM_UNKNOWN) {
        om_items_free(items);
        result = find_once(link, caller, space, skip, limit, items, error);
    }
    if (result == 0)
        result = keep_own(items, caller, space, error);
    if (result != 0)
        om_items_free(items);
    return result;
}

/* Asks for one record, whosever it is. */
static int get_any(struct om_link *link, const char *id, struct om_items *items, struct error *error)
{
    struct buf path = BUF_INIT;
    struct om_reply reply = {0};
    buf_puts(&path, "/memory/");
    http_add_escaped(&path, id);
    int result = buf_text(&path) ? om_ask(link, "get", "GET", buf_text(&path), NULL, &reply, error)
                                 : error_no_memory(error);
    buf_free(&path);
    if (result != 0 || !reply.json)
        return result;
    cJSON *array = cJSON_CreateArray();
    if (!array || !cJSON_AddItemToArray(array, reply.json)) {
        cJSON_Delete(reply.json);
        cJSON_Delete(array);
        return error_no_memory(error);
    }
    return om_items_add(items, array, array) == 0 ? 0 : error_no_memory(error);
}

int om_get(struct om_link *link, const char *caller, const char *id, struct om_items *items,
           struct error *error)
{
    size_t before = items->count;
    if (get_any(link, id, items, error) != 0)
        return -1;
    for (size_t i = before; i < items->count;)
        if (strcmp(items->items[i].caller, caller) != 0 || strcmp(items->items[i].id, id) != 0)
            drop(items, i);
        else if (items->items[i].type == OM_NEWER)
            return error_set(error, ERROR_MEMORY_UNAVAILABLE,
                             "the memories on the OpenMemory server were written by a newer callmem");
        else
            i++;
    return 0;
}

/* --- Writing --- */

static cJSON *arguments_of_add(enum om_kind kind, const char *caller, enum om_space space,
                               const char *content, const cJSON *metadata)
{
    cJSON *body = cJSON_CreateObject();
    cJSON *copy = cJSON_Duplicate(metadata, true);
    cJSON *tag = cJSON_CreateString("callmem");
    bool good = cJSON_AddStringToObject(body, "content", content) && tag &&
                cJSON_AddItemToArray(cJSON_AddArrayToObject(body, "tags"), tag);
    if (!good)
        cJSON_Delete(tag);
    if (good && add_space_member(body, kind == OM_USER ? "user_id" : "project_id", caller, space) && copy &&
        cJSON_AddItemToObject(body, "metadata", copy))
        return body;
    cJSON_Delete(copy);
    cJSON_Delete(body);
    return NULL;
}

static int add_user(struct om_link *link, const cJSON *body, cJSON **payload, struct error *error)
{
    struct om_reply reply;
    if (om_ask(link, "add", "POST", "/memory/add", body, &reply, error) != 0)
        return -1;
    if (reply.mismatch)
        return changed(link, error);
    if (reply.status == 413)
        return error_set(error, ERROR_MEMORY_UNAVAILABLE,
                         "a record is larger than the OpenMemory server takes (OM_MAX_PAYLOAD_SIZE)");
    if (!reply.json && !reply.duplicate)
        return unknown_kind(link, error, "it does not take memories");
    *payload = reply.json;
    return 0;
}

static int add_tenant(struct om_link *link, cJSON *body, cJSON **payload, struct error *error)
{
    if (use_tool(link, "openmemory_store_project", body, payload, error) != 0)
        return -1;
    return *payload ? 0 : changed(link, error);
}

/* Adds, and copies the id that the server answers with: of the new memory or of the one it takes for the
 * same; "" when it does not say of which. */
static int add_once(struct om_link *link, const char *caller, enum om_space space, const char *content,
                    const cJSON *metadata, char id[OM_ID_SIZE], struct error *error)
{
    enum om_kind kind;
    cJSON *payload = NULL;
    if (find_kind(link, &kind, error) != 0)
        return -1;
    cJSON *body = arguments_of_add(kind, caller, space, content, metadata);
    if (!body)
        return error_no_memory(error);
    int result;
    if (kind == OM_USER) {
        result = add_user(link, body, &payload, error);
        cJSON_Delete(body);
    } else {
        result = add_tenant(link, body, &payload, error);
    }
    *id = '\0';
    if (result != 0 || !payload)
        return result;
    const char *given = json_text(kind == OM_USER ? payload : json_object(payload, "hsg"), "id");
    size_t len = given ? strlen(given) : 0;
    if (len == 0 || len >= OM_ID_SIZE)
        result = unknown_kind(link, error, "it takes a memory and gives no id");
    else
        memcpy(id, given, len + 1);
    cJSON_Delete(payload);
    return result;
}

/* Whether the id that a server answered with has what was to be stored, where it was to be stored. */
static int is_stored(struct om_link *link, const char *caller, enum om_space space, const char *id,
                     om_same *same, void *ctx, bool *stored, struct error *error)
{
    struct om_items items = {0};
    struct buf user = BUF_INIT;
    int result = get_any(link, id, &items, error);
    const struct om_item *item = items.count == 1 ? &items.items[0] : NULL;
    add_space(&user, caller, space);
    *stored = result == 0 && item && strcmp(item->caller, caller) == 0 && same(ctx, item) &&
              (om_known_kind(link) != OM_USER || !*item->user || !buf_text(&user) ||
               strcmp(item->user, buf_text(&user)) == 0);
    buf_free(&user);
    om_items_free(&items);
    return result;
}

int om_add(struct om_link *link, const char *caller, enum om_space space, const char *content,
           const char *seed, const cJSON *metadata, om_same *same, void *ctx, char id[OM_ID_SIZE],
           struct error *error)
{
    bool stored = false;
    for (unsigned attempt = 0; attempt < ATTEMPTS && !stored; attempt++) {
        struct buf salted = BUF_INIT;
        buf_puts(&salted, content);
        om_add_salt(&salted, seed, attempt);
        int result = buf_text(&salted) ? om_write_lock(link, error) : error_no_memory(error);
        if (result == 0) {
            result = add_once(link, caller, space, buf_text(&salted), metadata, id, error);
            om_write_unlock(link);
        }
        buf_free(&salted);
        if (result != 0 || (*id && is_stored(link, caller, space, id, same, ctx, &stored, error) != 0))
            return -1;
        if (!stored)
            log_say(LOG_INFO, "OpenMemory rejected the record as a duplicate; retrying with a salt");
    }
    if (stored)
        return 0;
    return error_set(error, ERROR_MEMORY_UNAVAILABLE,
                     "OpenMemory rejects every record as a duplicate, or does not keep metadata and "
                     "user_id as they are");
}

static int by_id(struct om_link *link, const char *what, const char *method, const char *id,
                 const cJSON *body, struct om_reply *reply, struct error *error)
{
    struct buf path = BUF_INIT;
    buf_puts(&path, "/memory/");
    http_add_escaped(&path, id);
    int result = buf_text(&path) ? om_ask(link, what, method, buf_text(&path), body, reply, error)
                                 : error_no_memory(error);
    buf_free(&path);
    if (result == 0)
        cJSON_Delete(reply->json);
    return result;
}

int om_change(struct om_link *link, const char *id, const cJSON *metadata, struct error *error)
{
    struct om_reply reply = {0};
    cJSON *body = cJSON_CreateObject();
    if (!body || !cJSON_AddItemReferenceToObject(body, "metadata", (cJSON *)metadata)) {
        cJSON_Delete(body);
        return error_no_memory(error);
    }
    int result = om_write_lock(link, error);
    if (result == 0) {
        result = by_id(link, OM_CHANGE, "PATCH", id, body, &reply, error);
        om_write_unlock(link);
    }
    cJSON_Delete(body);
    if (result == 0 && reply.status == 413)
        return error_set(error, ERROR_MEMORY_UNAVAILABLE,
                         "the caller has more calls than a record of the OpenMemory server can list");
    if (result == 0 && reply.status != 200)
        return error_set(error, ERROR_MEMORY_UNAVAILABLE,
                         "the OpenMemory server rejected a change (%d); the caller was forgotten meanwhile",
                         reply.status);
    return result;
}

int om_remove(struct om_link *link, const char *id, struct error *error)
{
    struct om_reply reply = {0};
    int result = om_write_lock(link, error);
    if (result == 0) {
        result = by_id(link, "remove", "DELETE", id, NULL, &reply, error);
        om_write_unlock(link);
    }
    if (result != 0)
        return -1;
    if (reply.status == 200 || reply.status == 404)
        return 0;
    return error_set(error, ERROR_MEMORY_UNAVAILABLE, "the OpenMemory server did not remove a memory (%d)",
                     reply.status);
}

/* --- All of it --- */

/* One page of everything. A user server can be asked for states alone, by their sector. */
static int read_page(struct om_link *link, bool states, size_t at, struct om_items *items,
                     struct error *error)
{
    struct buf path = BUF_INIT;
    struct om_reply reply = {0};
    buf_printf(&path, "/memory/all?l=%d&u=%zu%s", PAGE, at, states ? "&sector=reflective" : "");
    int result = buf_text(&path) ? om_ask(link, "page", "GET", buf_text(&path), NULL, &reply, error)
                                 : error_no_memory(error);
    buf_free(&path);
    if (result != 0)
        return -1;
    if (!json_array(reply.json, "items")) {
        cJSON_Delete(reply.json);
        return unknown_kind(link, error, "it does not list memories");
    }
    return take_items(items, reply.json, error);
}

int om_walk(struct om_link *link, enum om_type type, om_each *each, void *ctx, struct error *error)
{
    enum om_kind kind;
    size_t seen = PAGE;
    if (find_kind(link, &kind, error) != 0)
        return -1;
    for (size_t at = 0; seen >= PAGE; at += seen) {
        struct om_items items = {0};
        int result = read_page(link, kind == OM_USER && type == OM_STATE, at, &items, error);
        seen = items.all;
        for (size_t i = 0; i < items.count && result == 0; i++)
            if (items.items[i].type == type)
                result = each(ctx, &items.items[i], error);
        om_items_free(&items);
        if (result != 0)
            return -1;
    }
    return 0;
}

void om_forget_summary(struct om_link *link, const char *caller)
{
    struct buf path = BUF_INIT;
    struct om_reply reply = {0};
    if (om_known_kind(link) != OM_USER)
        return;
    for (enum om_space space = OM_SPACE_CALLS; space <= OM_SPACE_STATE; space++) {
        struct buf user = BUF_INIT;
        buf_reset(&path);
        add_space(&user, caller, space);
        buf_puts(&path, "/users/");
        if (buf_text(&user))
            http_add_escaped(&path, buf_text(&user));
        buf_puts(&path, "/summary/regenerate");
        if (buf_text(&path) && om_ask(link, "summary", "POST", buf_text(&path), NULL, &reply, NULL) == 0)
            cJSON_Delete(reply.json);
        buf_free(&user);
    }
    buf_free(&path);
}

int om_check(struct om_link *link, struct error *error)
{
    struct om_reply reply;
    enum om_kind kind;
    link->probing = true;
    if (find_kind(link, &kind, error) != 0 ||
        om_ask(link, "check", "GET", "/memory/" NOWHERE, NULL, &reply, error) != 0)
        return -1;
    cJSON_Delete(reply.json);
    if (reply.status == 404 && reply.explained)
        return 0;
    /* No known server answers like that. */
    om_set_kind(link, OM_UNKNOWN);
    return find_kind(link, &kind, error);
}
