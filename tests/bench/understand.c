/*
 * Prints what is understood of a call, one line for each thing, for people who work on rules. Reads post-call
 * events from the files that are named, or from standard input.
 *
 *     build/bench/understand event.json
 */
#include "understand/understand.h"
#include "base/text.h"
#include "people/event.h"
#include "understand/secrets.h"

#include <stdio.h>
#include <stdlib.h>

static char *whole(FILE *file, size_t *len)
{
    struct buf b = BUF_INIT;
    char part[65536];
    for (size_t got; (got = fread(part, 1, sizeof part, file)) > 0;)
        buf_add(&b, part, got);
    *len = b.len;
    return buf_take(&b);
}

static void print(const struct understanding *u)
{
    for (size_t i = 0; i < u->speaker_count; i++) {
        const struct speaker *s = &u->speakers[i];
        printf("speaker    %s | %s | %s  was:%s  %s turn %d\n", s->full, s->called, s->role, s->was,
               source_name(s->source), s->turn);
    }
    if (u->is_other)
        printf("other      denied:%s\n", u->denied);
    for (size_t i = 0; i < u->statement_count; i++) {
        const struct statement *s = &u->statements[i];
        printf("%-11s [%s] %s  slot:%s value:%s by:%s until:%s  %s turn %d\n", statement_kind_name(s->kind),
               s->whose, s->text, s->slot, s->value, s->by, s->until, source_name(s->source), s->turn);
    }
    for (size_t i = 0; i < u->drop_count; i++)
        printf("dropped    %s: %s: %s\n", drop_name(u->drops[i].why), u->drops[i].item, u->drops[i].line);
    printf("request    %s turn %d\nmood       %d (%.2f)\n", privacy_name(u->request), u->request_turn,
           (int)u->mood, u->feeling);
}

static int read_one(const struct lexicon *lexicon, FILE *file)
{
    struct error error = {0};
    struct event event;
    struct understanding understanding;
    size_t len;
    char *text = whole(file, &len);
    int result = text ? event_parse(text, len, &event, &error) : error_no_memory(&error);
    free(text);
    struct arena *arena = arena_new();
    if (result == 0 && secrets_mask(lexicon, &event.transcript, SECRET_ALL, arena) < 0)
        result = error_no_memory(&error);
    for (size_t i = 0; result == 0 && getenv("SHOW_TURNS") && i < event.transcript.turn_count; i++)
        printf("%s: %s\n", event.transcript.turns[i].role == ROLE_USER ? "u" : "a",
               event.transcript.turns[i].text);
    if (result == 0 && (result = understand(lexicon, &event.transcript, &understanding, &error)) == 0) {
        print(&understanding);
        understanding_free(&understanding);
    }
    if (result == 0)
        event_free(&event);
    else
        fprintf(stderr, "%s\n", error.message);
    arena_free(arena);
    return result;
}

int main(int argc, char **argv)
{
    struct error error = {0};
    struct lexicon *lexicon = lexicon_load(getenv("CALLMEM_LEXICON_DIR"), &error);
    int result = lexicon ? 0 : -1;
    if (!lexicon)
        fprintf(stderr, "%s\n", error.message);
    for (int i = 1; lexicon && i < argc; i++) {
        FILE *file = fopen(argv[i], "r");
        if (argc > 2)
            printf("== %s\n", argv[i]);
        if (!file || read_one(lexicon, file) != 0)
            result = -1;
        if (file)
            fclose(file);
    }
    if (lexicon && argc == 1)
        result = read_one(lexicon, stdin);
    lexicon_free(lexicon);
    return result == 0 ? 0 : 1;
}
