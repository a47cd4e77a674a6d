#include "operate/sandbox.h"
#include "operate/service_user.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UNIT   "/lib/systemd/system/callmem@.service"
#define FOLDER "/etc/systemd/system/callmem@.service.d"
/* The operator's own unit before the drop-ins. */
#define DROP_INS "/etc/systemd/system/callmem@*.service{,.d/*.conf}"

/* What names a folder, or a file in it. */
static const struct {
    enum setting id;
    bool is_file;
} places[] = {
    {CALLMEM_STATE_DIR, false},
    {OPENMEMORY_PATH, true},
    {CALLMEM_AUDIO_DIR, false},
    {CALLMEM_LOG_FILE, true},
    {CALLMEM_PAYLOAD_LOG_CLIENT_DATA, true},
    {CALLMEM_PAYLOAD_LOG_SEARCH_DATA, true},
    {CALLMEM_PAYLOAD_LOG_POST_CALL, true},
};
#define PLACES (sizeof places / sizeof *places)

/* How far a folder of this machine, with what is in it, is there for the programs. */
enum access {
    WRITABLE, /* where it is seen */
    BOUND,    /* and writable even below a folder that is temporary */
    READ_ONLY,
    TEMPORARY, /* another folder, which goes away with the program, is in its place */
    HIDDEN,
};

/* What a unit says of folders (systemd.exec(5)). */
static const struct {
    const char *name, *parent;
    enum access access;
} keys[] = {
    {"ReadWritePaths", "", WRITABLE},       {"BindPaths", "", BOUND},
    {"ReadOnlyPaths", "", READ_ONLY},       {"BindReadOnlyPaths", "", READ_ONLY},
    {"TemporaryFileSystem", "", TEMPORARY}, {"InaccessiblePaths", "", HIDDEN},
    {"StateDirectory", "/var/lib/", BOUND}, {"LogsDirectory", "/var/log/", BOUND},
};
#define KEYS (sizeof keys / sizeof *keys)

struct rule {
    char *folder;
    size_t key;
};

struct sandbox {
    struct rule *rules;
    size_t count;
    bool is_strict;   /* ProtectSystem=strict: nothing is writable but what is named */
    bool has_own_tmp; /* PrivateTmp=yes */
    enum access home; /* ProtectHome= */
    bool is_unknown;  /* a file that only root can read, a path that only systemd can expand, no memory */
};

static bool is_within(const char *path, const char *folder)
{
    size_t len = strlen(folder);
    while (len && folder[len - 1] == '/')
        len--;
    return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static bool is_yes(const char *value)
{
    return !strcmp(value, "yes") || !strcmp(value, "true") || !strcmp(value, "on") || !strcmp(value, "1");
}

static void add_rule(struct sandbox *sandbox, size_t key, const char *path, size_t len)
{
    struct rule *rules = realloc(sandbox->rules, (sandbox->count + 1) * sizeof *rules);
    if (rules)
        sandbox->rules = rules;
    struct buf folder = BUF_INIT;
    buf_printf(&folder, "%s%.*s", keys[key].parent, (int)len, path);
    char *text = buf_take(&folder);
    if (!rules || !text || strchr(text, '%')) {
        sandbox->is_unknown = true;
        free(text);
    } else {
        rules[sandbox->count++] = (struct rule){text, key};
    }
}

/* An empty value takes back what the key said before. */
static void remove_rules(struct sandbox *sandbox, size_t key)
{
    size_t kept = 0;
    for (size_t i = 0; i < sandbox->count; i++)
        if (sandbox->rules[i].key == key)
            free(sandbox->rules[i].folder);
        else
            sandbox->rules[kept++] = sandbox->rules[i];
    sandbox->count = kept;
}

/* A word of a value: the folder, after marks, and before options. Of two with a colon between them, the
 * second is where the programs see the first. */
static void read_folder(struct sandbox *sandbox, size_t key, const char *word, size_t len)
{
    size_t marks = strspn(word, "-+\"");
    word += marks < len ? marks : len;
    len -= marks < len ? marks : len;
    const char *colon = memchr(word, ':', len);
    if (colon && strncmp(keys[key].name, "Bind", 4) == 0) {
        len -= (size_t)(colon + 1 - word);
        word = colon + 1;
        colon = memchr(word, ':', len);
    }
    if (colon)
        len = (size_t)(colon - word);
    while (len && word[len - 1] == '"')
        len--;
    if (len)
        add_rule(sandbox, key, word, len);
}

static void read_value(struct sandbox *sandbox, const char *name, const char *value)
{
    if (!strcmp(name, "ProtectSystem"))
        sandbox->is_strict = !strcmp(value, "strict");
    else if (!strcmp(name, "PrivateTmp"))
        sandbox->has_own_tmp = is_yes(value);
    else if (!strcmp(name, "ProtectHome"))
        sandbox->home = is_yes(value)                 ? HIDDEN
                        : !strcmp(value, "read-only") ? READ_ONLY
                        : !strcmp(value, "tmpfs")     ? TEMPORARY
                                                      : WRITABLE;
    for (size_t key = 0; key < KEYS; key++) {
        if (strcmp(name, keys[key].name) != 0)
            continue;
        if (!*value)
            remove_rules(sandbox, key);
        for (const char *word = value; *(word += strspn(word, " \t")); word += strcspn(word, " \t"))
            read_folder(sandbox, key, word, strcspn(word, " \t"));
    }
}

/* NAME=VALUE, with blanks around either; all else is no setting. */
static void read_line(struct sandbox *sandbox, char *line)
{
    static const char blanks[] = " \t\r\n";
    line += strspn(line, blanks);
    char *value = strchr(line, '='), *end = value;
    if (!value || *line == '#' || *line == ';')
        return;
    while (end > line && strchr(blanks, end[-1]))
        end--;
    *end = '\0';
    value += 1 + strspn(value + 1, blanks);
    for (size_t len = strlen(value); len && strchr(blanks, value[len - 1]); len--)
        value[len - 1] = '\0';
    read_value(sandbox, line, value);
}

static void read_file(struct sandbox *sandbox, const char *file)
{
    FILE *in = fopen(file, "re");
    if (!in) {
        sandbox->is_unknown |= errno == EACCES;
        return;
    }
    struct buf line = BUF_INIT;
    for (int c = 0; c != EOF;) {
        c = getc(in);
        if (c != '\n' && c != EOF) {
            buf_putc(&line, (char)c);
        } else if (c == '\n' && line.len && line.data[line.len - 1] == '\\') {
            line.data[line.len - 1] = ' ';
        } else {
            if (line.len)
                read_line(sandbox, line.data);
            sandbox->is_unknown |= line.failed;
            buf_reset(&line);
        }
    }
    buf_free(&line);
    fclose(in);
}

/* What the unit says where no drop-in says otherwise. */
static void sandbox_begin(struct sandbox *sandbox)
{
    *sandbox = (struct sandbox){.is_strict = true, .has_own_tmp = true, .home = HIDDEN};
    read_value(sandbox, "StateDirectory", "callmem");
    read_value(sandbox, "LogsDirectory", "callmem");
}

static void sandbox_free(struct sandbox *sandbox)
{
    for (size_t key = 0; key < KEYS; key++)
        remove_rules(sandbox, key);
    free(sandbox->rules);
}

/* A folder counts when it has a longer name than the one so far, or the same and allows less. Nothing in a
 * hidden folder is seen, and nothing of a temporary one but what is bound there. */
struct verdict {
    size_t len;
    enum access access;
};

static void judge(struct verdict *so_far, const char *path, const char *folder, enum access access)
{
    size_t len = strlen(folder);
    if (!is_within(path, folder) || so_far->access == HIDDEN)
        return;
    if (access == HIDDEN)
        *so_far = (struct verdict){len, access};
    else if (len >= so_far->len && !(access == WRITABLE && so_far->access == TEMPORARY))
        *so_far =
            (struct verdict){len, len == so_far->len && so_far->access > access ? so_far->access : access};
}

static int shortest_first(const void *a, const void *b)
{
    size_t one = strlen(((const struct rule *)a)->folder), other = strlen(((const struct rule *)b)->folder);
    return (one > other) - (one < other);
}

static enum access access_of(const struct sandbox *sandbox, const char *path)
{
    static const char *const homes[] = {"/home", "/root", "/run/user"}, *const own[] = {"/tmp", "/var/tmp"};
    struct verdict so_far = {0, sandbox->is_strict ? READ_ONLY : WRITABLE};
    for (size_t i = 0; i < sizeof homes / sizeof *homes; i++)
        judge(&so_far, path, homes[i], sandbox->home);
    for (size_t i = 0; i < sizeof own / sizeof *own && sandbox->has_own_tmp; i++)
        judge(&so_far, path, own[i], TEMPORARY);
    for (size_t i = 0; i < sandbox->count; i++)
        judge(&so_far, path, sandbox->rules[i].folder, keys[sandbox->rules[i].key].access);
    return so_far.access;
}

/* The folder that a setting names, to be freed; NULL when there is none, or no memory. */
static char *folder_of(const struct settings *settings, size_t place)
{
    const char *path = setting_text(settings, places[place].id);
    if (*path != '/')
        return NULL;
    size_t len = places[place].is_file ? (size_t)(strrchr(path, '/') - path) : strlen(path);
    return strndup(path, len ? len : 1);
}

/* What an operator does about it. */
static void warn_of(struct buf *warnings, const char *setting, const char *folder, enum access access)
{
    if (access == READ_ONLY)
        buf_printf(warnings,
                   "warning: %s: callmem's units may not write to %s; put the lines [Service] and "
                   "ReadWritePaths=%s into a file .conf in " FOLDER ", then: systemctl daemon-reload && "
                   "systemctl restart callmem.target\n",
                   setting, folder, folder);
    else
        buf_printf(warnings,
                   "warning: %s: callmem's units do not see %s (ProtectHome=, PrivateTmp= and the like in "
                   "systemd.exec(5)); choose a folder elsewhere, for instance below /srv\n",
                   setting, folder);
}

void sandbox_warn(const struct settings *settings, const char *drop_ins, struct buf *warnings)
{
    char *told[PLACES] = {NULL};
    struct sandbox sandbox;
    glob_t files = {0};
    int found = glob(drop_ins, GLOB_BRACE, NULL, &files);
    sandbox_begin(&sandbox);
    for (size_t i = 0; i < files.gl_pathc; i++)
        read_file(&sandbox, files.gl_pathv[i]);
    if (sandbox.count)
        qsort(sandbox.rules, sandbox.count, sizeof *sandbox.rules, shortest_first);
    for (size_t i = 0; i < PLACES && (found == 0 || found == GLOB_NOMATCH) && !sandbox.is_unknown; i++) {
        char *folder = folder_of(settings, i);
        enum access access = folder ? access_of(&sandbox, folder) : WRITABLE;
        bool is_good = access == WRITABLE || access == BOUND;
        for (size_t j = 0; j < i && !is_good; j++)
            is_good = told[j] && is_within(folder, told[j]);
        if (is_good) {
            free(folder);
            continue;
        }
        told[i] = folder;
        warn_of(warnings, setting_name(places[i].id), folder, access);
    }
    for (size_t i = 0; i < PLACES; i++)
        free(told[i]);
    sandbox_free(&sandbox);
    globfree(&files);
}

const char *sandbox_drop_ins(void)
{
    return service_user_is_installed() && access(UNIT, F_OK) == 0 ? DROP_INS : NULL;
}
