/* sandbox: which folders the units of systemd must be told of. */
#include "operate/sandbox.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64], pattern[96];

static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/callmem-sandbox-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(pattern, sizeof pattern, "%s/*.conf", folder);
    return 0;
}

static int end(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "/bin/rm -rf %s", folder);
    return system(command); /* NOLINT(cert-env33-c) */
}

static void drop_in(const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/folders.conf", folder);
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

/* How many folders are named, with these lines in the settings; `expected` is in one of them. */
static int named(const char *text, const char *expected)
{
    struct buf complaints = BUF_INIT, ignored = BUF_INIT, warnings = BUF_INIT;
    struct settings *settings = settings_parse(text, strlen(text), "test", &complaints, &ignored);
    assert_non_null(settings);
    sandbox_warn(settings, pattern, &warnings);
    int count = 0;
    for (const char *line = warnings.len ? warnings.data : ""; (line = strchr(line, '\n')); line++)
        count++;
    if (expected)
        assert_non_null(strstr(warnings.len ? warnings.data : "", expected));
    settings_free(settings);
    buf_free(&complaints);
    buf_free(&ignored);
    buf_free(&warnings);
    return count;
}

static void test_the_services_own_folders(void **state)
{
    (void)state;
    assert_int_equal(named("CALLMEM_STATE_DIR=/var/lib/callmem\nCALLMEM_AUDIO_DIR=/var/lib/callmem/audio\n"
                           "CALLMEM_LOG_FILE=/var/log/callmem/callmem.log\n",
                           NULL),
                     0);
}

static void test_a_folder_elsewhere_is_named_once(void **state)
{
    (void)state;
    /* The database is in the state folder. */
    assert_int_equal(named("CALLMEM_STATE_DIR=/srv/callmem\n", "ReadWritePaths=/srv/callmem into"), 1);
    assert_int_equal(named("CALLMEM_STATE_DIR=/srv/callmem\nCALLMEM_AUDIO_DIR=/srv/callmem-audio\n"
                           "CALLMEM_LOG_FILE=/srv/logs/callmem.log\n",
                           "ReadWritePaths=/srv/logs into"),
                     3);
    assert_int_equal(named("CALLMEM_STATE_DIR=/var/lib/callmem2\n", "/var/lib/callmem2"), 1);
}

static void test_drop_ins(void **state)
{
    (void)state;
    static const char settings[] = "CALLMEM_STATE_DIR=/srv/callmem\nCALLMEM_AUDIO_DIR=/mnt/audio\n";
    static const struct {
        const char *text;
        int named;
    } cases[] = {
        {"[Service]\nReadWritePaths=/srv/callmem\n", 1},
        {"[Service]\n ReadWritePaths=-/mnt/ \"/srv/callmem\"\n", 0},
        {"[Service]\nReadWritePaths=/srv/call /mnt/audio/calls\n", 2},
        {"[Service]\n#ReadWritePaths=/srv/callmem /mnt\n", 2},
        {"[Service]\nReadWritePaths=/\n", 0},
        {"[Service]\nReadWritePaths=\n", 2},
        {"[Service]\nProtectSystem=full\n", 0},
        {"[Service]\nProtectSystem=strict\n", 2},
        {"", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        drop_in(cases[i].text);
        assert_int_equal(named(settings, NULL), cases[i].named);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_services_own_folders, begin, end),
        cmocka_unit_test_setup_teardown(test_a_folder_elsewhere_is_named_once, begin, end),
        cmocka_unit_test_setup_teardown(test_drop_ins, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
