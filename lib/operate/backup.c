/*
 * backup: a copy of everything that cannot be made again, while callmem runs, and back. The inbox is copied
 * before the memory: an event that is processed in between is then in both copies, and processing it again
 * changes nothing. The ledger comes last but belongs to them: with one that is newer than the memory an event
 * that is sent again would be taken for a duplicate.
 */
#include "base/clock.h"
#include "operate/commands.h"
#include "operate/report.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PATH_SIZE 4608
#define PATIENCE  200   /* tries of 50 ms while somebody writes */
#define PIECE     65536 /* bytes that are copied at once */
#define GONE      1     /* what was to be copied is not there */
#define MEMORY    "openmemory.sqlite"

static const char *const folders[] = {"inbox/new", "inbox/failed"};

struct copying {
    uid_t owner;
    gid_t group;
    int64_t events; /* files that were copied from the inbox */
    bool memory;    /* the memory is a file here */
    struct error *error;
};

static int failed(const struct copying *copying, const char *path)
{
    return error_set(copying->error, ERROR_INTERNAL, "%s: %s", path, strerror(errno));
}

static int join(const struct copying *copying, char path[PATH_SIZE], const char *folder, const char *name)
{
    int len = snprintf(path, PATH_SIZE, "%s/%s", folder, name);
    return len < PATH_SIZE ? 0
                           : error_set(copying->error, ERROR_INTERNAL, "%s: the path is too long", folder);
}

/* Gives what root made to whoever has the state folder. */
static int own(const struct copying *copying, const char *path)
{
    if (geteuid() == 0 && chown(path, copying->owner, copying->group) != 0)
        return failed(copying, path);
    return 0;
}

static int make_folder(const struct copying *copying, const char *path)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return failed(copying, path);
    return own(copying, path);
}

static int sync_path(const struct copying *copying, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int result = fd >= 0 ? fsync(fd) : -1;
    if (fd >= 0)
        close(fd);
    return result == 0 ? 0 : failed(copying, path);
}

static int pour(int from, int to)
{
    char *piece = malloc(PIECE);
    ssize_t got = -1;
    while (piece && (got = read(from, piece, PIECE)) > 0)
        if (write(to, piece, (size_t)got) != got)
            break;
    free(piece);
    return got == 0 ? fsync(to) : -1;
}

/* 0, GONE, or -1. A file that is there already is left as it is. */
static int copy_file(const struct copying *copying, const char *from, const char *to)
{
    int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (in < 0)
        return errno == ENOENT ? GONE : failed(copying, from);
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int result = out >= 0 ? pour(in, out) : errno == EEXIST ? GONE : -1;
    if (result < 0)
        failed(copying, to);
    close(in);
    if (out >= 0 && close(out) != 0 && result == 0)
        result = failed(copying, to);
    return result == 0 ? own(copying, to) : result;
}

/* The files of a folder; those that leave it meanwhile are not needed. */
static int copy_folder(struct copying *copying, const char *from, const char *to)
{
    char source[PATH_SIZE], target[PATH_SIZE];
    int result = make_folder(copying, to);
    DIR *directory = result == 0 ? opendir(from) : NULL;
    if (!directory)
        return result != 0 || errno == ENOENT ? result : failed(copying, from);
    for (const struct dirent *entry; result >= 0 && (entry = readdir(directory));) {
        if (entry->d_name[0] == '.')
            continue;
        result = join(copying, source, from, entry->d_name);
        if (result == 0)
            result = join(copying, target, to, entry->d_name);
        if (result == 0)
            result = copy_file(copying, source, target);
        copying->events += result == 0;
    }
    closedir(directory);
    return result < 0 ? -1 : sync_path(copying, to);
}

static int run_sql(sqlite3 *db, const char *sql, const char *wanted)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    const unsigned char *text = code == SQLITE_ROW ? sqlite3_column_text(statement, 0) : NULL;
    bool good = text && strcmp((const char *)text, wanted) == 0;
    sqlite3_finalize(statement);
    return good ? 0 : -1;
}

static int copy_pages(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    int code = backup ? SQLITE_BUSY : SQLITE_ERROR;
    const struct timespec pause = {.tv_nsec = 50000000};
    for (int i = 0; i < PATIENCE && (code == SQLITE_BUSY || code == SQLITE_LOCKED); i++) {
        code = sqlite3_backup_step(backup, -1);
        if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
            nanosleep(&pause, NULL);
    }
    int finished = sqlite3_backup_finish(backup);
    return code == SQLITE_DONE && finished == SQLITE_OK ? 0 : -1;
}

/* A database as it is at one moment, checked, as a single file. 0, GONE, or -1. */
static int copy_database(const struct copying *copying, const char *from, const char *to)
{
    sqlite3 *source = NULL, *target = NULL;
    if (access(from, F_OK) != 0)
        return errno == ENOENT ? GONE : failed(copying, from);
    bool open = sqlite3_open_v2(from, &source, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
                sqlite3_open_v2(to, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) == SQLITE_OK;
    int result = open ? copy_pages(source, target) : -1;
    if (result != 0)
        error_set(copying->error, ERROR_INTERNAL, "%s cannot be copied: %s", from,
                  sqlite3_errmsg(target ? target : source));
    if (result == 0 && (run_sql(target, "PRAGMA journal_mode = DELETE", "delete") != 0 ||
                        run_sql(target, "PRAGMA integrity_check", "ok") != 0))
        result = error_set(copying->error, ERROR_INTERNAL, "%s is damaged: see docs/backup.md, Repair", from);
    sqlite3_close(source);
    sqlite3_close(target);
    if (result == 0)
        result = own(copying, to) == 0 ? sync_path(copying, to) : -1;
    return result;
}

static int begin(struct copying *copying, const struct instance *instance, struct error *error)
{
    struct stat state;
    const char *path = setting_text(instance->settings, CALLMEM_STATE_DIR);
    *copying = (struct copying){.error = error,
                                .memory = setting_choice(instance->settings, OPENMEMORY_MODE) == MODE_LOCAL};
    if (stat(path, &state) != 0)
        return failed(copying, path);
    copying->owner = state.st_uid;
    copying->group = state.st_gid;
    return 0;
}

/* The inbox and both databases of `from` as files of `to`; `memory` and `copy` are where the memory is and
 * goes. */
static int copy_all(struct copying *copying, const char *from, const char *to, const char *memory,
                    const char *copy)
{
    char source[PATH_SIZE], target[PATH_SIZE];
    int result = join(copying, target, to, "inbox");
    if (result == 0)
        result = make_folder(copying, target);
    for (size_t i = 0; i < sizeof folders / sizeof *folders && result == 0; i++)
        if ((result = join(copying, source, from, folders[i])) == 0 &&
            (result = join(copying, target, to, folders[i])) == 0)
            result = copy_folder(copying, source, target);
    if (result == 0 && copying->memory && copy_database(copying, memory, copy) < 0)
        result = -1;
    if (result == 0 && (result = join(copying, source, from, "inbox/ledger.sqlite")) == 0 &&
        (result = join(copying, target, to, "inbox/ledger.sqlite")) == 0 &&
        copy_database(copying, source, target) < 0)
        result = -1;
    return result;
}

/* "callmem-20260302T100400Z" and the like. */
static void name_by_time(char name[64], const char *before)
{
    time_t now = (time_t)clock_now();
    struct tm tm;
    gmtime_r(&now, &tm);
    char stamp[32];
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &tm);
    snprintf(name, 64, "%s-%s", before, stamp);
}

static void wait_a_little(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 50 * 1000000}, NULL);
}

/* Makes the folder `partial` for `whole`, of which no other backup in `into` has the name: names are of
 * seconds, each of which has one backup. */
static int claim_name(const struct copying *copying, const char *into, char whole[PATH_SIZE],
                      char partial[PATH_SIZE])
{
    for (int tries = 0; tries < PATIENCE; tries++) {
        char name[64];
        name_by_time(name, "callmem");
        if (join(copying, whole, into, name) != 0)
            return -1;
        if (snprintf(partial, PATH_SIZE, "%s.partial", whole) >= PATH_SIZE)
            return error_set(copying->error, ERROR_INTERNAL, "%s: the path is too long", whole);
        if (mkdir(partial, 0700) == 0) {
            if (access(whole, F_OK) != 0)
                return 0;
            rmdir(partial);
        } else if (errno != EEXIST) {
            break;
        }
        errno = EEXIST;
        wait_a_little();
    }
    return failed(copying, partial);
}

int backup_command(struct instance *instance, const struct args *args)
{
    char partial[PATH_SIZE] = "", whole[PATH_SIZE] = "", copy[PATH_SIZE] = "";
    struct error error = {0};
    struct copying copying;
    const char *into = args->operands[0];
    int result = begin(&copying, instance, &error);
    copying.owner = geteuid();
    copying.group = getegid();
    if (result == 0)
        result = make_folder(&copying, into);
    if (result == 0)
        result = claim_name(&copying, into, whole, partial);
    if (result == 0)
        result = join(&copying, copy, partial, MEMORY);
    if (result == 0)
        result = copy_all(&copying, setting_text(instance->settings, CALLMEM_STATE_DIR), partial,
                          setting_text(instance->settings, OPENMEMORY_PATH), copy);
    /* It has its name only when it is complete. */
    if (result == 0 && (rename(partial, whole) != 0 || sync_path(&copying, into) != 0))
        result = failed(&copying, whole);
    if (result != 0)
        return report_failure(&error);
    if (args->json) {
        cJSON *object = cJSON_CreateObject();
        if (object && cJSON_AddStringToObject(object, "backup", whole) &&
            cJSON_AddNumberToObject(object, "events", (double)copying.events))
            return report_json(object);
        cJSON_Delete(object);
        return report_json(NULL);
    }
    printf("%s\n%s, the ledger and %lld %s of the inbox; both files are intact.\n", whole,
           copying.memory ? "The memory" : "No memory, which is on a server", (long long)copying.events,
           report_noun((int64_t)copying.events, "event", "events"));
    return EXIT_SUCCESS;
}

/* Whether some program has the memory open: then it cannot leave WAL mode. */
static bool is_in_use(const char *memory)
{
    sqlite3 *db = NULL;
    int code = sqlite3_open_v2(memory, &db, SQLITE_OPEN_READWRITE, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    sqlite3_close(db);
    return code == SQLITE_BUSY || code == SQLITE_LOCKED;
}

/* Gives a file, where it is there, the name with `suffix`. */
static int put_aside(const struct copying *copying, const char *path, const char *part, const char *suffix)
{
    char from[PATH_SIZE], to[PATH_SIZE];
    if (snprintf(from, sizeof from, "%s%s", path, part) >= PATH_SIZE ||
        snprintf(to, sizeof to, "%s%s%s", path, suffix, part) >= PATH_SIZE)
        return error_set(copying->error, ERROR_INTERNAL, "%s: the path is too long", path);
    return rename(from, to) == 0 || errno == ENOENT ? 0 : failed(copying, from);
}

static int put_in_place(const struct copying *copying, const char *from, const char *to)
{
    return rename(from, to) == 0 || errno == ENOENT ? 0 : failed(copying, to);
}

/* Nothing of what is there is touched before everything is copied and checked. */
static int restore(struct copying *copying, const char *from, const char *state, const char *memory,
                   const char *suffix)
{
    char fresh[PATH_SIZE], copy[PATH_SIZE], path[PATH_SIZE], inbox[PATH_SIZE], old[PATH_SIZE];
    static const char *const parts[] = {"", "-wal", "-shm"};
    if (join(copying, fresh, state, "restoring") != 0 || join(copying, inbox, state, "inbox") != 0 ||
        join(copying, path, from, "inbox") != 0)
        return -1;
    if (access(path, R_OK | X_OK) != 0)
        return failed(copying, path);
    if (copying->memory && is_in_use(memory))
        return error_set(
            copying->error, ERROR_INTERNAL,
            "callmem is running: stop it first (systemctl stop callmem.target 'callmem@*', or ./spawn/down)");
    if (snprintf(copy, sizeof copy, "%s.restoring", memory) >= PATH_SIZE ||
        join(copying, path, from, MEMORY) != 0)
        return error_set(copying->error, ERROR_INTERNAL, "%s: the path is too long", memory);
    if (mkdir(fresh, 0700) != 0)
        return errno == EEXIST
                   ? error_set(copying->error, ERROR_INTERNAL,
                               "%s is left of a restore that was interrupted: remove it, and %s", fresh, copy)
                   : failed(copying, fresh);
    int result = copy_all(copying, from, fresh, path, copy);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && result == 0 && copying->memory; i++)
        result = put_aside(copying, memory, parts[i], suffix);
    if (result == 0 && copying->memory)
        result = put_in_place(copying, copy, memory);
    if (result == 0)
        result = put_aside(copying, inbox, "", suffix);
    if (result == 0 && join(copying, path, fresh, "inbox") == 0)
        result = put_in_place(copying, path, inbox);
    if (result == 0 && rmdir(fresh) != 0)
        result = failed(copying, fresh);
    /* Events that were acknowledged after the backup. */
    if (result == 0 && snprintf(old, sizeof old, "%s%s/new", inbox, suffix) < PATH_SIZE &&
        join(copying, path, inbox, "new") == 0)
        result = copy_folder(copying, old, path);
    return result == 0 ? sync_path(copying, state) : result;
}

static bool has_suffixed(const char *path, const char *suffix)
{
    char with[PATH_SIZE + 64];
    snprintf(with, sizeof with, "%s%s", path, suffix);
    return access(with, F_OK) == 0;
}

int restore_command(struct instance *instance, const struct args *args)
{
    char suffix[64];
    struct error error = {0};
    struct copying copying;
    const char *state = setting_text(instance->settings, CALLMEM_STATE_DIR);
    const char *memory = setting_text(instance->settings, OPENMEMORY_PATH);
    char inbox[PATH_SIZE];
    if (begin(&copying, instance, &error) != 0 || join(&copying, inbox, state, "inbox") != 0)
        return report_failure(&error);
    /* What an earlier restore put aside stays. */
    for (name_by_time(suffix, ".before"); has_suffixed(inbox, suffix) || has_suffixed(memory, suffix);
         name_by_time(suffix, ".before"))
        wait_a_little();
    if (restore(&copying, args->operands[0], state, memory, suffix) != 0)
        return report_failure(&error);
    printf("Restored. What was there before has names that end in %s, in %s: remove it when all is well.\n",
           suffix, state);
    return EXIT_SUCCESS;
}
