#include "people/answer.h"

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "people/profile.h"
#include "people/trust.h"
#include "service/template.h"
#include "service/variables.h"

#include <string.h>

#define USER_CHARS 256
/* ElevenLabs' types bound neither; a name is no longer, and a line has fewer people. */
#define KEYWORD_CHARS 50
#define KEYWORDS_MOST 50
#define FRAME         256 /* bytes of an answer around a profile, mostly */

static bool add_own_variables(const struct settings *settings, cJSON *variables)
{
    bool good = true;
    for (size_t i = 0; i < settings_variables(settings) && good; i++)
        good = cJSON_AddStringToObject(variables, settings_variable_name(settings, i),
                                       settings_variable_value(settings, i));
    return good;
}

/* Puts a filled-in template into `object`[`name`]; false only when out of memory. */
static bool add_override(const struct settings *settings, enum setting template, const cJSON *variables,
                         cJSON *object, const char *name)
{
    struct buf text = BUF_INIT;
    bool good = true;
    if (template_apply(setting_text(settings, template), variables, &text) && buf_text(&text))
        good = cJSON_AddStringToObject(object, name, buf_text(&text));
    buf_free(&text);
    return good;
}

static bool has_text(const cJSON *list, const char *text)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (strcmp(item->valuestring, text) == 0)
            return true;
    }
    return false;
}

/* Adds the words from `text` up to `end`, without the blanks around them; what is too long to be a name is
 * left out. False only when out of memory. */
static bool add_keyword(cJSON *list, const char *text, const char *end)
{
    char word[4 * KEYWORD_CHARS + 1];
    while (text < end && *text == ' ')
        text++;
    while (end > text && end[-1] == ' ')
        end--;
    size_t len = (size_t)(end - text);
    if (len == 0 || len >= sizeof word || cJSON_GetArraySize(list) == KEYWORDS_MOST)
        return true;
    memcpy(word, text, len);
    word[len] = '\0';
    if (text_chars(word) > KEYWORD_CHARS || has_text(list, word))
        return true;
    cJSON *item = cJSON_CreateString(word);
    return item && cJSON_AddItemToArray(list, item);
}

/* What speech recognition is to expect; false only when out of memory. */
static bool add_keywords(const struct settings *settings, const cJSON *variables, cJSON *asr)
{
    struct buf text = BUF_INIT;
    bool good = true;
    if (template_apply(setting_text(settings, CALLMEM_KEYWORDS), variables, &text) && buf_text(&text)) {
        cJSON *list = cJSON_CreateArray();
        const char *word = buf_text(&text), *end;
        good = list != NULL;
        for (; good && *word; word = end + (*end != '\0')) {
            end = word + strcspn(word, ",;");
            good = add_keyword(list, word, end);
        }
        if (good && list->child && (good = cJSON_AddItemToObject(asr, "keywords", list)))
            list = NULL;
        cJSON_Delete(list);
    }
    buf_free(&text);
    return good;
}

/* Moves a part of the overrides that has something in it into the whole; false only when out of memory. */
static bool move_part(cJSON *whole, const char *name, cJSON **part)
{
    if (!(*part)->child)
        return true;
    if (!cJSON_AddItemToObject(whole, name, *part))
        return false;
    *part = NULL;
    return true;
}

/* A first message, in which nobody is named who is not to be greeted by name: then one that needs a name is
 * not used, and that for new callers is. */
static bool add_first_message(const struct settings *settings, const cJSON *variables, cJSON *agent)
{
    static const char *const names[] = {VARIABLE_CALLER_NAME, VARIABLE_CALLER_PEOPLE,
                                        VARIABLE_SUGGESTED_GREETING};
    const char *caller = json_text_or_empty(variables, VARIABLE_CALLER_ID);
    int64_t calls = json_int(variables, VARIABLE_CALL_COUNT, 0);
    bool alone = !strstr(json_text_or_empty(variables, VARIABLE_CALLER_PEOPLE), "; ");
    if (calls == 0)
        return add_override(settings, CALLMEM_FIRST_MESSAGE_NEW, variables, agent, "first_message");
    if (trust_greets(settings, caller, calls, alone))
        return add_override(settings, CALLMEM_FIRST_MESSAGE_RETURNING, variables, agent, "first_message");
    cJSON *nameless = cJSON_Duplicate(variables, true);
    bool good = nameless != NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && good; i++)
        good = cJSON_ReplaceItemInObjectCaseSensitive(nameless, names[i], cJSON_CreateString(""));
    good =
        good && add_override(settings, CALLMEM_FIRST_MESSAGE_RETURNING, nameless, agent, "first_message") &&
        (agent->child || add_override(settings, CALLMEM_FIRST_MESSAGE_NEW, nameless, agent, "first_message"));
    cJSON_Delete(nameless);
    return good;
}

/* The parts of conversation_config_override: each is there only when it has something in it. */
static cJSON *overrides(const struct settings *settings, const cJSON *variables)
{
    cJSON *override = cJSON_CreateObject(), *agent = cJSON_CreateObject();
    cJSON *prompt = cJSON_CreateObject(), *tts = cJSON_CreateObject(), *asr = cJSON_CreateObject();
    bool good = override && agent && prompt && tts && asr && add_first_message(settings, variables, agent) &&
                add_override(settings, CALLMEM_LANGUAGE, variables, agent, "language") &&
                add_override(settings, CALLMEM_PROMPT, variables, prompt, "prompt") &&
                add_override(settings, CALLMEM_VOICE_ID, variables, tts, "voice_id") &&
                add_keywords(settings, variables, asr) && move_part(agent, "prompt", &prompt) &&
                move_part(override, "agent", &agent) && move_part(override, "tts", &tts) &&
                move_part(override, "asr", &asr);
    cJSON_Delete(asr);
    cJSON_Delete(prompt);
    cJSON_Delete(agent);
    cJSON_Delete(tts);
    if (good)
        return override;
    cJSON_Delete(override);
    return NULL;
}

/* Whether anything is to be overridden, for which the variables would have to be read. */
static bool has_overrides(const struct settings *settings)
{
    static const enum setting templates[] = {CALLMEM_FIRST_MESSAGE_RETURNING,
                                             CALLMEM_FIRST_MESSAGE_NEW,
                                             CALLMEM_LANGUAGE,
                                             CALLMEM_PROMPT,
                                             CALLMEM_KEYWORDS,
                                             CALLMEM_VOICE_ID};
    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++)
        if (*setting_text(settings, templates[i]))
            return true;
    return false;
}

static bool add_overrides(struct buf *b, const struct settings *settings, const char *document,
                          const char *caller)
{
    cJSON *variables = profile_variables(document, caller);
    cJSON *override =
        variables && add_own_variables(settings, variables) ? overrides(settings, variables) : NULL;
    bool good = override != NULL;
    if (good && override->child) {
        buf_puts(b, ",\"conversation_config_override\":");
        json_add(b, override);
    }
    cJSON_Delete(override);
    cJSON_Delete(variables);
    return good;
}

/* Whether what a session says of itself has nothing of a template, of markup or of a line's end in it. */
static bool is_harmless(const char *user)
{
    for (const unsigned char *at = (const unsigned char *)user; *at; at++)
        if (*at < ' ' || *at == 0x7f || strchr("{}<>`", *at))
            return false;
    return true;
}

const char *answer_scope(const struct settings *settings, const char *agent)
{
    if (setting_choice(settings, CALLMEM_SCOPE) != SCOPE_AGENT)
        return "";
    return *agent ? agent : NULL;
}

int answer_add(struct buf *b, const struct settings *settings, const struct memory_profile *profile,
               const char *caller, const char *user, struct error *error)
{
    static const struct memory_profile unknown = {0};
    /* Its number says nothing of who calls. */
    if (trust_is_shared(settings, caller))
        profile = &unknown;
    buf_reserve(b, FRAME + (profile->document ? strlen(profile->document) : 0));
    buf_puts(b, "{\"type\":\"conversation_initiation_client_data\"");
    if (!user || !*user)
        user = profile->user;
    if (user && *user && text_chars(user) <= USER_CHARS && is_harmless(user)) {
        buf_puts(b, ",\"user_id\":");
        buf_json(b, user, strlen(user));
    }
    buf_puts(b, ",\"dynamic_variables\":{");
    if (!profile_add_variables(b, profile, caller)) {
        if (profile->document)
            log_say(LOG_ERROR, "a profile in the memory cannot be read, the caller is treated as unknown");
        profile = &unknown;
        if (!profile_add_variables(b, profile, ""))
            return error_no_memory(error);
    }
    for (size_t i = 0; i < settings_variables(settings); i++) {
        const char *name = settings_variable_name(settings, i), *value = settings_variable_value(settings, i);
        buf_putc(b, ',');
        buf_json(b, name, strlen(name));
        buf_putc(b, ':');
        buf_json(b, value, strlen(value));
    }
    buf_putc(b, '}');
    if (has_overrides(settings) && !add_overrides(b, settings, profile->document, caller))
        return error_no_memory(error);
    buf_putc(b, '}');
    return buf_text(b) ? 0 : error_no_memory(error);
}
