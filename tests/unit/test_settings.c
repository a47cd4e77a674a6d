/* settings: what an operator writes, what comes out of it, and what is said about mistakes. */
#include "service/settings.h"
#include "tests/unit/unit.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STRONG "correct-horse-battery-staple-9"

static struct buf complaints, warnings;
static char folder[64];

/* Each test starts in an empty folder with an empty environment, but for what cmocka wants to know. */
static int begin(void **state)
{
    (void)state;
    const char *output = getenv("CMOCKA_MESSAGE_OUTPUT");
    char *kept = output ? strdup(output) : NULL;
    snprintf(folder, sizeof folder, "/tmp/callmem-settings-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(clearenv(), 0);
    if (kept)
        setenv("CMOCKA_MESSAGE_OUTPUT", kept, 1);
    free(kept);
    umask(077);
    return 0;
}

static int end(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "/bin/rm -rf %s", folder);
    assert_int_equal(chdir("/"), 0);
    buf_free(&complaints);
    buf_free(&warnings);
    return system(command);
}

static void write_bytes(const char *path, const char *bytes, size_t len)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, len, out), len);
    assert_int_equal(fclose(out), 0);
}

static void write_file(const char *path, const char *text)
{
    write_bytes(path, text, strlen(text));
}

static void reset(void)
{
    buf_reset(&complaints);
    buf_reset(&warnings);
}

/* Environment and ./.env must do. */
static struct settings *load_good(void)
{
    reset();
    struct settings *settings = settings_load(&complaints, &warnings);
    if (!settings)
        fail_msg("refused: %s", buf_text(&complaints));
    assert_string_equal(buf_text(&complaints), "");
    return settings;
}

static struct settings *parse_bytes(const char *bytes, size_t len)
{
    reset();
    return settings_parse(bytes, len, "FILE", &complaints, &warnings);
}

static struct settings *parse_good(const char *text)
{
    struct settings *settings = parse_bytes(text, strlen(text));
    if (!settings)
        fail_msg("%s\nrefused: %s", text, buf_text(&complaints));
    assert_string_equal(buf_text(&complaints), "");
    return settings;
}

static void assert_says(struct buf *what, const char *expected)
{
    if (!strstr(buf_text(what), expected))
        fail_msg("expected: %s\nin: %s", expected, buf_text(what));
}

static size_t lines_of(struct buf *what)
{
    size_t lines = 0;
    for (const char *c = buf_text(what); *c; c++)
        lines += *c == '\n';
    return lines;
}

/* What was loaded must be wrong, and say so. */
static void assert_refused(struct settings *settings, const char *expected)
{
    if (settings) {
        settings_free(settings);
        fail_msg("taken, although: %s", expected);
    }
    assert_says(&complaints, expected);
}

/* The text must be wrong, and that be all that is said. */
static void assert_wrong(const char *text, const char *expected)
{
    assert_refused(parse_bytes(text, strlen(text)), expected);
    if (lines_of(&complaints) != 1)
        fail_msg("more than one complaint: %s", buf_text(&complaints));
}

static void assert_load_wrong(const char *expected)
{
    reset();
    assert_refused(settings_load(&complaints, &warnings), expected);
}

/* One NAME=VALUE that must do, and its text. */
static void assert_taken(const char *name, const char *value, const char *expected)
{
    char line[512];
    snprintf(line, sizeof line, "%s=%s\n", name, value);
    struct settings *settings = parse_good(line);
    assert_string_equal(setting_text(settings, setting_find(name)), expected);
    settings_free(settings);
}

static void assert_value_wrong(const char *name, const char *value, const char *expected)
{
    char line[512], whole[512];
    snprintf(line, sizeof line, "%s=%s\n", name, value);
    snprintf(whole, sizeof whole, "FILE:1: %s: ", name);
    assert_wrong(line, whole);
    assert_says(&complaints, expected);
}

static void test_defaults(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } expected[] = {
        {"CALLMEM_ENV", "development"},
        {"CALLMEM_STATE_DIR", "var"},
        {"CALLMEM_LISTEN", "127.0.0.1:8090"},
        {"CALLMEM_WORKERS", "2"},
        {"CALLMEM_THREADS", "4"},
        {"ELEVENLABS_CLIENT_DATA_SECRET", ""},
        {"ELEVENLABS_SEARCH_DATA_SECRET", ""},
        {"ELEVENLABS_POST_CALL_SECRET", ""},
        {"ELEVENLABS_CLIENT_DATA_AUTH", "either"},
        {"ELEVENLABS_SEARCH_DATA_AUTH", "either"},
        {"ELEVENLABS_POST_CALL_AUTH", "hmac"},
        {"ELEVENLABS_SIGNATURE_TOLERANCE", "3600"},
        {"ELEVENLABS_API_KEY", ""},
        {"ELEVENLABS_API_URL", "https://api.elevenlabs.io"},
        {"OPENMEMORY_MODE", "local"},
        {"OPENMEMORY_PATH", "var/openmemory.sqlite"},
        {"OPENMEMORY_URL", ""},
        {"OPENMEMORY_API_KEY", ""},
        {"OPENMEMORY_CA_FILE", ""},
        {"OPENMEMORY_DECAY_LAMBDA", "0"},
        {"OPENMEMORY_DECAY_LAMBDA_EPISODIC", "0"},
        {"OPENMEMORY_DECAY_LAMBDA_SEMANTIC", "0"},
        {"OPENMEMORY_DECAY_LAMBDA_PROCEDURAL", "0"},
        {"OPENMEMORY_DECAY_LAMBDA_EMOTIONAL", "0"},
        {"OPENMEMORY_DECAY_LAMBDA_REFLECTIVE", "0"},
        {"OPENMEMORY_TIMEOUT_MS", "800"},
        {"CALLMEM_DATABASE_URL", ""},
        {"CALLMEM_INBOX_FALLBACK", "spool"},
        {"CALLMEM_SCOPE", "caller"},
        {"CALLMEM_COUNTRY", ""},
        {"CALLMEM_TIMEZONE", "UTC"},
        {"CALLMEM_TRUST_USER_ID", "0"},
        {"CALLMEM_CORS_ORIGINS", ""},
        {"CALLMEM_LOG_LEVEL", "info"},
        {"CALLMEM_LOG_FILE", ""},
        {"CALLMEM_PAYLOAD_LOG_CLIENT_DATA", ""},
        {"CALLMEM_PAYLOAD_LOG_SEARCH_DATA", ""},
        {"CALLMEM_PAYLOAD_LOG_POST_CALL", ""},
        {"CALLMEM_FIRST_MESSAGE_RETURNING", ""},
        {"CALLMEM_FIRST_MESSAGE_NEW", ""},
        {"CALLMEM_PROMPT", ""},
        {"CALLMEM_LANGUAGE", ""},
        {"CALLMEM_KEYWORDS", ""},
        {"CALLMEM_VOICE_ID", ""},
        {"CALLMEM_CONTEXT_CHARS", "2000"},
        {"CALLMEM_CONTEXT_ITEMS", ""},
        {"CALLMEM_AUDIO_DIR", ""},
        {"CALLMEM_MAX_BODY_MB", "16"},
        {"CALLMEM_LEXICON_DIR", ""},
        {"CALLMEM_RETENTION_DAYS", "0"},
        {"CALLMEM_RETENTION_DAYS_RECORDINGS", "0"},
        {"CALLMEM_RETENTION_DAYS_TURNS", "0"},
        {"CALLMEM_RETENTION_DAYS_FACTS", "0"},
        {"CALLMEM_RETENTION_DAYS_REQUESTS", "0"},
        {"CALLMEM_FORGET_ON_REQUEST", "ask"},
        {"CALLMEM_FORGET_AFTER_DAYS", "7"},
        {"CALLMEM_GREET", "always"},
        {"CALLMEM_PRIVATE", "none"},
        {"CALLMEM_SHARED_LINES", ""},
        {"CALLMEM_REDACT", "card,bank,identity,password"},
        {"CALLMEM_LLM_URL", ""},
        {"CALLMEM_LLM_KEY", ""},
        {"CALLMEM_LLM_MODEL", ""},
        {"CALLMEM_LLM_TIMEOUT_MS", "60000"},
        {"CALLMEM_OPERATOR_SECRET", ""},
        {"CALLMEM_OPERATOR_ALLOW", "127.0.0.0/8,::1"},
    };
    assert_int_equal(sizeof expected / sizeof *expected, SETTINGS);
    struct settings *settings = load_good();
    for (size_t i = 0; i < SETTINGS; i++) {
        assert_string_equal(setting_name((enum setting)i), expected[i].name);
        assert_int_equal(setting_find(expected[i].name), i);
        assert_string_equal(setting_text(settings, (enum setting)i), expected[i].text);
    }
    assert_int_equal(setting_find("CALLMEM_WORKER"), SETTINGS);
    assert_true(setting_is_secret(ELEVENLABS_POST_CALL_SECRET) && setting_is_secret(OPENMEMORY_API_KEY));
    assert_false(setting_is_secret(ELEVENLABS_POST_CALL_AUTH) || setting_is_secret(SETTINGS));
    assert_int_equal(setting_int(settings, CALLMEM_WORKERS), 2);
    assert_int_equal(setting_int(settings, OPENMEMORY_TIMEOUT_MS), 800);
    assert_int_equal(setting_choice(settings, CALLMEM_ENV), ENV_DEVELOPMENT);
    assert_int_equal(setting_choice(settings, ELEVENLABS_CLIENT_DATA_AUTH), AUTH_EITHER);
    assert_int_equal(setting_choice(settings, ELEVENLABS_POST_CALL_AUTH), AUTH_HMAC);
    assert_int_equal(setting_choice(settings, CALLMEM_LOG_LEVEL), 1);
    assert_int_equal(setting_count(settings, ELEVENLABS_POST_CALL_SECRET), 0);
    assert_int_equal(setting_count(settings, CALLMEM_CORS_ORIGINS), 0);
    assert_int_equal(settings_variables(settings), 0);
    settings_free(settings);
}

static void test_environment_comes_before_file(void **state)
{
    (void)state;
    write_file(".env",
               "CALLMEM_WORKERS=3\nCALLMEM_THREADS=5\nCALLMEM_LOG_FILE=file.log\nCALLMEM_SCOPE=agent\n");
    setenv("CALLMEM_WORKERS", "7", 1);
    setenv("CALLMEM_LOG_FILE", "", 1);
    setenv("CALLMEM_SCOPE", "", 1);
    struct settings *settings = load_good();
    assert_int_equal(setting_int(settings, CALLMEM_WORKERS), 7);
    assert_int_equal(setting_int(settings, CALLMEM_THREADS), 5);
    /* Set but empty: empty text, or the default where empty text is no value. */
    assert_string_equal(setting_text(settings, CALLMEM_LOG_FILE), "");
    assert_int_equal(setting_choice(settings, CALLMEM_SCOPE), SCOPE_CALLER);
    settings_free(settings);
}

static void test_settings_file(void **state)
{
    (void)state;
    settings_free(load_good()); /* no ./.env is fine */
    write_file("named.env", "CALLMEM_WORKERS=9\n");
    write_file(".env", "CALLMEM_WORKERS=8\n");
    setenv("CALLMEM_ENV_FILE", "named.env", 1);
    struct settings *settings = load_good();
    assert_int_equal(setting_int(settings, CALLMEM_WORKERS), 9);
    settings_free(settings);
    setenv("CALLMEM_ENV_FILE", "", 1);
    settings = load_good();
    assert_int_equal(setting_int(settings, CALLMEM_WORKERS), 8);
    settings_free(settings);
    setenv("CALLMEM_ENV_FILE", "/dev/null", 1);
    settings_free(load_good());
    setenv("CALLMEM_ENV_FILE", "none.env", 1);
    assert_load_wrong("environment: CALLMEM_ENV_FILE: none.env cannot be read (No such file or directory)");
    setenv("CALLMEM_ENV_FILE", folder, 1);
    assert_load_wrong("cannot be read (Is a directory)");
    unsetenv("CALLMEM_ENV_FILE");
    assert_int_equal(unlink(".env"), 0);
    assert_int_equal(mkdir(".env", 0700), 0);
    assert_load_wrong("./.env: ");
}

static void test_file_syntax(void **state)
{
    (void)state;
    struct settings *settings = parse_good("\xef\xbb\xbf# a comment\r\n"
                                           "; another = one\n"
                                           "   # and one behind blanks\n"
                                           "[a section]\n"
                                           "\n"
                                           "CALLMEM_WORKERS=3\r\n"
                                           "  CALLMEM_THREADS \t= \t 6 \t\n"
                                           "CALLMEM_VOICE_ID=plain # a comment\n"
                                           "CALLMEM_STATE_DIR='in quotes' # a comment\n"
                                           "CALLMEM_LOG_FILE=a#b;c\n"
                                           "CALLMEM_AUDIO_DIR=\" kept \"\n"
                                           "CALLMEM_LEXICON_DIR= # nothing but a comment\n"
                                           "CALLMEM_FIRST_MESSAGE_NEW=It's \"you\" = {{ caller_id }}\\\n"
                                           "SOMEBODY_ELSES=\"thing\n"
                                           "PATH=/bin\n"
                                           "CALLMEM_SCOPE=agent");
    assert_int_equal(setting_int(settings, CALLMEM_WORKERS), 3);
    assert_int_equal(setting_int(settings, CALLMEM_THREADS), 6);
    assert_string_equal(setting_text(settings, CALLMEM_VOICE_ID), "plain");
    assert_string_equal(setting_text(settings, CALLMEM_STATE_DIR), "in quotes");
    assert_string_equal(setting_text(settings, OPENMEMORY_PATH), "in quotes/openmemory.sqlite");
    assert_string_equal(setting_text(settings, CALLMEM_LOG_FILE), "a#b;c");
    assert_string_equal(setting_text(settings, CALLMEM_AUDIO_DIR), " kept ");
    assert_string_equal(setting_text(settings, CALLMEM_LEXICON_DIR), "");
    assert_string_equal(setting_text(settings, CALLMEM_FIRST_MESSAGE_NEW),
                        "It's \"you\" = {{ caller_id }}\\");
    assert_int_equal(setting_choice(settings, CALLMEM_SCOPE), SCOPE_AGENT);
    settings_free(settings);
}

static void test_wrong_lines(void **state)
{
    (void)state;
    assert_wrong("\nCALLMEM_WORKERS\n", "FILE:2: is not a setting; write NAME=VALUE");
    assert_wrong("=4\n", "FILE:1: is not a setting");
    assert_wrong("CALLMEM_WORKERS=2\n\nCALLMEM_WORKERS=3\n",
                 "FILE:3: CALLMEM_WORKERS: duplicate; already set on line 1");
    assert_wrong("CALLMEM_VARIABLE_A=2\nCALLMEM_VARIABLE_A=2\n",
                 "FILE:2: CALLMEM_VARIABLE_A: duplicate; already set on line 1");
    assert_wrong("#\nCALLMEM_VOICE_ID=caf\xe9\n", "FILE:2: contains a NUL byte or is not UTF-8");
    static const char with_nul[] = "CALLMEM_SCOPE=agent\nCALLMEM_VOICE_ID=a\0b\n";
    assert_refused(parse_bytes(with_nul, sizeof with_nul - 1), "FILE:2: contains a NUL byte");
    size_t len = 1024 * 1024;
    char *large = malloc(len + 1);
    assert_non_null(large);
    memset(large, '#', len + 1);
    settings_free(parse_bytes(large, len));
    assert_string_equal(buf_text(&complaints), "");
    assert_refused(parse_bytes(large, len + 1), "FILE: is larger than 1 MiB");
    write_bytes(".env", large, len + 1);
    assert_load_wrong("./.env: ");
    free(large);
}

/* One secret in one way of writing it: it must come out to the byte. */
static void check_secret(const char *before, const char *secret, const char *after)
{
    size_t size = strlen(secret) + 100;
    char *line = malloc(size);
    assert_non_null(line);
    snprintf(line, size, "ELEVENLABS_POST_CALL_SECRET%s%s%s\n", before, secret, after);
    write_file(".env", line);
    struct settings *settings = load_good();
    assert_int_equal(setting_count(settings, ELEVENLABS_POST_CALL_SECRET), 1);
    assert_string_equal(setting_part(settings, ELEVENLABS_POST_CALL_SECRET, 0), secret);
    assert_string_equal(setting_text(settings, ELEVENLABS_POST_CALL_SECRET), secret);
    settings_free(settings);
    free(line);
}

static void test_secrets_to_the_byte(void **state)
{
    (void)state;
    static const char *const secrets[] = {"wsec_0123456789abcdef",
                                          ";#\"'=\\",
                                          "#begins-like-a-comment",
                                          ";semicolon",
                                          "=equals",
                                          "ends-with-backslash\\",
                                          "it's",
                                          "say \"so\" twice",
                                          "'",
                                          "\"",
                                          "a;b#c",
                                          "\"open",
                                          "open'",
                                          "x\" y",
                                          "\\\"",
                                          ("gr\xc3\xbc\xc3\x9f"
                                           "e"),
                                          "[brackets]"};
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        check_secret("=", secrets[i], "");
        check_secret(" = ", secrets[i][0] == '#' ? "x" : secrets[i], "  ");
        check_secret("='", secrets[i], "'");
        check_secret("=\"", secrets[i], "\"");
        check_secret(" = \"", secrets[i], "\" \r");
    }
    check_secret("='", "a # b", "'");
    check_secret("=\"", "a # b", "\" # the old one");
    static const char alphabet[] = "abc;#\"'=\\XYZ0189";
    char lengthy[5001];
    for (size_t i = 0; i < sizeof lengthy - 1; i++)
        lengthy[i] = alphabet[(i * 7 + i / 16) % (sizeof alphabet - 1)];
    lengthy[sizeof lengthy - 1] = '\0';
    for (size_t len = 1; len < 5000; len = len * 2 + 1) {
        lengthy[len - 1] = 'z'; /* neither a blank nor a quote at its end */
        check_secret("=", lengthy + sizeof lengthy - 1 - len, "");
        check_secret("='", lengthy + sizeof lengthy - 1 - len, "'");
    }
    check_secret("=", lengthy, "");
}

static void test_long_text(void **state)
{
    (void)state;
    struct buf text = BUF_INIT;
    buf_puts(&text, "CALLMEM_PROMPT=");
    for (int i = 0; i < 9000; i++)
        buf_puts(&text, "0123456789");
    struct settings *settings = parse_good(buf_text(&text));
    assert_int_equal(strlen(setting_text(settings, CALLMEM_PROMPT)), 90000);
    settings_free(settings);
    for (int i = 0; i < 1001; i++)
        buf_puts(&text, "0123456789");
    assert_wrong(buf_text(&text), "FILE:1: CALLMEM_PROMPT: has 100010 characters; the maximum is 100000");
    buf_free(&text);
}

static void test_several_secrets(void **state)
{
    (void)state;
    struct settings *settings = parse_good("ELEVENLABS_POST_CALL_SECRET= first , ,second,\n");
    assert_int_equal(setting_count(settings, ELEVENLABS_POST_CALL_SECRET), 2);
    assert_string_equal(setting_part(settings, ELEVENLABS_POST_CALL_SECRET, 0), "first");
    assert_string_equal(setting_part(settings, ELEVENLABS_POST_CALL_SECRET, 1), "second");
    assert_string_equal(setting_text(settings, ELEVENLABS_POST_CALL_SECRET), "first,second");
    settings_free(settings);
    settings_free(parse_good("ELEVENLABS_POST_CALL_SECRET=1,2,3,4,5,6,7,8\n"));
    assert_wrong("ELEVENLABS_POST_CALL_SECRET=1,2,3,4,5,6,7,8,9\n",
                 "FILE:1: ELEVENLABS_POST_CALL_SECRET: has more than 8 values");
    assert_wrong("ELEVENLABS_POST_CALL_SECRET=,\n", "contains only spaces and commas");
}

static void test_unknown_names(void **state)
{
    (void)state;
    static const struct {
        const char *wrong, *meant;
    } names[] = {{"CALLMEM_LISTENN", "CALLMEM_LISTEN"},
                 {"CALLMEM_WORKER", "CALLMEM_WORKERS"},
                 {"CALLMEM_POST_CALL_SECRET", "ELEVENLABS_POST_CALL_SECRET"},
                 {"ELEVENLABS_POSTCALL_SECRET", "ELEVENLABS_POST_CALL_SECRET"},
                 {"ELEVENLABS_POST_CALL_SECRETS_FILE", "ELEVENLABS_POST_CALL_SECRET_FILE"},
                 {"OPENMEMORY_DECAY_LAMBDA_EPISODICAL", "OPENMEMORY_DECAY_LAMBDA_EPISODIC"},
                 {"OPENMEMORY_API_KY", "OPENMEMORY_API_KEY"},
                 {"CALLMEM_VARIABEL_SHOP", "CALLMEM_VARIABLE_SHOP"}};
    char line[128], expected[256];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(line, sizeof line, "#\n%s=4\n", names[i].wrong);
        snprintf(expected, sizeof expected, "FILE:2: %s: unknown setting; did you mean %s?\n", names[i].wrong,
                 names[i].meant);
        assert_wrong(line, expected);
        setenv(names[i].wrong, "4", 1);
        snprintf(expected, sizeof expected, "environment: %s: unknown setting; did you mean %s?\n",
                 names[i].wrong, names[i].meant);
        assert_load_wrong(expected);
        unsetenv(names[i].wrong);
    }
}

static void test_near_misses_in_the_file(void **state)
{
    (void)state;
    static const struct {
        const char *wrong, *meant;
    } names[] = {{"CALMEM_LISTEN", "CALLMEM_LISTEN"},
                 {"CALLEM_NONSENSE", "CALLMEM_"},
                 {"ELEVEN_LABS_API_KEY", "ELEVENLABS_API_KEY"},
                 {"callmem_listen", "CALLMEM_LISTEN"},
                 {"Elevenlabs_Api_Key", "ELEVENLABS_API_KEY"},
                 {"CALLMEM.LISTEN", "CALLMEM_LISTEN"},
                 {"CALLMEM_VARIABL_CAF\xc3\xa9", "CALLMEM_VARIABLE_"},
                 {"callmem_variable_shop", "CALLMEM_VARIABLE_SHOP"},
                 {"export CALLMEM_LISTEN", "CALLMEM_LISTEN"}};
    char line[128], expected[256];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(line, sizeof line, "%s=localhost:80\n", names[i].wrong);
        snprintf(expected, sizeof expected, "FILE:1: %s: unknown setting; did you mean %s", names[i].wrong,
                 names[i].meant);
        assert_wrong(line, expected);
    }
    settings_free(
        parse_good("OPENAI_API_KEY=4\nCALLER_ID=5\nAPI_URL=6\nLISTEN=7\nexport EDITOR=ed\nMEMORY_PATH=8\n"));
    assert_wrong("CALLMEM_ENV_FILE=x\n", "FILE:1: CALLMEM_ENV_FILE: can only be set in the environment");
    assert_wrong("CALLMEM_WORKERS_FILE=x\n",
                 "FILE:1: CALLMEM_WORKERS_FILE: has no _FILE form; set CALLMEM_WORKERS instead");
    /* The environment is shared with everybody: less is taken for ours there. */
    setenv("CALMEM_LISTEN", "x", 1);
    setenv("callmem_home", "x", 1);
    settings_free(load_good());
    setenv("callmem_listen", "x", 1);
    assert_load_wrong("environment: callmem_listen: unknown setting; did you mean CALLMEM_LISTEN?");
}

static void test_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        long least, most;
    } numbers[] = {{"CALLMEM_WORKERS", 1, 64},
                   {"CALLMEM_THREADS", 1, 64},
                   {"ELEVENLABS_SIGNATURE_TOLERANCE", 1, 86400},
                   {"OPENMEMORY_TIMEOUT_MS", 10, 60000},
                   {"CALLMEM_CONTEXT_CHARS", 100, 20000},
                   {"CALLMEM_MAX_BODY_MB", 1, 2048},
                   {"CALLMEM_RETENTION_DAYS", 0, 36500},
                   {"CALLMEM_RETENTION_DAYS_RECORDINGS", 0, 36500},
                   {"CALLMEM_RETENTION_DAYS_TURNS", 0, 36500},
                   {"CALLMEM_RETENTION_DAYS_FACTS", 0, 36500},
                   {"CALLMEM_RETENTION_DAYS_REQUESTS", 0, 36500},
                   {"CALLMEM_FORGET_AFTER_DAYS", 0, 365}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[32], bounds[64];
        snprintf(bounds, sizeof bounds, "from %ld to %ld", numbers[i].least, numbers[i].most);
        for (int side = 0; side < 2; side++) {
            long edge = side ? numbers[i].most : numbers[i].least;
            snprintf(text, sizeof text, "%ld", edge);
            assert_taken(numbers[i].name, text, text);
            snprintf(text, sizeof text, "%ld", side ? edge + 1 : edge - 1);
            assert_value_wrong(numbers[i].name, text, "is out of range; ");
            assert_says(&complaints, bounds);
        }
        static const char *const none[] = {"4x", "x4", "4 4", "4.0", "0x4", "+4", "four", "-", "1e2", "4,"};
        for (size_t k = 0; k < sizeof none / sizeof *none; k++) {
            assert_value_wrong(numbers[i].name, none[k], "is not a whole number; ");
            assert_says(&complaints, bounds);
        }
        assert_value_wrong(numbers[i].name, "99999999999999999999999", "is out of range");
        assert_value_wrong(numbers[i].name, "-99999999999999999999999", "is out of range");
    }
}

static void test_real_numbers(void **state)
{
    (void)state;
    setlocale(LC_ALL, "de_DE.UTF-8"); /* where it is installed, a comma is its decimal point */
    struct settings *settings =
        parse_good("OPENMEMORY_DECAY_LAMBDA=0.25\nOPENMEMORY_DECAY_LAMBDA_SEMANTIC=1e-2\n"
                   "OPENMEMORY_DECAY_LAMBDA_EMOTIONAL=.5\n");
    setlocale(LC_ALL, "C");
    assert_float_equal(setting_real(settings, OPENMEMORY_DECAY_LAMBDA), 0.25, 1e-12);
    assert_float_equal(setting_real(settings, OPENMEMORY_DECAY_LAMBDA_SEMANTIC), 0.01, 1e-12);
    assert_float_equal(setting_real(settings, OPENMEMORY_DECAY_LAMBDA_EMOTIONAL), 0.5, 1e-12);
    /* A sector without one of its own has that of all. */
    assert_float_equal(setting_real(settings, OPENMEMORY_DECAY_LAMBDA_EPISODIC), 0.25, 1e-12);
    assert_float_equal(setting_real(settings, OPENMEMORY_DECAY_LAMBDA_REFLECTIVE), 0.25, 1e-12);
    settings_free(settings);
    assert_taken("OPENMEMORY_DECAY_LAMBDA", "0", "0");
    assert_taken("OPENMEMORY_DECAY_LAMBDA", "10", "10");
    static const char *const none[] = {"0,5", "nan", "inf", "0x1p-2", "1.2.3", "1e",
                                       "1 2", ".",   "-",   "1e+",    "often"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_value_wrong("OPENMEMORY_DECAY_LAMBDA", none[i], "is not a number; use a number from 0 to 10");
    assert_value_wrong("OPENMEMORY_DECAY_LAMBDA", "-0.1", "is out of range");
    assert_value_wrong("OPENMEMORY_DECAY_LAMBDA", "10.01", "is out of range");
    assert_value_wrong("OPENMEMORY_DECAY_LAMBDA_EPISODIC", "1e999", "is out of range");
}

static void test_choices(void **state)
{
    (void)state;
    static const char *const auths[] = {"hmac", "secret", "either", "none"};
    for (int i = 0; i < 4; i++) {
        char line[128];
        snprintf(line, sizeof line, "ELEVENLABS_SEARCH_DATA_AUTH=%s\n", auths[i]);
        struct settings *settings = parse_good(line);
        assert_int_equal(setting_choice(settings, ELEVENLABS_SEARCH_DATA_AUTH), i);
        settings_free(settings);
    }
    assert_value_wrong("CALLMEM_ENV", "prod", "\"prod\" is not a valid value; use development or production");
    assert_value_wrong("CALLMEM_LOG_LEVEL", "INFO", "use debug, info, warn or error");
    assert_value_wrong("CALLMEM_SCOPE", "all", "use caller or agent");
}

static void test_sets(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int64_t bits;
    } good[] = {{"none", 0},     {"card", 1},          {"bank", 2},
                {"password", 8}, {"identity,card", 5}, {"card, bank ,identity,password", 15},
                {"card,card", 1}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char line[128];
        snprintf(line, sizeof line, "CALLMEM_REDACT=%s\n", good[i].value);
        struct settings *settings = parse_good(line);
        assert_int_equal(setting_int(settings, CALLMEM_REDACT), good[i].bits);
        settings_free(settings);
    }
    struct settings *settings = parse_good("CALLMEM_REDACT=\n"); /* empty is the default */
    assert_int_equal(setting_int(settings, CALLMEM_REDACT), 15);
    settings_free(settings);
    static const char *const bad[] = {"all", "cards", "card;bank", "none,card",
                                      ",",   "card,", "card bank", "CARD"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_value_wrong("CALLMEM_REDACT", bad[i], "use none, or some of card, bank, identity, password");
}

static void test_listen(void **state)
{
    (void)state;
    static const char *const good[] = {"127.0.0.1:1", "0.0.0.0:65535", "[::1]:8090", "[::]:80",
                                       "localhost:8090"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_taken("CALLMEM_LISTEN", good[i], good[i]);
    static const char *const bad[] = {
        "8090",          ":8090",           "127.0.0.1",      "127.0.0.1:",
        "127.0.0.1:0",   "127.0.0.1:65536", "127.0.0.1:80x",  "127.0.0.1:000080",
        "127.0.0:80",    "256.0.0.1:80",    "::1:8090",       "[::1]",
        "[::g]:80",      "[127.0.0.1]:80",  "example.com:80", "*:80",
        "127.0.0.1 :80", "unix:/run/x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_value_wrong("CALLMEM_LISTEN", bad[i],
                           "use one such as 127.0.0.1:8090, [::1]:8090 or localhost:8090");
}

static void test_urls(void **state)
{
    (void)state;
    assert_taken("OPENMEMORY_URL", "http://127.0.0.1:8080", "http://127.0.0.1:8080");
    assert_taken("OPENMEMORY_URL", "http://[::1]:8080/base", "http://[::1]:8080/base");
    assert_taken("ELEVENLABS_API_URL", "https://api.eu.residency.elevenlabs.io/",
                 "https://api.eu.residency.elevenlabs.io");
    assert_taken("ELEVENLABS_API_URL", "", "https://api.elevenlabs.io");
    static const char *const bad[] = {"127.0.0.1:8080",
                                      "ftp://example.com",
                                      "http://",
                                      "https:///path",
                                      "http://:80",
                                      "http://a b",
                                      "http://example.com:0",
                                      "http://example.com:x/",
                                      "http://[::1",
                                      "https://example.com/?a=b",
                                      "https://example.com/'\""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_value_wrong("OPENMEMORY_URL", bad[i], "");
    assert_value_wrong("OPENMEMORY_URL", "https://ana:hunter2@example.com", "user name or a password");
    assert_null(strstr(buf_text(&complaints), "hunter2"));
}

static void test_origins(void **state)
{
    (void)state;
    struct settings *settings =
        parse_good("CALLMEM_CORS_ORIGINS=https://App.example.com, http://localhost:3000 ,"
                   "http://[::1]:81,https://a.example:443,http://a.example:80,*\n");
    static const char *const expected[] = {"https://app.example.com", "http://localhost:3000",
                                           "http://[::1]:81",         "https://a.example",
                                           "http://a.example",        "*"};
    assert_int_equal(setting_count(settings, CALLMEM_CORS_ORIGINS), 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(setting_part(settings, CALLMEM_CORS_ORIGINS, i), expected[i]);
    assert_string_equal(setting_text(settings, CALLMEM_CORS_ORIGINS),
                        "https://app.example.com,http://localhost:3000,http://[::1]:81,https://a.example,"
                        "http://a.example,*");
    settings_free(settings);
    static const char *const bad[] = {
        "app.example.com", "https://app.example.com/", "https://app.example.com/path",
        "https://",        "https://*.example.com",    "null",
        "https://a b",     "https://a:99999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_value_wrong("CALLMEM_CORS_ORIGINS", bad[i], "is not an origin; use https://app.example.com");
}

static void test_other_text(void **state)
{
    (void)state;
    assert_taken("CALLMEM_LANGUAGE", "pt-BR", "pt-BR");
    assert_taken("CALLMEM_LANGUAGE", "es-419", "es-419");
    assert_taken("CALLMEM_COUNTRY", "DE", "DE");
    assert_taken("CALLMEM_COUNTRY", "us", "us");
    assert_value_wrong("CALLMEM_COUNTRY", "Germany", "the maximum is 2");
    assert_value_wrong("CALLMEM_COUNTRY", "XX", "is not a country");
    assert_taken("CALLMEM_TIMEZONE", "Europe/Berlin", "Europe/Berlin");
    assert_value_wrong("CALLMEM_TIMEZONE", "Europe/Atlantis", "is not a time zone");
    assert_value_wrong("CALLMEM_TIMEZONE", "../../etc/passwd", "is not a time zone");
    assert_value_wrong("CALLMEM_TRUST_USER_ID", "yes", "use 0 or 1");
    static const char *const no_languages[] = {"e",  "english please", "en_US",       "en-", "-en",
                                               "12", "en--US",         "toolongaword"};
    for (size_t i = 0; i < sizeof no_languages / sizeof *no_languages; i++)
        assert_value_wrong("CALLMEM_LANGUAGE", no_languages[i], "is not a language tag");
    assert_taken("CALLMEM_STATE_DIR", "/srv/callmem//", "/srv/callmem");
    assert_taken("CALLMEM_STATE_DIR", "/", "/");
    assert_value_wrong("CALLMEM_STATE_DIR", "~/callmem", "begins with ~ or $, which are not expanded here");
    assert_value_wrong("OPENMEMORY_PATH", "$CALLMEM_STATE_DIR/x",
                       "begins with ~ or $, which are not expanded here");
    assert_value_wrong("CALLMEM_VOICE_ID", "a\tb", "contains a control character");
    setenv("CALLMEM_LOG_FILE", "a\nb", 1);
    assert_load_wrong("environment: CALLMEM_LOG_FILE: contains a control character or a line break");
    setenv("CALLMEM_LOG_FILE", "caf\xe9", 1);
    assert_load_wrong("environment: CALLMEM_LOG_FILE: is not UTF-8");
}

static void test_templates(void **state)
{
    (void)state;
    static const char *const good[] = {"Hi {{caller_name}}!", "{{ caller_name }}{{call_count}}", "a } b { c",
                                       "{}", ""};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_taken("CALLMEM_FIRST_MESSAGE_RETURNING", good[i], good[i]);
        assert_null(strstr(buf_text(&warnings), "TEMPLATE"));
    }
    assert_value_wrong("CALLMEM_PROMPT", "Hi {{caller_name", "is not a valid {{name}}");
    assert_value_wrong("CALLMEM_PROMPT", "Hi {{caller name}}", "is not a valid {{name}}");
    assert_value_wrong("CALLMEM_PROMPT", "Hi {{}}", "is not a valid {{name}}");
    assert_value_wrong("CALLMEM_PROMPT", "Hi {{1st}}", "is not a valid {{name}}");
    assert_value_wrong("CALLMEM_PROMPT", "Hi caller_name}}", "has no matching {{");
    /* It would never apply; that stops nothing, but somebody should hear of it. */
    settings_free(parse_good("CALLMEM_PROMPT=From {{shop}} to {{caller_nam}}\nCALLMEM_VARIABLE_SHOP=us\n"));
    assert_says(&warnings,
                "FILE:1: CALLMEM_PROMPT: unknown variable {{caller_nam}}; the template will never be used");
    assert_null(strstr(buf_text(&warnings), "{{shop}}"));
}

static void test_variables(void **state)
{
    (void)state;
    write_file(".env",
               "CALLMEM_VARIABLE_ZEBRA=stripes\nCALLMEM_VARIABLE_SHOP_2=\"It's open\"\nCALLMEM_VARIABLE_E=\n"
               "CALLMEM_VARIABLE_SHOPS=3\n");
    setenv("CALLMEM_VARIABLE_ALPHA", "from outside", 1);
    setenv("CALLMEM_VARIABLE_ZEBRA", "two\nlines", 1);
    struct settings *settings = load_good();
    static const char *const expected[][2] = {{"alpha", "from outside"},
                                              {"e", ""},
                                              {"shop_2", "It's open"},
                                              {"shops", "3"},
                                              {"zebra", "two\nlines"}};
    assert_int_equal(settings_variables(settings), 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(settings_variable_name(settings, i), expected[i][0]);
        assert_string_equal(settings_variable_value(settings, i), expected[i][1]);
    }
    settings_free(settings);
    static const char *const taken[] = {"CALLER_KNOWN",      "CALLER_ID",          "CALLER_NAME",
                                        "CALL_COUNT",        "FIRST_CALL_DATE",    "LAST_CALL_DATE",
                                        "LAST_CALL_SUMMARY", "CALLER_PREFERENCES", "KEY_TOPICS",
                                        "CALLER_SENTIMENT",  "MEMORY_CONTEXT"};
    char name[128];
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        snprintf(name, sizeof name, "CALLMEM_VARIABLE_%s", taken[i]);
        assert_value_wrong(name, "x", "reserved: callmem sets this variable itself");
    }
    assert_value_wrong("CALLMEM_VARIABLE_SYSTEM__CALLER_ID", "x", "without system__");
    static const char *const none[] = {"", "shop", "1ST", "_A", "SHOP-NAME", "SHOP NAME"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        snprintf(name, sizeof name, "CALLMEM_VARIABLE_%s", none[i]);
        assert_value_wrong(name, "x", "invalid variable name");
    }
    struct buf text = BUF_INIT;
    buf_puts(&text, "CALLMEM_VARIABLE_A=");
    for (int i = 0; i < 2000; i++)
        buf_puts(&text, "\xc3\xa9");
    settings_free(parse_good(buf_text(&text)));
    buf_puts(&text, "!");
    assert_wrong(buf_text(&text), "CALLMEM_VARIABLE_A: has 2001 characters; the maximum is 2000");
    buf_free(&text);
}

static void test_values_in_files(void **state)
{
    (void)state;
    write_file("secret", "from;a#file\"\r\n");
    write_file("rotation", "\xef\xbb\xbfold\n\nnew, newer\r\n");
    write_file("prompt", "Two lines\nfor {{caller_name}}\n");
    write_file("key", "k e y");
    write_file(".env",
               "ELEVENLABS_CLIENT_DATA_SECRET_FILE=secret\nELEVENLABS_POST_CALL_SECRET_FILE='rotation'\n"
               "CALLMEM_PROMPT_FILE=prompt\nELEVENLABS_SEARCH_DATA_SECRET=from-file\n"
               "ELEVENLABS_API_KEY=\nELEVENLABS_API_KEY_FILE=key\nOPENMEMORY_API_KEY_FILE=\n");
    setenv("ELEVENLABS_SEARCH_DATA_SECRET_FILE", "secret", 1);
    struct settings *settings = load_good();
    assert_string_equal(setting_text(settings, ELEVENLABS_CLIENT_DATA_SECRET), "from;a#file\"");
    assert_string_equal(setting_text(settings, ELEVENLABS_SEARCH_DATA_SECRET), "from;a#file\"");
    assert_int_equal(setting_count(settings, ELEVENLABS_POST_CALL_SECRET), 3);
    assert_string_equal(setting_part(settings, ELEVENLABS_POST_CALL_SECRET, 0), "old");
    assert_string_equal(setting_part(settings, ELEVENLABS_POST_CALL_SECRET, 1), "new");
    assert_string_equal(setting_part(settings, ELEVENLABS_POST_CALL_SECRET, 2), "newer");
    assert_string_equal(setting_text(settings, CALLMEM_PROMPT), "Two lines\nfor {{caller_name}}");
    assert_string_equal(setting_text(settings, ELEVENLABS_API_KEY), "k e y");
    assert_string_equal(setting_text(settings, OPENMEMORY_API_KEY), "");
    settings_free(settings);
    setenv("ELEVENLABS_CLIENT_DATA_SECRET", "environment", 1);
    settings = load_good();
    assert_string_equal(setting_text(settings, ELEVENLABS_CLIENT_DATA_SECRET), "environment");
    settings_free(settings);
}

static void test_wrong_values_in_files(void **state)
{
    (void)state;
    write_file("secret", "good-enough\n");
    write_file("empty", "\n");
    write_file("blank", " , \n");
    write_bytes("nul", "a\0b", 3);
    write_file("latin", "caf\xe9\n");
    assert_wrong(
        "ELEVENLABS_API_KEY=x\nELEVENLABS_API_KEY_FILE=secret\n",
        "FILE:2: ELEVENLABS_API_KEY_FILE: conflicts with ELEVENLABS_API_KEY; set only one of the two");
    assert_wrong("\nELEVENLABS_API_KEY_FILE=missing\n",
                 "FILE:2: ELEVENLABS_API_KEY_FILE: missing cannot be read (No such file or directory)");
    assert_wrong("ELEVENLABS_POST_CALL_SECRET_FILE=/\n", "/ cannot be read (Is a directory)");
    assert_wrong("ELEVENLABS_POST_CALL_SECRET_FILE=empty\n",
                 "FILE:1: ELEVENLABS_POST_CALL_SECRET_FILE: empty is empty");
    assert_wrong("ELEVENLABS_POST_CALL_SECRET_FILE=blank\n", "contains only spaces and commas");
    assert_wrong("ELEVENLABS_POST_CALL_SECRET_FILE=nul\n", "nul contains a NUL byte");
    assert_wrong("ELEVENLABS_POST_CALL_SECRET_FILE=latin\n", "ELEVENLABS_POST_CALL_SECRET: is not UTF-8");
    assert_wrong("ELEVENLABS_POST_CALL_SECRET_FILE=~/x\n", "begins with ~ or $, which are not expanded here");
    setenv("CALLMEM_PROMPT", "x", 1);
    setenv("CALLMEM_PROMPT_FILE", "secret", 1);
    assert_load_wrong("environment: CALLMEM_PROMPT_FILE: conflicts with CALLMEM_PROMPT");
}

#define PRODUCTION                                                                                           \
    "CALLMEM_ENV=production\nELEVENLABS_CLIENT_DATA_SECRET=1" STRONG                                         \
    "\nELEVENLABS_SEARCH_DATA_SECRET=2" STRONG "\n"

static void test_production_secrets(void **state)
{
    (void)state;
    settings_free(parse_good(PRODUCTION "ELEVENLABS_POST_CALL_SECRET=wsec_4f1c9b0d7a6e5283," STRONG "\n"));
    assert_string_equal(buf_text(&warnings), "");
    assert_wrong(PRODUCTION,
                 "FILE: ELEVENLABS_POST_CALL_SECRET: is not set, which production does not allow");
    static const struct {
        const char *secret, *why;
    } weak[] = {{"4f1c9b0d7a6e528", "has fewer than 16 characters"},
                {"abcdeabcdeabcdeabcde", "has fewer than 6 different characters"},
                {"changeme-CHANGEME-changeme", "is a well-known placeholder"},
                {"your-secret-goes-here", "is a well-known placeholder"},
                {"PasswordPassword1234", "is a well-known placeholder"},
                {"example_secret_value", "is a well-known placeholder"},
                {"wsec_1234567890123456", "is a well-known placeholder"}};
    char text[512];
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
        snprintf(text, sizeof text, PRODUCTION "ELEVENLABS_POST_CALL_SECRET=%s\n", weak[i].secret);
        assert_wrong(text, "FILE:4: ELEVENLABS_POST_CALL_SECRET: secret 1 of 1 ");
        assert_says(&complaints, weak[i].why);
        assert_null(strstr(buf_text(&complaints), weak[i].secret));
        /* One bad one is enough, and development takes any. */
        snprintf(text, sizeof text, PRODUCTION "ELEVENLABS_POST_CALL_SECRET=" STRONG ",%s\n", weak[i].secret);
        assert_wrong(text, "ELEVENLABS_POST_CALL_SECRET: secret 2 of 2 ");
        snprintf(text, sizeof text, "ELEVENLABS_POST_CALL_SECRET=%s\n", weak[i].secret);
        settings_free(parse_good(text));
    }
    assert_wrong(
        PRODUCTION "ELEVENLABS_POST_CALL_AUTH=none\n",
        "FILE:4: ELEVENLABS_POST_CALL_AUTH: none accepts every request, which production does not allow");
    settings_free(parse_good("ELEVENLABS_POST_CALL_AUTH=none\n"));
}

#define WHOLE PRODUCTION "ELEVENLABS_POST_CALL_SECRET=" STRONG "\n"

static void test_production_refuses(void **state)
{
    (void)state;
    assert_wrong(WHOLE "ELEVENLABS_API_URL=http://elevenlabs.example\n",
                 "FILE:5: ELEVENLABS_API_URL: would send the API key over the network unencrypted");
    assert_wrong(WHOLE "OPENMEMORY_MODE=remote\nOPENMEMORY_URL=http://10.0.0.7:8080\n",
                 "FILE:6: OPENMEMORY_URL: would send what callers said over the network unencrypted");
    settings_free(parse_good(WHOLE "OPENMEMORY_MODE=remote\nOPENMEMORY_URL=http://127.0.0.1:8080\n"));
    settings_free(parse_good(WHOLE "OPENMEMORY_MODE=remote\nOPENMEMORY_URL=https://memory.example\n"));
    settings_free(parse_good("OPENMEMORY_MODE=remote\nOPENMEMORY_URL=http://10.0.0.7:8080\n"));
}

static void test_production_warns(void **state)
{
    (void)state;
    static const struct {
        const char *line, *warning;
    } rows[] = {
        {"ELEVENLABS_SIGNATURE_TOLERANCE=86400\n", "FILE:5: ELEVENLABS_SIGNATURE_TOLERANCE: lets whoever"},
        {"CALLMEM_CORS_ORIGINS=*\n", "FILE:5: CALLMEM_CORS_ORIGINS: lets every web page"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[512];
        snprintf(text, sizeof text, WHOLE "%s", rows[i].line);
        settings_free(parse_good(text));
        assert_says(&warnings, rows[i].warning);
        assert_int_equal(lines_of(&warnings), 1);
    }
    struct settings *settings =
        parse_good(PRODUCTION "ELEVENLABS_POST_CALL_SECRET=x" STRONG ",1" STRONG "\n");
    assert_says(&warnings, "FILE:2: ELEVENLABS_CLIENT_DATA_SECRET: is that of another endpoint, too");
    assert_says(&warnings, "FILE:4: ELEVENLABS_POST_CALL_SECRET: is that of another endpoint, too");
    assert_int_equal(lines_of(&warnings), 2);
    assert_true(setting_secret_is_shared(settings, ELEVENLABS_CLIENT_DATA_SECRET, "1" STRONG));
    assert_false(setting_secret_is_shared(settings, ELEVENLABS_POST_CALL_SECRET, "x" STRONG));
    settings_free(settings);
    settings_free(parse_good(WHOLE "ELEVENLABS_SIGNATURE_TOLERANCE=3600\n"));
    assert_string_equal(buf_text(&warnings), "");
}

/* Where others could read along, or put something of theirs in the place of a file. */
static void test_production_paths(void **state)
{
    (void)state;
    assert_int_equal(mkdir("own", 0700), 0);
    assert_int_equal(mkdir("open", 0700) | chmod("open", 01777), 0);
    write_file("own/file", "");
    assert_int_equal(symlink("own", "folder-link") | symlink("own/file", "own/link"), 0);
    settings_free(parse_good(WHOLE "CALLMEM_STATE_DIR=own\nOPENMEMORY_PATH=own/file\n"
                                   "CALLMEM_PAYLOAD_LOG_POST_CALL=own/new\n"));
    assert_string_equal(buf_text(&warnings), "");
    settings_free(parse_good(WHOLE "CALLMEM_STATE_DIR=folder-link\n"));
    assert_says(&warnings, "CALLMEM_STATE_DIR: is a link");
    assert_wrong(WHOLE "CALLMEM_STATE_DIR=open/state\n",
                 "open/state is in a folder that everybody can write");
    assert_wrong(WHOLE "CALLMEM_STATE_DIR=open\n", "open can be written by others than its owner");
    assert_wrong(WHOLE "OPENMEMORY_PATH=own/link\n", "OPENMEMORY_PATH: own/link is a link");
    assert_wrong(WHOLE "CALLMEM_PAYLOAD_LOG_POST_CALL=own/link\n", "own/link is a link");
    assert_wrong(WHOLE "CALLMEM_PAYLOAD_LOG_SEARCH_DATA=open/log\n",
                 "open/log is in a folder that everybody");
    assert_int_equal(chmod("own/file", 0620), 0);
    assert_wrong(WHOLE "CALLMEM_PAYLOAD_LOG_CLIENT_DATA=own/file\n", "own/file can be written by others");
    settings_free(parse_good("CALLMEM_STATE_DIR=open\nOPENMEMORY_PATH=own/link\n"));
}

/* One bad secret stops the program of its endpoint. */
static void test_secrets_of_others(void **state)
{
    (void)state;
    write_file("named.env", PRODUCTION "ELEVENLABS_POST_CALL_SECRET_FILE=missing\n");
    setenv("CALLMEM_ENV_FILE", "named.env", 1);
    assert_int_equal(chmod("named.env", 0600), 0);
    assert_load_wrong("ELEVENLABS_POST_CALL_SECRET");
    static const enum setting others[] = {ELEVENLABS_CLIENT_DATA_SECRET, ELEVENLABS_SEARCH_DATA_SECRET};
    for (size_t i = 0; i < 2; i++) {
        buf_reset(&complaints);
        buf_reset(&warnings);
        struct settings *settings = settings_load_for(others[i], &complaints, &warnings);
        assert_non_null(settings);
        assert_says(&warnings, "ELEVENLABS_POST_CALL_SECRET_FILE: missing cannot be read");
        assert_int_equal(setting_count(settings, others[i]), 1);
        settings_free(settings);
    }
    buf_reset(&complaints);
    assert_null(settings_load_for(ELEVENLABS_POST_CALL_SECRET, &complaints, &warnings));
    assert_says(&complaints, "ELEVENLABS_POST_CALL_SECRET");
}

/* What callers said leaves the machine encrypted, and a model is named. */
static void test_llm(void **state)
{
    (void)state;
    static const char *const private[] = {"https://llm.example/v1", "http://127.0.0.1:11434",
                                          "http://localhost:8000/v1", "http://[::1]/",
                                          "HTTPS://llm.example/openai/chat/completions"};
    static const char *const open[] = {"http://llm.example", "http://127.0.0.1.example", "http://127.example",
                                       "http://localhost.example", "http://10.0.0.7:8000/v1"};
    char line[400];
    for (size_t i = 0; i < sizeof private / sizeof *private; i++) {
        snprintf(line, sizeof line,
                 PRODUCTION "ELEVENLABS_POST_CALL_SECRET=" STRONG
                            "\nCALLMEM_LLM_URL=%s\nCALLMEM_LLM_MODEL=m\n",
                 private[i]);
        settings_free(parse_good(line));
    }
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        snprintf(line, sizeof line, PRODUCTION "CALLMEM_LLM_URL=%s\nCALLMEM_LLM_MODEL=m\n", open[i]);
        assert_refused(parse_bytes(line, strlen(line)), "CALLMEM_LLM_URL: would send what callers said");
        snprintf(line, sizeof line, "CALLMEM_LLM_URL=%s\nCALLMEM_LLM_MODEL=m\n", open[i]);
        settings_free(parse_good(line));
        assert_says(&warnings, "CALLMEM_LLM_URL: sends what callers said over the network unencrypted");
    }
    assert_wrong("CALLMEM_LLM_URL=http://127.0.0.1:8000\n", "FILE: CALLMEM_LLM_MODEL: is not set");
    settings_free(parse_good("CALLMEM_LLM_MODEL=m\n"));
}

static void test_development_warns(void **state)
{
    (void)state;
    settings_free(parse_good("ELEVENLABS_SEARCH_DATA_SECRET=x\nELEVENLABS_CLIENT_DATA_AUTH=none\n"));
    assert_says(&warnings, "FILE:2: ELEVENLABS_CLIENT_DATA_AUTH: none accepts every request");
    assert_says(&warnings, "FILE: ELEVENLABS_POST_CALL_SECRET: is not set");
    assert_int_equal(lines_of(&warnings), 2);
    settings_free(load_good());
    assert_says(&warnings, "environment: ELEVENLABS_POST_CALL_SECRET: is not set");
}

static void test_production_files(void **state)
{
    (void)state;
    static const struct {
        mode_t mode;
        bool good;
    } modes[] = {{0600, true},  {0640, true},  {0400, true},  {0440, true},  {0700, true}, {0644, false},
                 {0604, false}, {0660, false}, {0620, false}, {0602, false}, {0601, false}};
    write_file("secret", STRONG "\n");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        write_file("named.env", PRODUCTION "ELEVENLABS_POST_CALL_SECRET_FILE=secret\n");
        setenv("CALLMEM_ENV_FILE", "named.env", 1);
        assert_int_equal(chmod("secret", 0600), 0);
        assert_int_equal(chmod("named.env", modes[i].mode), 0);
        if (modes[i].good)
            settings_free(load_good());
        else
            assert_load_wrong("named.env: has mode 06");
        assert_int_equal(chmod("named.env", 0600), 0);
        assert_int_equal(chmod("secret", modes[i].mode), 0);
        if (modes[i].good)
            settings_free(load_good());
        else
            assert_load_wrong("named.env:4: ELEVENLABS_POST_CALL_SECRET_FILE: secret has mode 06");
    }
    /* Development does not mind. */
    write_file("named.env", "ELEVENLABS_POST_CALL_SECRET_FILE=secret\n");
    assert_int_equal(chmod("secret", 0666), 0);
    assert_int_equal(chmod("named.env", 0666), 0);
    settings_free(load_good());
}

static void test_remote_mode(void **state)
{
    (void)state;
    static const char good[] = "OPENMEMORY_MODE=remote\nOPENMEMORY_URL=http://localhost:8080/\n";
    struct settings *settings = parse_bytes(good, strlen(good));
    assert_non_null(settings);
    assert_int_equal(setting_choice(settings, OPENMEMORY_MODE), MODE_REMOTE);
    assert_string_equal(setting_text(settings, OPENMEMORY_URL), "http://localhost:8080");
    settings_free(settings);
    static const char text[] = "OPENMEMORY_MODE=remote\n";
    assert_refused(parse_bytes(text, strlen(text)), "FILE: OPENMEMORY_URL: is not set");
    static const char parts[] = "OPENMEMORY_MODE=remote\nOPENMEMORY_URL=http://localhost:8080/\n"
                                "CALLMEM_RETENTION_DAYS=90\nCALLMEM_RETENTION_DAYS_FACTS=30\n";
    assert_refused(parse_bytes(parts, strlen(parts)),
                   "FILE:4: CALLMEM_RETENTION_DAYS_FACTS: is set, and OPENMEMORY_MODE is remote");
}

static void test_everything_at_once(void **state)
{
    (void)state;
    write_file(".env", "CALLMEM_WORKERS=none\n"
                       "CALLMEM_LISTN=x\n"
                       "this is no setting\n"
                       "CALLMEM_SCOPE=all\n"
                       "CALLMEM_VARIABLE_CALLER_ID=x\n"
                       "CALLMEM_LANGUAGE=9\n");
    setenv("CALLMEM_THREADS", "65", 1);
    setenv("OPENMEMORY_MODUS", "local", 1);
    setenv("ELEVENLABS_POST_CALL_SECRET_FILE", "nowhere", 1);
    static const char *const expected[] = {
        "./.env:1: CALLMEM_WORKERS: \"none\" is not a whole number; use a whole number from 1 to 64\n",
        "./.env:2: CALLMEM_LISTN: unknown setting; did you mean CALLMEM_LISTEN?\n",
        "./.env:3: is not a setting; write NAME=VALUE, or # before a comment\n",
        "./.env:4: CALLMEM_SCOPE: \"all\" is not a valid value; use caller or agent\n",
        "./.env:5: CALLMEM_VARIABLE_CALLER_ID: reserved: callmem sets this variable itself; choose another "
        "name\n",
        "./.env:6: CALLMEM_LANGUAGE: \"9\" is not a language tag; use one such as en, pt-BR or es-419\n",
        "environment: CALLMEM_THREADS: \"65\" is out of range; use a whole number from 1 to 64\n",
        "environment: OPENMEMORY_MODUS: unknown setting; did you mean OPENMEMORY_MODE?\n",
        ("environment: ELEVENLABS_POST_CALL_SECRET_FILE: nowhere cannot be read (No such file or directory); "
         "check the path\n"),
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_load_wrong(expected[i]);
    assert_int_equal(lines_of(&complaints), sizeof expected / sizeof *expected);
    /* The same again: nothing depends on chance. */
    char *first = strdup(buf_text(&complaints));
    reset();
    assert_null(settings_load(&complaints, &warnings));
    assert_string_equal(buf_text(&complaints), first);
    free(first);
}

/* A wrong value must not carry a second line into the log of whoever shows the complaint. */
static void test_complaints_stay_on_their_line(void **state)
{
    (void)state;
    setenv("CALLMEM_WORKERS", "4\nCALLMEM_WORKERS: all is well", 1);
    setenv("CALLMEM_SCOPE", "\xe2\x80\xa8.", 1);
    setenv("CALLMEM_PROMPT", "{{\n\n}", 1);
    setenv("CALLMEM_BAD\nNAME", "x", 1);
    setenv("CALLMEM_ENV_FILE", "a\nb", 1);
    assert_load_wrong("environment: CALLMEM_WORKERS: contains a control character");
    assert_int_equal(lines_of(&complaints), 5);
}

static char *print_of(void (*print)(FILE *out))
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    print(out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static char *print_settings(const struct settings *settings)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    settings_print(settings, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void test_print_hides_secrets(void **state)
{
    (void)state;
    struct settings *settings = parse_good("ELEVENLABS_CLIENT_DATA_SECRET=hush-hush-hush\n"
                                           "ELEVENLABS_POST_CALL_SECRET=hush-one,hush-twice\n"
                                           "ELEVENLABS_API_KEY=hush-key\nOPENMEMORY_API_KEY=hush\n"
                                           "CALLMEM_WORKERS=3\nCALLMEM_VARIABLE_SHOP_NAME=Bikes\n");
    char *text = print_settings(settings);
    assert_null(strstr(text, "hush"));
    assert_non_null(strstr(text, "\nELEVENLABS_CLIENT_DATA_SECRET=set (14 characters)\n"));
    assert_non_null(strstr(text, "\nELEVENLABS_SEARCH_DATA_SECRET=\n"));
    assert_non_null(strstr(text, "\nELEVENLABS_POST_CALL_SECRET=2 set (8, 10 characters)\n"));
    assert_non_null(strstr(text, "\nELEVENLABS_API_KEY=set (8 characters)\n"));
    assert_non_null(strstr(text, "\nCALLMEM_WORKERS=3\n"));
    assert_non_null(strstr(text, "\nOPENMEMORY_PATH=var/openmemory.sqlite\n"));
    assert_non_null(strstr(text, "\nCALLMEM_VARIABLE_SHOP_NAME=Bikes\n"));
    free(text);
    settings_free(settings);
}

static void test_template_is_the_defaults(void **state)
{
    (void)state;
    char *template = print_of(settings_print_development);
    struct settings *defaults = parse_good("");
    char *expected = print_settings(defaults);
    settings_free(defaults);
    static const char *const fill[] = {"\nELEVENLABS_CLIENT_DATA_SECRET=\n",
                                       "\nELEVENLABS_SEARCH_DATA_SECRET=\n",
                                       "\nELEVENLABS_POST_CALL_SECRET=\n"};
    for (size_t i = 0; i < 3; i++)
        assert_non_null(strstr(template, fill[i]));
    struct settings *settings = parse_good(template);
    char *text = print_settings(settings);
    assert_string_equal(text, expected);
    settings_free(settings);
    free(text);
    /* And so it is with every example taken into use. */
    for (char *c = template; (c = strstr(c, "\n#")); c++)
        if (c[2] >= 'A' && c[2] <= 'Z')
            c[1] = ' ';
    settings = parse_good(template);
    assert_int_equal(settings_variables(settings), 1);
    text = print_settings(settings);
    assert_int_equal(strncmp(text, expected, strlen(expected)), 0);
    assert_string_equal(text + strlen(expected), "CALLMEM_VARIABLE_SHOP_NAME=Harbour Bikes\n");
    settings_free(settings);
    free(text);
    free(expected);
    free(template);
}

static void test_documents_name_everything(void **state)
{
    (void)state;
    static const struct {
        void (*print)(FILE *out);
        const char *before, *after;
    } documents[] = {{settings_print_development, "", "="},
                     {settings_print_production, "", ""},
                     {settings_print_markdown, "\n| `", "` | "},
                     {settings_print_manual, "\n.It Ev ", "\n"}};
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        char *text = print_of(documents[i].print);
        for (enum setting id = 0; id < SETTINGS; id++) {
            char expected[128];
            snprintf(expected, sizeof expected, "%s%s%s", documents[i].before, setting_name(id),
                     documents[i].after);
            assert_non_null(strstr(text, expected));
        }
        assert_non_null(strstr(text, "CALLMEM_VARIABLE_"));
        free(text);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_defaults, begin, end),
        cmocka_unit_test_setup_teardown(test_environment_comes_before_file, begin, end),
        cmocka_unit_test_setup_teardown(test_settings_file, begin, end),
        cmocka_unit_test_setup_teardown(test_file_syntax, begin, end),
        cmocka_unit_test_setup_teardown(test_wrong_lines, begin, end),
        cmocka_unit_test_setup_teardown(test_secrets_to_the_byte, begin, end),
        cmocka_unit_test_setup_teardown(test_long_text, begin, end),
        cmocka_unit_test_setup_teardown(test_several_secrets, begin, end),
        cmocka_unit_test_setup_teardown(test_unknown_names, begin, end),
        cmocka_unit_test_setup_teardown(test_near_misses_in_the_file, begin, end),
        cmocka_unit_test_setup_teardown(test_bounds, begin, end),
        cmocka_unit_test_setup_teardown(test_real_numbers, begin, end),
        cmocka_unit_test_setup_teardown(test_choices, begin, end),
        cmocka_unit_test_setup_teardown(test_sets, begin, end),
        cmocka_unit_test_setup_teardown(test_listen, begin, end),
        cmocka_unit_test_setup_teardown(test_urls, begin, end),
        cmocka_unit_test_setup_teardown(test_origins, begin, end),
        cmocka_unit_test_setup_teardown(test_other_text, begin, end),
        cmocka_unit_test_setup_teardown(test_templates, begin, end),
        cmocka_unit_test_setup_teardown(test_variables, begin, end),
        cmocka_unit_test_setup_teardown(test_values_in_files, begin, end),
        cmocka_unit_test_setup_teardown(test_wrong_values_in_files, begin, end),
        cmocka_unit_test_setup_teardown(test_production_secrets, begin, end),
        cmocka_unit_test_setup_teardown(test_llm, begin, end),
        cmocka_unit_test_setup_teardown(test_development_warns, begin, end),
        cmocka_unit_test_setup_teardown(test_production_refuses, begin, end),
        cmocka_unit_test_setup_teardown(test_production_warns, begin, end),
        cmocka_unit_test_setup_teardown(test_production_paths, begin, end),
        cmocka_unit_test_setup_teardown(test_secrets_of_others, begin, end),
        cmocka_unit_test_setup_teardown(test_production_files, begin, end),
        cmocka_unit_test_setup_teardown(test_remote_mode, begin, end),
        cmocka_unit_test_setup_teardown(test_everything_at_once, begin, end),
        cmocka_unit_test_setup_teardown(test_complaints_stay_on_their_line, begin, end),
        cmocka_unit_test_setup_teardown(test_print_hides_secrets, begin, end),
        cmocka_unit_test_setup_teardown(test_template_is_the_defaults, begin, end),
        cmocka_unit_test_setup_teardown(test_documents_name_everything, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
