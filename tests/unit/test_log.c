#include "base/log.h"

#include "base/clock.h"
#include "base/json.h"

#include "tests/unit/unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
    char folder[64], file[96], other[96];
};

static int make_folder(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    snprintf(f->folder, sizeof f->folder, "/tmp/callmem-log-XXXXXX");
    if (!mkdtemp(f->folder))
        return -1;
    snprintf(f->file, sizeof f->file, "%s/log", f->folder);
    snprintf(f->other, sizeof f->other, "%s/log.1", f->folder);
    *state = f;
    return 0;
}

static int remove_folder(void **state)
{
    struct fixture *f = *state;
    log_close();
    unlink(f->file);
    unlink(f->other);
    int result = rmdir(f->folder);
    free(f);
    return result;
}

/* All of a file; free() it. */
static char *content(const char *path)
{
    struct buf b = BUF_INIT;
    char piece[4096];
    size_t len;
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    while ((len = fread(piece, 1, sizeof piece, file)) > 0)
        buf_add(&b, piece, len);
    fclose(file);
    return buf_take(&b);
}

/* Reads line `at` (from 0); NULL when there are not so many. Fails when it is not whole JSON. */
static cJSON *line_of(const char *path, int at)
{
    char *text = content(path), *line = text;
    assert_non_null(text);
    for (; at > 0 && line; at--) {
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    cJSON *object = NULL;
    if (line && *line) {
        struct error error = {0};
        char *end = strchr(line, '\n');
        assert_non_null(end);
        object = json_parse(line, (size_t)(end - line), &error);
        if (!object)
            fail_msg("%s: %s", error.message, line);
    }
    free(text);
    return object;
}

static int count_lines(const char *path)
{
    int count = 0;
    char *text = content(path);
    for (const char *p = text; p && *p; p++)
        count += *p == '\n';
    free(text);
    return count;
}

static void a_line_tells_when_who_and_what(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    struct log_line line;
    int64_t when;
    assert_int_equal(log_open("client-data", LOG_INFO, f->file, &error), 0);
    log_begin(&line, LOG_WARN, "memory did not answer in time");
    log_caller(&line, "+15550100001");
    log_int(&line, "waited_ms", 800);
    log_ms(&line, "took_ms", 1234567);
    log_ms(&line, "little_ms", 7);
    log_text(&line, "path", "/webhook");
    log_text(&line, "absent", NULL);
    log_end(&line);
    cJSON *object = line_of(f->file, 0);
    assert_non_null(object);
    assert_string_equal(json_text(object, "level"), "warn");
    assert_string_equal(json_text(object, "service"), "client-data");
    assert_string_equal(json_text(object, "message"), "memory did not answer in time");
    assert_string_equal(json_text(object, "caller"), "\xe2\x80\xa6"
                                                     "01");
    assert_string_equal(json_text(object, "path"), "/webhook");
    assert_int_equal(json_int(object, "pid", 0), getpid());
    assert_int_equal(json_int(object, "waited_ms", 0), 800);
    assert_true(json_number(object, "took_ms", 0) == 1234.567);
    assert_true(json_number(object, "little_ms", 0) == 0.007);
    assert_null(json_get(object, "absent"));
    assert_true(clock_parse(json_text(object, "time"), &when));
    assert_true(when <= clock_now() && when > clock_now() - 1000);
    cJSON_Delete(object);
}

static void nothing_that_is_logged_can_forge_a_line(void **state)
{
    struct fixture *f = *state;
    static const char *const hostile[] = {
        "\n{\"time\":\"2026-01-01T00:00:00Z\",\"level\":\"info\",\"message\":\"forged\"}",
        "\",\"level\":\"error\",\"x\":\"",
        "\\\"\\",
        "\x01\x02\x1b[2J\x7f",
        "\xff\xfe\xed\xa0\x80\xc3",
        "\xe2\x80\xa8\xe2\x80\xa9",
        "",
    };
    struct error error = {0};
    const int count = (int)(sizeof hostile / sizeof *hostile);
    assert_int_equal(log_open("test", LOG_DEBUG, f->file, &error), 0);
    for (int i = 0; i < count; i++) {
        struct log_line line;
        log_begin(&line, LOG_INFO, hostile[i]);
        log_text(&line, "text", hostile[i]);
        log_caller(&line, hostile[i]);
        error_set(&error, ERROR_INTERNAL, "%s", hostile[i]);
        log_error(&line, &error);
        log_end(&line);
    }
    assert_int_equal(count_lines(f->file), count);
    for (int i = 0; i < count; i++) {
        cJSON *object = line_of(f->file, i);
        assert_non_null(object);
        assert_string_equal(json_text(object, "level"), "info");
        assert_string_equal(json_text(object, "error"), "internal_error");
        if (i < 4) {
            assert_string_equal(json_text(object, "message"), hostile[i]);
            assert_string_equal(json_text(object, "text"), hostile[i]);
        }
        cJSON_Delete(object);
    }
}

static void a_caller_is_two_characters_at_most(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *caller, *shown;
    } rows[] = {
        {"+15550100001", "\xe2\x80\xa6"
                         "01"},
        {"customer-8841", "\xe2\x80\xa6"
                          "41"},
        {"ana@example.com", "\xe2\x80\xa6"
                            "om"},
        {"+112", "\xe2\x80\xa6"
                 "12"},
        {"123", "\xe2\x80\xa6"},
        {"a", "\xe2\x80\xa6"}, /* of a short one two would be nearly all of it */
        {"x_y-", "\xe2\x80\xa6"
                 "y"},
        {"caf\xc3\xa9", "\xe2\x80\xa6"},
        {"abc\"\n", "\xe2\x80\xa6"},
        {"", NULL},
        {NULL, NULL},
    };
    struct error error = {0};
    assert_int_equal(log_open("test", LOG_INFO, f->file, &error), 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct log_line line;
        log_begin(&line, LOG_INFO, "x");
        log_caller(&line, rows[i].caller);
        log_end(&line);
        cJSON *object = line_of(f->file, (int)i);
        const char *shown = json_text(object, "caller");
        if (rows[i].shown)
            assert_string_equal(shown, rows[i].shown);
        else
            assert_null(shown);
        cJSON_Delete(object);
    }
}

static void levels_below_the_wanted_one_are_left_out(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    assert_int_equal(log_open("test", LOG_WARN, f->file, &error), 0);
    log_say(LOG_DEBUG, "no");
    log_say(LOG_INFO, "no");
    log_say(LOG_WARN, "yes");
    log_say(LOG_ERROR, "yes");
    assert_int_equal(count_lines(f->file), 2);
    assert_int_equal(log_open("test", LOG_DEBUG, f->file, &error), 0);
    log_say(LOG_DEBUG, "yes");
    error_set(&error, ERROR_NOT_FOUND, "there is no such thing");
    log_failure(LOG_ERROR, "could not do it", &error);
    assert_int_equal(count_lines(f->file), 4); /* the file is added to, not begun again */
    cJSON *object = line_of(f->file, 2);
    assert_string_equal(json_text(object, "level"), "debug");
    cJSON_Delete(object);
    object = line_of(f->file, 3);
    assert_string_equal(json_text(object, "error"), "not_found");
    assert_string_equal(json_text(object, "reason"), "there is no such thing");
    cJSON_Delete(object);
}

static void a_renamed_file_is_left_alone_after_a_reopen(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    struct stat made;
    assert_int_equal(log_open("test", LOG_INFO, f->file, &error), 0);
    assert_int_equal(stat(f->file, &made), 0);
    assert_int_equal(made.st_mode & 0777, 0600);
    log_say(LOG_INFO, "one");
    assert_int_equal(rename(f->file, f->other), 0);
    log_say(LOG_INFO, "two"); /* still goes to where the file has gone */
    log_reopen();
    log_say(LOG_INFO, "three");
    assert_int_equal(count_lines(f->other), 2);
    assert_int_equal(count_lines(f->file), 1);
    assert_int_equal(stat(f->file, &made), 0);
    assert_int_equal(made.st_mode & 0777, 0600);
    /* copied and truncated instead */
    assert_int_equal(truncate(f->file, 0), 0);
    log_say(LOG_INFO, "four");
    cJSON *object = line_of(f->file, 0);
    assert_string_equal(json_text(object, "message"), "four");
    cJSON_Delete(object);
}

static void a_reopen_that_fails_keeps_the_old_file_and_says_so(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    assert_int_equal(log_open("test", LOG_INFO, f->file, &error), 0);
    assert_int_equal(rename(f->file, f->other), 0);
    assert_int_equal(mkdir(f->file, 0700), 0); /* in its place: cannot be opened for writing */
    log_reopen();
    log_say(LOG_INFO, "still here");
    assert_int_equal(rmdir(f->file), 0);
    assert_int_equal(count_lines(f->other), 2);
    cJSON *object = line_of(f->other, 0);
    assert_string_equal(json_text(object, "level"), "error");
    cJSON_Delete(object);
    log_reopen();
    log_say(LOG_INFO, "new");
    assert_int_equal(count_lines(f->file), 1);
}

static void a_file_that_cannot_be_written_is_a_wrong_setting(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    assert_int_equal(log_open("test", LOG_INFO, f->folder, &error), -1);
    assert_int_equal(error.code, ERROR_SETTINGS);
    assert_non_null(strstr(error.message, "CALLMEM_LOG_FILE"));
}

static void without_a_file_lines_go_to_standard_error(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    static const char *const none[] = {NULL, ""};
    int kept = dup(STDERR_FILENO), fd = open(f->file, O_WRONLY | O_CREAT | O_APPEND, 0600);
    assert_true(kept >= 0 && fd >= 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
        int result = log_open("test", LOG_INFO, none[i], &error);
        log_reopen(); /* has nothing to do */
        log_say(LOG_INFO, "seen");
        assert_int_equal(dup2(kept, STDERR_FILENO), STDERR_FILENO);
        assert_int_equal(result, 0);
        assert_int_equal(count_lines(f->file), i + 1);
    }
    close(fd);
    close(kept);
}

#define LINES   300
#define WRITERS 3

static void *write_lines(void *ctx)
{
    (void)ctx;
    for (int i = 0; i < LINES; i++) {
        struct log_line line;
        log_begin(&line, LOG_INFO, "one of many");
        log_int(&line, "i", i);
        log_end(&line);
    }
    return NULL;
}

static void threads_and_processes_share_a_file_line_by_line(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    pthread_t threads[WRITERS];
    pid_t children[WRITERS];
    assert_int_equal(log_open("test", LOG_INFO, f->file, &error), 0);
    for (int i = 0; i < WRITERS; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            write_lines(NULL);
            _exit(0);
        }
    }
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, NULL), 0);
    for (int i = 0; i < 50; i++)
        log_reopen(); /* in between, as a SIGHUP would come */
    for (int i = 0; i < WRITERS; i++) {
        int status;
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    char *text = content(f->file);
    int lines = 0;
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1, lines++) {
        cJSON *object = json_parse(line, (size_t)(end - line), &error);
        assert_non_null(object);
        assert_true(json_int(object, "i", -1) >= 0);
        cJSON_Delete(object);
    }
    assert_int_equal(lines, 2 * WRITERS * LINES);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_tells_when_who_and_what, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(nothing_that_is_logged_can_forge_a_line, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_caller_is_two_characters_at_most, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(levels_below_the_wanted_one_are_left_out, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_renamed_file_is_left_alone_after_a_reopen, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_reopen_that_fails_keeps_the_old_file_and_says_so, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_file_that_cannot_be_written_is_a_wrong_setting, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(without_a_file_lines_go_to_standard_error, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(threads_and_processes_share_a_file_line_by_line, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
