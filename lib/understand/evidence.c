#include "understand/evidence.h"

#include "base/text.h"
#include "understand/evidence_parts.h"
#include "understand/likeness.h"
#include "understand/orders.h"
#include "understand/other_words.h"
#include "understand/person_name.h"
#include "understand/requests.h"
#include "understand/secrets.h"
#include "understand/slots.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PROSE_CHARS     160 /* of a line without bars that may still be a statement */
#define STATEMENT_CHARS 300
#define REQUEST_CHARS   200

bool evidence_is_item(const char *name)
{
    return item_find(name) != ITEMS;
}

/* --- Lines --- */

static void drop(struct evidence *evidence, enum drop why, enum item item, const char *line)
{
    understanding_drop(evidence->understanding, why, item_names[item], line);
}

/* What a line of the notes or of what is open says, its fields put where they belong. */
struct note {
    enum statement_kind kind;
    const char *whose, *text, *by;
    char until[UNTIL_SIZE];
};

static bool is_date(const char *field)
{
    char date[UNTIL_SIZE];
    items_date(field, date);
    return *date != '\0';
}

static struct note read_note(const struct item_line *line)
{
    struct note note = {.kind = items_kind(line->fields[0]), .whose = "", .text = "", .by = ""};
    const char *const *f = line->fields;
    size_t next = 0;
    if (line->count == 1) {
        note.kind = STATEMENT_FACT;
        note.text = f[0];
        return note;
    }
    if (note.kind != STATEMENTS || !*f[0] || (line->count > 2 && !items_is_caller(f[0])))
        next = 1;
    if (note.kind == STATEMENTS)
        note.kind = STATEMENT_FACT;
    /* KIND | STATEMENT | with WHOSE left out. */
    bool left_out =
        !items_is_caller(f[next]) && (next + 1 >= line->count || !*f[next + 1] || is_date(f[next + 1]));
    if (!left_out)
        note.whose = f[next++];
    if (next < ITEM_FIELDS)
        note.text = f[next++];
    for (; next < ITEM_FIELDS && !*note.until; next++)
        items_date(f[next], note.until);
    return note;
}

static struct note read_open(const struct item_line *line)
{
    struct note note = {.kind = STATEMENT_OPEN, .whose = "", .text = "", .by = "caller"};
    const char *const *f = line->fields;
    size_t next = 0;
    if (items_is_agent(f[0]))
        note.by = "agent";
    if (line->count > 1 && (items_is_agent(f[0]) || items_is_caller(f[0]) || (!is_date(f[1]) && *f[1])))
        next = 1;
    note.text = f[next++];
    for (; next < ITEM_FIELDS && !*note.until; next++)
        items_date(f[next], note.until);
    return note;
}

/* What must not be kept whoever sends it, and what is left of it where it was masked before. */
static bool is_secret(struct evidence *evidence, const char *text)
{
    static const char *const masks[] = {"[card number]", "[bank account]", "[identity number]", "[password]"};
    struct reading *reading = evidence->reading;
    bool masked = false;
    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++)
        if (strstr(text, masks[i]))
            return true;
    const char *language = reading->ruled ? language_code(reading->language) : reading->transcript->language;
    if (!secrets_mask_text(reading->lexicon, language, text, SECRET_ALL, reading->arena, &masked))
        reading->failed = true;
    return masked;
}

/* A cut line is believed when its last word was said as a whole. */
static bool is_cut_off(struct evidence *evidence, const struct item_line *line)
{
    struct words words;
    bool cut = true;
    size_t len = strlen(line->text);
    if (!line->is_cut || len == 0 || strchr(".!?|", line->text[len - 1]))
        return false;
    if (words_read(NULL, line->text, &words) != 0) {
        evidence->reading->failed = true;
        return true;
    }
    if (words.count > 0)
        cut = !ground_was_said(evidence->ground, words.items[words.count - 1].fold, true);
    words_free(&words);
    return cut;
}

/* A sentence without bars counts when the caller said all that carries it in one place. */
static bool is_plain_sentence(struct evidence *evidence, const char *text)
{
    struct grounding *grounding;
    if (text_chars(text) > PROSE_CHARS)
        return false;
    grounding = arena_alloc(evidence->reading->arena, sizeof *grounding);
    if (!grounding || ground_statement(evidence->ground, text, grounding) != 0) {
        evidence->reading->failed = true;
        return false;
    }
    return grounding->core_user > 0.95 && grounding->window > 0.6;
}

/* "allergy | nuts |": what the LLM called it belongs to the statement where there is little else. */
static const char *with_kind(struct reading *reading, const char *kind, const char *text)
{
    char fold[64];
    size_t blanks = 0;
    enum statement_kind found = items_kind(kind);
    word_fold(kind, strlen(kind), fold, sizeof fold);
    for (const char *at = text; *at; at++)
        blanks += *at == ' ';
    if (kind == text || !*text || statement_kind_find(fold) != STATEMENTS || blanks > 2 ||
        found != STATEMENT_NEED || strncasecmp(text, kind, 5) == 0)
        return text;
    const char *both = arena_printf(reading->arena, "%s: %s", kind, text);
    reading->failed = reading->failed || !both;
    return both ? both : text;
}

static bool has_word(struct reading *reading, const char *text, enum list list)
{
    struct spoken row = {0};
    bool found = false;
    if (reading_read(reading, text, &row) != 0)
        return false;
    for (size_t at = 0; at < row.words.count && !found; at++)
        found = evidence_list(reading, list, &row.words, at);
    words_free(&row.words);
    return found;
}

/* Statements are put together with others. */
static const char *without_dot(struct reading *reading, const char *text)
{
    size_t len = strlen(text);
    if (len < 6 || text[len - 1] != '.' || memchr(text + len - 5, '.', 4))
        return text;
    const char *copy = arena_text(reading->arena, text, len - 1);
    reading->failed = reading->failed || !copy;
    return copy ? copy : text;
}

static void read_statement(struct evidence *evidence, enum item item, const struct item_line *line)
{
    struct reading *reading = evidence->reading;
    struct note note = item == ITEM_OPEN ? read_open(line) : read_note(line);
    struct statement statement = {.kind = note.kind,
                                  .whose = "",
                                  .text = note.text,
                                  .by = note.by,
                                  .slot = "",
                                  .value = "",
                                  .source = evidence->source,
                                  .turn = -1};
    memcpy(statement.until, note.until, sizeof statement.until);
    note.text = without_dot(reading, with_kind(reading, line->fields[0], note.text));
    statement.text = note.text;
    bool prose = line->count == 1 && !is_plain_sentence(evidence, note.text);
    bool need = line->count == 1 &&
                (has_word(reading, note.text, LIST_DIET) || has_word(reading, note.text, LIST_AVOID));
    if (need)
        statement.kind = STATEMENT_NEED;
    if (!*note.text || value_is_empty(reading, note.text) ||
        (prose && evidence_says_nothing(reading, note.text)))
        return;
    enum drop why = DROPS;
    const char *whose = "";
    if (text_chars(note.text) > STATEMENT_CHARS || prose || is_cut_off(evidence, line))
        why = DROP_FORM;
    if (orders_are_in(reading, note.text) || orders_are_in(reading, note.whose))
        why = DROP_ORDER;
    else if (is_secret(evidence, note.text))
        why = DROP_SECRET;
    else if (why == DROPS && orders_are_placeholder(note.text))
        why = DROP_FORM;
    else if (why == DROPS && !(whose = evidence_whose(evidence, note.whose)))
        why = DROP_PERSON;
    if (why == DROPS && evidence->machine && !*whose && statement.kind != STATEMENT_OPEN)
        why = DROP_PERSON;
    if (why == DROPS) {
        statement.whose = whose;
        why = evidence_judge(evidence, &statement);
    }
    if (why == DROPS && !*whose && *statement.whose && evidence->moved_count < EVIDENCE_NAMES)
        evidence->moved[evidence->moved_count++] = statement;
    if (why == DROPS)
        understanding_add(evidence->understanding, &statement);
    else
        drop(evidence, why, item, line->text);
}

/* What was given to "daughter" in place of the caller is there already, with her name or in other words. */
static void drop_moved(struct evidence *evidence)
{
    struct understanding *understanding = evidence->understanding;
    struct reading *reading = evidence->reading;
    struct carriers own, its;
    for (size_t m = 0; m < evidence->moved_count && !reading->failed; m++) {
        const struct statement *moved = &evidence->moved[m];
        size_t at = SIZE_MAX;
        bool doubled = false;
        reading->failed = !carriers_read(reading->arena, moved->text, &own);
        for (size_t i = 0; i < understanding->statement_count && !reading->failed; i++) {
            const struct statement *other = &understanding->statements[i];
            bool itself = strcmp(other->whose, moved->whose) == 0 && strcmp(other->text, moved->text) == 0;
            if (itself)
                at = i;
            if (itself || !*other->whose || other->kind != moved->kind)
                continue;
            reading->failed = !carriers_read(reading->arena, other->text, &its);
            doubled = doubled ||
                      (own.count == its.count && own.count > 0 && carriers_shared(&own, &its) == own.count);
        }
        if (doubled && at != SIZE_MAX) {
            drop(evidence, DROP_PERSON, ITEM_NOTES, moved->text);
            understanding_remove(understanding, at);
        }
    }
    evidence->moved_count = 0;
}

/* "The caller is allergic to dust": what is said of them. */
static const char *without_subject(struct reading *reading, const char *text)
{
    char subject[24];
    const char *at = text;
    for (size_t words = 0; words < 2; words++) {
        at += strcspn(at, " ");
        size_t len = (size_t)(at - text);
        if (!*at || len >= sizeof subject)
            return text;
        memcpy(subject, text, len);
        subject[len] = '\0';
        if (items_is_caller(subject) && len > 2) {
            char *rest = arena_text(reading->arena, at + 1, strlen(at + 1));
            reading->failed = reading->failed || !rest;
            if (rest)
                *rest = (char)toupper((unsigned char)*rest);
            return rest ? rest : text;
        }
        at++;
    }
    return text;
}

/* Prose in place of lines: sentence by sentence. */
static void read_prose(struct evidence *evidence, enum item item, const struct item_line *line)
{
    struct reading *reading = evidence->reading;
    const char *at = line->text, *end = at + strlen(at);
    while (at < end && !reading->failed) {
        const char *dot = strstr(at, ". ");
        const char *stop = dot ? dot + 1 : end;
        const char *text = arena_text(reading->arena, at, (size_t)(stop - at));
        struct item_line sentence = {.text = text, .count = 1};
        for (size_t i = 0; i < ITEM_FIELDS; i++)
            sentence.fields[i] = "";
        sentence.fields[0] = text ? without_subject(reading, text) : "";
        reading->failed = reading->failed || !text;
        if (text)
            read_statement(evidence, item, &sentence);
        at = stop + (dot != NULL);
    }
}

static void read_item(struct evidence *evidence, enum item item, const char *value)
{
    struct reading *reading = evidence->reading;
    struct item_line *lines = arena_alloc(reading->arena, ITEM_LINES * sizeof *lines);
    size_t more = 0;
    int count = lines ? items_read(item, value, reading->arena, lines, &more) : -1;
    if (count < 0) {
        reading->failed = true;
        return;
    }
    if (item == ITEM_CALLER)
        evidence_read_callers(evidence, lines, (size_t)count);
    for (int i = 0; item != ITEM_CALLER && i < count && !reading->failed; i++)
        if (item == ITEM_NOTES && lines[i].count == 1)
            read_prose(evidence, item, &lines[i]);
        else
            read_statement(evidence, item, &lines[i]);
    drop_moved(evidence);
    if (more > 0)
        drop(evidence, DROP_MANY, item, "");
}

/* --- What the caller asks about their data --- */

/* "Vergeet me niet", "beni unutmayın": without a lexicon it is known only whether data were spoken of as what
 * is to go, and not forgotten as a favour. */
static enum drop judge_plain_erasure(struct evidence *evidence)
{
    size_t count, forgets = 0, erases = 0, meant = 0;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    for (size_t i = 0; i < count; i++)
        for (size_t at = 0; turns[i].role == ROLE_USER && at < turns[i].words.count; at++) {
            const char *fold = turns[i].words.items[at].fold;
            forgets += other_word(OTHER_FORGET, fold);
            if (!other_word(OTHER_ERASE, fold))
                continue;
            erases++;
            meant += !manner_of(evidence->reading, &turns[i], at).negated;
        }
    return meant > 0 || (forgets == 0 && erases == 0) ? DROPS : DROP_NEGATED;
}

/* Where there are no words to be held against, the LLM is believed. */
static enum drop judge_request(struct evidence *evidence, enum privacy privacy, size_t *turn)
{
    struct reading *reading = evidence->reading;
    size_t count;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    if (ground_is_summary(evidence->ground))
        return DROPS;
    if (!reading->ruled)
        return privacy == PRIVACY_ERASE ? judge_plain_erasure(evidence) : DROPS;
    if (privacy == PRIVACY_ERASE)
        return requests_judge_erasure(reading, turns, count, turn);
    *turn = requests_find_turn(reading, turns, count, privacy);
    if (*turn != SIZE_MAX)
        return DROPS;
    if (privacy == PRIVACY_DO_NOT_RECORD)
        return requests_judge_recording(reading, turns, count, turn);
    return requests_are_of_how(reading, turns, count) ? DROP_ONCE : DROPS;
}

/* A word, or more around it: of several the one that weighs most. */
static void read_request(struct evidence *evidence, const char *value)
{
    static const enum privacy privacies[] = {PRIVACY_ERASE, PRIVACY_DO_NOT_CALL, PRIVACY_DO_NOT_RECORD};
    struct understanding *understanding = evidence->understanding;
    char word[REQUEST_CHARS];
    size_t len = 0, turn = SIZE_MAX;
    bool found = false;
    for (; value[len] && len + 1 < sizeof word; len++)
        word[len] = value[len] == '-' || value[len] == ' ' ? '_' : (char)tolower((unsigned char)value[len]);
    word[len] = '\0';
    for (size_t i = 0; i < sizeof privacies / sizeof privacies[0]; i++) {
        const char *name = privacy_name(privacies[i]);
        if (!strstr(word, name))
            continue;
        found = true;
        enum drop why = judge_request(evidence, privacies[i], &turn);
        if (why != DROPS) {
            drop(evidence, why, ITEM_REQUEST, name);
            continue;
        }
        understanding->request = privacies[i];
        understanding->request_turn = ground_position(evidence->ground, turn);
        return;
    }
    if (!found && !strstr(word, privacy_name(PRIVACY_NONE)) &&
        !evidence_says_nothing(evidence->reading, value))
        drop(evidence, DROP_FORM, ITEM_REQUEST, value);
}

static void read_mood(struct evidence *evidence, const char *value)
{
    static const struct {
        const char *word;
        enum mood mood;
    } moods[] = {{"positive", MOOD_POSITIVE}, {"negative", MOOD_NEGATIVE}, {"neutral", MOOD_NEUTRAL}};
    for (size_t i = 0; i < sizeof moods / sizeof moods[0]; i++)
        if (strcasestr(value, moods[i].word) && strlen(value) < 40) {
            evidence->understanding->mood = moods[i].mood;
            evidence->understanding->mood_given = true;
            return;
        }
}

/* --- Items of the operator's own --- */

static bool is_plausible_number(const char *value)
{
    size_t digits = 0, other = 0;
    for (const char *at = value; *at; at++) {
        digits += isdigit((unsigned char)*at) != 0;
        other += !isalnum((unsigned char)*at) && !strchr(" -./", *at);
    }
    return digits >= 3 && other == 0 && strlen(value) <= 24 && digits * 2 >= strlen(value) / 2;
}

static void read_own_item(struct evidence *evidence, const struct collected *collected)
{
    static const struct {
        enum list list;
        const char *slot;
    } keys[] = {{LIST_KEY_EMAIL, "email"},
                {LIST_KEY_PHONE, "phone"},
                {LIST_KEY_ADDRESS, "address"},
                {LIST_KEY_ID, ""}};
    struct reading *reading = evidence->reading;
    size_t turn = SIZE_MAX, key = 0;
    const char *value = collected->value;
    if (text_chars(value) > 120 || value_is_empty(reading, value) || *value == '{' || *value == '[' ||
        orders_are_in(reading, value) || orders_are_placeholder(value) || is_secret(evidence, value))
        return;
    while (key < 4 && !key_is(reading, collected->name, keys[key].list, false))
        key++;
    bool mail = strchr(value, '@') != NULL;
    bool good = key == 0   ? mail && !strchr(value, ' ')
                : key == 1 ? !mail && is_plausible_number(value + (*value == '+')) && strlen(value) >= 6
                : key == 2 ? !mail && strchr(value, ' ') && strpbrk(value, "0123456789")
                : key == 3 ? is_plausible_number(value)
                           : false;
    if (!good)
        return;
    struct statement statement = {.kind = key == 3 ? STATEMENT_ID : STATEMENT_CONTACT,
                                  .whose = "",
                                  .slot = keys[key].slot,
                                  .value = value,
                                  .by = "",
                                  .source = SOURCE_COLLECTED,
                                  .turn = -1};
    if (key != 2 && reading->ruled && !ground_is_summary(evidence->ground) &&
        !ground_heard(evidence->ground, value, &turn))
        return;
    statement.turn = ground_position(evidence->ground, turn);
    /* "customer_number" reads "customer number". */
    char *name = arena_text(reading->arena, collected->name, strnlen(collected->name, 60));
    for (char *at = name; at && *at; at++)
        *at = *at == '_' || *at == '-' ? ' ' : *at;
    statement.text = name ? arena_printf(reading->arena, "%s: %s", name, value) : NULL;
    if (!statement.text) {
        reading->failed = true;
        return;
    }
    if (key == 3) {
        struct statement labelled = statement;
        slots_find(reading, &labelled);
        statement.slot = labelled.slot;
    }
    understanding_add(evidence->understanding, &statement);
}

/* --- All --- */

static const struct collected *find_collected(const struct transcript *transcript, enum item item)
{
    for (size_t i = 0; i < transcript->collected_count; i++)
        if (item_find(transcript->collected[i].name) == item)
            return &transcript->collected[i];
    return NULL;
}

#define OWN_ITEMS 200 /* of the operator's; more are not looked at */

void evidence_read(struct reading *reading, struct understanding *understanding)
{
    const struct transcript *transcript = reading->transcript;
    struct evidence evidence = {.reading = reading,
                                .understanding = understanding,
                                .source = transcript->own_llm ? SOURCE_LLM : SOURCE_ITEM};
    if (transcript->collected_count == 0 && !transcript->asked)
        return;
    evidence.ground = ground_open(reading);
    if (!evidence.ground)
        return;
    understanding->evidence = transcript->asked;
    for (int item = 0; item < ITEMS && !reading->failed; item++) {
        const struct collected *collected = find_collected(transcript, (enum item)item);
        if (!collected)
            continue;
        understanding->evidence = true;
        if (item == ITEM_REQUEST)
            read_request(&evidence, collected->value);
        else if (item == ITEM_MOOD)
            read_mood(&evidence, collected->value);
        else
            read_item(&evidence, (enum item)item, collected->value);
    }
    if (understanding->evidence)
        evidence_read_denials(&evidence);
    for (size_t i = 0; i < transcript->collected_count && i < OWN_ITEMS && !reading->failed; i++)
        if (!evidence_is_item(transcript->collected[i].name))
            read_own_item(&evidence, &transcript->collected[i]);
    ground_close(evidence.ground);
}

/* --- With what rules found --- */

/* Letters and digits alone, small. */
static size_t plain(const char *text, char *out, size_t size)
{
    size_t len = 0;
    for (; *text && len + 1 < size; text++)
        if (isalnum((unsigned char)*text))
            out[len++] = (char)tolower((unsigned char)*text);
    out[len] = '\0';
    return len;
}

static bool is_known(const struct understanding *understanding, size_t count, const struct statement *found)
{
    char value[400], text[400];
    size_t len = plain(found->value, value, sizeof value);
    for (size_t i = 0; i < count; i++) {
        const struct statement *known = &understanding->statements[i];
        if (known->kind == found->kind && *found->slot && strcmp(known->slot, found->slot) == 0)
            return true;
        plain(known->text, text, sizeof text);
        if (len >= 3 && strstr(text, value))
            return true;
    }
    return false;
}

static bool is_speaker_of(const struct understanding *understanding, const char *whose)
{
    for (size_t i = 0; i < understanding->speaker_count; i++)
        if (name_compare(understanding->speakers[i].full, whose) == NAME_SAME)
            return true;
    return false;
}

/* Whether the caller says a need of themselves anywhere: "my son and I are coeliac", "He's coeliac. Me too."
 * Without a lexicon what was said twice may be. */
static bool is_said_of_own(struct reading *reading, const struct carriers *carriers)
{
    size_t sentences = 0;
    for (size_t i = 0; i < reading->count; i++) {
        const struct spoken *spoken = &reading->spoken[i];
        const struct words *words = &spoken->words;
        for (size_t at = 0; spoken->role == ROLE_USER && at < words->count;) {
            struct span sentence = reading_sentence(words, at);
            struct manner manner = {0};
            size_t shared = 0;
            for (; at < sentence.to; at++) {
                if (!carriers_have(carriers, words->items[at].fold))
                    continue;
                shared++;
                manner.first_person =
                    manner.first_person || (reading->ruled && manner_of(reading, spoken, at).first_person);
            }
            at = sentence.to;
            if (shared * 2 < carriers->count || shared == 0)
                continue;
            sentences++;
            if (manner.first_person || (reading->ruled && manner_goes_for_own(reading, words, sentence)))
                return true;
        }
    }
    return reading->ruled ? false : sentences > 1;
}

/* Whether the need of another says all that one of the caller's says. */
static bool says_all(const struct statement *other, const struct carriers *whole, const struct carriers *part)
{
    return other->kind == STATEMENT_NEED && *other->whose && strcmp(other->whose, WHOSE_UNCLEAR) != 0 &&
           part->count > 0 && carriers_shared(part, whole) == part->count;
}

/* Of a need that the LLM gives to the caller and to another, too, it is the other's, where the other speaks
 * in the call and where the caller never says it of themselves. */
static size_t drop_doubled(struct reading *reading, struct understanding *understanding, size_t count)
{
    struct carriers own, other;
    for (size_t at = count; at-- > 0 && !reading->failed;) {
        const struct statement *statement = &understanding->statements[at];
        bool doubled = false, speaks = false;
        if (statement->kind != STATEMENT_NEED || *statement->whose)
            continue;
        reading->failed = !carriers_read(reading->arena, statement->text, &own);
        for (size_t i = 0; i < count && !speaks && !reading->failed; i++) {
            const struct statement *of_other = &understanding->statements[i];
            reading->failed = !carriers_read(reading->arena, of_other->text, &other);
            if (reading->failed || !says_all(of_other, &other, &own))
                continue;
            doubled = true;
            speaks = understanding->speaker_count > 1 && is_speaker_of(understanding, of_other->whose) &&
                     own.count == other.count;
        }
        if (!doubled || (!speaks && is_said_of_own(reading, &own)))
            continue;
        understanding_drop(understanding, DROP_PERSON, item_names[ITEM_NOTES], statement->text);
        understanding_remove(understanding, at);
        count--;
    }
    return count;
}

/* "Dot k. No, underscore k.": of two addresses of the same letters it is the one that the rules heard.
 * Returns how many statements of the evidence are left. */
static size_t keep_heard(struct understanding *understanding, size_t count, size_t at)
{
    struct statement found = understanding->statements[at];
    char heard[400], value[400];
    bool both = false;
    plain(found.value, heard, sizeof heard);
    for (size_t i = 0; i < count && *found.value; i++)
        both = both || strcmp(understanding->statements[i].value, found.value) == 0;
    for (size_t i = count; both && i-- > 0;) {
        const struct statement *other = &understanding->statements[i];
        plain(other->value, value, sizeof value);
        if (other->kind == STATEMENT_CONTACT && strcmp(other->whose, found.whose) == 0 &&
            strcmp(other->value, found.value) != 0 && strcmp(value, heard) == 0) {
            understanding_remove(understanding, i);
            count--;
        }
    }
    return count;
}

void evidence_complete(struct reading *reading, struct understanding *understanding, size_t speakers,
                       size_t statements)
{
    if (understanding->evidence)
        evidence_merge_speakers(reading, understanding, speakers);
    statements = drop_doubled(reading, understanding, statements);
    for (size_t at = statements, left; at < understanding->statement_count; at++) {
        left = keep_heard(understanding, statements, at);
        at -= statements - left;
        statements = left;
    }
    for (size_t at = understanding->statement_count; at-- > statements;) {
        const struct statement *found = &understanding->statements[at];
        if ((found->kind == STATEMENT_CONTACT || found->kind == STATEMENT_ID) &&
            is_known(understanding, statements, found))
            understanding_remove(understanding, at);
    }
}

void evidence_find_denials(struct reading *reading, struct understanding *understanding)
{
    struct evidence evidence = {.reading = reading, .understanding = understanding};
    evidence_read_denials(&evidence);
}
