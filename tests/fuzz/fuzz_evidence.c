/*
 * Values of an LLM in any form, against a short call. The first byte says which item it is and in which
 * language the call is; the call follows after a line "====", else it is a fixed one. Whatever comes: no
 * crash, bounded, and what is kept has a source.
 */
#include "understand/understand.h"

#include "base/text.h"
#include "base/utf8.h"
#include "understand/items.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

#define MAX_TURNS 16

static const char usual[] = "Hello, this is Mona.\nHi, I'm Rita Vance, R I T A. My daughter Mia is allergic "
                            "to nuts, I am not. My number is 555 0199.\n"
                            "Shall I note that?\nYes please, and call me after seven, never in the morning.";

static void check_statement(const struct statement *statement, size_t turns)
{
    must(*statement->text && utf8_is_valid(statement->text, strlen(statement->text)) &&
         text_chars(statement->text) <= 300);
    must(utf8_is_valid(statement->whose, strlen(statement->whose)) &&
         utf8_is_valid(statement->value, strlen(statement->value)));
    must(statement->kind < STATEMENTS && statement->source < SOURCES);
    must(statement->turn >= -1 && statement->turn < (int)turns);
}

static void check(const struct lexicon *lexicon, const char *language, enum item item, char *value,
                  char *call)
{
    struct turn turns[MAX_TURNS];
    struct collected collected = {.name = item_names[item], .label = "", .value = value};
    struct transcript transcript = {
        .summary = "", .turns = turns, .collected = &collected, .collected_count = 1};
    struct understanding understanding;
    struct error error;
    memcpy(transcript.language, language, 2);
    for (char *line; (line = strsep(&call, "\n")) && transcript.turn_count < MAX_TURNS;) {
        size_t at = transcript.turn_count;
        if (*line)
            turns[transcript.turn_count++] = (struct turn){
                .role = at % 2 ? ROLE_USER : ROLE_AGENT, .text = line, .position = (int)at, .speaker = ""};
    }
    must(understand(lexicon, &transcript, &understanding, &error) == 0);
    for (size_t i = 0; i < understanding.statement_count; i++)
        check_statement(&understanding.statements[i], transcript.turn_count);
    for (size_t i = 0; i < understanding.speaker_count; i++)
        must(utf8_is_valid(understanding.speakers[i].full, strlen(understanding.speakers[i].full)));
    understanding_free(&understanding);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char languages[][3] = {"en", "de", "es", "fr", "it", "pt", "ja", "nl"};
    static const char line[] = "\n====\n";
    static struct lexicon *lexicon;
    struct error error;
    if (!lexicon)
        lexicon = lexicon_load("", &error);
    must(lexicon != NULL);
    if (size < 2 || memchr(data, '\0', size) || !utf8_is_valid((const char *)data + 1, size - 1))
        return 0;
    char *value = text_dup_n((const char *)data + 1, size - 1), *call = value ? strstr(value, line) : NULL;
    must(value != NULL);
    if (call) {
        *call = '\0';
        call = text_dup(call + sizeof line - 1);
    } else {
        call = text_dup(usual);
    }
    must(call != NULL);
    if (*value)
        check(lexicon, languages[data[0] / ITEMS % 8], (enum item)(data[0] % ITEMS), value, call);
    free(call);
    free(value);
    return 0;
}
