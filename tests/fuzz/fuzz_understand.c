/*
 * Understanding: whatever an event says, in whatever language, what comes out is UTF-8, has its bounds, and
 * points at a turn that is there. The first bytes of an input that is no event choose a language, its lines
 * are turns.
 */
#include "tests/fuzz/understanding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct lexicon *lexicon;
    struct event event;
    struct error error;
    if (!lexicon)
        must((lexicon = lexicon_load(NULL, &error)) != NULL);
    if (event_parse((const char *)data, size, &event, &error) == 0) {
        if (event.type == EVENT_TRANSCRIPTION)
            check(lexicon, &event.transcript);
        event_free(&event);
    } else if (size > 2 && !memchr(data, '\0', size) && utf8_is_valid((const char *)data, size)) {
        check_lines(lexicon, (const char *)data, (const char *)data, size);
    }
    return 0;
}
