/*
 * Events: whatever ElevenLabs or anybody who signs like them sends, an event that is read has one of the few
 * kinds of callers, texts that are there, and as much of each list as its bounds allow.
 */
#include "base/utf8.h"
#include "people/event.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void must_be_text(const char *text, bool filled)
{
    must(text != NULL && utf8_is_valid(text, strlen(text)) && (!filled || *text));
}

static void check_caller(const struct event *event)
{
    bool is_somebody = event->caller_kind == CALLER_NUMBER || event->caller_kind == CALLER_OTHER;
    must(is_somebody == (event->caller[0] != '\0'));
    must(event->caller_kind != CALLER_NUMBER || event->caller[0] == '+');
    must(strlen(event->caller) <= CALLER_CHARS);
}

static void check_transcript(const struct transcript *transcript)
{
    must_be_text(transcript->summary, false);
    for (size_t i = 0; i < transcript->turn_count; i++) {
        must_be_text(transcript->turns[i].text, true);
        must_be_text(transcript->turns[i].speaker, false);
        must(i == 0 || transcript->turns[i].position > transcript->turns[i - 1].position);
    }
    must(transcript->collected_count <= 1000 && transcript->result_count <= 50);
    for (size_t i = 0; i < transcript->collected_count; i++) {
        must_be_text(transcript->collected[i].name, true);
        must_be_text(transcript->collected[i].value, true);
    }
    for (size_t i = 0; i < transcript->result_count; i++) {
        must_be_text(transcript->results[i].name, true);
        must_be_text(transcript->results[i].value, true);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct event event;
    struct error error;
    if (event_parse((const char *)data, size, &event, &error) != 0)
        return 0;
    must_be_text(event.type_name, true);
    if (event.type != EVENT_OTHER) {
        must_be_text(event.conversation, true);
        must_be_text(event.failure, event.attempt);
        check_caller(&event);
        if (event.type == EVENT_TRANSCRIPTION)
            check_transcript(&event.transcript);
    }
    event_free(&event);
    return 0;
}
