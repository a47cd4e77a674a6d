/*
 * settings_table: the table of all settings. Loading (settings.c), checking (settings_value.c) and the
 * generated documents (settings_print.c) follow it; no other file knows a default or a limit. Other rooms
 * include settings.h.
 *
 * A new setting is one name in enum setting and one row at the same place in settings_table.c; then run `make
 * docs`.
 */
#ifndef CALLMEM_SERVICE_SETTINGS_TABLE_H
#define CALLMEM_SERVICE_SETTINGS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/* The order is that of the table and of the documentation. */
enum setting {
    CALLMEM_ENV, /* choice: development, production */
    CALLMEM_STATE_DIR,
    CALLMEM_LISTEN,
    CALLMEM_WORKERS,
    CALLMEM_THREADS,
    ELEVENLABS_CLIENT_DATA_SECRET,
    ELEVENLABS_SEARCH_DATA_SECRET,
    ELEVENLABS_POST_CALL_SECRET,
    ELEVENLABS_CLIENT_DATA_AUTH,
    ELEVENLABS_SEARCH_DATA_AUTH,
    ELEVENLABS_POST_CALL_AUTH,
    ELEVENLABS_SIGNATURE_TOLERANCE,
    ELEVENLABS_API_KEY,
    ELEVENLABS_API_URL,
    OPENMEMORY_MODE,
    OPENMEMORY_PATH,
    OPENMEMORY_URL,
    OPENMEMORY_API_KEY,
    OPENMEMORY_CA_FILE, /* certificates that the server's is checked against; empty: the system's */
    OPENMEMORY_DECAY_LAMBDA,
    OPENMEMORY_DECAY_LAMBDA_EPISODIC,
    OPENMEMORY_DECAY_LAMBDA_SEMANTIC,
    OPENMEMORY_DECAY_LAMBDA_PROCEDURAL,
    OPENMEMORY_DECAY_LAMBDA_EMOTIONAL,
    OPENMEMORY_DECAY_LAMBDA_REFLECTIVE,
    OPENMEMORY_TIMEOUT_MS,
    CALLMEM_DATABASE_URL, /* empty: the memory is where OPENMEMORY_MODE says */
    CALLMEM_INBOX_FALLBACK,
    CALLMEM_SCOPE,
    CALLMEM_COUNTRY,
    CALLMEM_TIMEZONE,
    CALLMEM_TRUST_USER_ID,
    CALLMEM_CORS_ORIGINS,
    CALLMEM_LOG_LEVEL,
    CALLMEM_LOG_FILE,
    CALLMEM_PAYLOAD_LOG_CLIENT_DATA,
    CALLMEM_PAYLOAD_LOG_SEARCH_DATA,
    CALLMEM_PAYLOAD_LOG_POST_CALL,
    CALLMEM_FIRST_MESSAGE_RETURNING,
    CALLMEM_FIRST_MESSAGE_NEW,
    CALLMEM_PROMPT,
    CALLMEM_LANGUAGE,
    CALLMEM_KEYWORDS,
    CALLMEM_VOICE_ID,
    CALLMEM_CONTEXT_CHARS,
    CALLMEM_CONTEXT_ITEMS,
    CALLMEM_AUDIO_DIR,   /* keeps the MP3 of calls; empty: dropped */
    CALLMEM_MAX_BODY_MB, /* post-call bodies, 1 to 2048; the default depends on CALLMEM_AUDIO_DIR */
    CALLMEM_LEXICON_DIR, /* an operator's additions to the lexicon, LANGUAGE.txt each; empty: none */
    CALLMEM_RETENTION_DAYS,
    CALLMEM_RETENTION_DAYS_RECORDINGS,
    CALLMEM_RETENTION_DAYS_TURNS,
    CALLMEM_RETENTION_DAYS_FACTS,
    CALLMEM_RETENTION_DAYS_REQUESTS,
    CALLMEM_FORGET_ON_REQUEST, /* choice: ask, hide */
    CALLMEM_FORGET_AFTER_DAYS,
    CALLMEM_GREET,        /* choice: always, known-line, never */
    CALLMEM_PRIVATE,      /* set, in the order of people/trust.c */
    CALLMEM_SHARED_LINES, /* numbers with commas between */
    CALLMEM_REDACT,       /* set of the classes in understand/secrets.h, in the order of their bits */
    CALLMEM_LLM_URL,      /* empty: no LLM is asked */
    CALLMEM_LLM_KEY,
    CALLMEM_LLM_MODEL,
    CALLMEM_LLM_TIMEOUT_MS,
    CALLMEM_OPERATOR_SECRET, /* empty: there is no operator's page */
    CALLMEM_OPERATOR_ALLOW,  /* ranges of addresses from which it is reached */
    SETTINGS
};

/* Values of the choices, in the order in which the table lists them. */
enum { ENV_DEVELOPMENT, ENV_PRODUCTION };
enum { AUTH_HMAC, AUTH_SECRET, AUTH_EITHER, AUTH_NONE };
enum { MODE_LOCAL, MODE_REMOTE, MODE_DATABASE }; /* the last one where CALLMEM_DATABASE_URL is set */
enum { FALLBACK_SPOOL, FALLBACK_REFUSE };
enum { SCOPE_CALLER, SCOPE_AGENT };
enum { FORGET_ASK, FORGET_HIDE };
enum { GREET_ALWAYS, GREET_KNOWN_LINE, GREET_NEVER };
enum { TRUST_NO, TRUST_YES };
/* CALLMEM_LOG_LEVEL has the order of enum log_level. */

enum setting_type {
    TYPE_TEXT,   /* min, max: characters */
    TYPE_INT,    /* min, max: the value */
    TYPE_REAL,   /* min, max: the value */
    TYPE_CHOICE, /* one of `choices` */
    TYPE_SET,    /* none, or some of `choices`, separated by commas: setting_int() has a bit for each */
    TYPE_PATH,
    /* of a file or folder; slashes at its end are dropped; max: characters */
    TYPE_SECRETS,  /* several during a rotation, separated by commas; max: how many */
    TYPE_URL,      /* http or https; slashes at its end are dropped; max: characters */
    TYPE_DATABASE, /* a connection URI of PostgreSQL; max: characters */
    TYPE_LISTEN,   /* address and port */
    TYPE_ORIGINS,  /* of browsers' pages, separated by commas; max: how many */
    TYPE_NETWORKS, /* addresses and ranges of them (base/network.h), separated by commas; max: how many */
    TYPE_LANGUAGE, /* a language tag */
    TYPE_COUNTRY,  /* two letters, a country with a numbering plan (base/numbering.h) */
    TYPE_ZONE,     /* a time zone (base/zone.h) */
    TYPE_TEMPLATE, /* text with {{variables}}; min, max: characters */
};

enum {
    SETTING_SECRET = 1 << 0, /* never printed, wiped when freed */
    SETTING_FILE = 1 << 1,   /* may be given as NAME_FILE */
    SETTING_FILL = 1 << 2,   /* has a line NAME= in the template, which spawn/up fills in */
    SETTING_LINES = 1 << 3,  /* may contain line breaks and tabs */
};

struct setting_row {
    const char *name;
    enum setting_type type;
    unsigned flags;
    double min, max;
    const char *const *choices; /* ends with NULL */
    const char *fallback; /* the default; "": empty is valid, or the default depends on other settings */
    const char *fallback_shown; /* how documents describe a default that depends on others; else NULL */
    const char *help;           /* whole sentences in plain text */
};

extern const struct setting_row setting_rows[SETTINGS];
/* CALLMEM_ENV_FILE, which can only be set in the environment, and CALLMEM_VARIABLE_<NAME>. */
extern const struct setting_row setting_row_env_file;
extern const struct setting_row setting_row_variable;
/* The values set in env/production.env. */
struct setting_production {
    enum setting id;
    bool is_file; /* given as NAME_FILE */
    const char *value;
};
extern const struct setting_production setting_production_rows[];
extern const size_t setting_production_count;
/* The heading before a setting, NULL when there is none. */
const char *setting_group(enum setting id);

#define SETTING_SECRETS_MAX 8     /* as many as an endpoint can have, see web/credentials.h */
#define SETTING_EVENT_MB    "16"  /* CALLMEM_MAX_BODY_MB without recordings: far more than any transcript */
#define SETTING_AUDIO_MB    "200" /* and with them: some four hours */
#define SETTING_VARIABLE    "CALLMEM_VARIABLE_"
#define SETTING_DATABASE    "openmemory.sqlite" /* in CALLMEM_STATE_DIR, where OPENMEMORY_PATH is empty */

const char *setting_name(enum setting id);
bool setting_is_secret(enum setting id); /* never shown unless asked for */
/* Which setting has this name; SETTINGS when none has. */
enum setting setting_find(const char *name);

/* Where a name is set, in order of precedence. */
enum setting_source { FROM_ENVIRONMENT, FROM_FILE, SETTING_SOURCES };

enum name_kind {
    NAME_FOREIGN,  /* another program's */
    NAME_VALUE,    /* NAME */
    NAME_FILE,     /* NAME_FILE */
    NAME_VARIABLE, /* CALLMEM_VARIABLE_<NAME>; <NAME> is not checked */
    NAME_WRONG,    /* looks like a setting but is not one */
};

/* `id` is the setting of NAME_VALUE and NAME_FILE, and of a NAME_WRONG that is the _FILE form of a setting
 * without one; else SETTINGS. CALLMEM_ENV_FILE is wrong in a file, and foreign in the environment, where its
 * reader looks for it. */
enum name_kind setting_name_classify(const char *name, enum setting_source source, enum setting *id);

#define SETTING_NAME_SIZE 128
/* The known name that is nearest to a wrong one. */
void setting_name_nearest(const char *wrong, char nearest[SETTING_NAME_SIZE]);

#endif
