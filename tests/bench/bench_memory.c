/*
 * What search, the profile and working off an event cost, at several sizes. Fills databases through the
 * library with calls made up from the sentences below (a seeded generator: every run makes the same), then
 * measures in this process what a request of the programs would do. Nothing here passes or fails: the figures
 * of one machine are in docs/performance.md.
 *
 *   bench_memory [--memories N] [--commit-every N] [--dir DIR] [--results FILE]
 *   bench_memory --fill FILE [--memories N | --callers N] [--commit-every N]
 *
 * --memories: how many the largest database has, ten for each caller (default 100,000; 1,000,000 takes a
 * minute and 260 MB). --commit-every: calls in one transaction while a database is filled (default 500: the
 * product commits, and syncs, after each, which is what "an event" below is measured with). --results: the
 * medians by size of the database, for a plot. --fill only makes a database, of that many memories or of that
 * many callers with two long calls each.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "language/lexicon.h"
#include "memory/open.h"
#include "people/profile.h"
#include "people/remember.h"
#include "understand/understand.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SMALL_DATABASE 10000
#define CALL_MEMORIES                                                                                        \
    10 /* of a call in the databases of many callers: its summary, two values, seven turns */
#define LONG_CALL     25 /* of a call of one who calls often */
#define CONTEXT_CHARS 2000
#define DECADE_AGO    1450000000 /* when the first call was */

static void give_up(const char *doing, const char *why)
{
    fprintf(stderr, "bench_memory: %s: %s\n", doing, why);
    exit(1);
}

static void *need(void *allocation)
{
    if (!allocation)
        give_up("making calls up", "out of memory");
    return allocation;
}

static void check(int result, const char *doing, const struct error *error)
{
    if (result != 0)
        give_up(doing, error->message);
}

/* --- Made-up calls --- */

static uint64_t seed = 20417;

static uint32_t draw(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % below;
}

/* What stands for {a} to {z} in the sentences. */
static const char *const words[26] = {
    ['a' - 'a'] = "dog cat parrot rabbit hamster pony tortoise goldfish",
    ['b' - 'a'] = "sister brother mother father daughter son aunt uncle cousin neighbour colleague friend",
    ['c' - 'a'] = "Leeds Bristol Cardiff Glasgow Dublin Oxford Norwich Exeter York Bath Derby Swansea Dundee "
                  "Lincoln Durham Carlisle Plymouth Ipswich",
    ['d' - 'a'] = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    ['f' - 'a'] = "pasta curry soup lentils salmon dumplings porridge pancakes rice salad bread cheese",
    ['h' - 'a'] = "gardening fishing chess swimming painting cycling sailing knitting hiking tennis choir "
                  "pottery",
    ['i' - 'a'] = "asthma migraine diabetes eczema arthritis insomnia hayfever anaemia",
    ['j' - 'a'] = "nurse teacher driver carpenter accountant baker librarian plumber engineer florist "
                  "translator",
    ['k' - 'a'] = "January February March April June July August September October November December",
    ['l' - 'a'] = "broken scratched late missing loud wrong empty torn leaking bent incomplete",
    ['m' - 'a'] = "invoice refund contract subscription warranty voucher deposit statement receipt policy",
    ['n' - 'a'] = "Zosia Marek Leila Omar Ingrid Paolo Yusuf Greta Hanna Felix Nadia Viktor Sofia Emil Rosa "
                  "Anton Mira Jonas Carla Theo",
    ['p' - 'a'] =
        "kettle lamp sofa printer blender bicycle tent jacket camera toaster radio wardrobe mattress "
        "router telescope drill mixer stroller carpet keyboard",
    ['q' - 'a'] = "red blue green white black yellow grey purple orange brown",
    ['s' - 'a'] = "Mill Church Station Orchard Bridge Castle Harbour Meadow Victoria Quarry",
    ['t' - 'a'] = "morning afternoon evening",
    ['u' - 'a'] = "two three four five six seven eight nine ten twelve twenty thirty",
    ['v' - 'a'] = "Portugal Norway Greece Scotland Iceland Croatia Austria Morocco Canada Japan",
};

/* The agent's, and what the caller says to it. */
static const char *const exchanges[][2] = {
    {"How can I help you today?", "I ordered a {q} {p} {u} days ago and it still hasn't come."},
    {"What is your order number?", "It is HB-{0}, I have it in front of me."},
    {"What is wrong with it?", "The {p} arrived {l}, and the box was {l} as well."},
    {"Where should we deliver it?", "Please send it to {1} {s} Road in {c}."},
    {"When would suit you best?", "On {d} {t}, after {u} o'clock, I work in the {t}."},
    {"Is there anything else I should know?", "My {b} {n} will be at home, the {a} barks but doesn't bite."},
    {"How is the {p} working for you?", "Really well, my {b} uses it every {d}."},
    {"Did the {m} reach you?", "Yes, but the amount on the {m} is wrong, it should be {1} pounds."},
    {"Shall I send the {m} by post?", "No, I prefer email, my address is {n}{1}@example.org."},
    {"May I ask what you do?", "I am a {j} in {c}, I started there in {k}."},
    {"Are you going away this summer?", "We are going to {v} in {k} with {n} and the {a}."},
    {"Is there anything you can't eat?", "I am allergic to {f}, and my {b} doesn't eat {f} either."},
    {"And how is {n}?", "{n} had {i} last {k}, but is much better now and back to {h}."},
    {"Would you like to book an appointment?", "Yes, with the {j} on {d} at {u}, if there is one free."},
    {"Thank you for waiting.", "No problem. While I waited my {b} told me about {h} in {c}."},
    {"Your refund is on its way.", "Good, it was {1} pounds for the {q} {p}, I think."},
    {"Can I offer you a voucher?", "That's kind, I would use it for a {p} for {n}'s birthday in {k}."},
    {"Was the driver friendly?", "Very, he even carried the {p} up to the {u} floor."},
};

static const char *const summaries[] = {
    "The caller asked about a {p} that arrived {l}. The agent promised a replacement for {d}. {n} will be "
    "there.",
    "The caller, a {j} from {c}, wanted a {m} of {1} pounds corrected. The order number is HB-{0}.",
    "An appointment was booked for {d} {t}. The caller mentioned {n} and a trip to {v} in {k}.",
    "The caller ordered a {q} {p} for delivery to {s} Road in {c}. The caller is allergic to {f}.",
};

static const char *const questions[] = {
    "What did the caller say about the {p}?",
    "order number",
    "When should the {p} be delivered?",
    "What is {n} allergic to?",
    "Who is {n}?",
    "Which {m} was wrong and how much was it?",
    "What does the caller do for work?",
    "Where is the caller going on holiday?",
    "Does the caller have a pet?",
    "address for the delivery in {c}",
    "How is the caller's {b}?",
    "What was promised last time?",
    "appointment on {d} {t}",
    "What did the caller buy in {k}?",
    "HB-{0}",
    "hobbies of the caller's {b} such as {h}",
};

static void add_word(struct buf *b, const char *list)
{
    size_t count = 1, pick;
    for (const char *p = list; *p; p++)
        count += *p == ' ';
    /* The smaller of two: some words are said more often than others, as in life. */
    pick = draw((uint32_t)count);
    size_t other = draw((uint32_t)count);
    for (pick = other < pick ? other : pick; pick; pick--)
        list = strchr(list, ' ') + 1;
    buf_add(b, list, strcspn(list, " "));
}

static const char *make_up(struct arena *arena, const char *sentence)
{
    struct buf b = BUF_INIT;
    for (const char *p = sentence; *p; p++) {
        if (*p != '{')
            buf_putc(&b, *p);
        else if (p[1] == '0')
            buf_printf(&b, "%05u", draw(100000));
        else if (p[1] == '1')
            buf_printf(&b, "%u", 1 + draw(400));
        else
            add_word(&b, words[p[1] - 'a']);
        if (*p == '{')
            p += 2;
    }
    const char *text = need(arena_text(arena, need((void *)(uintptr_t)buf_text(&b)), b.len));
    buf_free(&b);
    return text;
}

#define ANY(list) (list)[draw(sizeof(list) / sizeof *(list))]

/* A call with so many memories: a summary, two collected values, turns. */
static size_t make_call(struct arena *arena, const char *caller, unsigned nth, size_t count,
                        struct memory *items)
{
    const char *const *exchange = NULL;
    const char *conversation = need(arena_printf(arena, "conv_%s_%06u", caller + 1, nth));
    int64_t started_at = DECADE_AGO + (int64_t)nth * 3 * CLOCK_DAY + draw(CLOCK_DAY);
    for (size_t i = 0; i < count; i++) {
        items[i] = (struct memory){.caller = caller,
                                   .agent = "agent_bench",
                                   .conversation = conversation,
                                   .language = "en",
                                   .speaker = "",
                                   .tags = "",
                                   .metadata = "{}",
                                   .salience = 0.5,
                                   .created_at = started_at};
        if (i == 0) {
            items[i].kind = KIND_SUMMARY;
            /* Else post-call would understand all of them again while it is measured. */
            items[i].metadata = need(arena_printf(arena, "{\"understood\":%d}", UNDERSTANDING_VERSION));
            items[i].content = make_up(arena, ANY(summaries));
        } else if (i <= 2) {
            items[i].kind = KIND_COLLECTED;
            items[i].sector = SECTOR_SEMANTIC;
            items[i].position = (int)i - 1;
            items[i].content = make_up(arena, i == 1 ? "order number: HB-{0}" : "product: {p}");
            items[i].metadata = i == 1 ? "{\"slot\":\"order_number\"}" : "{\"slot\":\"product\"}";
        } else {
            bool agent = i % 2;
            exchange = agent || !exchange ? ANY(exchanges) : exchange;
            items[i].kind = KIND_TURN;
            items[i].position = (int)i - 3;
            items[i].speaker = agent ? "agent" : "user";
            items[i].content = make_up(arena, exchange[!agent]);
            items[i].created_at += 8 * (int64_t)i;
        }
    }
    return count;
}

static void caller_number(unsigned nth, char caller[32])
{
    snprintf(caller, 32, "+1555%07u", nth);
}

/* --- Filling --- */

static struct memory_store *open_store(const char *path)
{
    static struct memory_options options;
    options = (struct memory_options){.path = path, .timeout_ms = 5000, .write_timeout_ms = 60000};
    /* The path is borrowed for as long as the store is open. */
    return need(memory_open(&options));
}

static void add_call(struct memory_store *store, const char *caller, unsigned nth, size_t count, bool profile)
{
    struct memory items[LONG_CALL];
    struct arena *arena = need(arena_new());
    struct error error = {0};
    make_call(arena, caller, nth, count, items);
    check(memory_add(store, items, count, NULL, &error), "adding a call", &error);
    if (profile)
        check(profile_update(store, caller, "", &(struct context_bounds){.chars = CONTEXT_CHARS, .items = ""},
                             &error),
              "making a profile", &error);
    arena_free(arena);
}

/* One call of each caller, from one up to before another. */
static void fill_callers(struct memory_store *store, unsigned from, unsigned to, unsigned commit_every)
{
    struct error error = {0};
    for (unsigned i = from; i < to; i++) {
        char caller[32];
        caller_number(i, caller);
        if ((i - from) % commit_every == 0)
            check(memory_begin(store, &error), "beginning", &error);
        add_call(store, caller, 0, CALL_MEMORIES, true);
        if ((i + 1 - from) % commit_every == 0 || i + 1 == to)
            check(memory_commit(store, &error), "committing", &error);
    }
}

/* All calls of one caller. */
static void fill_caller(struct memory_store *store, const char *caller, unsigned memories,
                        unsigned commit_every)
{
    struct error error = {0};
    unsigned calls = memories / LONG_CALL;
    for (unsigned i = 0; i < calls; i++) {
        if (i % commit_every == 0)
            check(memory_begin(store, &error), "beginning", &error);
        add_call(store, caller, i, LONG_CALL, i + 1 == calls);
        if ((i + 1) % commit_every == 0 || i + 1 == calls)
            check(memory_commit(store, &error), "committing", &error);
    }
}

/* --- Measuring --- */

struct times {
    double *ms;
    size_t count;
};

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare_times(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

static double of_times(const struct times *times, double share)
{
    return times->ms[(size_t)((double)(times->count - 1) * share)];
}

static void times_make(struct times *times, size_t count)
{
    *times = (struct times){need(calloc(count, sizeof(double))), count};
}

static void times_sort(struct times *times)
{
    qsort(times->ms, times->count, sizeof(double), compare_times);
}

static double search_once(struct memory_store *store, const char *caller)
{
    struct arena *arena = need(arena_new());
    struct memory_filter filter = {.caller = caller};
    struct memory_list found = {0};
    struct error error = {0};
    const char *question = make_up(arena, ANY(questions));
    double start = now_ms();
    check(memory_search(store, &filter, question, &found, &error), "searching", &error);
    double spent = now_ms() - start;
    memory_list_free(&found);
    arena_free(arena);
    return spent;
}

/* What client-data does of it while the phone rings: the document, and its variables. */
static double profile_once(struct memory_store *store, const char *caller)
{
    struct error error = {0};
    struct memory_profile profile;
    double start = now_ms();
    check(memory_profile(store, caller, "", &profile, &error), "reading a profile", &error);
    cJSON *variables = need(profile_variables(profile.document, caller));
    double spent = now_ms() - start;
    cJSON_Delete(variables);
    memory_profile_free(&profile);
    return spent;
}

/* A call as an event that is processed: understanding, memories, profile, and all of it synced. */
static double event_once(struct memory_store *store, const struct lexicon *lexicon,
                         const struct settings *settings, const char *caller, unsigned nth)
{
    struct arena *arena = need(arena_new());
    struct memory items[CALL_MEMORIES];
    struct turn turns[CALL_MEMORIES];
    struct error error = {0};
    struct event event = {.type = EVENT_TRANSCRIPTION,
                          .type_name = "post_call_transcription",
                          .agent = "agent_bench",
                          .caller_kind = CALLER_NUMBER,
                          .transcript = {.language = "en", .turns = turns},
                          .title = "",
                          .outcome = "success",
                          .failure = ""};
    make_call(arena, caller, nth, CALL_MEMORIES, items);
    snprintf(event.caller, sizeof event.caller, "%s", caller);
    event.conversation = items[0].conversation;
    event.transcript.started_at = items[0].created_at;
    event.transcript.summary = items[0].content;
    for (size_t i = 3; i < CALL_MEMORIES; i++, event.transcript.turn_count++)
        turns[event.transcript.turn_count] = (struct turn){.role = i % 2 ? ROLE_AGENT : ROLE_USER,
                                                           .text = items[i].content,
                                                           .speaker = "",
                                                           .position = items[i].position,
                                                           .second = 8 * (int64_t)i};
    double start = now_ms();
    check(remember_event(store, lexicon, settings, &event, &error), "processing an event", &error);
    double spent = now_ms() - start;
    arena_free(arena);
    return spent;
}

/* Callers of a database that are measured together: from `first` on, so many. */
struct who {
    unsigned first, count;
};

static void measure_searches(struct memory_store *store, struct who who, struct times *times)
{
    char caller[32];
    for (size_t i = 0; i < times->count; i++) {
        caller_number(who.first + draw(who.count), caller);
        times->ms[i] = search_once(store, caller);
    }
    times_sort(times);
}

static void measure_profiles(struct memory_store *store, struct who who, struct times *times)
{
    char caller[32];
    for (size_t i = 0; i < times->count; i++) {
        caller_number(who.first + draw(who.count), caller);
        times->ms[i] = profile_once(store, caller);
    }
    times_sort(times);
}

static void measure_events(struct memory_store *store, struct who who, struct times *times)
{
    struct error error = {0};
    struct buf complaints = BUF_INIT, warnings = BUF_INIT;
    struct lexicon *lexicon = lexicon_load("", &error);
    struct settings *settings = settings_parse("", 0, "defaults", &complaints, &warnings);
    char caller[32];
    check(lexicon ? 0 : -1, "loading the lexicon", &error);
    need(settings);
    for (size_t i = 0; i < times->count; i++) {
        caller_number(who.first + draw(who.count), caller);
        times->ms[i] = event_once(store, lexicon, settings, caller, 1000000 + (unsigned)i);
    }
    times_sort(times);
    settings_free(settings);
    lexicon_free(lexicon);
    buf_free(&complaints);
    buf_free(&warnings);
}

static void remove_database(const char *path)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    char name[4096];
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        if (unlink(name) != 0 && errno != ENOENT)
            give_up(name, strerror(errno));
    }
}

/* The most memory that this process has had, in MiB. */
static double peak_memory(void)
{
    char line[256];
    double kib = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtod(line + 6, NULL);
    if (status)
        fclose(status);
    return kib / 1024;
}

/* --- The table --- */

/* Prints two columns, and one for the plot. */
static void print_times(const struct times *times, FILE *results)
{
    printf(" %9.3f %9.3f", of_times(times, 0.5), of_times(times, 0.99));
    fflush(stdout);
    if (results)
        fprintf(results, " %.4f", of_times(times, 0.5));
    free(times->ms);
}

/* One line of the table. The events come last, since they change what is there. */
static void measure(struct memory_store *store, const char *name, struct who who, size_t searches,
                    size_t events, FILE *results)
{
    struct times times;
    char caller[32];
    caller_number(who.first, caller);
    printf("%-28s", name);
    fflush(stdout);
    search_once(store, caller);
    times_make(&times, searches);
    measure_searches(store, who, &times);
    print_times(&times, results);
    times_make(&times, 2000);
    measure_profiles(store, who, &times);
    print_times(&times, results);
    times_make(&times, events);
    measure_events(store, who, &times);
    print_times(&times, results);
    printf(" %9.1f\n", peak_memory());
}

static void measure_first(const char *path)
{
    char caller[32];
    struct memory_store *store = open_store(path);
    caller_number(1, caller);
    double start = now_ms();
    profile_once(store, caller);
    double profile = now_ms() - start;
    printf("A handle's first profile %.3f ms", profile);
    printf(", its first search after that %.3f ms\n\n", search_once(store, caller));
    memory_close(store);
}

static void few_callers(const char *path, unsigned commit_every)
{
    static const unsigned sizes[] = {100, 1000, 10000, 50000};
    const size_t count = sizeof sizes / sizeof *sizes;
    char caller[32], name[64];
    struct memory_store *store = open_store(path);
    for (unsigned i = 0; i < count; i++) {
        caller_number(i, caller);
        fill_caller(store, caller, sizes[i], commit_every);
    }
    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof name, "one caller, %u memories", sizes[i]);
        measure(store, name, (struct who){i, 1}, sizes[i] > 1000 ? 200 : 2000, 50, NULL);
    }
    memory_close(store);
}

static double megabytes(const char *path)
{
    struct stat file;
    return stat(path, &file) == 0 ? (double)file.st_size / 1e6 : 0;
}

/* A database that grows threefold from step to step, measured at each. */
static void many_callers(const char *path, unsigned memories, unsigned commit_every, FILE *results)
{
    char name[64];
    unsigned callers = 0;
    double spent = 0;
    for (unsigned size = SMALL_DATABASE; callers * CALL_MEMORIES < memories; size *= 10) {
        for (unsigned part = size; part <= 3 * size && callers * CALL_MEMORIES < memories; part *= 3) {
            struct memory_store *store = open_store(path);
            unsigned more = (part < memories ? part : memories) / CALL_MEMORIES;
            double start = now_ms();
            fill_callers(store, callers, more, commit_every);
            spent += now_ms() - start;
            callers = more;
            if (results)
                fprintf(results, "%u", callers * CALL_MEMORIES);
            snprintf(name, sizeof name, "%u of %u callers", callers * CALL_MEMORIES, callers);
            measure(store, name, (struct who){0, callers}, 5000, 200, results);
            if (results)
                fputc('\n', results);
            memory_close(store); /* empties the journal into the database */
        }
    }
    double size = megabytes(path);
    printf("    filled in %.1f s (%u calls in each transaction), %.1f MB, %.0f bytes a memory\n", spent / 1e3,
           commit_every, size, size * 1e6 / memories);
}

/* --- The command line --- */

struct options {
    unsigned memories, commit_every, callers;
    const char *dir, *fill, *results;
};

/* Callers with two long calls each, in one transaction. */
static void fill_long(struct memory_store *store, unsigned callers)
{
    struct error error = {0};
    check(memory_begin(store, &error), "beginning", &error);
    for (unsigned i = 0; i < callers; i++) {
        char caller[32];
        caller_number(i, caller);
        add_call(store, caller, 0, LONG_CALL, false);
        add_call(store, caller, 1, LONG_CALL, true);
    }
    check(memory_commit(store, &error), "committing", &error);
}

/* For measuring the programs (tests/bench/web). */
static void fill_only(const struct options *options)
{
    struct memory_store *store = open_store(options->fill);
    if (options->callers)
        fill_long(store, options->callers);
    else
        fill_callers(store, 0, options->memories / CALL_MEMORIES, options->commit_every);
    memory_close(store);
}

static unsigned read_number(const char *text)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    if (*end || number < CALL_MEMORIES || number > 100000000)
        give_up(text, "a number from 10 on is expected");
    return (unsigned)number;
}

static void read_options(int argc, char **argv, struct options *options)
{
    for (int i = 1; i < argc; i++) {
        if (i + 1 < argc && strcmp(argv[i], "--memories") == 0)
            options->memories = read_number(argv[++i]);
        else if (i + 1 < argc && strcmp(argv[i], "--commit-every") == 0)
            options->commit_every = read_number(argv[++i]);
        else if (i + 1 < argc && strcmp(argv[i], "--dir") == 0)
            options->dir = argv[++i];
        else if (i + 1 < argc && strcmp(argv[i], "--fill") == 0)
            options->fill = argv[++i];
        else if (i + 1 < argc && strcmp(argv[i], "--results") == 0)
            options->results = argv[++i];
        else if (i + 1 < argc && strcmp(argv[i], "--callers") == 0)
            options->callers = read_number(argv[++i]);
        else
            give_up(argv[i], "no such option; they are told at the head of tests/bench/bench_memory.c");
    }
}

int main(int argc, char **argv)
{
    struct options options = {.memories = 100000, .commit_every = 500};
    char made[] = "/tmp/bench_memory.XXXXXX", path[4096];
    read_options(argc, argv, &options);
    if (options.fill) {
        fill_only(&options);
        return 0;
    }
    if (!options.dir && !(options.dir = mkdtemp(made)))
        give_up(made, strerror(errno));
    snprintf(path, sizeof path, "%s/memory.sqlite", options.dir);
    printf("%-28s %19s %19s %19s\n", "", "search, ms", "profile, ms", "event, ms");
    printf("%-28s %9s %9s %9s %9s %9s %9s %9s\n", "", "median", "p99", "median", "p99", "median", "p99",
           "peak MiB");
    remove_database(path);
    few_callers(path, options.commit_every);
    measure_first(path);
    remove_database(path);
    FILE *results = options.results ? fopen(options.results, "w") : NULL;
    if (options.results && !results)
        give_up(options.results, strerror(errno));
    many_callers(path, options.memories, options.commit_every, results);
    if (results)
        fclose(results);
    remove_database(path);
    if (options.dir == made)
        rmdir(made);
    return 0;
}
