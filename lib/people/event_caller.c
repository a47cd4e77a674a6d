/*
 * Who the person of a conversation is. A phone, WhatsApp or SMS number is ElevenLabs' own word for it; what a
 * web or text session says of itself is the client's.
 */
#include "people/event_parts.h"

#include "base/json.h"
#include "people/alias.h"

#include <stdlib.h>
#include <string.h>

#define TAIL_LEAST 6 /* digits by which a number is found in another form of it */

typedef enum caller_kind parse_caller(const char *text, char key[CALLER_SIZE]);

/* Takes a candidate for the caller; true when it settles who it is. A withheld number settles it too, and so
 * does what cannot be read: nobody may be found behind it by way of another field. */
static bool try_caller(struct event *event, const char *text, parse_caller *parse)
{
    if (!text || text[strspn(text, " \t\r\n")] == '\0')
        return false;
    event->caller_kind = parse(text, event->caller);
    return true;
}

/* "030123456" and "+4930123456" are one number: the form with the plus counts. */
static void prefer_plus(struct event *event, const char *other)
{
    char key[CALLER_SIZE];
    const char *digits = event->caller;
    if (event->caller_kind != CALLER_OTHER || strspn(digits, "0123456789") != strlen(digits) ||
        caller_parse(other, key) != CALLER_NUMBER)
        return;
    digits += strspn(digits, "0");
    size_t len = strlen(digits), whole = strlen(key);
    if (len < TAIL_LEAST || len > whole || strcmp(key + whole - len, digits) != 0)
        return;
    event->caller_kind = CALLER_NUMBER;
    memcpy(event->caller, key, sizeof key);
}

/* The member of that name, as an object; `is_there` even when it is none. */
static const cJSON *medium(const cJSON *metadata, const char *name, bool *is_there)
{
    *is_there = *is_there || json_get(metadata, name);
    return json_object(metadata, name);
}

static bool find_user(struct event *event, const cJSON *data, parse_caller *parse)
{
    const cJSON *initiation = json_object(data, "conversation_initiation_client_data");
    event->by_user = try_caller(event, json_text(data, "user_id"), parse) ||
                     try_caller(event, json_text(initiation, "user_id"), parse) ||
                     try_caller(event, json_text(event->transcript.variables, "user_id"), parse);
    return event->by_user;
}

/* The user_id that ElevenLabs names beside a number: no session chose it, but who started the call. */
static void find_alias(struct event *event, const cJSON *data)
{
    const cJSON *initiation = json_object(data, "conversation_initiation_client_data");
    const char *const users[] = {json_text_or_empty(data, "user_id"),
                                 json_text_or_empty(initiation, "user_id"),
                                 json_text_or_empty(event->transcript.variables, "user_id")};
    bool known = event->caller_kind == CALLER_NUMBER || event->caller_kind == CALLER_OTHER;
    for (size_t i = 0; i < sizeof users / sizeof *users && known && !event->by_user && !*event->user; i++)
        if (alias_is_name(users[i], event->caller))
            event->user = users[i];
}

static void find_phone_caller(struct event *event, const cJSON *data, const cJSON *phone)
{
    const char *side = json_text(event->transcript.variables,
                                 event->transcript.outbound ? "system__called_number" : "system__caller_id");
    if (try_caller(event, json_text(phone, "external_number"), caller_parse)) {
        prefer_plus(event, side);
        return;
    }
    if (!try_caller(event, side, caller_parse))
        find_user(event, data, caller_parse);
}

/* A recipient's phone number counts more than an id (WhatsAppRecipient). */
static void find_whatsapp_caller(struct event *event, const cJSON *whatsapp)
{
    const cJSON *recipient = json_object(whatsapp, "recipient");
    if (!try_caller(event, json_text(recipient, "phone"), caller_parse) &&
        !try_caller(event, json_text(whatsapp, "whatsapp_user_id"), caller_parse_whatsapp))
        try_caller(event, json_text(recipient, "bsuid"), caller_parse_whatsapp);
}

void event_find_caller(struct event *event, const cJSON *data, const cJSON *metadata)
{
    bool is_phone = false, is_whatsapp = false, is_sms = false;
    const cJSON *phone = medium(metadata, "phone_call", &is_phone);
    const cJSON *whatsapp = medium(metadata, "whatsapp", &is_whatsapp);
    const cJSON *sms = medium(metadata, "sms", &is_sms);
    const char *direction = json_text_or_empty(is_phone ? phone : is_whatsapp ? whatsapp : sms, "direction");
    event->transcript.outbound = strcmp(direction, "outbound") == 0;
    event->caller_kind = CALLER_NOBODY;
    event->caller[0] = '\0';
    event->user = "";
    if (is_phone)
        find_phone_caller(event, data, phone);
    else if (is_whatsapp)
        find_whatsapp_caller(event, whatsapp);
    else if (is_sms)
        try_caller(event, json_text(sms, "sms_user_phone_number"), caller_parse);
    else
        find_user(event, data, caller_parse_user);
    if (is_phone || is_whatsapp || is_sms)
        find_alias(event, data);
}

void event_find_failed_caller(struct event *event, const cJSON *metadata)
{
    const cJSON *body = json_object(metadata, "body");
    const char *direction = json_text_or_empty(body, "Direction");
    if (!*direction)
        direction = json_text_or_empty(body, "direction");
    const char *to = json_text(body, "To"), *from = json_text(body, "From");
    to = to ? to : json_text(body, "to_number");
    from = from ? from : json_text(body, "from_number");
    /* A failed initiation without a direction is a call that we made: one that nobody made cannot fail to
     * start. */
    event->transcript.outbound = strncmp(direction, "inbound", 7) != 0;
    event->caller_kind = CALLER_NOBODY;
    event->caller[0] = '\0';
    event->user = "";
    try_caller(event, event->transcript.outbound ? to : from, caller_parse);
}
