#include "service/settings.h"

#include "base/text.h"
#include "service/settings_file.h"
#include "service/settings_path.h"
#include "service/settings_value.h"
#include "service/template.h"
#include "service/variables.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOLERANCE_MOST 7200 /* seconds of which production does not warn */

/* CALLMEM_VARIABLE_<NAME>. */
struct own_variable {
    char *name; /* in lower case */
    struct setting_value value;
};

struct settings {
    struct setting_value values[SETTINGS];
    struct own_variable *variables;
    size_t variable_count;
};

/* A NAME=VALUE that is a setting or a variable. */
struct entry {
    char *name, *value;
    enum setting_source source;
    unsigned line; /* in the environment: which of its names */
    enum name_kind kind;
    enum setting id; /* of NAME_VALUE and NAME_FILE */
};

struct load {
    struct settings *settings;
    struct buf *complaints, *warnings;
    enum setting own; /* the secret of the only endpoint that counts; SETTINGS: all count */
    bool failed;
    const char *file; /* name of the settings file, NULL when there is none */
    mode_t file_mode; /* 0: unknown */
    struct entry *entries;
    size_t entry_count, entry_room;
    const struct entry *values[SETTING_SOURCES][SETTINGS], *files[SETTING_SOURCES][SETTINGS];
    /* Of each setting, once taken: */
    const struct entry *from[SETTINGS]; /* NULL: the default */
    mode_t secret_mode[SETTINGS];       /* of the file that NAME_FILE names, 0 when there is none */
    bool wrong[SETTINGS];               /* already reported: no further messages about it */
};

/* The place that a message is about. */
struct place {
    enum setting_source source;
    unsigned line;    /* 0: none */
    const char *name; /* NULL: the source itself */
};

static struct place place_of_entry(const struct entry *entry)
{
    return (struct place){entry->source, entry->line, entry->name};
}

/* Where a setting was or would be set. */
static struct place place_of(const struct load *load, enum setting id)
{
    const struct entry *from = load->from[id];
    if (from)
        return (struct place){from->source, from->line, setting_name(id)};
    return (struct place){load->file ? FROM_FILE : FROM_ENVIRONMENT, 0, setting_name(id)};
}

static void out_of_memory(struct load *load)
{
    load->failed = true;
    load->complaints->failed = true;
}

static void add_place(const struct load *load, struct buf *to, struct place at)
{
    if (at.source == FROM_ENVIRONMENT)
        buf_puts(to, "environment: ");
    else if (at.line)
        buf_printf(to, "%s:%u: ", load->file, at.line);
    else
        buf_printf(to, "%s: ", load->file);
    if (at.name) {
        text_add_line(to, at.name, 80);
        buf_puts(to, ": ");
    }
}

static const struct endpoint {
    enum setting secret, auth;
} endpoints[] = {
    {ELEVENLABS_CLIENT_DATA_SECRET, ELEVENLABS_CLIENT_DATA_AUTH},
    {ELEVENLABS_SEARCH_DATA_SECRET, ELEVENLABS_SEARCH_DATA_AUTH},
    {ELEVENLABS_POST_CALL_SECRET, ELEVENLABS_POST_CALL_AUTH},
};
enum { ENDPOINTS = sizeof endpoints / sizeof *endpoints };

static bool is_named(enum setting secret, const char *name)
{
    size_t len = strlen(setting_name(secret));
    return strncmp(name, setting_name(secret), len) == 0 && (!name[len] || strcmp(name + len, "_FILE") == 0);
}

/* Whether a message is about an endpoint that another program serves. */
static bool is_of_others(const struct load *load, const char *name)
{
    if (load->own == SETTINGS || !name)
        return false;
    for (size_t i = 0; i < ENDPOINTS; i++)
        if (endpoints[i].secret != load->own &&
            (is_named(endpoints[i].secret, name) || strcmp(name, setting_name(endpoints[i].auth)) == 0))
            return true;
    return load->own != CALLMEM_OPERATOR_SECRET && is_named(CALLMEM_OPERATOR_SECRET, name);
}

/* Reports an error; loading fails, unless it concerns other programs alone. */
static void complain(struct load *load, struct place at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void complain(struct load *load, struct place at, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0) {
        out_of_memory(load);
        return;
    }
    bool of_others = is_of_others(load, at.name);
    struct buf *to = of_others ? load->warnings : load->complaints;
    load->failed = load->failed || !of_others;
    add_place(load, to, at);
    buf_printf(to, "%s\n", text);
    free(text);
}

static void warn(struct load *load, enum setting id, const char *what)
{
    add_place(load, load->warnings, place_of(load, id));
    buf_printf(load->warnings, "%s\n", what);
}

static void complain_of_unknown(struct load *load, struct place at)
{
    char nearest[SETTING_NAME_SIZE];
    setting_name_nearest(at.name, nearest);
    complain(load, at, "unknown setting; did you mean %s?", nearest);
}

static void complain_of_name(struct load *load, const struct entry *entry)
{
    struct place at = place_of_entry(entry);
    if (strcmp(entry->name, setting_row_env_file.name) == 0)
        complain(load, at, "can only be set in the environment; remove this line");
    else if (entry->id != SETTINGS)
        complain(load, at, "has no _FILE form; set %s instead", setting_name(entry->id));
    else
        complain_of_unknown(load, at);
}

static bool is_kept(const struct entry *entry)
{
    return entry->kind == NAME_VALUE || entry->kind == NAME_FILE || entry->kind == NAME_VARIABLE;
}

static struct entry *new_entry(struct load *load)
{
    if (load->entry_count == load->entry_room) {
        size_t room = load->entry_room ? 2 * load->entry_room : 64;
        struct entry *entries = reallocarray(load->entries, room, sizeof *entries);
        if (!entries)
            return NULL;
        load->entries = entries;
        load->entry_room = room;
    }
    return &load->entries[load->entry_count++];
}

/* Keeps a NAME=VALUE that is a setting or a variable. Takes ownership of both. False when out of memory. */
static bool add_entry(struct load *load, enum setting_source source, unsigned line, char *name, char *value)
{
    struct entry entry = {.name = name, .value = value, .source = source, .line = line, .id = SETTINGS};
    struct entry *kept = NULL;
    bool good = name && value;
    if (good)
        entry.kind = setting_name_classify(name, source, &entry.id);
    if (good && entry.kind == NAME_WRONG)
        complain_of_name(load, &entry);
    if (good && is_kept(&entry)) {
        kept = new_entry(load);
        good = kept != NULL;
    }
    if (kept) {
        *kept = entry;
        return true;
    }
    free(name);
    settings_wipe(value);
    if (!good)
        out_of_memory(load);
    return good;
}

static bool take_line(void *ctx, unsigned line, const char *name, size_t name_len, const char *value,
                      size_t value_len)
{
    return add_entry(ctx, FROM_FILE, line, text_dup_n(name, name_len), text_dup_n(value, value_len));
}

static void complain_of_line(void *ctx, unsigned line, const char *what)
{
    complain(ctx, (struct place){FROM_FILE, line, NULL}, "%s", what);
}

static void add_file(struct load *load, const struct settings_text *text)
{
    load->file_mode = text->mode;
    settings_file_scan(text, take_line, complain_of_line, load);
}

static void add_environment(struct load *load)
{
    unsigned number = 1;
    for (char **pair = environ; pair && *pair; pair++, number++) {
        const char *equals = strchr(*pair, '=');
        if (equals && !add_entry(load, FROM_ENVIRONMENT, number, text_dup_n(*pair, (size_t)(equals - *pair)),
                                 text_dup(equals + 1)))
            return;
    }
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    if (order == 0)
        order = (int)left->source - (int)right->source;
    return order ? order : (left->line > right->line) - (left->line < right->line);
}

/* The same name again: an error in a file; in the environment the first one counts, as for getenv(). */
static void complain_of_repeat(struct load *load, const struct entry *first, const struct entry *again)
{
    if (again->source == FROM_FILE)
        complain(load, place_of_entry(again), "duplicate; already set on line %u", first->line);
}

/* Sorts the entries by name, source and line, and indexes them by setting. */
static void sort_entries(struct load *load)
{
    if (load->entry_count)
        qsort(load->entries, load->entry_count, sizeof *load->entries, compare_entries);
    for (size_t i = 0; i < load->entry_count; i++) {
        const struct entry *entry = &load->entries[i];
        if (entry->kind == NAME_VARIABLE)
            continue;
        const struct entry **slot = entry->kind == NAME_VALUE ? &load->values[entry->source][entry->id]
                                                              : &load->files[entry->source][entry->id];
        if (*slot)
            complain_of_repeat(load, *slot, entry);
        else
            *slot = entry;
    }
}

/* The entry that gives a setting its value, NULL when none does. */
static const struct entry *choose(struct load *load, enum setting id)
{
    for (enum setting_source source = 0; source < SETTING_SOURCES; source++) {
        const struct entry *value = load->values[source][id], *file = load->files[source][id];
        if (file && *file->value == '\0')
            file = NULL;
        if (file && value && *value->value) {
            complain(load, place_of_entry(file), "conflicts with %s; set only one of the two", value->name);
            load->wrong[id] = true;
        }
        if (file || value)
            return file ? file : value;
    }
    return NULL;
}

/* The value in the file that NAME_FILE names; NULL after a complaint. */
static char *text_of_file(struct load *load, const struct entry *entry, const char *path)
{
    struct settings_text text;
    int error = settings_file_read(path, &text);
    if (error) {
        complain(load, place_of_entry(entry), "%s cannot be read (%s); check the path", path,
                 strerrordesc_np(error));
        return NULL;
    }
    load->secret_mode[entry->id] = text.mode;
    size_t start = text.len >= 3 && memcmp(text.bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0, end = text.len;
    if (end > start && text.bytes[end - 1] == '\n')
        end--;
    if (end > start && text.bytes[end - 1] == '\r')
        end--;
    char *value = NULL;
    if (end == start)
        complain(load, place_of_entry(entry), "%s is empty; write the value into it", path);
    else if (memchr(text.bytes, '\0', text.len))
        complain(load, place_of_entry(entry), "%s contains a NUL byte; use a text file", path);
    else if (!(value = text_dup_n(text.bytes + start, end - start)))
        out_of_memory(load);
    /* In a list, line breaks separate as well. */
    if (value && setting_rows[entry->id].type == TYPE_SECRETS)
        for (char *c = value; (c = strpbrk(c, "\r\n"));)
            *c = ',';
    settings_text_free(&text);
    return value;
}

/* The text of an entry, to be wiped; NULL after a complaint. */
static char *text_of_entry(struct load *load, const struct entry *entry)
{
    struct setting_value path = {0};
    struct buf wrong = BUF_INIT;
    char *text = NULL;
    if (entry->kind == NAME_VALUE) {
        text = text_dup(entry->value);
        if (!text)
            out_of_memory(load);
    } else if (setting_value_take(&setting_row_env_file, entry->value, &path, &wrong)) {
        text = text_of_file(load, entry, path.text);
    } else if (wrong.failed) {
        out_of_memory(load);
    } else {
        complain(load, place_of_entry(entry), "%s", buf_text(&wrong));
    }
    setting_value_free(&path);
    buf_free(&wrong);
    return text;
}

/* The default of a setting, which may depend on settings that come before it; to be wiped. */
static char *make_default(const struct load *load, enum setting id)
{
    const struct setting_row *row = &setting_rows[id];
    const struct setting_value *values = load->settings->values;
    struct buf path = BUF_INIT;
    if (!row->fallback_shown)
        return text_dup(row->fallback);
    if (row->type == TYPE_REAL)
        return text_dup(values[OPENMEMORY_DECAY_LAMBDA].text);
    if (id == CALLMEM_MAX_BODY_MB)
        return text_dup(*values[CALLMEM_AUDIO_DIR].text ? SETTING_AUDIO_MB : SETTING_EVENT_MB);
    buf_puts(&path, values[CALLMEM_STATE_DIR].text);
    buf_puts(&path, strcmp(values[CALLMEM_STATE_DIR].text, "/") == 0 ? "" : "/");
    buf_puts(&path, SETTING_DATABASE);
    return buf_take(&path);
}

static void take_default(struct load *load, enum setting id)
{
    struct buf wrong = BUF_INIT;
    char *text = make_default(load, id);
    if (!text)
        out_of_memory(load);
    else if (!setting_value_take(&setting_rows[id], text, &load->settings->values[id], &wrong)) {
        if (wrong.failed)
            out_of_memory(load);
        else
            complain(load, place_of(load, id), "default value: %s", buf_text(&wrong));
    }
    settings_wipe(text);
    buf_free(&wrong);
}

static void take_setting(struct load *load, enum setting id)
{
    const struct entry *entry = choose(load, id);
    take_default(load, id);
    if (!entry || !load->settings->values[id].text)
        return;
    load->from[id] = entry;
    struct buf wrong = BUF_INIT;
    char *text = text_of_entry(load, entry);
    bool good = text && (*text == '\0' ||
                         setting_value_take(&setting_rows[id], text, &load->settings->values[id], &wrong));
    if (wrong.failed)
        out_of_memory(load);
    else if (text && !good)
        complain(load, place_of(load, id), "%s", buf_text(&wrong));
    load->wrong[id] = load->wrong[id] || !good;
    settings_wipe(text);
    buf_free(&wrong);
}

/* What is wrong with the name after CALLMEM_VARIABLE_, NULL if it is valid. `lower` is the variable's name.
 */
static const char *variable_complaint(const char *name, const char *lower)
{
    if (!isupper((unsigned char)*name) || name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")])
        return "invalid variable name; use A-Z, 0-9 and _, for example " SETTING_VARIABLE "SHOP_NAME";
    if (strncmp(lower, "system__", 8) == 0)
        return "reserved for ElevenLabs; choose a name without system__";
    if (variable_is_ours(lower, strlen(lower)))
        return "reserved: callmem sets this variable itself; choose another name";
    return NULL;
}

static void take_variable(struct load *load, const struct entry *entry)
{
    struct settings *settings = load->settings;
    const char *name = entry->name + strlen(SETTING_VARIABLE);
    struct own_variable variable = {.name = text_dup(name)};
    struct buf wrong = BUF_INIT;
    if (!variable.name) {
        out_of_memory(load);
        return;
    }
    for (char *c = variable.name; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    const char *complaint = variable_complaint(name, variable.name);
    if (!complaint && (strstr(entry->value, "{{") || strstr(entry->value, "}}")))
        complaint = "has {{ or }} in its value, which ElevenLabs would take for a variable; remove them";
    if (complaint) {
        complain(load, place_of_entry(entry), "%s", complaint);
    } else if (setting_value_take(&setting_row_variable, entry->value, &variable.value, &wrong)) {
        settings->variables[settings->variable_count++] = variable;
        return;
    } else if (wrong.failed) {
        out_of_memory(load);
    } else {
        complain(load, place_of_entry(entry), "%s", buf_text(&wrong));
    }
    free(variable.name);
    buf_free(&wrong);
}

static int compare_variables(const void *a, const void *b)
{
    return strcmp(((const struct own_variable *)a)->name, ((const struct own_variable *)b)->name);
}

/* Takes the variables and sorts them by their lower-case names; the environment takes precedence over the
 * file. */
static void take_variables(struct load *load)
{
    const struct entry *before = NULL;
    if (load->entry_count == 0)
        return;
    load->settings->variables = calloc(load->entry_count, sizeof *load->settings->variables);
    if (!load->settings->variables) {
        out_of_memory(load);
        return;
    }
    for (size_t i = 0; i < load->entry_count; i++) {
        const struct entry *entry = &load->entries[i];
        if (entry->kind != NAME_VARIABLE)
            continue;
        if (!before || strcmp(before->name, entry->name) != 0)
            take_variable(load, entry);
        else if (before->source == entry->source)
            complain_of_repeat(load, before, entry);
        before = entry;
    }
    qsort(load->settings->variables, load->settings->variable_count, sizeof *load->settings->variables,
          compare_variables);
}

/* Complains where the secret at this place is weak. */
static void check_strength(struct load *load, enum setting id, size_t at)
{
    const struct setting_value *secret = &load->settings->values[id];
    const char *weakness = setting_secret_weakness(secret->parts[at]);
    if (weakness)
        complain(load, place_of(load, id),
                 "secret %zu of %zu %s, which production does not allow; set a random one of at least 16 "
                 "characters",
                 at + 1, secret->part_count, weakness);
}

static void check_endpoint(struct load *load, const struct endpoint *endpoint, bool production)
{
    const struct setting_value *secret = &load->settings->values[endpoint->secret];
    const struct setting_value *auth = &load->settings->values[endpoint->auth];
    if (load->wrong[endpoint->secret] || load->wrong[endpoint->auth])
        return;
    if (auth->number == AUTH_NONE) {
        if (production)
            complain(
                load, place_of(load, endpoint->auth),
                "none accepts every request, which production does not allow; use hmac, secret or either");
        else
            warn(load, endpoint->auth, "none accepts every request; production does not allow it");
        return;
    }
    if (secret->part_count == 0) {
        if (production)
            complain(
                load, place_of(load, endpoint->secret),
                "is not set, which production does not allow; set a random secret of at least 16 characters");
        else
            warn(load, endpoint->secret,
                 "is not set: every request will be rejected with 401; set the secret shown by ElevenLabs");
    }
    for (size_t i = 0; production && i < secret->part_count; i++)
        check_strength(load, endpoint->secret, i);
}

static void check_operator(struct load *load, bool production)
{
    const struct setting_value *secret = &load->settings->values[CALLMEM_OPERATOR_SECRET];
    for (size_t i = 0; production && !load->wrong[CALLMEM_OPERATOR_SECRET] && i < secret->part_count; i++)
        check_strength(load, CALLMEM_OPERATOR_SECRET, i);
}

/* Whether anybody but owner and group can read a file, or anybody but its owner can write it. */
static bool is_open_to_others(mode_t mode)
{
    return S_ISREG(mode) && mode & 027;
}

static void check_modes(struct load *load)
{
    if (is_open_to_others(load->file_mode))
        complain(
            load, (struct place){FROM_FILE, 0, NULL},
            "has mode %04o, which production does not allow: others can read or change it; run chmod 600",
            (unsigned)load->file_mode & 07777);
    for (enum setting id = 0; id < SETTINGS; id++)
        if (setting_rows[id].flags & SETTING_SECRET && is_open_to_others(load->secret_mode[id]))
            complain(load, place_of_entry(load->from[id]),
                     "%s has mode %04o, which production does not allow: others can read or change it; run "
                     "chmod 600",
                     load->from[id]->value, (unsigned)load->secret_mode[id] & 07777);
}

struct template_check {
    struct load *load;
    enum setting id;
};

/* Warns of an unknown variable: its template would never be used. */
static void check_template_variable(void *ctx, const char *name, size_t len)
{
    static const char kept_secret[] = "secret__";
    const struct template_check *check = ctx;
    const struct settings *settings = check->load->settings;
    struct buf what = BUF_INIT;
    if (variable_is_ours(name, len))
        return;
    if (len > strlen(kept_secret) && memcmp(name, kept_secret, strlen(kept_secret)) == 0)
        complain(check->load, place_of(check->load, check->id),
                 "would tell the LLM {{%.*s}}, which ElevenLabs keeps from it; remove that variable",
                 (int)len, name);
    for (size_t i = 0; i < settings->variable_count; i++)
        if (strlen(settings->variables[i].name) == len && memcmp(settings->variables[i].name, name, len) == 0)
            return;
    buf_printf(&what, "unknown variable {{%.*s}}; the template will never be used", (int)len, name);
    if (buf_text(&what))
        warn(check->load, check->id, buf_text(&what));
    buf_free(&what);
}

static bool is_this_machine(const char *host, size_t len)
{
    if (strncmp(host, "127.", 4) == 0)
        return strspn(host, "0123456789.") >= len;
    return (len == 9 && strncasecmp(host, "localhost", len) == 0) ||
           (len == 5 && strncmp(host, "[::1]", len) == 0);
}

/* Whether nobody on the way can read what goes to a URL: it is https, or on this machine. */
static bool is_private(const char *url)
{
    if (strncasecmp(url, "https://", 8) == 0)
        return true;
    const char *host = url + strlen("http://");
    size_t len = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
    return is_this_machine(host, len);
}

/* The same for a database: TLS is asked for, or each host is this machine or a socket on it. Where the hosts
 * are parameters of the URL it has to ask. */
static bool is_private_database(const char *url)
{
    static const char *const modes[] = {"sslmode=require", "sslmode=verify-ca", "sslmode=verify-full"};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strstr(url, modes[i]))
            return true;
    if (strstr(url, "host=") || strstr(url, "hostaddr="))
        return strstr(url, "?host=/") || strstr(url, "&host=/");
    const char *start = strstr(url, "://") + 3, *end = start + strcspn(start, "/?");
    for (const char *at = start; at < end; at++)
        if (*at == '@')
            start = at + 1;
    for (size_t len; start < end; start += len + 1) {
        len = strcspn(start, ",/?");
        size_t host = *start == '[' ? strcspn(start, "]") + 1 : strcspn(start, ":,/?");
        if (host && strncasecmp(start, "%2f", 3) != 0 && !is_this_machine(start, host))
            return false;
    }
    return true;
}

static void check_database(struct load *load, bool production)
{
    const struct setting_value *values = load->settings->values;
    const char *url = values[CALLMEM_DATABASE_URL].text;
    if (!*url || load->wrong[CALLMEM_DATABASE_URL])
        return;
    if (values[OPENMEMORY_MODE].number == MODE_REMOTE)
        complain(load, place_of(load, CALLMEM_DATABASE_URL),
                 "is set, and OPENMEMORY_MODE is remote; the memory can be in one place only");
    if (is_private_database(url))
        return;
    if (production)
        complain(load, place_of(load, CALLMEM_DATABASE_URL),
                 "would send what callers said over the network unencrypted, which production does not "
                 "allow; add sslmode=verify-full or sslmode=require");
    else
        warn(load, CALLMEM_DATABASE_URL,
             "may send what callers said over the network unencrypted; production does not allow it");
}

static void check_llm(struct load *load, bool production)
{
    const struct setting_value *values = load->settings->values;
    const char *url = values[CALLMEM_LLM_URL].text;
    if (!*url || load->wrong[CALLMEM_LLM_URL])
        return;
    if (!*values[CALLMEM_LLM_MODEL].text && !load->wrong[CALLMEM_LLM_MODEL])
        complain(load, place_of(load, CALLMEM_LLM_MODEL),
                 "is not set; with CALLMEM_LLM_URL the name of a model is needed");
    if (is_private(url))
        return;
    if (production)
        complain(load, place_of(load, CALLMEM_LLM_URL),
                 "would send what callers said over the network unencrypted, which production does not "
                 "allow; use https://");
    else
        warn(load, CALLMEM_LLM_URL,
             "sends what callers said over the network unencrypted; production does not allow it");
}

/* What goes to a server unencrypted, beyond this machine. */
static void check_url(struct load *load, enum setting id, const char *what)
{
    const char *url = load->settings->values[id].text;
    if (*url && !load->wrong[id] && !is_private(url))
        complain(load, place_of(load, id),
                 "would send %s over the network unencrypted, which production does not allow; use https://",
                 what);
}

/* Whether a path is safe; complains if it is not. */
static bool check_path(struct load *load, enum setting id, bool is_folder)
{
    const char *path = load->settings->values[id].text;
    const char *danger = *path && !load->wrong[id] ? setting_path_danger(path, is_folder) : NULL;
    if (danger)
        complain(load, place_of(load, id), "%s %s, which production does not allow", path, danger);
    else if (*path && is_folder && setting_path_is_link(path))
        warn(load, id, "is a link: see to it that only you can change where it leads");
    return !danger;
}

/* What production does not allow, or warns of, beside the endpoints. */
static void check_production(struct load *load)
{
    static const enum setting logs[] = {CALLMEM_PAYLOAD_LOG_CLIENT_DATA, CALLMEM_PAYLOAD_LOG_SEARCH_DATA,
                                        CALLMEM_PAYLOAD_LOG_POST_CALL};
    const struct setting_value *values = load->settings->values;
    const struct setting_value *origins = &values[CALLMEM_CORS_ORIGINS];
    check_modes(load);
    check_url(load, ELEVENLABS_API_URL, "the API key");
    bool is_safe = check_path(load, CALLMEM_STATE_DIR, true);
    if (values[OPENMEMORY_MODE].number == MODE_REMOTE)
        check_url(load, OPENMEMORY_URL, "what callers said");
    else if (is_safe || load->from[OPENMEMORY_PATH])
        check_path(load, OPENMEMORY_PATH, false);
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++)
        check_path(load, logs[i], false);
    if (values[ELEVENLABS_SIGNATURE_TOLERANCE].number > TOLERANCE_MOST)
        warn(load, ELEVENLABS_SIGNATURE_TOLERANCE,
             "lets whoever recorded a signed request send it again for hours; ElevenLabs' last retry comes "
             "after 40 minutes, so 3600 is enough");
    for (size_t i = 0; i < origins->part_count; i++)
        if (strcmp(origins->parts[i], "*") == 0)
            warn(load, CALLMEM_CORS_ORIGINS,
                 "lets every web page read answers in a browser that has the secret; name the pages");
    for (size_t i = 0; i < ENDPOINTS; i++) {
        const struct setting_value *secret = &values[endpoints[i].secret];
        bool shared = false;
        for (size_t j = 0; j < secret->part_count; j++)
            shared =
                shared || setting_secret_is_shared(load->settings, endpoints[i].secret, secret->parts[j]);
        if (shared)
            warn(load, endpoints[i].secret,
                 "is that of another endpoint, too: signatures made with it are accepted for post-call "
                 "alone; give each "
                 "endpoint its own");
    }
}

/* On a server a call is one document, which is kept or deleted whole. */
static void check_retention(struct load *load)
{
    static const enum setting parts[] = {CALLMEM_RETENTION_DAYS_TURNS, CALLMEM_RETENTION_DAYS_FACTS,
                                         CALLMEM_RETENTION_DAYS_REQUESTS};
    const struct setting_value *values = load->settings->values;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (values[OPENMEMORY_MODE].number == MODE_REMOTE && values[parts[i]].number > 0)
            complain(
                load, place_of(load, parts[i]),
                "is set, and OPENMEMORY_MODE is remote; on an OpenMemory server calls are forgotten only "
                "whole, with CALLMEM_RETENTION_DAYS");
}

static void check_together(struct load *load)
{
    const struct setting_value *values = load->settings->values;
    bool production = values[CALLMEM_ENV].number == ENV_PRODUCTION;
    for (size_t i = 0; i < ENDPOINTS; i++)
        check_endpoint(load, &endpoints[i], production);
    check_operator(load, production);
    if (production)
        check_production(load);
    if (values[OPENMEMORY_MODE].number == MODE_REMOTE && *values[OPENMEMORY_URL].text == '\0' &&
        !load->wrong[OPENMEMORY_URL])
        complain(load, place_of(load, OPENMEMORY_URL),
                 "is not set; remote mode needs the URL of the server, for example http://127.0.0.1:8080");
    check_database(load, production);
    check_retention(load);
    check_llm(load, production);
    for (enum setting id = 0; id < SETTINGS; id++)
        if (setting_rows[id].type == TYPE_TEMPLATE)
            template_variables(values[id].text, check_template_variable, &(struct template_check){load, id});
}

static bool start(struct load *load, struct buf *complaints, struct buf *warnings)
{
    *load = (struct load){.complaints = complaints, .warnings = warnings, .own = SETTINGS};
    load->settings = calloc(1, sizeof *load->settings);
    if (!load->settings)
        out_of_memory(load);
    return load->settings != NULL;
}

/* Makes settings of the entries, or returns NULL with complaints. */
static struct settings *finish(struct load *load)
{
    sort_entries(load);
    for (enum setting id = 0; id < SETTINGS && !load->complaints->failed; id++)
        take_setting(load, id);
    if (!load->complaints->failed)
        take_variables(load);
    if (!load->complaints->failed)
        check_together(load);
    for (size_t i = 0; i < load->entry_count; i++) {
        free(load->entries[i].name);
        settings_wipe(load->entries[i].value);
    }
    free(load->entries);
    if (load->warnings->failed)
        out_of_memory(load);
    if (load->failed || load->complaints->failed) {
        settings_free(load->settings);
        return NULL;
    }
    return load->settings;
}

/* Reads the settings file, if there is one. `path` becomes its name. */
static void load_file(struct load *load, struct setting_value *path)
{
    struct place named = {FROM_ENVIRONMENT, 0, setting_row_env_file.name};
    struct settings_text text;
    struct buf wrong = BUF_INIT;
    const char *name = getenv(setting_row_env_file.name);
    bool is_named = name && *name;
    if (!setting_value_take(&setting_row_env_file, is_named ? name : setting_row_env_file.fallback, path,
                            &wrong)) {
        if (wrong.failed)
            out_of_memory(load);
        else
            complain(load, named, "%s", buf_text(&wrong));
        buf_free(&wrong);
        return;
    }
    int error = settings_file_read(path->text, &text);
    if (error == ENOENT && !is_named)
        return;
    load->file = path->text;
    if (error)
        complain(load, is_named ? named : (struct place){FROM_FILE, 0, NULL}, "%s cannot be read (%s); %s",
                 path->text, strerrordesc_np(error),
                 error == EFBIG ? "the limit is 1 MiB" : "check the path");
    else
        add_file(load, &text);
    settings_text_free(&text);
}

struct settings *settings_load(struct buf *complaints, struct buf *warnings)
{
    return settings_load_for(SETTINGS, complaints, warnings);
}

struct settings *settings_load_for(enum setting secret, struct buf *complaints, struct buf *warnings)
{
    struct load load;
    struct setting_value path = {0};
    if (!start(&load, complaints, warnings))
        return NULL;
    load.own = secret;
    add_environment(&load);
    load_file(&load, &path);
    struct settings *settings = finish(&load);
    setting_value_free(&path);
    return settings;
}

struct settings *settings_parse(const char *bytes, size_t len, const char *name, struct buf *complaints,
                                struct buf *warnings)
{
    struct load load;
    struct settings_text text = {.bytes = text_dup_n(bytes, len), .len = len};
    if (!start(&load, complaints, warnings) || !text.bytes) {
        settings_text_free(&text);
        settings_free(load.settings);
        complaints->failed = true;
        return NULL;
    }
    load.file = name;
    if (len > SETTINGS_FILE_MAX)
        complain(&load, (struct place){FROM_FILE, 0, NULL}, "is larger than 1 MiB");
    else
        add_file(&load, &text);
    settings_text_free(&text);
    return finish(&load);
}

void settings_free(struct settings *settings)
{
    if (!settings)
        return;
    for (enum setting id = 0; id < SETTINGS; id++)
        setting_value_free(&settings->values[id]);
    for (size_t i = 0; i < settings->variable_count; i++) {
        free(settings->variables[i].name);
        setting_value_free(&settings->variables[i].value);
    }
    free(settings->variables);
    free(settings);
}

bool setting_secret_is_shared(const struct settings *settings, enum setting secret, const char *part)
{
    for (size_t i = 0; i < ENDPOINTS; i++) {
        const struct setting_value *other = &settings->values[endpoints[i].secret];
        for (size_t j = 0; j < other->part_count && endpoints[i].secret != secret; j++)
            if (strcmp(other->parts[j], part) == 0)
                return true;
    }
    return false;
}

const char *setting_text(const struct settings *settings, enum setting id)
{
    return settings->values[id].text;
}

int64_t setting_int(const struct settings *settings, enum setting id)
{
    return settings->values[id].number;
}

double setting_real(const struct settings *settings, enum setting id)
{
    return settings->values[id].real;
}

int setting_choice(const struct settings *settings, enum setting id)
{
    return (int)settings->values[id].number;
}

size_t setting_count(const struct settings *settings, enum setting id)
{
    return settings->values[id].part_count;
}

const char *setting_part(const struct settings *settings, enum setting id, size_t at)
{
    return settings->values[id].parts[at];
}

size_t settings_variables(const struct settings *settings)
{
    return settings->variable_count;
}

const char *settings_variable_name(const struct settings *settings, size_t at)
{
    return settings->variables[at].name;
}

const char *settings_variable_value(const struct settings *settings, size_t at)
{
    return settings->variables[at].value.text;
}
