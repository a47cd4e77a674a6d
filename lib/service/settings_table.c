#include "service/settings_table.h"

#include "base/text.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const environments[] = {"development", "production", NULL};
static const char *const auths[] = {"hmac", "secret", "either", "none", NULL};
static const char *const fallbacks[] = {"spool", "refuse", NULL};
static const char *const modes[] = {"local", "remote", NULL};
static const char *const switches[] = {"0", "1", NULL};
static const char *const scopes[] = {"caller", "agent", NULL};
static const char *const forgetting[] = {"ask", "hide", NULL};
static const char *const greeting[] = {"always", "known-line", "never", NULL};
static const char *const private_kinds[] = {"need", "preference", "instruction", "fact", "contact",
                                            "id",   "open",       "summary",     "turn", NULL};
static const char *const secrets[] = {"card", "bank", "identity", "password", NULL};
static const char *const log_levels[] = {"debug", "info", "warn", "error", NULL};

enum {
    PATH_CHARS = 4000,
    URL_CHARS = 2000,
    KEY_CHARS = 1000,
    MESSAGE_CHARS = 2000,
    PROMPT_CHARS = 100000,
    VARIABLE_CHARS = 2000,
    ORIGINS_MAX = 64,
    NETWORKS_MAX = 64,
    LINES_CHARS = 8000,
};

/* One row each; what a macro does not name is 0, NULL or no flag. */
#define ROW(id, row_type, ...) [id] = {.name = #id, .type = row_type, __VA_ARGS__}
#define INT(id, value, least, most, text)                                                                    \
    ROW(id, TYPE_INT, .fallback = value, .min = least, .max = most, .help = text)
#define CHOICE(id, list, value, text) ROW(id, TYPE_CHOICE, .fallback = value, .choices = list, .help = text)
#define PATH(id, value, text)         ROW(id, TYPE_PATH, .fallback = value, .max = PATH_CHARS, .help = text)
#define URL(id, value, text)          ROW(id, TYPE_URL, .fallback = value, .max = URL_CHARS, .help = text)
#define SECRETS(id, text)                                                                                    \
    ROW(id, TYPE_SECRETS, .fallback = "", .max = SETTING_SECRETS_MAX,                                        \
        .flags = SETTING_SECRET | SETTING_FILE | SETTING_FILL, .help = text)
#define KEY(id, text)                                                                                        \
    ROW(id, TYPE_TEXT, .fallback = "", .max = KEY_CHARS, .flags = SETTING_SECRET | SETTING_FILE, .help = text)
#define TEMPLATE(id, most, text)                                                                             \
    ROW(id, TYPE_TEMPLATE, .fallback = "", .max = most, .flags = SETTING_FILE | SETTING_LINES, .help = text)
#define LAMBDA(id, value, made, text)                                                                        \
    ROW(id, TYPE_REAL, .fallback = value, .fallback_shown = made, .max = 10, .help = text)
#define SECTOR_LAMBDA(id, text) LAMBDA(id, "", "the value of OPENMEMORY_DECAY_LAMBDA", text)

const struct setting_row setting_rows[SETTINGS] = {
    CHOICE(
        CALLMEM_ENV, environments, "development",
        "The environment. In production a program does not start with a weak or missing secret, with the "
        "authentication none, with a settings file or secret file that others can read, with a state folder, "
        "database or payload log that others can write, or with http:// to ElevenLabs or OpenMemory beyond "
        "this machine."),
    PATH(CALLMEM_STATE_DIR, "var",
         "The folder for the database, the inbox, logs, sockets, pid files and the generated nginx "
         "configuration. A relative path is relative to the working directory."),
    ROW(CALLMEM_LISTEN, TYPE_LISTEN, .fallback = "127.0.0.1:8090",
        .help = "The address and port of the development nginx."),
    INT(CALLMEM_WORKERS, "2", 1, 64, "Processes per program."),
    INT(CALLMEM_THREADS, "4", 1, 64, "Threads per process, each serving one request at a time."),

    SECRETS(ELEVENLABS_CLIENT_DATA_SECRET,
            "The secret of the conversation initiation webhook; several during a rotation."),
    SECRETS(ELEVENLABS_SEARCH_DATA_SECRET, "The secret of the search tool; several during a rotation."),
    SECRETS(
        ELEVENLABS_POST_CALL_SECRET,
        "The secret of the post-call webhook, as ElevenLabs shows it (wsec_...); several during a rotation."),
    CHOICE(ELEVENLABS_CLIENT_DATA_AUTH, auths, "either",
           "Authentication of the conversation initiation webhook: hmac is ElevenLabs' signature, secret is "
           "the secret itself in a header, either accepts both, none accepts every request."),
    CHOICE(ELEVENLABS_SEARCH_DATA_AUTH, auths, "either", "Authentication of the search tool."),
    CHOICE(ELEVENLABS_POST_CALL_AUTH, auths, "hmac", "Authentication of the post-call webhook."),
    INT(ELEVENLABS_SIGNATURE_TOLERANCE, "3600", 1, 86400,
        "Maximum age of a signature in seconds. ElevenLabs' last retry comes 40 minutes after the first. A "
        "signature from the future is accepted up to 300 seconds ahead."),
    KEY(ELEVENLABS_API_KEY, "The key for the ElevenLabs API, used for registration and backfill."),
    URL(ELEVENLABS_API_URL, "https://api.elevenlabs.io", "The URL of the ElevenLabs API."),

    CHOICE(OPENMEMORY_MODE, modes, "local",
           "Where memories are kept: local is callmem's own database, remote is an OpenMemory server."),
    ROW(OPENMEMORY_PATH, TYPE_PATH, .fallback = "", .fallback_shown = "$CALLMEM_STATE_DIR/" SETTING_DATABASE,
        .max = PATH_CHARS, .help = "The database file in local mode."),
    URL(OPENMEMORY_URL, "", "The server in remote mode."),
    KEY(OPENMEMORY_API_KEY, "The key for the server in remote mode."),
    PATH(OPENMEMORY_CA_FILE, "",
         "A PEM file with the certificate authorities to trust in remote mode. Empty: those of the system."),
    LAMBDA(OPENMEMORY_DECAY_LAMBDA, "0", NULL,
           "How fast memories fade: after a number of days the weight of a memory is its salience times e to "
           "the power of minus lambda times days. 0: memories never fade. A change applies to memories made "
           "from then on."),
    SECTOR_LAMBDA(OPENMEMORY_DECAY_LAMBDA_EPISODIC, "The decay of what happened in calls."),
    SECTOR_LAMBDA(OPENMEMORY_DECAY_LAMBDA_SEMANTIC, "The decay of facts, needs and preferences."),
    SECTOR_LAMBDA(OPENMEMORY_DECAY_LAMBDA_PROCEDURAL, "The decay of instructions, requests and promises."),
    SECTOR_LAMBDA(OPENMEMORY_DECAY_LAMBDA_EMOTIONAL, "The decay of feelings."),
    SECTOR_LAMBDA(OPENMEMORY_DECAY_LAMBDA_REFLECTIVE, "The decay of topics."),
    INT(OPENMEMORY_TIMEOUT_MS, "800", 10, 60000,
        "Maximum time in milliseconds that a live call waits for memory."),
    ROW(CALLMEM_DATABASE_URL, TYPE_DATABASE, .fallback = "", .max = URL_CHARS,
        .flags = SETTING_SECRET | SETTING_FILE,
        .help = "A PostgreSQL database for the memory, which several front ends share: see docs/scaling.md. "
                "In production it has sslmode=require, verify-ca or verify-full unless the server is on this "
                "machine. Empty: the memory is where OPENMEMORY_MODE says."),
    CHOICE(CALLMEM_INBOX_FALLBACK, fallbacks, "spool",
           "What post-call does with an event while the database of CALLMEM_DATABASE_URL is away: with spool "
           "it is kept on this machine until the database is back, with refuse it is answered with 503, and "
           "ElevenLabs sends it again."),
    CHOICE(
        CALLMEM_SCOPE, scopes, "caller",
        "Which agents share what a caller said: with caller all agents do, with agent each agent has its own "
        "memories."),
    ROW(CALLMEM_COUNTRY, TYPE_COUNTRY, .fallback = "", .max = 2,
        .help =
            "The country whose telephone numbers come without + and country code. Empty: such numbers are "
            "identifiers of their own."),
    ROW(CALLMEM_TIMEZONE, TYPE_ZONE, .fallback = "UTC", .max = 64,
        .help = "The time zone in which callers say today and tomorrow, where a call names none."),
    CHOICE(
        CALLMEM_TRUST_USER_ID, switches, "0",
        "Whether a web or text session is who its user_id says. With 0 such a session has a memory of its "
        "own, apart from that of any number, since it can claim to be anybody. Set 1 only if your own server "
        "starts every session (signed URLs or conversation tokens) and sets its user_id."),

    ROW(CALLMEM_CORS_ORIGINS, TYPE_ORIGINS, .fallback = "", .max = ORIGINS_MAX,
        .help = "Web pages that may call the webhooks from a browser."),
    CHOICE(CALLMEM_LOG_LEVEL, log_levels, "info", "Minimum log level."),
    PATH(CALLMEM_LOG_FILE, "", "The log file, one JSON object per line. Empty: standard error."),
    PATH(CALLMEM_PAYLOAD_LOG_CLIENT_DATA, "",
         "The file for requests and responses of the conversation initiation webhook, one JSON object per "
         "line, secrets redacted. Empty: off."),
    PATH(CALLMEM_PAYLOAD_LOG_SEARCH_DATA, "", "The same for the search tool."),
    PATH(CALLMEM_PAYLOAD_LOG_POST_CALL, "", "The same for the post-call webhook."),

    TEMPLATE(CALLMEM_FIRST_MESSAGE_RETURNING, MESSAGE_CHARS,
             "The agent's first message to a known caller. Empty: not sent."),
    TEMPLATE(CALLMEM_FIRST_MESSAGE_NEW, MESSAGE_CHARS,
             "The agent's first message to an unknown caller. Empty: not sent."),
    TEMPLATE(CALLMEM_PROMPT, PROMPT_CHARS, "The prompt that replaces the agent's own. Empty: not sent."),
    ROW(CALLMEM_LANGUAGE, TYPE_LANGUAGE, .fallback = "", .max = 35,
        .help = "The language that replaces the agent's own. Empty: not sent."),
    TEMPLATE(
        CALLMEM_KEYWORDS, MESSAGE_CHARS,
        "Words that speech recognition is to expect, separated by commas or semicolons, in place of the "
        "agent's own; the variable caller_people has the names of those who use the line. Empty: not sent."),
    ROW(CALLMEM_VOICE_ID, TYPE_TEXT, .fallback = "", .max = 128,
        .help = "The voice that replaces the agent's own. Empty: not sent."),
    INT(CALLMEM_CONTEXT_CHARS, "2000", 100, 20000,
        "Maximum length in characters of memory_context and of context."),
    ROW(CALLMEM_CONTEXT_ITEMS, TYPE_TEXT, .fallback = "", .max = 1024,
        .help =
            "Data collection items of yours whose latest values memory_context tells, separated by commas. "
            "Others are only found by a search."),

    PATH(CALLMEM_AUDIO_DIR, "",
         "The folder for the MP3 recordings of calls. Empty: recordings are discarded, and those that are "
         "larger than CALLMEM_MAX_BODY_MB are refused."),
    ROW(CALLMEM_MAX_BODY_MB, TYPE_INT, .fallback = SETTING_EVENT_MB,
        .fallback_shown = SETTING_EVENT_MB ", or " SETTING_AUDIO_MB " where CALLMEM_AUDIO_DIR is set",
        .min = 1, .max = 2048,
        .help = "Maximum size in MiB of a post-call request. After a change make the site again."),
    PATH(CALLMEM_LEXICON_DIR, "",
         "The folder with additions to the lexicon, one file LANGUAGE.txt per language. Empty: none."),
    INT(CALLMEM_RETENTION_DAYS, "0", 0, 36500,
        "Days after which a conversation is deleted with all that was learnt from it. 0: never."),
    INT(CALLMEM_RETENTION_DAYS_RECORDINGS, "0", 0, 36500,
        "Days after which a recording in CALLMEM_AUDIO_DIR is deleted, counted from when it came; what was "
        "said in the call and what was learnt from it stay. 0: together with the conversation, and at the "
        "latest CALLMEM_RETENTION_DAYS after it came."),
    INT(CALLMEM_RETENTION_DAYS_TURNS, "0", 0, 36500,
        "Days after which the words of a conversation are deleted; its summary and what was learnt from it "
        "stay. 0: together with the conversation. Not with OPENMEMORY_MODE=remote."),
    INT(CALLMEM_RETENTION_DAYS_FACTS, "0", 0, 36500,
        "Days after which what was learnt from a conversation is deleted, unless a later one says it again; "
        "its summary, the caller's name, a wish not to be called and what an operator said stay. 0: together "
        "with the conversation. Not with OPENMEMORY_MODE=remote."),
    INT(CALLMEM_RETENTION_DAYS_REQUESTS, "0", 0, 36500,
        "Days after which a caller's request about their data is deleted, counted from when it was approved "
        "or dismissed; open ones stay. 0: together with the conversation. Not with OPENMEMORY_MODE=remote."),
    CHOICE(
        CALLMEM_FORGET_ON_REQUEST, forgetting, "ask",
        "What happens when a caller asks that their data be erased: with ask it waits for callmem requests "
        "--approve, with hide the caller is treated as unknown at once and erased after "
        "CALLMEM_FORGET_AFTER_DAYS, unless the request is dismissed before."),
    INT(CALLMEM_FORGET_AFTER_DAYS, "7", 0, 365,
        "Days from such a request until the caller is erased, where CALLMEM_FORGET_ON_REQUEST is hide."),
    CHOICE(CALLMEM_GREET, greeting, "always",
           "Whether a first message of callmem's and suggested_greeting have a name in them, which whoever "
           "forges "
           "a number hears as well: with known-line only on a phone number that one person alone has used in "
           "two "
           "calls or more."),
    ROW(CALLMEM_PRIVATE, TYPE_SET, .fallback = "none", .choices = private_kinds,
        .help = "What client-data does not tell and a search does not find, nor the words that it rests on, "
                "until the agent has checked who is calling and sends \"verified\": true with the search."),
    ROW(CALLMEM_SHARED_LINES, TYPE_TEXT, .fallback = "", .max = LINES_CHARS,
        .help = "Numbers that many people call from, such as switchboards, with commas between: they are "
                "nobody by their number, and a search finds only what the person said whom it names "
                "(caller_name)."),
    ROW(CALLMEM_REDACT, TYPE_SET, .fallback = "card,bank,identity,password", .choices = secrets,
        .help = "Secrets that are masked before anything is kept: payment cards, bank accounts, national "
                "identity numbers, passwords with PINs and one-time codes."),

    URL(CALLMEM_LLM_URL, "",
        "An OpenAI-compatible server whose LLM reads the calls that come without callmem's items. "
        "/v1/chat/completions is added unless the URL ends in /chat/completions. In production it begins "
        "with https:// unless the server is on this machine. Empty: none."),
    KEY(CALLMEM_LLM_KEY, "The key for that server, sent as a bearer token. Empty: none is sent."),
    ROW(CALLMEM_LLM_MODEL, TYPE_TEXT, .fallback = "", .max = 200,
        .help = "The model that is asked for. Required with CALLMEM_LLM_URL."),
    INT(CALLMEM_LLM_TIMEOUT_MS, "60000", 100, 600000,
        "Maximum time in milliseconds for one answer of the LLM. No call and no event waits for it."),

    SECRETS(CALLMEM_OPERATOR_SECRET,
            "The secret with which people log in to the operator's page, /operator/. Empty: there is no such "
            "page."),
    ROW(CALLMEM_OPERATOR_ALLOW, TYPE_NETWORKS, .fallback = "127.0.0.0/8,::1", .max = NETWORKS_MAX,
        .help =
            "From where the operator's page is reached; for all others there is nothing. Requests that were "
            "forwarded to this machine do not count as its own."),
};

const struct setting_production setting_production_rows[] = {
    {CALLMEM_ENV, false, "production"},
    {CALLMEM_STATE_DIR, false, "/var/lib/callmem"},
    {ELEVENLABS_CLIENT_DATA_SECRET, true, "/etc/callmem/secrets/client-data"},
    {ELEVENLABS_SEARCH_DATA_SECRET, true, "/etc/callmem/secrets/search-data"},
    {ELEVENLABS_POST_CALL_SECRET, true, "/etc/callmem/secrets/post-call"},
};
const size_t setting_production_count = sizeof setting_production_rows / sizeof *setting_production_rows;

const struct setting_row setting_row_env_file = {
    .name = "CALLMEM_ENV_FILE",
    .type = TYPE_PATH,
    .fallback = "./.env",
    .max = PATH_CHARS,
    .help = "The settings file; can only be set in the environment. The default file may be missing; a file "
            "that is set here "
            "must exist."};

const struct setting_row setting_row_variable = {
    .name = SETTING_VARIABLE "<NAME>",
    .type = TYPE_TEXT,
    .fallback = "",
    .max = VARIABLE_CHARS,
    .flags = SETTING_LINES,
    .help = "A dynamic variable of the agent and its value, sent in every response. The variable is named "
            "<name>, in lower case. The value has no {{ or }}. The names that callmem sets itself and names "
            "beginning with system__ are reserved."};

const char *setting_group(enum setting id)
{
    switch (id) {
    case CALLMEM_ENV:
        return "The instance";
    case ELEVENLABS_CLIENT_DATA_SECRET:
        return "ElevenLabs";
    case OPENMEMORY_MODE:
        return "Memory";
    case CALLMEM_CORS_ORIGINS:
        return "Browsers and logs";
    case CALLMEM_FIRST_MESSAGE_RETURNING:
        return "Responses to the agent";
    case CALLMEM_AUDIO_DIR:
        return "After a call";
    case CALLMEM_LLM_URL:
        return "An LLM of your own";
    case CALLMEM_OPERATOR_SECRET:
        return "The operator's page";
    default:
        return NULL;
    }
}

static enum setting setting_find_n(const char *name, size_t len)
{
    for (enum setting id = 0; id < SETTINGS; id++)
        if (strlen(setting_rows[id].name) == len && memcmp(setting_rows[id].name, name, len) == 0)
            return id;
    return SETTINGS;
}

enum setting setting_find(const char *name)
{
    return setting_find_n(name, strlen(name));
}

const char *setting_name(enum setting id)
{
    return id < SETTINGS ? setting_rows[id].name : "";
}

bool setting_is_secret(enum setting id)
{
    return id < SETTINGS && setting_rows[id].flags & SETTING_SECRET;
}

/* --- Names that an operator wrote --- */

#define NAME_CHARS 64 /* as many as text_distance() looks at */

static const char *const prefixes[] = {"CALLMEM_", "ELEVENLABS_", "OPENMEMORY_"};
enum { PREFIXES = sizeof prefixes / sizeof *prefixes };

struct nearest {
    char name[SETTING_NAME_SIZE];
    int distance;
};

/* `len` is that of `name`. */
static void consider(struct nearest *nearest, const char *name, size_t len, const char *candidate,
                     const char *rest)
{
    char whole[SETTING_NAME_SIZE];
    size_t begin = strlen(candidate), end = strlen(rest);
    int least = abs((int)len - (int)(begin + end)); /* a lower bound of the distance */
    if (begin + end >= sizeof whole || least >= nearest->distance)
        return;
    memcpy(whole, candidate, begin);
    memcpy(whole + begin, rest, end + 1);
    int distance = text_distance(name, whole);
    if (distance < nearest->distance) {
        nearest->distance = distance;
        memcpy(nearest->name, whole, begin + end + 1);
    }
}

/* The name corrected for case, separators and a leading `export`. */
static void normalise(const char *name, char out[NAME_CHARS + 1])
{
    size_t len = 0;
    if (strncmp(name, "export ", 7) == 0)
        name += 7 + strspn(name + 7, " \t");
    for (; *name && len < NAME_CHARS; name++)
        out[len++] = (char)(isascii(*name) && isalnum((unsigned char)*name) ? toupper(*name) : '_');
    out[len] = '\0';
}

/* What follows one of our prefixes, NULL when a name has none. */
static const char *after_prefix(const char *name)
{
    for (size_t i = 0; i < PREFIXES; i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return name + strlen(prefixes[i]);
    return NULL;
}

/* CALLMEM_POST_CALL_SECRET is ELEVENLABS_POST_CALL_SECRET. */
static bool differs_in_prefix(const char *name, const char *candidate)
{
    const char *rest = after_prefix(name), *other = after_prefix(candidate);
    return rest && other && strcmp(rest, other) == 0;
}

/* The known name that is nearest to a wrong one and nearer than `limit`; "" when none is. */
static struct nearest find_nearest(const char *wrong, int limit)
{
    struct nearest nearest = {"", limit};
    char name[NAME_CHARS + 1], start[sizeof SETTING_VARIABLE] = "";
    normalise(wrong, name);
    size_t len = strlen(name);
    for (enum setting id = 0; id < SETTINGS; id++) {
        if (limit > 1 && differs_in_prefix(name, setting_rows[id].name)) {
            snprintf(nearest.name, sizeof nearest.name, "%s", setting_rows[id].name);
            return nearest;
        }
        consider(&nearest, name, len, setting_rows[id].name, "");
        if (setting_rows[id].flags & SETTING_FILE)
            consider(&nearest, name, len, setting_rows[id].name, "_FILE");
    }
    consider(&nearest, name, len, setting_row_env_file.name, "");
    memcpy(start, name, strnlen(name, sizeof start - 1));
    if (len > strlen(start) && text_distance(start, SETTING_VARIABLE) <= 2)
        consider(&nearest, name, len, SETTING_VARIABLE,
                 name + strlen(start) + strspn(name + strlen(start), "_"));
    return nearest;
}

/* Whether this name in a settings file is a misspelt name of ours. */
static bool is_misspelt(const char *wrong)
{
    char name[NAME_CHARS + 1];
    normalise(wrong, name);
    for (size_t i = 0; i < PREFIXES; i++) {
        size_t word = strcspn(name, "_"), own = strlen(prefixes[i]) - 1;
        if (strncmp(name, prefixes[i], own + 1) == 0)
            return true;
        char first[NAME_CHARS + 1] = "", prefix[NAME_CHARS + 1] = "";
        memcpy(first, name, word);
        memcpy(prefix, prefixes[i], own);
        if (name[word] == '_' && text_distance(first, prefix) == 1)
            return true;
    }
    return strlen(name) >= 8 && *find_nearest(wrong, 3).name;
}

enum name_kind setting_name_classify(const char *name, enum setting_source source, enum setting *id)
{
    size_t len = strlen(name), file = strlen("_FILE");
    *id = setting_find(name);
    if (*id != SETTINGS)
        return NAME_VALUE;
    if (len > file && strcmp(name + len - file, "_FILE") == 0) {
        *id = setting_find_n(name, len - file);
        if (*id != SETTINGS && setting_rows[*id].flags & SETTING_FILE)
            return NAME_FILE;
    }
    if (strcmp(name, setting_row_env_file.name) == 0)
        return source == FROM_ENVIRONMENT ? NAME_FOREIGN : NAME_WRONG;
    if (strncmp(name, SETTING_VARIABLE, strlen(SETTING_VARIABLE)) == 0)
        return NAME_VARIABLE;
    for (size_t i = 0; i < PREFIXES; i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return NAME_WRONG;
    /* The environment is shared with other programs: only a setting's name in lower case is an error there.
     */
    bool meant = source == FROM_FILE ? is_misspelt(name) : *find_nearest(name, 1).name;
    return meant ? NAME_WRONG : NAME_FOREIGN;
}

void setting_name_nearest(const char *wrong, char nearest[SETTING_NAME_SIZE])
{
    memcpy(nearest, find_nearest(wrong, INT_MAX).name, SETTING_NAME_SIZE);
}
