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
        {"[Service]\nBindPaths=/srv/callmem /mnt/audio\n", 0},
        {"[Service]\nBindPaths=/dev/shm/a:/srv/callmem:rbind -/dev/shm/b:/mnt\n", 0},
        {"[Service]\nBindPaths=/srv/callmem:/var/elsewhere\n", 2},
        {"[Service]\nBindPaths=/srv\nBindPaths=\n", 2},
        {"[Service]\nReadWritePaths=/srv\nReadWritePaths=\nReadWritePaths=/mnt\n", 1},
        {"[Service]\nReadWritePaths=/srv \\\n  /mnt\n", 0},
        {"[Service]\nReadWritePaths = /srv\r\n", 1},
        {"[Service]\nReadWritePaths=/srv /mnt\nReadOnlyPaths=/srv/callmem\n", 1},
        {"[Service]\nReadWritePaths=/srv/callmem /mnt\nReadOnlyPaths=/srv\n", 0},
        {"[Service]\nReadWritePaths=/srv/callmem /mnt\nReadOnlyPaths=/srv/callmem\n", 1},
        {"[Service]\nReadWritePaths=/srv/callmem /mnt\nInaccessiblePaths=-/srv\n", 1},
        {"[Service]\nReadWritePaths=/srv/callmem /mnt\nTemporaryFileSystem=/srv:ro\n", 1},
        {"[Service]\nBindPaths=/srv/callmem /mnt\nTemporaryFileSystem=/srv:ro\n", 0},
        {"[Service]\nBindReadOnlyPaths=/srv:/srv\n", 2},
        {"[Service]\nProtectSystem=strict\nProtectSystem=no\n", 0},
        {"[Service]\nReadWritePaths=%h/callmem\n", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        drop_in(cases[i].text);
        assert_int_equal(named(settings, NULL), cases[i].named);
    }
}

/* What the units do not see cannot be made writable by naming it. */
static void test_homes(void **state)
{
    (void)state;
    static const char *const settings[] = {"CALLMEM_STATE_DIR=/home/me/callmem\n",
                                           "CALLMEM_STATE_DIR=/tmp/callmem\n"};
    static const struct {
        const char *text, *home, *tmp; /* what is said of either */
    } cases[] = {
        {"", "do not see /home/me/callmem", "do not see /tmp/callmem"},
        {"[Service]\nReadWritePaths=/home/me/callmem /tmp/callmem\n", "do not see", "do not see"},
        {"[Service]\nBindPaths=/home/me/callmem /tmp/callmem\n", "do not see", NULL},
        {"[Service]\nProtectHome=tmpfs\nReadWritePaths=/home/me/callmem\n", "do not see", "do not see"},
        {"[Service]\nProtectHome=tmpfs\nBindPaths=/home/me/callmem\n", NULL, "do not see"},
        {"[Service]\nProtectHome=read-only\nPrivateTmp=no\n", "may not write", "may not write"},
        {"[Service]\nProtectHome=read-only\nReadWritePaths=/home/me\n", NULL, "do not see"},
        /* ProtectSystem=strict leaves homes to ProtectHome=. */
        {"[Service]\nProtectHome=no\n", NULL, "do not see"},
        {"[Service]\nProtectHome=no\nReadOnlyPaths=/home\n", "may not write", "do not see"},
        {"[Service]\nProtectHome=false\nPrivateTmp=0\nReadWritePaths=/home /tmp\n", NULL, NULL},
        {"[Service]\nProtectSystem=no\n", "do not see", "do not see"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        drop_in(cases[i].text);
        assert_int_equal(named(settings[0], cases[i].home), cases[i].home != NULL);
        assert_int_equal(named(settings[1], cases[i].tmp), cases[i].tmp != NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_services_own_folders, begin, end),
        cmocka_unit_test_setup_teardown(test_a_folder_elsewhere_is_named_once, begin, end),
        cmocka_unit_test_setup_teardown(test_drop_ins, begin, end),
        cmocka_unit_test_setup_teardown(test_homes, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
