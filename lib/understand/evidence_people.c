/*
 * Who speaks, by callmem_caller: each part of a name must have been given, spelled or confirmed by the caller
 * in this call.
 */
#include "understand/evidence_parts.h"

#include "base/buf.h"
#include "base/text.h"
#include "understand/orders.h"
#include "understand/person_name.h"
#include "understand/speakers.h"
#include "understand/speakers_parts.h"
#include "understand/spelled.h"

#include <ctype.h>

#include <stdlib.h>
#include <string.h>

#define NAME_MOST_WORDS 7
#define NAME_MOST_CHARS 80
#define CALLERS         8

static bool is_title(const struct reading *reading, const struct words *words, size_t at)
{
    /* The last word is a name whatever it is: "Kim Lord". */
    for (size_t i = 0; at + 1 < words->count && i < lexicon_count(reading->lexicon); i++)
        if (language_list(lexicon_at(reading->lexicon, i), LIST_TITLE, words, at) == 1)
            return true;
    return false;
}

static bool is_particle(const struct reading *reading, const struct words *words, size_t at)
{
    for (size_t i = 0; i < lexicon_count(reading->lexicon); i++)
        if (language_list(lexicon_at(reading->lexicon, i), LIST_PARTICLE, words, at) > 0)
            return words->items[at].shape == SHAPE_LOWER;
    return false;
}

/* --- Whose name is whose --- */

/* The words of the names that rules of a section find in the turns of one side. */
static size_t find_names(struct reading *reading, enum role role, enum section section,
                         uint64_t names[EVIDENCE_NAMES])
{
    size_t count = 0;
    for (size_t i = 0; reading->ruled && i < reading->count; i++) {
        const struct spoken *spoken = &reading->spoken[i];
        for (size_t at = 0; spoken->role == role && at < spoken->words.count; at++) {
            reading->name_mode = role == ROLE_AGENT ? NAME_SPOKEN_TO : NAME_LIKELY;
            if (!reading_rule(reading, section, spoken, at) || !reading->matcher.has[CAPTURE_NAME] ||
                (role == ROLE_AGENT && spoken->words.items[at].question))
                continue;
            struct span name = reading->matcher.captured[CAPTURE_NAME];
            for (size_t word = name.from; word < name.to && count < EVIDENCE_NAMES; word++)
                names[count++] = spoken->words.items[word].key;
        }
    }
    return count;
}

/* "This is Nora, the receptionist"; "I'm not Michael", "Not Bev, she's off". */
static void find_others(struct evidence *evidence)
{
    evidence->agent_count = find_names(evidence->reading, ROLE_AGENT, SECTION_AGENT_NAME, evidence->agents);
    evidence->denied_count = find_names(evidence->reading, ROLE_USER, SECTION_NAME_NOT, evidence->denied);
}

static bool is_key(uint64_t key, const uint64_t *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (keys[i] == key)
            return true;
    return false;
}

/* The agent asked for a person by a name, and the caller said yes: "Am I speaking with Peggy?" "You are." In
 * "Is that correct, Mr. Thompson?" the name is an address and no question. */
static bool is_asked_for(const struct reading *reading, const struct words *words, size_t at)
{
    size_t first = at;
    while (first > 0 && words->items[first].gap == GAP_NONE &&
           (is_title(reading, words, first - 1) || words->items[first - 1].shape == SHAPE_CAPITAL ||
            is_particle(reading, words, first - 1)) &&
           !evidence_list(reading, LIST_FUNCTION, words, first - 1))
        first--;
    if (!words->items[at].question)
        return false;
    struct span sentence = reading_sentence(words, at);
    return words->items[first].gap == GAP_NONE || (first == sentence.from && sentence.to <= at + 3);
}

static bool is_confirmed(struct evidence *evidence, const char *fold)
{
    const struct reading *reading = evidence->reading;
    for (size_t i = 0; i < reading->count; i++) {
        const struct spoken *spoken = &reading->spoken[i];
        size_t answer = ground_answer(evidence->ground, i);
        if (spoken->role != ROLE_AGENT || answer == SIZE_MAX)
            continue;
        for (size_t at = 0; at < spoken->words.count; at++)
            if (strcmp(spoken->words.items[at].fold, fold) == 0 &&
                is_asked_for(reading, &spoken->words, at) &&
                manner_answer(reading, &reading->spoken[answer]) == ANSWER_YES)
                return true;
    }
    return false;
}

/* Whether words of a turn are a name when they are put together: "M A C K I E", "Mac Kie". */
static bool is_put_together(struct reading *reading, const struct words *words, const char *fold)
{
    for (size_t from = 0; from < words->count; from++) {
        size_t at = from, done = 0;
        while (at < words->count && fold[done] && (at == from || words->items[at].gap != GAP_STOP)) {
            struct spelled part = {0};
            size_t len = spelled_part(reading, words, at, &part);
            const char *text = len > 0 ? part.text : words->items[at].fold;
            size_t more = strlen(text);
            if (strncmp(fold + done, text, more) != 0 || more == 0)
                break;
            done += more;
            at += len > 0 ? len : 1;
        }
        if (at > from + 1 && !fold[done])
            return true;
    }
    return false;
}

/* Whether the caller said a word of a name, by itself, with an ending, in a text without blanks, or letter by
 * letter. */
static bool was_given(struct evidence *evidence, const char *fold, bool anybody)
{
    const struct reading *reading = evidence->reading;
    size_t len = strlen(fold), count;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    if (ground_was_said(evidence->ground, fold, anybody))
        return true;
    bool unspaced = (unsigned char)fold[0] >= 0xe0;
    for (size_t i = 0; i < count && (unspaced || (!reading->ruled && len >= 4)); i++)
        for (size_t at = 0; (anybody || turns[i].role == ROLE_USER) && at < turns[i].words.count; at++) {
            const char *said = turns[i].words.items[at].fold;
            size_t heard = strlen(said);
            /* With an ending ("Elif'in"), and without the one of the nominative ("Niko" of "Nikos"). */
            bool ending = strncmp(said, fold, len) == 0 ||
                          (heard >= 4 && heard < len && len - heard <= 2 && strncmp(said, fold, heard) == 0);
            if (unspaced ? strstr(said, fold) != NULL : ending)
                return true;
        }
    for (size_t i = 0; len >= 3 && i < count; i++)
        if (turns[i].role == ROLE_USER && is_put_together(evidence->reading, &turns[i].words, fold))
            return true;
    return false;
}

/* "Der heißt Hubert", "se llama Ana": a third person is called so. */
static bool is_called(const struct reading *reading, const struct words *words, size_t at)
{
    for (size_t back = 1; back <= 2 && back <= at; back++)
        if (language_list(reading->language, LIST_CALLED, words, at - back) == back)
            return true;
    return false;
}

/* "A nombre de Ana", "auf den Namen Ana": in whose name something is ordered, mostly the caller's own. */
static bool is_in_name_of(const struct reading *reading, const struct words *words, size_t at)
{
    return at > 0 && words->items[at].gap == GAP_NONE &&
           language_list(reading->language, LIST_NAME_WORD, words, at - 1) == 1;
}

/* "for Mrs. Baird", "my mother Kamala", "Kamala's my mother", "her name is Brenda": the name at `at` is
 * somebody else's. */
static bool is_of_other(const struct reading *reading, const struct words *words, size_t at)
{
    const struct language *language = reading->language;
    size_t first = at, next = at + 1;
    while (first > 0 && words->items[first].gap == GAP_NONE &&
           (is_title(reading, words, first - 1) || words->items[first - 1].shape == SHAPE_CAPITAL) &&
           language_list(language, LIST_FUNCTION, words, first - 1) == 0)
        first--;
    if (is_called(reading, words, first))
        return true;
    for (size_t back = 1; back <= 3 && back <= first && words->items[first + 1 - back].gap == GAP_NONE;
         back++) {
        size_t before = first - back;
        if (back == 1 && language_list(language, LIST_RELATIVE, words, before) > 0)
            return true;
        if (back == 1 && language_list(language, LIST_FOR, words, before) > 0 &&
            is_in_name_of(reading, words, before))
            return false;
        if (back <= 2 && language_list(language, LIST_FOR, words, before) > 0)
            return back == 1 || language_list(language, LIST_LEAD, words, before + 1) > 0;
        if (language_list(language, LIST_PRONOUN, words, before) > 0)
            return true;
    }
    while (next < words->count && next < at + 4 && words->items[next].gap == GAP_NONE) {
        if (language_list(language, LIST_MINE, words, next) > 0)
            return next + 1 < words->count && language_list(language, LIST_RELATIVE, words, next + 1) > 0;
        next++;
    }
    return false;
}

/* "This is her sister Joyce": the caller introduces themselves by the name at `at`. */
static bool is_introduced(struct reading *reading, const struct spoken *spoken, size_t at)
{
    static const enum section sections[] = {SECTION_NAME, SECTION_NAME_MAYBE, SECTION_NAME_CALLED};
    for (size_t from = at < 8 ? 0 : at - 8; from <= at; from++)
        for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
            reading->name_mode = NAME_LIKELY;
            if (reading_rule(reading, sections[i], spoken, from) && reading->matcher.has[CAPTURE_NAME] &&
                reading->matcher.captured[CAPTURE_NAME].from <= at &&
                reading->matcher.captured[CAPTURE_NAME].to > at)
                return true;
        }
    return false;
}

/* "Otti's mum": the name at `at` is that of the one whose mother calls. */
static bool is_owner(const struct reading *reading, const struct words *words, size_t at)
{
    return at + 2 < words->count && strcmp(words->items[at + 1].fold, "'s") == 0 &&
           language_list(reading->language, LIST_RELATIVE, words, at + 2) > 0;
}

/* Wherever the caller said the name, it was of somebody else. */
static bool is_only_of_others(struct evidence *evidence, const char *fold)
{
    size_t count, places = 0, others = 0;
    bool owner = false;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    for (size_t i = 0; evidence->reading->ruled && !ground_is_summary(evidence->ground) && i < count; i++)
        for (size_t at = 0; turns[i].role == ROLE_USER && at < turns[i].words.count; at++) {
            if (strcmp(turns[i].words.items[at].fold, fold) != 0)
                continue;
            bool owns = is_owner(evidence->reading, &turns[i].words, at);
            bool quoted = manner_is_others_words(evidence->reading, &turns[i], at);
            if (!owns && !quoted && is_introduced(evidence->reading, &turns[i], at))
                return false;
            owner = owner || owns;
            others += owns || quoted || is_of_other(evidence->reading, &turns[i].words, at);
            places++;
        }
    return owner || (places > 0 && others == places);
}

/* --- A name --- */

static bool has_strange_characters(const char *text)
{
    for (; *text; text++)
        if (isdigit((unsigned char)*text) || strchr("{}[]<>@#$%&*=|\\:;!?\"/_", *text))
            return true;
    return false;
}

/* A robot, a role, a company, a menu word. */
static bool is_no_person(const struct reading *reading, const struct words *words)
{
    size_t names = 0, common = 0;
    for (size_t at = 0; at < words->count; at++) {
        bool given = name_is_given(reading, words, at);
        if (is_title(reading, words, at) || is_particle(reading, words, at))
            return false;
        if (evidence_list(reading, LIST_NO_PERSON, words, at) ||
            evidence_list(reading, LIST_RELATIVE, words, at))
            return true;
        if (!given && at > 0 && evidence_list(reading, LIST_COMPANY, words, at))
            return true;
        bool word = reading->ruled && language_list(reading->language, LIST_COMMON, words, at) > 0;
        names += given || !word;
        common += !given && word;
    }
    return names == 0 && common > 0;
}

enum name_fault { NAME_GOOD, NAME_EMPTY, NAME_ORDER, NAME_NOBODY };

/* "Karyn" of the caller, who said it beside a word of the name that is sure, for "Karen" of the LLM. NULL
 * when there is no such form. */
static const char *own_form(struct evidence *evidence, const char *fold, const char *beside, bool before)
{
    size_t count, len = strlen(fold);
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    for (size_t i = 0; len >= 4 && len < 32 && i < count; i++) {
        const struct words *words = &turns[i].words;
        for (size_t at = 1; turns[i].role == ROLE_USER && at < words->count; at++) {
            size_t sure = before ? at : at - 1, own = before ? at - 1 : at;
            const struct word *word = &words->items[own];
            if (words->items[at].gap != GAP_NONE || strcmp(words->items[sure].fold, beside) != 0 ||
                word->shape != SHAPE_CAPITAL || word->fold[0] != fold[0] || strlen(word->fold) >= 32 ||
                strlen(word->fold) < 4 || text_distance(word->fold, fold) > (len < 7 ? 1 : 2))
                continue;
            return reading_text(evidence->reading, words, (struct span){own, own + 1});
        }
    }
    return NULL;
}

/* The part of a name that the caller gave; "" when there is none. */
static const char *given_part(struct evidence *evidence, const struct words *words)
{
    struct reading *reading = evidence->reading;
    bool kept[NAME_MOST_WORDS] = {false}, denied = false;
    size_t names = 0, said = 0;
    for (size_t at = 0; at < words->count; at++)
        denied = denied || is_key(words->items[at].key, evidence->denied, evidence->denied_count);
    for (size_t at = 0; at < words->count; at++) {
        if (is_title(reading, words, at) || is_particle(reading, words, at))
            continue;
        names++;
        const char *fold = words->items[at].fold;
        kept[at] = !is_key(words->items[at].key, evidence->denied, evidence->denied_count) &&
                   (was_given(evidence, fold, false) || (!denied && is_confirmed(evidence, fold)));
        said += kept[at];
    }
    if (said == 0)
        return "";
    size_t first = 0;
    while (!kept[first])
        first++;
    if (is_only_of_others(evidence, words->items[first].fold) &&
        !is_confirmed(evidence, words->items[first].fold))
        return "";
    /* What stands before a name goes with it. */
    for (size_t at = words->count; at-- > 0;)
        if ((is_title(reading, words, at) || is_particle(reading, words, at)) && at + 1 < words->count)
            kept[at] = kept[at + 1];
    /* A lone word that is the agent's name was said to the agent. */
    for (size_t at = 0; at < words->count && said == 1; at++)
        if (kept[at] && is_key(words->items[at].key, evidence->agents, evidence->agent_count) &&
            !is_confirmed(evidence, words->items[at].fold))
            return "";
    struct buf out = BUF_INIT;
    for (size_t at = 0, end; at < words->count; at = end) {
        end = at + 1;
        bool before = at + 1 < words->count && kept[at + 1], after = at > 0 && kept[at - 1];
        const char *form = kept[at] || denied || !(before || after)
                               ? NULL
                               : own_form(evidence, words->items[at].fold,
                                          words->items[before ? at + 1 : at - 1].fold, before);
        if (form) {
            buf_printf(&out, "%s%s", out.len > 0 ? " " : "", form);
            continue;
        }
        if (!kept[at])
            continue;
        while (end < words->count && kept[end])
            end++;
        if (out.len > 0)
            buf_putc(&out, ' ');
        /* "Mr." keeps its dot, which belongs to no word. */
        buf_add(&out, words->text + words->items[at].start,
                words->items[end - 1].end - words->items[at].start);
    }
    const char *text = buf_text(&out);
    const char *copy = text ? arena_text(reading->arena, text, strlen(text)) : NULL;
    reading->failed = reading->failed || !copy;
    buf_free(&out);
    return copy ? copy : "";
}

static enum name_fault check_name(struct evidence *evidence, const char *text, const char **name)
{
    struct reading *reading = evidence->reading;
    struct spoken row = {0};
    *name = "";
    if (!*text || value_is_empty(reading, text) || items_is_caller(text))
        return NAME_EMPTY;
    /* "Kim Lord (caller)" */
    const char *bracket = strchr(text, '(');
    if (bracket && bracket > text && !(text = arena_text(reading->arena, text, (size_t)(bracket - text)))) {
        reading->failed = true;
        return NAME_EMPTY;
    }
    if (orders_are_in(reading, text))
        return NAME_ORDER;
    if (has_strange_characters(text) || text_chars(text) > NAME_MOST_CHARS)
        return NAME_NOBODY;
    /* Names are words of no language: nothing of them may be taken for a contraction or a filler. */
    if (words_read(NULL, text, &row.words) != 0) {
        reading->failed = true;
        return NAME_EMPTY;
    }
    bool person =
        row.words.count > 0 && row.words.count <= NAME_MOST_WORDS && !is_no_person(reading, &row.words);
    if (person)
        *name = given_part(evidence, &row.words);
    words_free(&row.words);
    return **name ? NAME_GOOD : NAME_NOBODY;
}

/* --- A role --- */

/* A role rests on a word of the caller: the relation, or the name of the other. */
static const char *check_role(struct evidence *evidence, const char *text)
{
    struct reading *reading = evidence->reading;
    struct grounding *grounding;
    if (!*text || value_is_empty(reading, text) || items_is_caller(text) || orders_are_in(reading, text) ||
        orders_are_placeholder(text) || text_chars(text) > NAME_MOST_CHARS)
        return "";
    grounding = arena_alloc(reading->arena, sizeof *grounding);
    if (!grounding || ground_statement(evidence->ground, text, grounding) != 0) {
        reading->failed = true;
        return "";
    }
    return grounding->said > 0.3 ? text : "";
}

static bool is_machine(struct reading *reading, const char *name)
{
    struct words words;
    bool found = false;
    if (words_read(NULL, name, &words) != 0) {
        reading->failed = true;
        return false;
    }
    for (size_t at = 0; at < words.count && !found; at++)
        found = evidence_list(reading, LIST_NO_PERSON, &words, at);
    words_free(&words);
    return found;
}

/* The name of somebody else whom the caller named: all of its words were said. */
static bool is_of_whom_was_spoken(struct evidence *evidence, const char *name)
{
    struct reading *reading = evidence->reading;
    struct words words;
    if (has_strange_characters(name) || words_read(NULL, name, &words) != 0)
        return false;
    bool good = words.count > 0 && words.count <= NAME_MOST_WORDS && !is_no_person(reading, &words);
    for (size_t at = 0; at < words.count && good; at++)
        good = words.items[at].shape == SHAPE_CAPITAL && was_given(evidence, words.items[at].fold, false) &&
               !is_key(words.items[at].key, evidence->denied, evidence->denied_count) &&
               !is_key(words.items[at].key, evidence->agents, evidence->agent_count);
    words_free(&words);
    return good;
}

static void add_caller(struct evidence *evidence, const struct item_line *line)
{
    struct speaker speaker = {
        .full = "", .called = "", .role = "", .was = "", .source = evidence->source, .turn = -1};
    enum name_fault full = NAME_EMPTY, called = NAME_EMPTY;
    const char *item = item_names[ITEM_CALLER];
    if (line->count == 1 && text_chars(line->text) > NAME_MOST_CHARS) {
        understanding_drop(evidence->understanding, DROP_FORM, item, line->text);
        return;
    }
    if (line->count == 1 && evidence_says_nothing(evidence->reading, line->text))
        return;
    full = check_name(evidence, line->fields[0], &speaker.full);
    called = check_name(evidence, line->fields[1], &speaker.called);
    speaker.role = check_role(evidence, line->fields[2]);
    if (full == NAME_ORDER || called == NAME_ORDER || orders_are_in(evidence->reading, line->fields[2])) {
        understanding_drop(evidence->understanding, DROP_ORDER, item, line->text);
        return;
    }
    evidence->machine =
        evidence->machine || (full == NAME_NOBODY && is_machine(evidence->reading, line->fields[0]));
    if (full == NAME_NOBODY || called == NAME_NOBODY)
        understanding_drop(evidence->understanding, DROP_NAME, item, line->text);
    if (full == NAME_NOBODY && is_of_whom_was_spoken(evidence, line->fields[0]))
        evidence->misnamed = line->fields[0];
    if (*speaker.full || *speaker.called || *speaker.role)
        understanding_add_speaker(evidence->understanding, &speaker);
}

/* "Walter Boehm and Ingrid Boehm" on one line: where the second name begins, NULL when there is one. */
static const char *second_name(struct evidence *evidence, const char *text, size_t *first)
{
    struct reading *reading = evidence->reading;
    struct words words;
    const char *second = NULL;
    if (words_read(NULL, text, &words) != 0) {
        reading->failed = true;
        return NULL;
    }
    for (size_t at = 1; at + 1 < words.count && !second; at++)
        if (words.items[at].shape == SHAPE_LOWER && evidence_list(reading, LIST_AND, &words, at) &&
            !is_title(reading, &words, at - 1) && words.items[at + 1].shape == SHAPE_CAPITAL &&
            name_is_given(reading, &words, at + 1)) {
            *first = words.items[at - 1].end;
            second = text + words.items[at + 1].start;
        }
    words_free(&words);
    return second;
}

static void add_callers(struct evidence *evidence, const struct item_line *line)
{
    size_t first = 0;
    const char *second = second_name(evidence, line->fields[0], &first);
    struct item_line one = *line, other = *line;
    if (second) {
        one.fields[0] = arena_text(evidence->reading->arena, line->fields[0], first);
        one.fields[1] = other.fields[1] = "";
        other.fields[0] = second;
        evidence->reading->failed = evidence->reading->failed || !one.fields[0];
    }
    if (!evidence->reading->failed)
        add_caller(evidence, &one);
    if (second && !evidence->reading->failed)
        add_caller(evidence, &other);
}

/* The turn in which a name was first given. */
static int turn_of(const struct evidence *evidence, const char *name)
{
    size_t count, len = strcspn(name, " ");
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    char fold[96];
    word_fold(name, len, fold, sizeof fold);
    for (size_t i = 0; i < count; i++)
        for (size_t at = 0; turns[i].role == ROLE_USER && at < turns[i].words.count; at++)
            if (strcmp(turns[i].words.items[at].fold, fold) == 0)
                return ground_position(evidence->ground, i);
    return -1;
}

static bool shares_word(const struct words *a, const char *name)
{
    struct words words;
    bool found = false;
    if (!*name || words_read(NULL, name, &words) != 0)
        return false;
    for (size_t i = 0; i < words.count && !found; i++)
        for (size_t j = 0; j < a->count && !found; j++)
            found = words.items[i].key == a->items[j].key;
    words_free(&words);
    return found;
}

/* "It's not Jon Clark, it's Joan Clarke": the name that was wrong, for whom the right one is. */
static void read_corrections(struct evidence *evidence)
{
    struct reading *reading = evidence->reading;
    struct understanding *understanding = evidence->understanding;
    for (size_t i = 0; reading->ruled && i < reading->count; i++) {
        const struct spoken *spoken = &reading->spoken[i];
        for (size_t at = 0; spoken->role == ROLE_USER && at < spoken->words.count; at++) {
            reading->name_mode = NAME_LIKELY;
            if (!reading_rule(reading, SECTION_NAME_CORRECT, spoken, at) ||
                !reading->matcher.has[CAPTURE_OTHER] || !reading->matcher.has[CAPTURE_NAME])
                continue;
            struct span right = reading->matcher.captured[CAPTURE_NAME],
                        wrong = reading->matcher.captured[CAPTURE_OTHER];
            size_t ends[PATTERN_ENDS];
            reading->name_mode = NAME_LIKELY;
            /* "Not June, Walter." */
            if (capture_name(reading, &spoken->words, wrong.from, ends) == 0 ||
                name_list(reading, LIST_NOT_NAME, &spoken->words, wrong.from) ||
                name_list(reading, LIST_MONTH, &spoken->words, wrong.from))
                continue;
            const char *was = name_text(reading, &spoken->words, (struct span){wrong.from, ends[0]});
            struct words name = {.text = spoken->words.text,
                                 .items = &spoken->words.items[right.from],
                                 .count = right.to - right.from};
            for (size_t s = 0; was && s < understanding->speaker_count; s++)
                if (shares_word(&name, understanding->speakers[s].full) &&
                    name_sounds_like(was, understanding->speakers[s].full) &&
                    strcmp(was, understanding->speakers[s].full) != 0)
                    understanding->speakers[s].was = was;
        }
    }
}

static bool is_same_person(const struct speaker *a, const struct speaker *b);
static bool is_of_caller(const struct reading *reading, int turn);
static bool has_given_name(const struct reading *reading, const char *name);
static size_t count_words(const char *name);

/* "Ida Holm from Holmtec": a name behind the speaker's own one, with a small word between, is whom they speak
 * for. */
static bool is_whom_for(const struct words *words, size_t at, const char *own)
{
    if (at < 2 || words->items[at].gap != GAP_NONE || words->items[at - 1].shape != SHAPE_LOWER)
        return false;
    struct words one = {.text = words->text, .items = &words->items[at - 2], .count = 1};
    return words->items[at - 1].gap == GAP_NONE && shares_word(&one, own);
}

/* Whether the caller introduced themselves with a word of a name, "I'm Michael", that another name does not
 * have as well. */
static bool gave_own(struct evidence *evidence, const char *name, const char *beside)
{
    struct reading *reading = evidence->reading;
    struct words words;
    bool own = false;
    if (words_read(NULL, name, &words) != 0)
        return true;
    for (size_t i = 0; i < reading->count && !own; i++)
        for (size_t at = 0; reading->spoken[i].role == ROLE_USER && at < reading->spoken[i].words.count; at++)
            for (size_t word = 0; word < words.count && !own; word++) {
                struct words one = {.text = words.text, .items = &words.items[word], .count = 1};
                own = reading->spoken[i].words.items[at].key == words.items[word].key &&
                      !shares_word(&one, beside) && !is_whom_for(&reading->spoken[i].words, at, beside) &&
                      is_introduced(reading, &reading->spoken[i], at);
            }
    for (size_t word = 0; word < words.count && !own; word++)
        own = is_confirmed(evidence, words.items[word].fold);
    words_free(&words);
    return own;
}

/* "I'm the carer for Mr. Kell": once at least a word of a name is said as somebody else's. */
static bool was_for(struct evidence *evidence, const char *name)
{
    struct words words;
    bool found = false;
    size_t count;
    const struct spoken *turns = ground_spoken(evidence->ground, &count);
    if (!*name || !evidence->reading->ruled || words_read(NULL, name, &words) != 0)
        return false;
    for (size_t i = 0; i < count && !found; i++)
        for (size_t at = 0; turns[i].role == ROLE_USER && at < turns[i].words.count && !found; at++)
            found = is_key(turns[i].words.items[at].key, &words.items[0].key, 1) &&
                    is_of_other(evidence->reading, &turns[i].words, at);
    words_free(&words);
    return found;
}

/* Where the LLM took somebody or something else that was named for the caller, and the caller said who they
 * are: that name. */
static void correct_caller(struct evidence *evidence, size_t lines)
{
    struct understanding *understanding = evidence->understanding;
    struct reading *reading = evidence->reading;
    struct understanding heard;
    if (!reading->ruled || lines != 1 || understanding->speaker_count > 1)
        return;
    understanding_open(&heard);
    if (!heard.failed)
        speakers_find(reading, &heard);
    understanding->failed = understanding->failed || heard.failed;
    const struct speaker *own = heard.speaker_count == 1 ? &heard.speakers[0] : NULL;
    struct speaker *taken = understanding->speaker_count == 1 ? &understanding->speakers[0] : NULL;
    const char *first = !taken ? "" : *taken->full ? taken->full : taken->called;
    if (own && own->source == SOURCE_RULE && *own->full && is_of_caller(reading, own->turn) &&
        (has_given_name(reading, own->full) || count_words(own->full) > 1 ||
         (gave_own(evidence, own->full, "") && was_for(evidence, first)))) {
        struct speaker speaker = *own;
        const char *name = !taken ? "" : *taken->full ? taken->full : taken->called;
        /* A mother and her daughter have one family name. */
        bool other = taken && *name &&
                     (!is_same_person(taken, own) ||
                      (count_words(own->full) > 1 && name_compare(name, own->full) == NAME_OTHER));
        size_t drops = understanding->drop_count;
        bool none = !taken && drops > 0 && understanding->drops[drops - 1].why == DROP_NAME &&
                    gave_own(evidence, own->full, "");
        if (other && !gave_own(evidence, name, own->full)) {
            understanding_drop(understanding, DROP_NAME, item_names[ITEM_CALLER], name);
            evidence->taken = name;
            understanding->speaker_count = 0;
            none = true;
        }
        if (!evidence->taken && evidence->misnamed &&
            name_compare(evidence->misnamed, own->full) == NAME_OTHER)
            evidence->taken = evidence->misnamed;
        if (none)
            understanding_add_speaker(understanding, &speaker);
    }
    understanding_free(&heard);
}

void evidence_read_callers(struct evidence *evidence, const struct item_line *lines, size_t count)
{
    struct understanding *understanding = evidence->understanding;
    find_others(evidence);
    /* Nobody has more people around one telephone. */
    for (size_t i = 0; i < count && i < CALLERS && !evidence->reading->failed; i++)
        add_callers(evidence, &lines[i]);
    correct_caller(evidence, count);
    if (understanding->speaker_count == 1)
        understanding->speakers[0].renamed = speakers_say_new_name(evidence->reading);
    evidence->machine = evidence->machine && understanding->speaker_count == 0;
    for (size_t i = 0; i < understanding->speaker_count; i++) {
        struct speaker *speaker = &understanding->speakers[i];
        speaker->turn = turn_of(evidence, *speaker->full ? speaker->full : speaker->called);
    }
    read_corrections(evidence);
}

/* --- Denials --- */

/* The last name by which the agent asked for or addressed the caller in a turn; `name` when there is none. */
static const char *taken_for(struct reading *reading, const struct spoken *spoken, const char *name)
{
    for (size_t at = 0; at < spoken->words.count; at++) {
        reading->name_mode = NAME_SPOKEN_TO;
        if (!reading_rule(reading, SECTION_GUESS_NAME, spoken, at) || !reading->matcher.has[CAPTURE_NAME]) {
            reading->name_mode = NAME_SPOKEN_TO;
            if (!reading_rule(reading, SECTION_ADDRESS, spoken, at) || !reading->matcher.has[CAPTURE_NAME])
                continue;
        }
        const char *text = name_text(reading, &spoken->words, reading->matcher.captured[CAPTURE_NAME]);
        name = text ? text : name;
    }
    return name;
}

/* "It's not Jon, it's John": the name was written wrong, the person is right. */
static bool corrects(struct reading *reading, const struct spoken *spoken, const char *taken)
{
    size_t at;
    reading->name_mode = NAME_LIKELY;
    if (name_is_spelled(reading, spoken) || reading_find(reading, SECTION_NAME_LETTER, spoken, &at))
        return true;
    for (at = 0; at < spoken->words.count; at++) {
        reading->name_mode = NAME_LIKELY;
        if (!reading_rule(reading, SECTION_NAME_CORRECT, spoken, at) || !reading->matcher.has[CAPTURE_NAME])
            continue;
        struct matcher *found = &reading->matcher;
        const char *name = name_text(reading, &spoken->words, found->captured[CAPTURE_NAME]);
        bool adjacent = found->has[CAPTURE_OTHER] &&
                        found->captured[CAPTURE_OTHER].to == found->captured[CAPTURE_NAME].from &&
                        spoken->words.items[found->captured[CAPTURE_NAME].from].gap == GAP_NONE;
        if (name && !adjacent && name_sounds_like(name, taken))
            return true;
    }
    return false;
}

/* The name that the caller denies at a word: NULL where nothing is denied, "" where it is not said which. */
static const char *denied_at(struct reading *reading, const struct spoken *spoken, size_t at,
                             const char *taken)
{
    reading->name_mode = NAME_LIKELY;
    bool other = reading_rule(reading, SECTION_NAME_OTHER, spoken, at) != NULL;
    if (!other && (!*taken || !reading_rule(reading, SECTION_NAME_NOT, spoken, at)))
        return NULL;
    if (!reading->matcher.has[CAPTURE_NAME])
        return other ? taken : NULL;
    const char *name = name_text(reading, &spoken->words, reading->matcher.captured[CAPTURE_NAME]);
    /* "I'm not Gordon" to an agent that asked for Gordon Pell. */
    if (!other && name &&
        (!name_stands_in(name, taken, &reading->failed) || corrects(reading, spoken, taken)))
        return NULL;
    return name;
}

void evidence_read_denials(struct evidence *evidence)
{
    struct reading *reading = evidence->reading;
    struct understanding *understanding = evidence->understanding;
    const char *taken = "";
    for (size_t i = 0; reading->ruled && i < reading->count; i++) {
        const struct spoken *spoken = &reading->spoken[i];
        if (spoken->role == ROLE_AGENT) {
            taken = taken_for(reading, spoken, taken);
            continue;
        }
        for (size_t at = 0; at < spoken->words.count; at++) {
            const struct rule *other = reading_rule(reading, SECTION_NAME_OTHER, spoken, at);
            understanding->new_number =
                understanding->new_number || (other && other->slot && strcmp(other->slot, "new") == 0);
            const char *name = denied_at(reading, spoken, at, taken);
            if (!name)
                continue;
            understanding->is_other = true;
            /* "Pell" of "Gordon Pell" is no other name. */
            if (!strstr(understanding->denied, name))
                understanding->denied = name;
        }
    }
}

/* --- Whose a statement is --- */

/* Every word of `a` that is no title is one of the names of a speaker. */
static bool is_speakers(const struct reading *reading, const struct words *a, const struct speaker *speaker)
{
    size_t names = 0;
    /* "Monsieur Garnier", when his daughter calls. */
    if (*speaker->role && strstr(speaker->role, a->text))
        return false;
    for (size_t at = 0; at < a->count; at++) {
        struct words one = {.text = a->text, .items = &a->items[at], .count = 1};
        if (is_title(reading, a, at) || is_particle(reading, a, at) || items_is_caller(a->items[at].fold))
            continue;
        names++;
        if (!shares_word(&one, speaker->full) && !shares_word(&one, speaker->called))
            return false;
    }
    return names > 0;
}

bool evidence_is_denied(const struct evidence *evidence, const char *name)
{
    struct words words;
    bool denied = false;
    if (!*name || words_read(NULL, name, &words) != 0)
        return false;
    for (size_t at = 0; at < words.count; at++)
        denied = denied || is_key(words.items[at].key, evidence->denied, evidence->denied_count);
    words_free(&words);
    return denied;
}

bool evidence_is_speaker(const struct evidence *evidence, const struct words *words, struct span span)
{
    const struct understanding *understanding = evidence->understanding;
    struct words name = {
        .text = words->text, .items = &words->items[span.from], .count = span.to - span.from};
    for (size_t i = 0; span.from < span.to && i < understanding->speaker_count; i++)
        if (is_speakers(evidence->reading, &name, &understanding->speakers[i]))
            return true;
    return false;
}

/* Whether anything of WHOSE was said: a name, or the relation in one language or another. */
static bool was_spoken_of(struct evidence *evidence, const struct words *words)
{
    struct reading *reading = evidence->reading;
    struct spoken row = {0};
    bool relation = false;
    for (size_t at = 0; at < words->count; at++) {
        const char *fold = words->items[at].fold;
        if (was_given(evidence, fold, true))
            return !is_title(reading, words, at) || words->count > 1;
        relation = relation || evidence_list(reading, LIST_RELATIVE, words, at);
    }
    /* "son" of "my lad", "daughter" of "figlia"; "dad" is another word for "father". */
    if (relation || !reading->ruled || reading_read(reading, words->text, &row) != 0)
        return relation;
    for (size_t at = 0; at < row.words.count; at++)
        relation = relation || evidence_list(reading, LIST_RELATIVE, &row.words, at);
    words_free(&row.words);
    return relation;
}

const char *evidence_whose(struct evidence *evidence, const char *whose)
{
    struct reading *reading = evidence->reading;
    struct understanding *understanding = evidence->understanding;
    struct words words;
    if (!*whose || items_is_caller(whose) || value_is_empty(reading, whose))
        return "";
    /* "caller (Peggy)", "caller's mother" */
    size_t head = strcspn(whose, " ('");
    char first[32];
    if (head < sizeof first) {
        memcpy(first, whose, head);
        first[head] = '\0';
        if (items_is_caller(first) && strncmp(whose + head, "'s ", 3) == 0)
            whose += head + 3;
        else if (items_is_caller(first) && whose[head] == ' ' && whose[head + 1] == '(')
            return "";
    }
    if (text_chars(whose) > NAME_MOST_CHARS || words_read(NULL, whose, &words) != 0)
        return NULL;
    const char *result = NULL;
    size_t mine = 0, named = 0;
    for (size_t i = 0; i < understanding->speaker_count; i++) {
        named += *understanding->speakers[i].full || *understanding->speakers[i].called;
        mine += is_speakers(reading, &words, &understanding->speakers[i]);
    }
    if (mine == 1 && named == 1)
        result = "";
    else if (mine > 0 || was_spoken_of(evidence, &words))
        result = whose;
    words_free(&words);
    return result;
}

/* --- Speakers of rules beside those of the evidence --- */

static bool has_given_name(const struct reading *reading, const char *name)
{
    struct words words;
    bool found = false;
    if (!*name || words_read(NULL, name, &words) != 0)
        return false;
    for (size_t at = 0; at < words.count && !found; at++)
        found = name_is_given(reading, &words, at) || is_title(reading, &words, at);
    words_free(&words);
    return found;
}

static size_t count_words(const char *name)
{
    struct words words;
    if (!*name || words_read(NULL, name, &words) != 0)
        return 0;
    size_t count = words.count;
    words_free(&words);
    return count;
}

static bool is_same_person(const struct speaker *a, const struct speaker *b)
{
    const char *const names[] = {b->full, b->called, b->was};
    struct words words;
    bool same = false;
    for (int own = 0; own < 2 && !same; own++) {
        const char *name = own ? a->called : a->full;
        if (!*name || words_read(NULL, name, &words) != 0)
            continue;
        for (size_t i = 0; i < 3 && !same; i++) {
            same = shares_word(&words, names[i]);
            /* "Sara" and "Sarah": heard in two ways. */
            if (!same && *names[i] && strlen(name) < 64 && strlen(names[i]) < 64 && strlen(name) > 3)
                same = text_distance(name, names[i]) <= 1;
        }
        words_free(&words);
    }
    return same;
}

/* Several people are told apart by ElevenLabs. */
static bool are_several(const struct transcript *transcript)
{
    const char *first = NULL;
    for (size_t i = 0; i < transcript->turn_count; i++) {
        const struct turn *turn = &transcript->turns[i];
        if (turn->role != ROLE_USER || !turn->speaker || !*turn->speaker)
            continue;
        if (first && strcmp(first, turn->speaker) != 0)
            return true;
        first = first ? first : turn->speaker;
    }
    return false;
}

/* Whether the LLM was asked who speaks. */
static bool was_asked(const struct transcript *transcript)
{
    bool others = transcript->asked;
    for (size_t i = 0; i < transcript->collected_count; i++)
        others = others || item_find(transcript->collected[i].name) != ITEMS;
    return others;
}

/* A month, a place: what "not June, Walter" denies. */
static bool is_no_name(const struct reading *reading, const char *name)
{
    struct words words;
    if (!*name || words_read(NULL, name, &words) != 0)
        return true;
    bool other = words.count == 0 || evidence_list(reading, LIST_NOT_NAME, &words, 0) ||
                 evidence_list(reading, LIST_MONTH, &words, 0);
    words_free(&words);
    return other;
}

static bool complete_with(struct reading *reading, struct speaker *mine, const struct speaker *rule)
{
    bool nameless = !*mine->full && !*mine->called;
    bool company = *mine->full && !*mine->called && !has_given_name(reading, mine->full) &&
                   has_given_name(reading, rule->full) && count_words(mine->full) > 1;
    if (is_same_person(mine, rule)) {
        size_t words = count_words(rule->full);
        bool fuller = rule->source == SOURCE_RULE && words > 1 && words > count_words(mine->full);
        if (fuller || (!*mine->full && *rule->full && strcmp(rule->full, mine->called) != 0 &&
                       count_words(rule->full) > 1))
            mine->full = rule->full;
        if (!*mine->called && *rule->called && strcmp(rule->called, mine->full) != 0)
            mine->called = rule->called;
        if (!*mine->was && !is_no_name(reading, rule->was))
            mine->was = rule->was;
        mine->renamed = mine->renamed || rule->renamed;
        if (mine->turn < 0)
            mine->turn = rule->turn;
        return true;
    }
    if (rule->source == SOURCE_RULE && company && !nameless) {
        mine->full = rule->full;
        mine->called = rule->called;
        mine->was = rule->was;
        mine->source = rule->source;
        mine->turn = rule->turn;
        return true;
    }
    return false;
}

/* What the LLM took for the caller's name is the agent's, or that of a company: the caller's own is another.
 */
static bool is_mistaken(struct reading *reading, const char *line)
{
    struct evidence evidence = {.reading = reading};
    struct words words;
    bool mistaken;
    if (words_read(NULL, line, &words) != 0)
        return false;
    find_others(&evidence);
    mistaken = words.count > 0 && is_key(words.items[0].key, evidence.agents, evidence.agent_count);
    size_t name = strcspn(line, "|");
    for (size_t at = 0; at < words.count && !mistaken; at++)
        mistaken =
            is_key(words.items[at].key, evidence.denied, evidence.denied_count) ||
            (at > 0 && evidence_list(reading, LIST_COMPANY, &words, at)) ||
            /* "Hale and Sons" */
            (at > 1 && words.items[at].end <= name && evidence_list(reading, LIST_AND, &words, at - 1) &&
             evidence_list(reading, LIST_RELATIVE, &words, at));
    words_free(&words);
    return mistaken;
}

static bool is_of_caller(const struct reading *reading, int turn)
{
    for (size_t i = 0; i < reading->count; i++)
        if (reading->spoken[i].turn == turn)
            return reading->spoken[i].role == ROLE_USER;
    return false;
}

void evidence_merge_speakers(struct reading *reading, struct understanding *understanding, size_t count)
{
    struct speaker *speakers = understanding->speakers;
    bool several = are_several(reading->transcript), tried = false, given = count > 0;
    size_t named = 0, kept = count;
    if (!understanding->evidence || !was_asked(reading->transcript))
        return;
    for (size_t i = 0; i < count; i++)
        named += *speakers[i].full || *speakers[i].called;
    /* Where the LLM gave no name at all, and where it took another's for the caller's, the rules' name is
     * one. */
    for (size_t i = 0; i < understanding->drop_count; i++) {
        const struct dropped *drop = &understanding->drops[i];
        if (strcmp(drop->item, item_names[ITEM_CALLER]) != 0)
            continue;
        given = true;
        tried = tried || (drop->why == DROP_NAME && is_mistaken(reading, drop->line));
    }
    for (size_t at = count; at < understanding->speaker_count; at++) {
        bool done = false;
        for (size_t i = 0; i < count && !done; i++)
            done = complete_with(reading, &speakers[i], &speakers[at]);
        bool ruled = speakers[at].source == SOURCE_RULE;
        bool wanted =
            several ||
            (named == 0 && (!ruled || ((tried || !given) && is_of_caller(reading, speakers[at].turn))));
        if (!done && wanted)
            speakers[kept++] = speakers[at];
    }
    understanding->speaker_count = kept;
}
