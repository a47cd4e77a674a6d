#include "language/lexicon.h"

#include "language/data.h"
#include "language/language_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct lexicon {
    struct language **languages;
    size_t count;
};

static int no_memory(struct error *error)
{
    return error_set(error, ERROR_SETTINGS, "out of memory while the lexicon was read");
}

static char *read_whole(const char *path, size_t *len, struct error *error)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t room = 0;
    ssize_t got = -1;
    if (file) {
        got = getdelim(&text, &room, '\0', file);
        if (got < 0 && feof(file) && !ferror(file))
            got = 0;
    }
    if (got < 0)
        error_set(error, ERROR_SETTINGS, "%s cannot be read: %s", path, strerror(errno));
    if (got > 0 && text[got - 1] == '\0') {
        error_set(error, ERROR_SETTINGS, "%s: a NUL is in it, text in UTF-8 is expected", path);
        got = -1;
    }
    if (file)
        fclose(file);
    if (got < 0 || !text) {
        free(text);
        return got < 0 ? NULL : calloc(1, 1);
    }
    *len = (size_t)got;
    return text;
}

struct added {
    char *path;
    char *text;
    size_t len;
};

/* The operator's file for a language; without a text where they have none. */
static int read_added(const char *directory, const char *code, struct added *added, struct error *error)
{
    *added = (struct added){0};
    if (!directory || !*directory)
        return 0;
    if (asprintf(&added->path, "%s/%s.txt", directory, code) < 0) {
        added->path = NULL;
        return no_memory(error);
    }
    if (access(added->path, F_OK) != 0 && errno == ENOENT)
        return 0;
    added->text = read_whole(added->path, &added->len, error);
    return added->text ? 0 : -1;
}

static int keep(struct lexicon *lexicon, struct language *language, struct error *error)
{
    struct language **languages =
        realloc(lexicon->languages, (lexicon->count + 1) * sizeof(struct language *));
    if (!languages) {
        language_free(language);
        return no_memory(error);
    }
    lexicon->languages = languages;
    languages[lexicon->count++] = language;
    return 0;
}

/* A language of what the operator has of it and, where it is not NULL, what is compiled in. */
static int add_language(struct lexicon *lexicon, const char *directory, const char *code,
                        const struct data_file *built_in, struct error *error)
{
    struct language_file files[2];
    struct added added;
    size_t count = 0;
    int result = read_added(directory, code, &added, error);
    if (added.text)
        files[count++] = (struct language_file){added.path, added.text, added.len, false};
    if (built_in)
        files[count++] = (struct language_file){built_in->name, built_in->text, built_in->len, true};
    if (result == 0) {
        struct language *language = language_from_files(code, files, count, LANGUAGE_WHOLE, error);
        result = language ? keep(lexicon, language, error) : -1;
    }
    free(added.path);
    free(added.text);
    return result;
}

/* The language of "en.txt"; false when it is no such name. */
static bool code_of(const char *name, char code[LANGUAGE_CODE_SIZE])
{
    size_t len = strcspn(name, ".");
    if (len < 2 || len >= LANGUAGE_CODE_SIZE || strcmp(name + len, ".txt") != 0)
        return false;
    for (size_t at = 0; at < len; at++)
        if (name[at] < 'a' || name[at] > 'z')
            return false;
    memcpy(code, name, len);
    code[len] = '\0';
    return true;
}

static int add_built_in(struct lexicon *lexicon, const char *directory, struct error *error)
{
    for (const struct data_file *file = data_files; file->name; file++) {
        char code[LANGUAGE_CODE_SIZE];
        if (code_of(file->name, code) && add_language(lexicon, directory, code, file, error) != 0)
            return -1;
    }
    return 0;
}

/* Languages that only the operator has. */
static int add_operators(struct lexicon *lexicon, const char *directory, struct error *error)
{
    DIR *folder = opendir(directory);
    int result = 0;
    if (!folder)
        return error_set(error, ERROR_SETTINGS, "the lexicon folder %s cannot be read: %s", directory,
                         strerror(errno));
    for (struct dirent *entry; result == 0 && (entry = readdir(folder));) {
        char code[LANGUAGE_CODE_SIZE];
        if (code_of(entry->d_name, code) && !lexicon_language(lexicon, code))
            result = add_language(lexicon, directory, code, NULL, error);
    }
    closedir(folder);
    return result;
}

struct lexicon *lexicon_load(const char *directory, struct error *error)
{
    struct lexicon *lexicon = calloc(1, sizeof *lexicon);
    if (!lexicon) {
        no_memory(error);
        return NULL;
    }
    if (add_built_in(lexicon, directory, error) != 0 ||
        (directory && *directory && add_operators(lexicon, directory, error) != 0)) {
        lexicon_free(lexicon);
        return NULL;
    }
    return lexicon;
}

struct lexicon *lexicon_parse(const char *code, const char *file, const char *text, size_t len,
                              struct error *error)
{
    const struct language_file only = {file, text, len, false};
    struct lexicon *lexicon = calloc(1, sizeof *lexicon);
    if (!lexicon) {
        no_memory(error);
        return NULL;
    }
    struct language *language = language_from_files(code, &only, 1, LANGUAGE_WHOLE, error);
    if (!language || keep(lexicon, language, error) != 0) {
        lexicon_free(lexicon);
        return NULL;
    }
    return lexicon;
}

void lexicon_free(struct lexicon *lexicon)
{
    if (!lexicon)
        return;
    for (size_t at = 0; at < lexicon->count; at++)
        language_free(lexicon->languages[at]);
    free(lexicon->languages);
    free(lexicon);
}

const struct language *lexicon_language(const struct lexicon *lexicon, const char *code)
{
    for (size_t at = 0; at < lexicon->count; at++)
        if (strcmp(language_code(lexicon->languages[at]), code) == 0)
            return lexicon->languages[at];
    return NULL;
}

size_t lexicon_count(const struct lexicon *lexicon)
{
    return lexicon->count;
}

const struct language *lexicon_at(const struct lexicon *lexicon, size_t at)
{
    return lexicon->languages[at];
}
