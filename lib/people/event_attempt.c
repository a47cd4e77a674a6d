/*
 * Whether anybody was reached. ElevenLabs sends a conversation for a voicemail, too, and for a call that
 * failed before a word was said.
 */
#include "people/event_parts.h"

#include "base/json.h"

#include <string.h>
#include <strings.h>

/* What a machine says that answers for a person, in small letters. Closed: greetings of voicemail and of call
 * screening are a network's or a telephone's own, and few. */
static const char *const machine_phrases[] = {
    /* en */
    "leave a message",
    "leave your message",
    "leave me a message",
    "after the tone",
    "after the beep",
    "at the tone",
    "reached the voicemail",
    "reached the voice mail",
    "forwarded to voicemail",
    "forwarded to an automatic voice message",
    "mailbox is full",
    "mailbox belonging to",
    "is not available to take your call",
    "not available right now please leave",
    "record your message",
    "screening service",
    "call screening",
    "call assistant",
    "record your name and reason",
    "say your name and why you're calling",
    "say your name and why you are calling",
    "state your name and reason",
    "the person you are calling",
    "the person you're calling",
    "the number you have dialed",
    "the number you dialed",
    "the subscriber you",
    "to leave a callback number",
    /* de */
    "nach dem signalton",
    "nach dem ton",
    "nach dem piepton",
    "eine nachricht hinterlassen",
    "hinterlassen sie eine nachricht",
    "hinterlassen sie bitte eine nachricht",
    "hinterlasse eine nachricht",
    "anrufbeantworter von",
    "mailbox von",
    "mobilbox von",
    "der gewünschte teilnehmer",
    "ist zurzeit nicht erreichbar",
    "ist zur zeit nicht erreichbar",
    /* es */
    "deje su mensaje",
    "deja tu mensaje",
    "deje un mensaje",
    "deja un mensaje",
    "después de la señal",
    "después del tono",
    "buzón de voz",
    "contestador automático",
    /* fr */
    "laissez un message",
    "laissez-moi un message",
    "laisser un message",
    "après le bip",
    "après le signal sonore",
    "messagerie vocale",
    "messagerie de",
    "boîte vocale",
    /* it */
    "lasciate un messaggio",
    "lascia un messaggio",
    "lasciare un messaggio",
    "dopo il segnale acustico",
    "dopo il bip",
    "segreteria telefonica",
    /* pt */
    "deixe sua mensagem",
    "deixe a sua mensagem",
    "deixe uma mensagem",
    "deixe o seu recado",
    "deixe seu recado",
    "após o sinal",
    "depois do sinal",
    "correio de voz",
    "caixa postal",
    "caixa de mensagens",
    /* nl, pl, tr */
    "spreek een bericht in",
    "na de piep",
    "zostaw wiadomość",
    "po sygnale",
    "sinyal sesinden sonra",
};

/* What a machine adds while somebody waits for a person. */
static const char *const waiting_phrases[] = {
    "stay on the line",
    "please hold",
    "press 1",
    "press one",
    "press 2",
    "i'll see if this person",
    "see if they are available",
    "see if they're available",
    "bitte bleiben sie in der leitung",
};

/* Small letters of ASCII and of Latin-1, bounded: machines speak first. */
static void lowered(const char *text, char *out, size_t size)
{
    size_t len = 0;
    for (; *text && len + 1 < size; text++) {
        unsigned char c = (unsigned char)*text;
        if (c >= 'A' && c <= 'Z')
            c = (unsigned char)(c - 'A' + 'a');
        else if (len && (unsigned char)out[len - 1] == 0xc3 && c >= 0x80 && c <= 0x9e)
            c = (unsigned char)(c + 0x20);
        out[len++] = (char)c;
    }
    out[len] = '\0';
}

static bool has_any(const char *text, const char *const *phrases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strstr(text, phrases[i]))
            return true;
    return false;
}

#define HAS_ANY(text, phrases) has_any(text, phrases, sizeof phrases / sizeof *phrases)

/* How many turns of a machine a call begins with on the other side; `heard` is set to how many turns there
 * are on that side. */
static size_t count_machine_turns(const struct transcript *transcript, size_t *heard)
{
    size_t machine = 0;
    *heard = 0;
    for (size_t i = 0; i < transcript->turn_count; i++) {
        char text[1000];
        if (transcript->turns[i].role != ROLE_USER)
            continue;
        lowered(transcript->turns[i].text, text, sizeof text);
        if (machine == *heard &&
            (HAS_ANY(text, machine_phrases) || (machine && HAS_ANY(text, waiting_phrases))))
            machine++;
        ++*heard;
    }
    return machine;
}

/* A person came on the line after the machine: what it said is nobody's words. */
static void drop_machine_turns(struct transcript *transcript, size_t machine)
{
    size_t kept = 0;
    for (size_t i = 0; i < transcript->turn_count; i++) {
        if (machine && transcript->turns[i].role == ROLE_USER)
            machine--;
        else
            transcript->turns[kept++] = transcript->turns[i];
    }
    transcript->turn_count = kept;
}

static const char *call_result(const char *result)
{
    static const char *const rows[][2] = {{"voicemail", "voicemail"},
                                          {"busy", "busy"},
                                          {"no_answer", "no answer"},
                                          {"no-answer", "no answer"},
                                          {"failed", "failed"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i][0], result) == 0)
            return rows[i][1];
    return NULL;
}

#define VERDICT_DEPTH 4   /* of objects in an event */
#define VERDICT_MOST  200 /* values that are looked at */

/* The carrier's words for what answered, as Twilio has them: machine_start, machine_end_beep, fax; a person
 * is "human". */
static bool is_machine_word(const char *word)
{
    return strncasecmp(word, "machine", strlen("machine")) == 0 || strcasecmp(word, "fax") == 0 ||
           strcasecmp(word, "voicemail") == 0 || strcasecmp(word, "answering_machine") == 0;
}

static bool has_machine_word(const cJSON *object, int depth, int *left)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        if (--*left < 0)
            return false;
        if (cJSON_IsString(item) ? is_machine_word(item->valuestring)
                                 : depth < VERDICT_DEPTH && has_machine_word(item, depth + 1, left))
            return true;
    }
    return false;
}

/* ElevenLabs documents the verdicts (TwilioMachineDetectionConfig), and not under which name they stand. */
bool event_says_machine(const cJSON *data)
{
    int left = VERDICT_MOST;
    return has_machine_word(data, 0, &left);
}

static bool is_detector(const cJSON *tool)
{
    const char *name = json_text_or_empty(tool, "tool_name");
    return strcmp(name, "voicemail_detection") == 0 || strcmp(name, "answering_machine_detection") == 0;
}

/* Whether the agent's tool that detects voicemail was called, and did not fail. */
static bool is_detected(const cJSON *transcript)
{
    const cJSON *turn, *tool;
    cJSON_ArrayForEach(turn, transcript)
    {
        cJSON_ArrayForEach(tool, json_array(turn, "tool_results"))
        {
            if (is_detector(tool))
                return !json_bool(tool, "is_error", false);
        }
        cJSON_ArrayForEach(tool, json_array(turn, "tool_calls"))
        {
            if (is_detector(tool))
                return true;
        }
    }
    return false;
}

static bool is_voicemail(const cJSON *data, const cJSON *metadata)
{
    char reason[200];
    const cJSON *usage = json_object(json_object(metadata, "features_usage"), "voicemail_detection");
    lowered(json_text_or_empty(metadata, "termination_reason"), reason, sizeof reason);
    return strstr(reason, "voicemail") || strstr(reason, "answering machine") ||
           strstr(reason, "machine_detection") || json_bool(usage, "used", false) ||
           is_detected(json_array(data, "transcript"));
}

static const char *why_nobody(struct event *event, const cJSON *data, const cJSON *metadata)
{
    struct transcript *transcript = &event->transcript;
    const cJSON *phone = json_object(metadata, "phone_call");
    const char *result = call_result(json_text_or_empty(phone, "call_result"));
    size_t heard, machine = count_machine_turns(transcript, &heard);
    if (result)
        return result;
    if (heard == 0 &&
        (strcmp(json_text_or_empty(data, "status"), "failed") == 0 || json_get(metadata, "error")))
        return "failed";
    if (is_voicemail(data, metadata))
        return "voicemail";
    if (!transcript->outbound)
        return NULL;
    if (heard == 0)
        return transcript->turn_count ? "no answer" : NULL;
    if (machine == heard)
        return "answered by a machine";
    drop_machine_turns(transcript, machine);
    return NULL;
}

void event_find_attempt(struct event *event, const cJSON *data, const cJSON *metadata)
{
    const char *why = why_nobody(event, data, metadata);
    event->attempt = why != NULL;
    if (why)
        event->failure = why;
}
