#include "operate/redaction.h"

#include "base/json.h"
#include "base/utf8.h"
#include "language/lexicon.h"
#include "people/remember.h"
#include "understand/secrets.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MOST 65536 /* longer ones are recordings, of which a payload log has the beginning alone */

struct redaction {
    struct lexicon *lexicon;
    unsigned classes;
};

int redaction_open(const struct instance *instance, struct redaction **redaction, struct error *error)
{
    unsigned classes = remember_secrets(instance->settings);
    *redaction = NULL;
    if (classes == 0)
        return 0;
    struct redaction *fresh = calloc(1, sizeof *fresh);
    if (!fresh)
        return error_no_memory(error);
    fresh->classes = classes;
    fresh->lexicon = lexicon_load(setting_text(instance->settings, CALLMEM_LEXICON_DIR), error);
    if (!fresh->lexicon) {
        free(fresh);
        return -1;
    }
    *redaction = fresh;
    return 0;
}

void redaction_close(struct redaction *redaction)
{
    if (redaction)
        lexicon_free(redaction->lexicon);
    free(redaction);
}

/* A body while it is masked. */
struct masking {
    const struct redaction *redaction;
    struct arena *arena;
    char language[4];
    bool failed; /* out of memory, or not text */
};

static void replace(struct masking *masking, cJSON *item, const char *text)
{
    if (!text || !cJSON_SetValuestring(item, text))
        masking->failed = true;
}

static void mask_text(struct masking *masking, cJSON *item)
{
    bool masked = false;
    size_t len = strlen(item->valuestring);
    if (len > TEXT_MOST)
        return;
    if (!utf8_is_valid(item->valuestring, len)) {
        masking->failed = true;
        return;
    }
    const char *text = secrets_mask_text(masking->redaction->lexicon, masking->language, item->valuestring,
                                         masking->redaction->classes, masking->arena, &masked);
    if (!text || masked)
        replace(masking, item, text);
}

static void mask_all(struct masking *masking, cJSON *value)
{
    if (cJSON_IsString(value))
        mask_text(masking, value);
    for (cJSON *item = value->child; item && !masking->failed; item = item->next)
        mask_all(masking, item);
}

/* The words of each turn, in the order of the transcript. */
static size_t read_turns(cJSON *transcript, struct turn *turns, cJSON **messages)
{
    size_t count = 0;
    cJSON *item;
    cJSON_ArrayForEach(item, transcript)
    {
        cJSON *message = cJSON_GetObjectItemCaseSensitive(item, "message");
        const char *role = json_text(item, "role");
        if (!cJSON_IsString(message))
            continue;
        turns[count] = (struct turn){.role = role && strcmp(role, "agent") == 0 ? ROLE_AGENT : ROLE_USER,
                                     .text = message->valuestring,
                                     .position = (int)count,
                                     .speaker = ""};
        messages[count++] = message;
    }
    return count;
}

static void mask_transcript(struct masking *masking, cJSON *transcript)
{
    size_t room = (size_t)cJSON_GetArraySize(transcript) + 1;
    struct transcript whole = {.summary = ""};
    cJSON **messages = arena_alloc(masking->arena, room * sizeof *messages);
    whole.turns = arena_alloc(masking->arena, room * sizeof *whole.turns);
    if (!messages || !whole.turns) {
        masking->failed = true;
        return;
    }
    memcpy(whole.language, masking->language, sizeof whole.language);
    whole.turn_count = read_turns(transcript, whole.turns, messages);
    if (secrets_mask(masking->redaction->lexicon, &whole, masking->redaction->classes, masking->arena) < 0)
        masking->failed = true;
    for (size_t i = 0; i < whole.turn_count && !masking->failed; i++)
        if (whole.turns[i].text != messages[i]->valuestring)
            replace(masking, messages[i], whole.turns[i].text);
}

bool redaction_mask(void *redaction, cJSON *body)
{
    struct masking masking = {.redaction = redaction, .arena = arena_new()};
    cJSON *data = cJSON_GetObjectItemCaseSensitive(body, "data");
    cJSON *transcript = cJSON_GetObjectItemCaseSensitive(data, "transcript");
    const char *language = json_text(json_object(data, "metadata"), "main_language");
    if (!masking.arena)
        return false;
    if (language)
        strncpy(masking.language, language, 2);
    if (cJSON_IsArray(transcript))
        mask_transcript(&masking, transcript);
    if (!masking.failed)
        mask_all(&masking, body);
    bool good = !masking.failed && !arena_failed(masking.arena);
    arena_free(masking.arena);
    return good;
}
