/*
 * rounds: runs a program once for each n with its n-th call failing (faults.c), and judges each time what is
 * left. tests/e2e/t0200-faults.t starts it:
 *
 *     faults-rounds FOLDER SCENARIO KIND:WHAT:FROM:FIRST:STRIDE…
 *
 * KIND, WHAT and FROM are those of faults.c; FROM may be empty, or @LIBRARY for FAULT_ONLY. n is FIRST, FIRST
 * + STRIDE and so on, until the program has ended without meeting the fault. In FOLDER are
 *
 *     settings            a line NAME=VALUE for each variable of a program's environment, CALLMEM_STATE_DIR
 *                         among them: that folder is thrown away again and again
 *     requests/NAME       bodies of requests, and an event that seals the first one's conversation
 * ("sealed"); requests/NAME.header the line of their credentials as CGI has it recording.mp3       what is in
 * requests/recording nonsense            an event that can never be processed
 *
 * and programs/ leads to the programs, faults.so to the library. Each complaint is a line KIND:N:WHAT: …;
 * what was counted stands in lines that begin with "# ". The exit status is 0 when all was tried, whatever
 * there was to complain about.
 */
#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALLER      "+15550100200"
#define SEALED      "conv_quince_0001" /* the first conversation, of which nothing may be kept later */
#define WAITING     "00000000000000000000000000000007" /* the name of an event that waits */
#define TEXT        400000                             /* bytes of a file or an answer, at most */
#define PATHS       1024
#define VARIABLES   64
#define PATIENCE_MS 300000 /* a program that has not ended by then hangs */

static const char *folder, *state;
static char *settings[VARIABLES];
static size_t setting_count;

/* The fault of this round, and whether the next program has it. */
static const char *kind, *what, *from;
static long n;
static bool faulty;
static bool quiet; /* complaints are not told */

/* What the last program did. */
static int code;   /* its exit status, 128 and more: the signal that ended it */
static int status; /* of its answer, 0: none */
static char out[TEXT], err[TEXT];

static void give_up(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
static void give_up(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    fputs("faults-rounds: ", stderr);
    vfprintf(stderr, format, values);
    fprintf(stderr, " (%s)\n", strerror(errno));
    va_end(values);
    exit(1);
}

static void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void complain(const char *format, ...)
{
    va_list values;
    if (quiet)
        return;
    va_start(values, format);
    printf("%s:%ld:%s: ", kind, n, what);
    vprintf(format, values);
    putchar('\n');
    fflush(stdout);
    va_end(values);
}

/* --- Files --- */

/* A path that is valid until four more were made. */
static const char *path(const char *format, ...) __attribute__((format(printf, 1, 2)));
static const char *path(const char *format, ...)
{
    static char paths[4][PATHS];
    static size_t turn;
    char *made = paths[turn++ % 4];
    va_list values;
    va_start(values, format);
    int len = vsnprintf(made, PATHS, format, values);
    va_end(values);
    if (len < 0 || len >= PATHS)
        give_up("a path is too long");
    return made;
}

/* A whole file, NUL-terminated; -1 when it cannot be read. */
static ssize_t read_file(const char *name, char *text)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t len = 0, got = fd < 0 ? -1 : 1;
    while (got > 0 && len < TEXT - 1) {
        got = read(fd, text + len, (size_t)(TEXT - 1 - len));
        len += got > 0 ? got : 0;
    }
    if (fd >= 0)
        close(fd);
    text[len] = '\0';
    return got < 0 ? -1 : len;
}

static void write_file(const char *name, const char *text, size_t len)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, len) != (ssize_t)len || close(fd) != 0)
        give_up("%s cannot be written", name);
}

/* Metadata is kept as well: when a file was last changed says which event is the older one. */
static void copy_file(const char *source, const char *target, const struct stat *st)
{
    static char bytes[TEXT];
    ssize_t len = read_file(source, bytes);
    if (len < 0 || len >= TEXT - 1)
        give_up("%s cannot be copied", source);
    write_file(target, bytes, (size_t)len);
    if (chmod(target, st->st_mode & 07777) != 0 ||
        utimensat(AT_FDCWD, target, (const struct timespec[]){st->st_atim, st->st_mtim}, 0) != 0)
        give_up("%s cannot be copied", source);
}

static void copy_tree(const char *source, const char *target)
{
    struct dirent *entry;
    struct stat st;
    DIR *names = opendir(source);
    if (!names || mkdir(target, 0700) != 0)
        give_up("%s cannot be copied", source);
    while ((entry = readdir(names)) != NULL) {
        char old[PATHS], new[PATHS];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (snprintf(old, PATHS, "%s/%s", source, entry->d_name) >= PATHS ||
            snprintf(new, PATHS, "%s/%s", target, entry->d_name) >= PATHS || lstat(old, &st) != 0)
            give_up("%s cannot be copied", source);
        if (S_ISDIR(st.st_mode))
            copy_tree(old, new);
        else
            copy_file(old, new, &st);
    }
    closedir(names);
}

static int remove_one(const char *name, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(name);
}

static void remove_tree(const char *name)
{
    struct stat st;
    if (lstat(name, &st) == 0 && nftw(name, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
        give_up("%s cannot be removed", name);
}

/* How many files there are in a folder with that ending; `last` (PATHS bytes, may be NULL) is one of them. */
static size_t count_files(const char *name, const char *ending, char *last)
{
    size_t count = 0;
    struct dirent *entry;
    DIR *names = opendir(name);
    while (names && (entry = readdir(names)) != NULL) {
        size_t len = strlen(entry->d_name), end = strlen(ending);
        if (entry->d_name[0] == '.' || len < end || strcmp(entry->d_name + len - end, ending) != 0)
            continue;
        if (last)
            snprintf(last, PATHS, "%s/%s", name, entry->d_name);
        count++;
    }
    if (names)
        closedir(names);
    return count;
}

/* --- Programs --- */

static const char *setting(const char *name)
{
    size_t len = strlen(name);
    for (size_t at = 0; at < setting_count; at++)
        if (strncmp(settings[at], name, len) == 0 && settings[at][len] == '=')
            return settings[at] + len + 1;
    give_up("%s is not set", name);
}

static void set(const char *name, const char *value)
{
    if (setting_count == VARIABLES - 20 || asprintf(&settings[setting_count++], "%s=%s", name, value) < 0)
        give_up("too many settings");
}

/* The environment of a program: the settings, the fault, and what is given. */
struct variables {
    char *names[VARIABLES + 1];
    char room[16][PATHS];
    size_t count, made;
};

static void add_variable(struct variables *variables, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void add_variable(struct variables *variables, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    char *made = variables->room[variables->made++];
    if (variables->made > 16 || variables->count == VARIABLES ||
        vsnprintf(made, PATHS, format, values) >= PATHS)
        give_up("too many variables");
    variables->names[variables->count++] = made;
    va_end(values);
}

static void begin_variables(struct variables *variables)
{
    memset(variables, 0, sizeof *variables);
    for (size_t at = 0; at < setting_count; at++)
        variables->names[variables->count++] = settings[at];
    if (!faulty)
        return;
    add_variable(variables, "LD_PRELOAD=%s/faults.so", folder);
    add_variable(variables, "FAULT=%s:%ld:%s", kind, n, what);
    add_variable(variables, "FAULT_FIRED=%s/fired", folder);
    const char *spared = getenv("FAULT_SPARE");
    if (spared)
        add_variable(variables, "FAULT_SPARE=%s", spared);
    if (*from == '@')
        add_variable(variables, "FAULT_ONLY=%s", from + 1);
    else if (*from)
        add_variable(variables, "FAULT_FROM=%s", from);
}

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What comes out of a pipe until its other end is closed. */
static void listen_to(int fd, pid_t pid)
{
    size_t len = 0;
    long until = now_ms() + PATIENCE_MS;
    for (;;) {
        struct pollfd ready = {fd, POLLIN, 0};
        long left = until - now_ms();
        if (left <= 0 || poll(&ready, 1, (int)left) == 0) {
            complain("it hangs");
            kill(pid, SIGKILL);
            break;
        }
        ssize_t got = read(fd, out + len, sizeof out - 1 - len);
        if (got == 0 || (got < 0 && errno != EINTR))
            break;
        len += got > 0 ? (size_t)got : 0;
    }
    out[len] = '\0';
}

/* Runs a program with its input from a file; fills code, out and err. What it prints goes into a pipe, what
 * it says into a file: writes to the one cannot fail for want of room, those to the other can. */
static void run(struct variables *variables, const char *input, const char *const arguments[])
{
    int ends[2], ended;
    pid_t pid;
    posix_spawn_file_actions_t actions;
    const char *program = path("%s/programs/%s", folder, arguments[0]);
    const char *said = path("%s/said", folder);
    if (pipe2(ends, O_CLOEXEC) != 0)
        give_up("no pipe can be made");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int failed = posix_spawn(&pid, program, &actions, NULL, (char *const *)arguments, variables->names);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (failed)
        give_up("%s cannot be started", program);
    listen_to(ends[0], pid);
    close(ends[0]);
    while (waitpid(pid, &ended, 0) < 0)
        ;
    code = WIFSIGNALED(ended) ? 128 + WTERMSIG(ended) : WEXITSTATUS(ended);
    if (read_file(said, err) < 0)
        give_up("%s cannot be read", said);
    status = 0;
}

/* A program of the operator's; the arguments end with NULL. */
#define OPERATOR(...) operator((const char *[]){__VA_ARGS__, NULL})
static void operator(const char *const arguments[])
{
    struct variables variables;
    begin_variables(&variables);
    run(&variables, "/dev/null", arguments);
}

/* A request of requests/ as plain CGI; fills status, too. */
static void cgi(const char *program, const char *request)
{
    static char header[TEXT];
    struct variables variables;
    struct stat st;
    const char *body = path("%s/requests/%s", folder, request);
    ssize_t len = read_file(path("%s.header", body), header);
    if (len < 0 || stat(body, &st) != 0)
        give_up("there is no request %s", request);
    begin_variables(&variables);
    add_variable(&variables, "GATEWAY_INTERFACE=CGI/1.1");
    add_variable(&variables, "SERVER_PROTOCOL=HTTP/1.1");
    add_variable(&variables, "REQUEST_METHOD=POST");
    add_variable(&variables, "SCRIPT_NAME=/webhook/%s", program);
    add_variable(&variables, "REQUEST_URI=/webhook/%s", program);
    add_variable(&variables, "CONTENT_TYPE=application/json");
    add_variable(&variables, "CONTENT_LENGTH=%lld", (long long)st.st_size);
    add_variable(&variables, "%.*s", (int)strcspn(header, "\n"), header);
    char name[PATHS];
    snprintf(name, sizeof name, "%s", body);
    run(&variables, name, (const char *[]){program, NULL});
    if (sscanf(out, "Status: %d", &status) != 1)
        status = 0;
}

/* The body of the last answer; "" when there is none. */
static const char *body_of_answer(void)
{
    const char *end = strstr(out, "\r\n\r\n");
    return end ? end + 4 : "";
}

/* Whether a member of the last answer is this text or value. */
static bool answer_has(const char *list, const char *member, const char *text)
{
    cJSON *answer = cJSON_Parse(body_of_answer());
    const cJSON *at = list ? cJSON_GetObjectItemCaseSensitive(answer, list) : answer;
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(at, member);
    bool has = cJSON_IsString(found) ? strcmp(found->valuestring, text) == 0
                                     : found && strcmp(cJSON_IsTrue(found) ? "true" : "false", text) == 0;
    cJSON_Delete(answer);
    return has;
}

static bool is_acknowledged(void)
{
    return status == 200 &&
           (answer_has(NULL, "status", "accepted") || answer_has(NULL, "status", "duplicate"));
}

static void deliver(const char *request)
{
    cgi("post-call", request);
}

/* --- States to start from --- */

/* What is in the state folder now is kept under a name. */
static void keep_state(const char *name)
{
    const char *kept = path("%s/kept-%s", folder, name);
    remove_tree(kept);
    if (access(state, F_OK) == 0)
        copy_tree(state, kept);
}

static void restore_state(const char *name)
{
    const char *kept = path("%s/kept-%s", folder, name);
    remove_tree(state);
    if (access(kept, F_OK) == 0)
        copy_tree(kept, state);
}

/* As if it had been accepted. */
static void put_event(const char *file)
{
    static char bytes[TEXT];
    ssize_t len = read_file(file, bytes);
    if (len < 0)
        give_up("%s cannot be read", file);
    write_file(path("%s/inbox/new/" WAITING ".json", state), bytes, (size_t)len);
}

/* A step on the way to a state, without any fault. */
static void need(bool good, const char *step)
{
    if (!good)
        give_up("%s failed: %d, %s%s", step, code, out, err);
}

/* --- What must be true after a run --- */

/* What the memory is after so many calls of the caller. */
#define CALLS 3
static char whole[CALLS][TEXT];
/* What the scenario's program leaves and prints when nothing fails. */
static char reference[TEXT], printed[TEXT];

static int add_row(void *ctx, int count, char **values, char **names)
{
    char *text = ctx;
    size_t len = strlen(text);
    (void)names;
    for (int at = 0; at < count; at++) {
        int added = snprintf(text + len, TEXT - len, "%s%c", values[at] ? values[at] : "",
                             at + 1 < count ? '|' : '\n');
        if (added < 0 || (size_t)added >= TEXT - len)
            return 1;
        len += (size_t)added;
    }
    return 0;
}

/* Whether the database is intact, and all that it holds but the numbers of its rows. */
static void read_memory(char *text)
{
    static const char query[] =
        "PRAGMA integrity_check; PRAGMA foreign_key_check;"
        "SELECT k.caller, c.conversation, c.agent, c.language, c.started_at, t.version, hex(t.segment), "
        "m.kind,"
        " m.position, m.sector, m.speaker, m.content, m.salience, m.decay_lambda, m.tags, m.metadata, "
        "m.created_at"
        " FROM callers k LEFT JOIN conversations c ON c.caller_id = k.id"
        " LEFT JOIN terms t ON t.conversation_id = c.id LEFT JOIN memories m ON m.conversation_id = c.id"
        " ORDER BY k.caller, c.conversation, m.kind, m.position;"
        "SELECT k.caller, p.scope, p.answer || p.document FROM callers k JOIN profiles p ON p.caller_id = "
        "k.id ORDER BY "
        "1, 2";
    sqlite3 *db = NULL;
    char *why = NULL;
    *text = '\0';
    int result = sqlite3_open_v2(path("%s/openmemory.sqlite", state), &db, SQLITE_OPEN_READWRITE, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_exec(db, query, add_row, text, &why);
    if (result != SQLITE_OK)
        snprintf(text, TEXT, "%s\n", why ? why : sqlite3_errstr(result));
    sqlite3_free(why);
    sqlite3_close(db);
}

/* Tells the line in which the memory differs. */
static void expect_memory_is(const char *when, const char *wanted, const char *called)
{
    static char is[TEXT];
    read_memory(is);
    const char *got = is;
    if (strcmp(got, wanted) == 0)
        return;
    size_t same = 0;
    while (got[same] && got[same] == wanted[same])
        same++;
    while (same > 0 && got[same - 1] != '\n')
        same--;
    complain("%s is not %s: it has '%.*s' where '%.*s' should be", when, called,
             (int)strcspn(got + same, "\n"), got + same, (int)strcspn(wanted + same, "\n"), wanted + same);
}

static void expect_memory(const char *when, int calls)
{
    static const char *const called[CALLS] = {"that of no call", "that of one call", "that of two calls"};
    expect_memory_is(when, whole[calls], called[calls]);
}

/* The program with the fault in it. A kill of ours is fine, any other signal is not; nor is silence. */
static void judge_end(void)
{
    if (code == 137 && strncmp(what, "kill", 4) == 0)
        return;
    if (code >= 128)
        complain("it died: %d %.300s", code, err);
    else if (code != 0 && !*err)
        complain("it failed with %d and said nothing", code);
}

static void judge_answer(void)
{
    judge_end();
    if (code != 0)
        return;
    cJSON *answer = cJSON_Parse(body_of_answer());
    if (status != 200 && status != 500 && status != 503)
        complain("the answer has status %d", status);
    else if (!answer)
        complain("the answer is no JSON");
    else if (status != 200 && !answer_has("error", "code", "internal_error") &&
             !answer_has("error", "code", "inbox_unavailable") &&
             !answer_has("error", "code", "memory_unavailable"))
        complain("%d without a known code", status);
    if (status == 503 && !strcasestr(out, "\nRetry-After: "))
        complain("503 without Retry-After");
    cJSON_Delete(answer);
}

/* The next start, without the fault: it processes what is there. So many calls are then in memory, whole and
 * once; the same event may come again, and changes nothing. */
static void judge_memory(int calls)
{
    faulty = false;
    OPERATOR("callmem", "drain");
    if (code != 0 || !strstr(out, "left: 0\nfailed: 0\n"))
        complain("a drain afterwards ends with %d: %s", code, out);
    expect_memory("memory", calls);
    if (count_files(path("%s/inbox/tmp", state), "", NULL) +
        count_files(path("%s/inbox/new", state), "", NULL))
        complain("something is left in the inbox");
}

static size_t events_waiting(void)
{
    return count_files(path("%s/inbox/new", state), ".json", NULL);
}

/* Whether a file has a text in it; one that is not there has nothing. */
static bool has_text(const char *name, const char *text)
{
    static char bytes[TEXT];
    return read_file(name, bytes) > 0 && strstr(bytes, text) != NULL;
}

/* --- Scenarios: each knows what it leaves --- */

/* An event is delivered; then once more when it was not acknowledged, as a sender may do. */
static void delivers(const char *request, int calls)
{
    deliver(request);
    judge_answer();
    bool acknowledged = is_acknowledged();
    faulty = false;
    OPERATOR("callmem", "drain");
    if (acknowledged) {
        expect_memory("memory after the acknowledgement", calls);
    } else {
        deliver(request);
        if (!is_acknowledged())
            complain("a second delivery gets %d", status);
    }
    judge_memory(calls);
}

static void first_event(void)
{
    delivers("first", 1);
}

static void event(void)
{
    delivers("second", 2);
}

static void audio(void)
{
    static char sent[TEXT], kept[TEXT], name[PATHS];
    const char *heard = path("%s/audio", state);
    deliver("recording");
    judge_answer();
    bool acknowledged = is_acknowledged();
    faulty = false;
    if (!acknowledged) {
        deliver("recording");
        if (!is_acknowledged())
            complain("a second delivery gets %d", status);
    }
    judge_memory(1);
    heard = path("%s/audio", state);
    if (count_files(heard, "", NULL) != 1 || count_files(heard, ".mp3", name) != 1)
        complain("there are %zu recordings and should be one", count_files(heard, "", NULL));
    ssize_t len = read_file(path("%s/recording.mp3", folder), sent);
    if (len <= 0 || read_file(name, kept) != len || memcmp(sent, kept, (size_t)len) != 0)
        complain("the recording is not what was sent");
}

/* Events that wait are processed. */
static void drains(int calls)
{
    OPERATOR("callmem", "drain");
    judge_end();
    if (code == 0 && events_waiting())
        complain("a drain that succeeded has left something");
    judge_memory(calls);
}

static void first_drain(void)
{
    drains(1);
}

static void drain(void)
{
    drains(2);
}

/* What can never work is in one place, with its reason. */
static void failing(void)
{
    static char reason[TEXT];
    static const char *const members[] = {"code", "message", "at", "attempts"};
    OPERATOR("callmem", "drain");
    judge_end();
    faulty = false;
    OPERATOR("callmem", "drain");
    const char *failed = path("%s/inbox/failed", state);
    if (count_files(failed, "", NULL) != 2 || count_files(failed, WAITING ".json", NULL) != 1 ||
        events_waiting())
        complain("what failed is not in its place");
    cJSON *why =
        read_file(path("%s/inbox/failed/" WAITING ".reason", state), reason) > 0 ? cJSON_Parse(reason) : NULL;
    for (size_t at = 0; at < sizeof members / sizeof *members; at++)
        if (!cJSON_HasObjectItem(why, members[at]))
            complain("the reason has no %s", members[at]);
    cJSON_Delete(why);
}

/* retry brings it back. */
static void retry(void)
{
    OPERATOR("callmem", "retry");
    judge_end();
    faulty = false;
    OPERATOR("callmem", "retry");
    if (code != 0)
        complain("retry afterwards ends with %d", code);
    if (events_waiting() != 1 || count_files(path("%s/inbox/new", state), WAITING ".json", NULL) != 1 ||
        count_files(path("%s/inbox/failed", state), ".json", NULL))
        complain("what was to come back waits in another place");
}

/* Reading: a true answer, the one for the unknown, or an error; and the truth the next time. */
static bool knows_caller(void)
{
    return answer_has("dynamic_variables", "caller_known", "true") && strstr(out, "Nora");
}

static void client_data(void)
{
    cgi("client-data", "client-data");
    judge_answer();
    if (status == 200 && !knows_caller() && !answer_has("dynamic_variables", "caller_known", "false"))
        complain("an untrue answer");
    faulty = false;
    cgi("client-data", "client-data");
    if (!knows_caller())
        complain("the next start does not know the caller");
}

static void search_data(void)
{
    cgi("search-data", "search-data");
    judge_answer();
    if (status == 200 && !strstr(out, "Tobias"))
        complain("an untrue answer");
    faulty = false;
    cgi("search-data", "search-data");
    if (!strstr(out, "Tobias"))
        complain("the next start does not find it");
}

/* Erasing succeeds wholly or says that it did not, and can be asked again. */
static void forget(void)
{
    OPERATOR("callmem", "forget", CALLER);
    judge_end();
    bool done = code == 0;
    faulty = false;
    if (!done) {
        OPERATOR("callmem", "forget", CALLER);
        if (code != 0)
            complain("the second attempt ends with %d", code);
    }
    expect_memory("what is left in memory", 0);
    if (events_waiting())
        complain("something is left in the inbox");
    if (count_files(path("%s/audio", state), ".mp3", NULL))
        complain("a recording is left");
    if (has_text(path("%s/payloads", state), &CALLER[1]))
        complain("something is left in the payload log");
}

static void inbox_status(void)
{
    OPERATOR("callmem", "status");
    judge_end();
    if (code == 0 && strncmp(out, "waiting: 1\n", strlen("waiting: 1\n")) != 0)
        complain("an untrue status");
}

/* Something that the operator asks for, and that can be asked for again until it succeeds; then it has done
 * what it does when nothing fails. */
static void does(const char *command, const char *argument)
{
    OPERATOR("callmem", command, argument);
    judge_end();
    bool done = code == 0;
    faulty = false;
    if (!done) {
        OPERATOR("callmem", command, argument);
        if (code != 0)
            complain("the second attempt ends with %d: %.200s", code, err);
    }
    expect_memory_is("memory", reference, "that of a run without faults");
}

/* Forgetting by age, recordings and all. */
static void expire(void)
{
    does("expire", NULL);
    if (count_files(path("%s/audio", state), ".mp3", NULL))
        complain("a recording is left");
}

/* An event that says that nothing of its call may be kept: its recording and the lines of payload logs go. An
 * operator who has to clean up is told. */
static void sealing(void)
{
    static char said[TEXT];
    OPERATOR("callmem", "drain");
    judge_end();
    bool done = code == 0;
    memcpy(said, err, sizeof said);
    faulty = false;
    OPERATOR("callmem", "drain");
    if (code != 0 || !strstr(out, "left: 0\nfailed: 0\n"))
        complain("a drain afterwards ends with %d: %s", code, out);
    expect_memory_is("memory", reference, "that of a run without faults");
    if (count_files(path("%s/audio", state), ".mp3", NULL))
        complain("the recording is left");
    if (has_text(path("%s/payloads", state), SEALED) && !(done && strstr(said, "could not be cleaned")))
        complain("the payload log still has it");
}

static void export_caller(void)
{
    OPERATOR("callmem", "export", CALLER);
    judge_end();
    bool done = code == 0;
    faulty = false;
    /* All but the line that says when. */
    if (done && (strlen(out) != strlen(printed) ||
                 strcmp(strstr(out, "\"profile\""), strstr(printed, "\"profile\""))))
        complain("another export");
}

static void import_caller(void)
{
    char file[PATHS];
    snprintf(file, sizeof file, "%s/export", folder);
    does("import", file);
}

static const struct scenario {
    const char *name, *start; /* the state that it starts from */
    void (*play)(void);
    const char *setting, *value; /* one more setting */
    bool is_path;                /* in FOLDER */
} scenarios[] = {
    {"first_event", "nothing", first_event, NULL, NULL, false},
    {"event", "known", event, NULL, NULL, false},
    {"audio", "known", audio, NULL, NULL, false},
    {"first_drain", "waiting", first_drain, NULL, NULL, false},
    {"drain", "known-waiting", drain, NULL, NULL, false},
    /* With an operator's own words, which say nothing about these calls. */
    {"lexicon", "known-waiting", drain, "CALLMEM_LEXICON_DIR", "lexicon", true},
    {"failing", "nonsense", failing, NULL, NULL, false},
    {"retry", "failed", retry, NULL, NULL, false},
    {"client_data", "known", client_data, NULL, NULL, false},
    {"search_data", "known", search_data, NULL, NULL, false},
    {"forget", "heard-waiting", forget, NULL, NULL, false},
    {"status", "known-waiting", inbox_status, NULL, NULL, false},
    {"expire", "heard", expire, "CALLMEM_RETENTION_DAYS", "1", false},
    {"sealing", "heard-sealed", sealing, NULL, NULL, false},
    {"export", "known", export_caller, NULL, NULL, false},
    {"import", "nothing", import_caller, NULL, NULL, false},
};

static void make_states(void)
{
    remove_tree(state);
    keep_state("nothing");
    OPERATOR("callmem", "status");
    need(code == 0, "status");
    put_event(path("%s/requests/first", folder));
    keep_state("waiting");
    put_event(path("%s/nonsense", folder));
    keep_state("nonsense");
    OPERATOR("callmem", "drain");
    keep_state("failed");
    restore_state("nothing");
    deliver("first");
    need(is_acknowledged(), "a delivery");
    OPERATOR("callmem", "drain");
    need(code == 0, "drain");
    keep_state("known");
    deliver("recording");
    need(is_acknowledged(), "the delivery of a recording");
    OPERATOR("callmem", "drain");
    keep_state("heard");
    put_event(path("%s/requests/sealed", folder));
    keep_state("heard-sealed");
    put_event(path("%s/requests/second", folder));
    keep_state("heard-waiting");
    restore_state("known");
    put_event(path("%s/requests/second", folder));
    keep_state("known-waiting");
    read_memory(whole[1]);
    OPERATOR("callmem", "drain");
    need(code == 0, "drain");
    read_memory(whole[2]);
    OPERATOR("callmem", "export", CALLER);
    need(code == 0, "export");
    write_file(path("%s/export", folder), out, strlen(out));
    OPERATOR("callmem", "forget", CALLER);
    need(code == 0, "forget");
    read_memory(whole[0]);
    need(strstr(whole[1], CALLER) && strlen(whole[2]) > strlen(whole[1]) && !strstr(whole[0], CALLER),
         "remembering");
}

static void read_settings(void)
{
    static char text[TEXT];
    if (read_file(path("%s/settings", folder), text) < 0)
        give_up("there are no settings");
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        if (setting_count == VARIABLES - 20)
            give_up("too many settings");
        settings[setting_count++] = line;
    }
    state = setting("CALLMEM_STATE_DIR");
}

/* All n of one kind. */
static void go_round(const struct scenario *scenario, long stride, long *runs, long *met)
{
    const char *fired = path("%s/fired", folder);
    char name[PATHS];
    snprintf(name, sizeof name, "%s", fired);
    for (;; n += stride) {
        restore_state(scenario->start);
        unlink(name);
        faulty = true;
        scenario->play();
        faulty = false;
        ++*runs;
        if (access(name, F_OK) != 0)
            break;
        ++*met;
    }
}

int main(int argc, char **argv)
{
    const struct scenario *scenario = scenarios, *end = scenarios + sizeof scenarios / sizeof *scenarios;
    long runs = 0, met = 0;
    if (argc < 4)
        give_up("usage: faults-rounds FOLDER SCENARIO KIND:WHAT:FROM:FIRST:STRIDE…");
    folder = argv[1];
    while (scenario < end && strcmp(scenario->name, argv[2]) != 0)
        scenario++;
    if (scenario == end)
        give_up("there is no scenario %s", argv[2]);
    umask(077);
    read_settings();
    make_states();
    if (scenario->setting)
        set(scenario->setting, scenario->is_path ? path("%s/%s", folder, scenario->value) : scenario->value);
    restore_state(scenario->start);
    /* Without a fault: what it leaves is what is to be left. */
    kind = "none", what = "", from = "";
    quiet = true;
    scenario->play();
    quiet = false;
    memcpy(printed, out, sizeof printed);
    read_memory(reference);
    restore_state(scenario->start);
    scenario->play();
    for (int at = 3; at < argc; at++) {
        char *parts[5], *rest = argv[at];
        for (size_t part = 0; part < 5; part++)
            parts[part] = strsep(&rest, ":");
        if (!parts[4])
            give_up("KIND:WHAT:FROM:FIRST:STRIDE is expected");
        kind = parts[0], what = parts[1], from = parts[2];
        n = atol(parts[3]);
        go_round(scenario, atol(parts[4]), &runs, &met);
        printf("# %s:%s:%s ended at %ld\n", kind, what, from, n);
    }
    printf("# runs %ld met %ld\n", runs, met);
    remove_tree(state);
    return 0;
}
