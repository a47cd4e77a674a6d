#include "service/metrics.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC   "callmem metrics"
#define BUCKETS (METRIC_BOUNDS + 1)
#define NOBODY  (-1)

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2,
               "cells are shared by processes, so a lock within one process does not protect them");
typedef _Atomic uint64_t cell;

/* The state of one process. The process that owns it holds a lock on its byte, which the kernel releases when
 * the process dies. */
struct process {
    cell pid; /* 0 after a regular end */
    cell service, breaker;
};

/* Where the counters stood when a day began. */
struct day {
    cell number; /* 1 more than that of the day; 0: none */
    cell counts[DAILIES];
};

struct file {
    char magic[16];
    uint64_t layout; /* a hash of the table; a file with another hash is not used */
    struct process processes[METRICS_PROCESSES];
    struct day days[METRICS_DAYS]; /* each at its number modulo their count */
    cell cells[]; /* of each family: its rows; of a histogram's row: the buckets, then the sum of microseconds
                   */
};

static struct {
    struct file *file; /* NULL: not open */
    size_t size;
    int fd; /* holds this process's lock; -1: the counts are private */
    int self;
    unsigned service;
    size_t at[METRICS]; /* index of a family's first cell */
} shared = {.fd = -1, .self = NOBODY};

/* --- The file --- */

static size_t row_cells(enum metric metric)
{
    return metric_families[metric].type == METRIC_HISTOGRAM ? BUCKETS + 1 : 1;
}

/* Fills in where each family begins; returns the size of the file. */
static size_t compute_layout(size_t at[METRICS])
{
    size_t count = 0;
    for (enum metric i = 0; i < METRICS; i++) {
        at[i] = count;
        count += metric_families[i].rows * row_cells(i);
    }
    return sizeof(struct file) + count * sizeof(cell);
}

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash(uint64_t start, const void *bytes, size_t len)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < len; i++)
        start = (start ^ byte[i]) * 0x100000001b3;
    return start;
}

/* A hash of what the cells mean; 0 when out of memory. */
static uint64_t table_hash(void)
{
    const uint64_t processes[] = {METRICS_PROCESSES, sizeof(struct process), METRICS_DAYS,
                                  sizeof(struct day)};
    struct buf names = BUF_INIT;
    for (enum metric i = 0; i < METRICS; i++) {
        const struct metric_family *family = &metric_families[i];
        buf_printf(&names, "%s %d %u\n", family->name, family->type, family->rows);
        for (unsigned row = 0; row < family->rows && family->labels; row++)
            family->labels(&names, row);
    }
    uint64_t sum = 0xcbf29ce484222325;
    sum = hash(sum, metric_bounds, sizeof metric_bounds);
    sum = hash(sum, processes, sizeof processes);
    sum = buf_text(&names) ? hash(sum, names.data, names.len) : 0;
    buf_free(&names);
    return sum;
}

static struct file *map(int fd, size_t size)
{
    struct file *file = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return file == MAP_FAILED ? NULL : file;
}

static struct file *open_file(int directory, size_t size, uint64_t wanted, int *fd)
{
    struct stat st;
    *fd = openat(directory, METRICS_FILE, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    struct file *file = *fd >= 0 && fstat(*fd, &st) == 0 && st.st_size == (off_t)size ? map(*fd, size) : NULL;
    if (file && memcmp(file->magic, MAGIC, sizeof file->magic) == 0 && file->layout == wanted)
        return file;
    if (file)
        munmap(file, size);
    if (*fd >= 0)
        close(*fd);
    return NULL;
}

/* Allocates the blocks before mapping: on a full disk, touching a page without a block would kill the
 * program. */
static struct file *make_file(int directory, size_t size, uint64_t wanted, int *fd)
{
    static const char draft[] = METRICS_FILE ".new";
    struct file *file = NULL;
    *fd = openat(directory, draft, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*fd < 0)
        return NULL;
    errno = posix_fallocate(*fd, 0, (off_t)size);
    if (errno == 0 && (file = map(*fd, size)) != NULL) {
        memcpy(file->magic, MAGIC, sizeof file->magic);
        file->layout = wanted;
        if (renameat(directory, draft, directory, METRICS_FILE) == 0)
            return file;
        munmap(file, size);
    }
    int why = errno;
    unlinkat(directory, draft, 0);
    close(*fd);
    errno = why;
    return NULL;
}

/* One process at a time decides whether the existing file can be used. */
static struct file *open_shared(const char *path, size_t size, int *fd, struct error *error)
{
    uint64_t wanted = table_hash();
    struct file *file = NULL;
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!wanted) {
        error_no_memory(error);
    } else if (directory >= 0 && flock(directory, LOCK_EX) == 0) {
        file = open_file(directory, size, wanted, fd);
        if (!file)
            file = make_file(directory, size, wanted, fd);
    }
    if (!file && wanted)
        error_set(error, ERROR_INTERNAL, "%s/%s: %s", path, METRICS_FILE, strerror(errno));
    if (directory >= 0)
        close(directory);
    return file;
}

int metrics_open(const char *directory, const char *service, struct error *error)
{
    metrics_close();
    shared.size = compute_layout(shared.at);
    shared.service = metric_service(service);
    shared.file = open_shared(directory, shared.size, &shared.fd, error);
    if (shared.file)
        return 0;
    shared.fd = -1;
    shared.file = calloc(1, shared.size);
    return -1;
}

void metrics_close(void)
{
    if (shared.fd >= 0) {
        munmap(shared.file, shared.size);
        close(shared.fd);
    } else {
        free(shared.file);
    }
    shared.file = NULL;
    shared.fd = -1;
    shared.self = NOBODY;
}

/* --- Processes --- */

/* Takes, releases or queries the lock of a process's byte. It belongs to the open file, not to the process,
 * because a process's lock is lost when the program closes the same file anywhere else. */
static bool lock_byte(int process, int command, short *type)
{
    struct flock lock = {.l_type = *type, .l_whence = SEEK_SET, .l_start = process, .l_len = 1};
    bool good = fcntl(shared.fd, command, &lock) == 0;
    *type = lock.l_type;
    return good;
}

static bool is_alive(int process)
{
    short type = F_WRLCK;
    if (process == shared.self)
        return true;
    return shared.fd >= 0 && lock_byte(process, F_OFD_GETLK, &type) && type != F_UNLCK;
}

static int claim_slot(void)
{
    for (int i = 0; i < METRICS_PROCESSES; i++) {
        short type = F_WRLCK;
        if (shared.fd < 0 || lock_byte(i, F_OFD_SETLK, &type))
            return i;
    }
    return NOBODY;
}

static void log_death(uint64_t service, uint64_t pid)
{
    struct log_line line;
    log_begin(&line, LOG_ERROR, "a process died");
    log_text(&line, "program", metric_service_name((unsigned)service));
    log_int(&line, "died_pid", (int64_t)pid);
    log_end(&line);
}

/* Logs processes that ended without metrics_end(): killed, crashed, or out of memory. If several processes
 * notice one, one of them logs it. */
static void reap_dead_processes(void)
{
    for (int i = 0; i < METRICS_PROCESSES && shared.fd >= 0; i++) {
        struct process *process = &shared.file->processes[i];
        uint64_t pid = process->pid, service = process->service;
        if (pid != 0 && !is_alive(i) && atomic_compare_exchange_strong(&process->pid, &pid, 0))
            log_death(service, pid);
    }
}

void metrics_begin(void)
{
    if (!shared.file || shared.service == METRIC_SERVICES)
        return;
    reap_dead_processes();
    shared.self = claim_slot();
    if (shared.self != NOBODY) {
        struct process *process = &shared.file->processes[shared.self];
        uint64_t service = atomic_exchange(&process->service, shared.service);
        uint64_t before = atomic_exchange(&process->pid, (uint64_t)getpid());
        if (before != 0) /* it died just now */
            log_death(service, before);
        process->breaker = BREAKER_NONE;
    }
    metrics_count(METRIC_STARTS, shared.service);
}

void metrics_end(void)
{
    short type = F_UNLCK;
    if (!shared.file || shared.service == METRIC_SERVICES)
        return;
    metrics_count(METRIC_STOPS, shared.service);
    if (shared.self != NOBODY)
        shared.file->processes[shared.self].pid = 0;
    if (shared.self != NOBODY && shared.fd >= 0)
        lock_byte(shared.self, F_OFD_SETLK, &type);
    shared.self = NOBODY;
}

void metrics_breaker(enum metrics_breaker state)
{
    if (shared.file && shared.self != NOBODY)
        shared.file->processes[shared.self].breaker = state;
}

/* --- Counting --- */

static cell *row_of(enum metric metric, unsigned row)
{
    return &shared.file->cells[shared.at[metric] + row * row_cells(metric)];
}

static void add(cell *to, uint64_t more)
{
    atomic_fetch_add_explicit(to, more, memory_order_relaxed);
}

void metrics_count(enum metric counter, unsigned row)
{
    if (shared.file)
        add(row_of(counter, row), 1);
}

void metrics_set(enum metric gauge, unsigned row, int64_t value)
{
    if (shared.file)
        *row_of(gauge, row) = (uint64_t)value;
}

int64_t metrics_value(enum metric metric, unsigned row)
{
    return shared.file ? (int64_t)*row_of(metric, row) : 0;
}

void metrics_time(enum metric histogram, unsigned row, int64_t microseconds)
{
    unsigned bucket = 0;
    if (!shared.file)
        return;
    while (bucket < METRIC_BOUNDS && microseconds > metric_bounds[bucket])
        bucket++;
    cell *cells = row_of(histogram, row);
    add(&cells[bucket], 1);
    add(&cells[BUCKETS], microseconds > 0 ? (uint64_t)microseconds : 0);
}

/* --- Day by day --- */

static void read_counters(uint64_t counts[DAILIES])
{
    counts[DAILY_NOTHING_FOUND] = (uint64_t)metrics_value(METRIC_SEARCHES, SEARCH_NOTHING);
    counts[DAILY_LEFT_OUT] = 0;
    for (unsigned row = 0; row < METRIC_DROPS; row++)
        counts[DAILY_LEFT_OUT] += (uint64_t)metrics_value(METRIC_EVIDENCE_DROPPED, row);
}

static struct day *slot_of(int64_t day)
{
    return &shared.file->days[day % METRICS_DAYS];
}

static bool is_noted(int64_t day)
{
    return slot_of(day)->number == (uint64_t)day + 1;
}

/* The number is written last: until then the slot is that of a day long past. */
void metrics_begin_day(int64_t day)
{
    uint64_t counts[DAILIES];
    if (!shared.file || day < 0 || is_noted(day))
        return;
    read_counters(counts);
    for (int i = 0; i < DAILIES; i++)
        slot_of(day)->counts[i] = counts[i];
    slot_of(day)->number = (uint64_t)day + 1;
}

bool metrics_day(int64_t day, int64_t today, int64_t counts[DAILIES])
{
    uint64_t end[DAILIES];
    if (!shared.file || day < 0 || !is_noted(day) || (day != today && !is_noted(day + 1)))
        return false;
    if (day == today)
        read_counters(end);
    for (int i = 0; i < DAILIES; i++)
        counts[i] =
            (int64_t)((day == today ? end[i] : slot_of(day + 1)->counts[i]) - slot_of(day)->counts[i]);
    return true;
}

/* --- Requests --- */

/* Whether somebody had the wrong secret or clock. Scanners of the web send no credentials at all, or
 * malformed ones; they do not count. */
static bool is_wrong_credential(enum error_code code)
{
    return code == ERROR_INVALID_SIGNATURE || code == ERROR_INVALID_SECRET ||
           code == ERROR_TIMESTAMP_OUT_OF_TOLERANCE;
}

/* Keeps METRIC_REFUSED. What an endpoint accepts usually finds a zero, which it leaves alone. */
static void count_refusal(unsigned service, int status, enum error_code code)
{
    if (is_wrong_credential(code))
        metrics_count(METRIC_REFUSED, service);
    else if (status == 200 && metrics_value(METRIC_REFUSED, service) != 0)
        metrics_set(METRIC_REFUSED, service, 0);
}

void metrics_request(const char *endpoint, int status, enum error_code code, int64_t microseconds)
{
    unsigned row = metric_endpoint(endpoint);
    metrics_count(METRIC_REQUESTS, metric_outcome(row, status, code));
    metrics_time(METRIC_REQUEST_SECONDS, row, microseconds);
    unsigned service = endpoint ? metric_service(endpoint) : METRIC_SERVICES;
    if (service < METRIC_SERVICES)
        count_refusal(service, status, code);
}

/* --- Output --- */

static void print_head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void print_name(struct buf *out, const struct metric_family *family, unsigned row, const char *suffix)
{
    buf_printf(out, "%s%s", family->name, suffix);
    if (!family->labels)
        return;
    buf_putc(out, '{');
    family->labels(out, row);
    buf_putc(out, '}');
}

/* A bucket holds how many took at most its bound. The count is the last bucket, so the two always agree.
 */
static void print_histogram(struct buf *out, enum metric metric, unsigned row)
{
    const struct metric_family *family = &metric_families[metric];
    const cell *cells = row_of(metric, row);
    uint64_t count = 0;
    for (unsigned i = 0; i < BUCKETS; i++) {
        char bound[32] = "+Inf";
        if (i < METRIC_BOUNDS)
            snprintf(bound, sizeof bound, "%g", (double)metric_bounds[i] / 1e6);
        count += cells[i];
        buf_printf(out, "%s_bucket{", family->name);
        if (family->labels) {
            family->labels(out, row);
            buf_putc(out, ',');
        }
        buf_printf(out, "le=\"%s\"} %llu\n", bound, (unsigned long long)count);
    }
    print_name(out, family, row, "_sum");
    buf_printf(out, " %.6f\n", (double)cells[BUCKETS] / 1e6);
    print_name(out, family, row, "_count");
    buf_printf(out, " %llu\n", (unsigned long long)count);
}

static void print_family(struct buf *out, enum metric metric)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};
    const struct metric_family *family = &metric_families[metric];
    print_head(out, family->name, types[family->type], family->help);
    for (unsigned row = 0; row < family->rows; row++) {
        if (family->type == METRIC_HISTOGRAM) {
            print_histogram(out, metric, row);
            continue;
        }
        print_name(out, family, row, "");
        buf_printf(out, " %lld\n", (long long)*row_of(metric, row));
    }
}

/* How many processes of each program are alive, and how many have their breaker in each state. */
struct census {
    unsigned alive[METRIC_SERVICES], breakers[METRIC_SERVICES][BREAKERS];
};

static void count_processes(struct census *census)
{
    for (int i = 0; i < METRICS_PROCESSES; i++) {
        const struct process *process = &shared.file->processes[i];
        uint64_t service = process->service, breaker = process->breaker;
        if (service >= METRIC_SERVICES || breaker >= BREAKERS || !is_alive(i))
            continue;
        census->alive[service]++;
        census->breakers[service][breaker]++;
    }
}

static void print_processes(struct buf *out)
{
    struct census census = {0};
    count_processes(&census);
    print_head(out, "callmem_processes", "gauge", "Running processes.");
    for (unsigned service = 0; service < METRIC_SERVICES; service++) {
        buf_puts(out, "callmem_processes{");
        metric_service_label(out, service);
        buf_printf(out, "} %u\n", census.alive[service]);
    }
    print_head(out, "callmem_memory_breaker", "gauge",
               "Processes by the state of their circuit breaker for remote memory.");
    for (unsigned service = 0; service < METRIC_SERVICES; service++)
        for (enum metrics_breaker state = BREAKER_CLOSED; state < BREAKERS; state++) {
            buf_puts(out, "callmem_memory_breaker{");
            metric_service_label(out, service);
            buf_printf(out, ",state=\"%s\"} %u\n", metric_breaker_name(state),
                       census.breakers[service][state]);
        }
}

void metrics_print(struct buf *out)
{
    print_head(out, "callmem_info", "gauge", "The version of callmem.");
    buf_printf(out, "callmem_info{version=\"%s\"} 1\n", CALLMEM_VERSION);
    if (!shared.file)
        return;
    print_processes(out);
    for (enum metric i = 0; i < METRICS; i++)
        print_family(out, i);
}
