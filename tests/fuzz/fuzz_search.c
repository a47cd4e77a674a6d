/*
 * A search: the first two bytes are the language of the caller's calls, the first line is the query, the
 * others are what was said. An input that begins with "!" is what a database that was written over gives back
 * for the index of a call. What is found is there, best first, and each score is between 0 and 1.
 */
#include "base/text.h"
#include "base/utf8.h"
#include "memory/search/rank.h"
#include "memory/search/segment.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW   1772445600
#define LINES 64

static void must(bool holds)
{
    if (!holds)
        abort();
}

static const char *const codes[] = {"en", "es", "de", "fr", "it", "pt", ""};

/* One of each language, as a search keeps them. */
static size_t speak(const uint8_t *data, struct analyser **analyser)
{
    static struct analyser *analysers[sizeof codes / sizeof *codes];
    size_t at = 0;
    while (*codes[at] && memcmp(codes[at], data, 2) != 0)
        at++;
    if (!analysers[at])
        must((analysers[at] = analyser_new(codes[at])) != NULL);
    *analyser = analysers[at];
    return at;
}

static void check_ranking(const struct ranking *ranking, size_t calls, size_t limit)
{
    double before = 1;
    must(ranking->count <= limit);
    for (size_t i = 0; i < ranking->count; i++) {
        const struct rank_result *result = &ranking->results[i];
        must(result->call < calls && result->count >= 1);
        must(result->score > 0 && result->score <= before);
        before = result->score;
        bool has_best = false;
        for (size_t part = 0; part < result->count; part++)
            has_best = has_best || result->parts[part].row == result->best.row;
        must(has_best);
    }
}

static void rank(const char *query, struct analyser *analyser, const char *language,
                 const struct buf *segment)
{
    struct question question;
    struct ranking ranking;
    const struct memory_filter filter = {.caller = "c", .limit = 5};
    /* Twice the same call, a day apart. */
    const unsigned char *bytes = (const unsigned char *)segment->data;
    const struct rank_call calls[] = {
        {NOW - 172800, "conv_1", "agent", language, bytes, segment->len},
        {NOW - 86400, "conv_2", "agent", language, bytes, segment->len},
    };
    must(question_read(&question, query, query, &analyser, &language, 1, NOW) == 0);
    must(question.concepts <= QUESTION_CONCEPTS);
    must(rank_memories(&question, calls, 2, &filter, NOW, &ranking) == 0);
    check_ranking(&ranking, 2, filter.limit);
    ranking_free(&ranking);
    question_free(&question);
}

static void index_line(struct buf *segment, const char *line, int position, struct analyser *analyser)
{
    struct segment_item item = {.row = position + 1,
                                .created_at = NOW - 86400 + position,
                                .salience = 0.5F,
                                .position = position,
                                .source = -1,
                                .kind = position % 5 == 4 ? KIND_SUMMARY : KIND_TURN,
                                .speaker = (uint8_t)(position % 3)};
    if (item.kind == KIND_SUMMARY)
        item.source = 0;
    segment_add(segment, &item, line, analyser);
    must(segment_sentence(line) <= strlen(line));
}

static void check_terms(const char *text, struct analyser *analyser)
{
    struct term terms[TERMS_MAX];
    size_t count = analyser_terms(analyser, text, terms, TERMS_MAX);
    must(count <= TERMS_MAX);
    for (size_t i = 0; i < count; i++)
        must((terms[i].hash & STORED_BITS) == 0 && (i == 0 || terms[i].at >= terms[i - 1].at));
}

static void search(const uint8_t *data, size_t size)
{
    struct analyser *analyser;
    struct buf segment = BUF_INIT;
    size_t language = speak(data, &analyser);
    char *text = text_dup_n((const char *)data + 2, size - 2), *rest = text;
    must(text != NULL);
    const char *query = strsep(&rest, "\n");
    check_terms(query, analyser);
    int position = 0;
    for (char *line; position < LINES && (line = strsep(&rest, "\n")); position++)
        index_line(&segment, line, position, analyser);
    must(!segment.failed);
    rank(query, analyser, codes[language], &segment);
    buf_free(&segment);
    free(text);
}

static void read_damaged(const uint8_t *data, size_t size)
{
    struct analyser *analyser;
    struct segment_item item;
    struct buf segment = BUF_INIT;
    size_t language = speak((const uint8_t *)"en", &analyser), offset = 0, last = 0;
    buf_add(&segment, data, size);
    while (segment_next((const unsigned char *)segment.data, segment.len, &offset, &item)) {
        must(offset > last && offset <= size);
        last = offset;
        for (size_t i = 0; i < item.term_count; i++)
            (void)segment_term(&item, i);
    }
    struct question question;
    struct ranking ranking;
    const char *code = codes[language];
    const struct memory_filter filter = {.caller = "c", .limit = 5};
    const struct rank_call call = {NOW, "conv_1", "agent", code, (const unsigned char *)segment.data, size};
    must(question_read(&question, "When did Ana order the wedding cake?", NULL, &analyser, &code, 1, NOW) ==
         0);
    must(rank_memories(&question, &call, 1, &filter, NOW, &ranking) == 0);
    ranking_free(&ranking);
    question_free(&question);
    buf_free(&segment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 2 && data[0] == '!')
        read_damaged(data + 1, size - 1);
    else if (size > 2 && !memchr(data, '\0', size) && utf8_is_valid((const char *)data, size))
        search(data, size);
    return 0;
}
