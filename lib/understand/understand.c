#include "understand/understand.h"

#include "understand/evidence.h"
#include "understand/identifiers.h"
#include "understand/introductions.h"
#include "understand/mood.h"
#include "understand/orders.h"
#include "understand/reading.h"
#include "understand/requests.h"
#include "understand/rules.h"
#include "understand/speakers.h"
#include "understand/speakers_parts.h"

int understand(const struct lexicon *lexicon, const struct transcript *transcript,
               struct understanding *understanding, struct error *error)
{
    struct reading reading;
    understanding_open(understanding);
    if (understanding->failed)
        return error_no_memory(error);
    bool opened = reading_open(&reading, lexicon, transcript, understanding->arena) == 0;
    if (opened) {
        reading.capture_name = capture_name;
        evidence_read(&reading, understanding);
        size_t speakers = understanding->speaker_count, statements = understanding->statement_count;
        speakers_find(&reading, understanding);
        if (!reading.ruled)
            introductions_find(&reading, understanding);
        identifiers_find(&reading, understanding);
        evidence_complete(&reading, understanding, speakers, statements);
        if (!understanding->evidence) {
            rules_find(&reading, understanding);
            evidence_find_denials(&reading, understanding);
            requests_find(&reading, understanding);
        }
        requests_add_instruction(&reading, understanding);
        rules_find_done(&reading, understanding);
        speakers_assign(transcript, understanding);
        orders_find(&reading, understanding);
        mood_find(&reading, understanding);
    }
    bool failed = !opened || reading.failed || understanding->failed || arena_failed(understanding->arena);
    reading_close(&reading);
    if (!failed)
        return 0;
    understanding_free(understanding);
    return error_no_memory(error);
}
