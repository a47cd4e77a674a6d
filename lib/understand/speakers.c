/*
 * The caller's name. Everything that points at a name becomes a claim with a confidence; corrections and
 * denials remove claims; what is left becomes facts, the best one the surest.
 */
#include "understand/speakers.h"

#include "understand/manner.h"
#include "understand/person_name.h"
#include "understand/speakers_parts.h"

#include <stdlib.h>
#include <string.h>

static bool is_agents(const struct names *names, const struct words *words, struct span span)
{
    for (size_t i = 0; i < names->agent_count; i++)
        if (words->items[span.from + name_titles(names->reading, words, span.from)].key == names->agent[i])
            return true;
    return false;
}

static bool is_pronoun_before(const struct reading *reading, const struct words *words, size_t at)
{
    return at > 0 && words->items[at].gap == GAP_NONE && name_list(reading, LIST_PRONOUN, words, at - 1);
}

/* "No soy Gordon", "je ne suis pas Gordon"; English says "no" and "it's Gordon" in one breath. */
static bool is_negated(const struct reading *reading, const struct words *words, size_t at)
{
    return at > 0 && words->items[at].gap == GAP_NONE && name_list(reading, LIST_NEGATOR, words, at - 1) &&
           !(name_list(reading, LIST_NO, words, at - 1) &&
             strcmp(language_code(reading->language), "en") == 0);
}

/* "It's not Gordon Pell" is one name, and no correction of Gordon into Pell. */
static bool is_one_name(const struct words *words, const struct matcher *found)
{
    size_t at = found->captured[CAPTURE_NAME].from;
    return found->has[CAPTURE_OTHER] && found->captured[CAPTURE_OTHER].to == at && at < words->count &&
           words->items[at].gap == GAP_NONE;
}

/* "Fügen Sie Jeff": everyday words are no part of a name, unless they are particles, or end it ("Jürgen
 * Weiß"). */
static bool has_common_word(const struct reading *reading, const struct words *words, struct span span)
{
    for (size_t at = span.from + 1; at < span.to; at++) {
        size_t particle = language_list(reading->language, LIST_PARTICLE, words, at);
        if (particle > 0)
            at += particle - 1;
        else if (!words->items[at].joined && name_list(reading, LIST_COMMON, words, at) &&
                 !(at + 1 == span.to && words->items[at].shape != SHAPE_LOWER) &&
                 !name_is_given(reading, words, at))
            return true;
    }
    return false;
}

/* "I am …" and "it is …" are said before much else: a name only where it begins with a given name. */
static bool is_likely_person(const struct reading *reading, const struct words *words, struct span span)
{
    size_t first = span.from + name_titles(reading, words, span.from);
    return first > span.from || (first < span.to && name_is_given(reading, words, first));
}

/* Whether nothing goes on from a name that was written small: "sono felice che …" is no Felice. */
static bool name_ends(const struct reading *reading, const struct words *words, size_t at)
{
    return at >= words->count || words->items[at].gap > GAP_NONE ||
           name_list(reading, LIST_NAME_NEXT, words, at) || name_list(reading, LIST_AND, words, at);
}

struct name_rule {
    enum section section;
    enum name_mode mode;
    double confidence;
    enum part part;
};

/* In the order in which they are tried at a word. */
static const struct name_rule name_rules[] = {
    {SECTION_NAME_CORRECT, NAME_LIKELY, SURE_CORRECTED, PART_WHOLE},
    {SECTION_NAME_CALLED, NAME_LIKELY, SURE_CALLED, PART_WHOLE},
    {SECTION_NAME_FIRST, NAME_LIKELY, SURE_PART, PART_FIRST},
    {SECTION_NAME_LAST, NAME_LIKELY, SURE_PART, PART_LAST},
    {SECTION_NAME, NAME_LIKELY, SURE_SAID, PART_WHOLE},
    {SECTION_NAME_MAYBE, NAME_POSSIBLE, SURE_MAYBE, PART_WHOLE},
};

#define NAME_RULES (sizeof name_rules / sizeof name_rules[0])

/* "Ana. Ana Kowalska.": the longer form that follows at once. */
static struct span longer_form(struct reading *reading, const struct words *words, struct span span)
{
    size_t ends[PATTERN_ENDS];
    if (span.to >= words->count || words->items[span.to].gap == GAP_NONE)
        return span;
    reading->name_mode = NAME_LIKELY;
    size_t count = capture_name(reading, words, span.to, ends);
    if (count == 0 || ends[0] - span.to <= span.to - span.from)
        return span;
    for (size_t at = span.to; at < ends[0]; at++)
        if (words->items[at].key == words->items[span.to - 1].key)
            return (struct span){span.to, ends[0]};
    return span;
}

static bool is_name(struct reading *reading, const struct words *words, size_t at)
{
    size_t ends[PATTERN_ENDS];
    reading->name_mode = NAME_LIKELY;
    return capture_name(reading, words, at, ends) > 0;
}

/* "Berg", "van der Berg": no more than a given or a family name. */
static bool is_one_word(const struct reading *reading, const struct words *words, struct span span)
{
    size_t parts = 0;
    for (size_t at = span.from; at < span.to; at++)
        parts += !words->items[at].joined && language_list(reading->language, LIST_PARTICLE, words, at) == 0;
    return parts < 2 || language_list(reading->language, LIST_PARTICLE, words, span.from) > 0;
}

/* "It's not Jon Clark, it's Joan Clarke": the name that was wrong. "I'm not Jon Clark, I'm Peter Hall" is
 * somebody else. */
static void note_wrong(struct names *names, const struct words *words, struct span wrong, struct span right)
{
    size_t ends[PATTERN_ENDS];
    struct reading *reading = names->reading;
    reading->name_mode = NAME_LIKELY;
    if (capture_name(reading, words, wrong.from, ends) == 0)
        return;
    const char *was = name_text(reading, words, (struct span){wrong.from, ends[0]});
    const char *is = name_text(reading, words, right);
    if (was && is && name_sounds_like(was, is))
        names->was = was;
}

/* Machines, roles and words of a menu are nobody's name. */
static bool is_nobody(const struct reading *reading, const struct words *words, struct span span)
{
    const struct language *english = lexicon_language(reading->lexicon, "en");
    for (size_t at = span.from; at < span.to; at++)
        if (name_list(reading, LIST_NO_PERSON, words, at) ||
            (english && language_list(english, LIST_NO_PERSON, words, at) > 0))
            return true;
    return false;
}

/* "Tidewell Laundry calling, our machine is down": a turn that speaks for several and never for one says its
 * company's name, where nothing in it is known as a person's. "My name is" speaks for one. */
static bool is_company(const struct reading *reading, const struct words *words, struct span span)
{
    bool plural = false;
    if (name_titles(reading, words, span.from) > 0)
        return false;
    for (size_t at = span.from; at < span.to; at++)
        if (name_is_given(reading, words, at))
            return false;
    for (size_t at = 0; at < words->count; at++) {
        bool several = name_list(reading, LIST_WE, words, at);
        bool speaker =
            name_list(reading, LIST_FIRST_PERSON, words, at) || name_list(reading, LIST_MINE, words, at);
        if (speaker && !several)
            return false;
        plural = plural || (speaker && several);
    }
    return plural;
}

/* "Hello, this is Ana", "Ana speaking": whether a turn begins with what a rule found at word `at`. "It's
 * Bruno" without a greeting may be the dog. */
static bool introduces(const struct reading *reading, const struct words *words, size_t at,
                       enum section section)
{
    size_t after = 0, len = 1;
    while (len > 0 && after < words->count) {
        len = language_list(reading->language, LIST_GREETING, words, after);
        after += len;
    }
    return at <= after && (after > 0 || section == SECTION_NAME);
}

/* Tries the rules at one word; returns where to go on. */
static size_t read_rule(struct names *names, const struct spoken *spoken, size_t at)
{
    struct reading *reading = names->reading;
    for (size_t i = 0; i < NAME_RULES; i++) {
        reading->name_mode = name_rules[i].mode;
        const struct rule *rule = reading_rule(reading, name_rules[i].section, spoken, at);
        if (!rule || !reading->matcher.has[CAPTURE_NAME] || is_pronoun_before(reading, &spoken->words, at) ||
            is_negated(reading, &spoken->words, at))
            continue;
        /* My neighbour said, "I'm Thelma". */
        struct matcher kept = reading->matcher;
        if (manner_is_others_words(reading, spoken, at))
            continue;
        reading->matcher = kept;
        struct matcher found = reading->matcher;
        if (is_one_name(&spoken->words, &found))
            continue;
        if (found.has[CAPTURE_OTHER] && !is_name(reading, &spoken->words, found.captured[CAPTURE_OTHER].from))
            continue;
        /* "Not June, Walter." */
        if (found.has[CAPTURE_OTHER] &&
            (name_list(reading, LIST_MONTH, &spoken->words, found.captured[CAPTURE_OTHER].from) ||
             name_list(reading, LIST_NOT_NAME, &spoken->words, found.captured[CAPTURE_OTHER].from)))
            continue;
        struct span span = longer_form(reading, &spoken->words, found.captured[CAPTURE_NAME]);
        if (rule->slot && strcmp(rule->slot, "full") == 0 && is_one_word(reading, &spoken->words, span))
            continue;
        if (name_rules[i].mode == NAME_POSSIBLE && (is_agents(names, &spoken->words, span) ||
                                                    (spoken->words.items[at].question && !rule->in_question)))
            continue;
        if (name_rules[i].section == SECTION_NAME_CORRECT) {
            if (found.has[CAPTURE_OTHER])
                note_wrong(names, &spoken->words, found.captured[CAPTURE_OTHER], span);
            if (found.has[CAPTURE_OTHER])
                name_deny(names, &spoken->words, found.captured[CAPTURE_OTHER]);
            else
                for (size_t c = 0; c < names->count; c++)
                    names->claims[c].dead = names->claims[c].dead || names->claims[c].turn < spoken->turn;
        }
        bool big = reading->cased && spoken->words.items[span.from].shape != SHAPE_LOWER;
        bool plain = big && name_rules[i].mode == NAME_LIKELY;
        plain = plain || (name_rules[i].section == SECTION_NAME && names->spoken_of);
        if (!big && !name_ends(reading, &spoken->words, span.to))
            continue;
        if (has_common_word(reading, &spoken->words, span) || is_nobody(reading, &spoken->words, span) ||
            is_company(reading, &spoken->words, span) ||
            (!plain && !is_likely_person(reading, &spoken->words, span)) ||
            (name_rules[i].section == SECTION_NAME_CORRECT && !names->spoken_of))
            continue;
        struct claim *claim = name_claim_span(names, spoken, span, name_rules[i].confidence);
        if (claim)
            claim->part = name_rules[i].part;
        if (claim)
            claim->is_called = name_rules[i].section == SECTION_NAME_CALLED;
        if (claim)
            claim->introduces = introduces(reading, &spoken->words, at, name_rules[i].section);
        return found.all.to > span.to ? found.all.to : span.to;
    }
    return at + 1;
}

/* Denials: "I'm not Ana", "Ana isn't here". Whether there are any. */
static bool read_denials(struct names *names, const struct spoken *spoken)
{
    struct reading *reading = names->reading;
    bool found = false;
    for (size_t at = 0; at < spoken->words.count; at++) {
        reading->name_mode = NAME_LIKELY;
        if (!reading_rule(reading, SECTION_NAME_NOT, spoken, at))
            continue;
        found = true;
        if (reading->matcher.has[CAPTURE_NAME])
            name_deny(names, &spoken->words, reading->matcher.captured[CAPTURE_NAME]);
        else if (names->guessed)
            names->claims[names->guess].dead = true;
    }
    return found;
}

static size_t skip_answer(struct reading *reading, const struct spoken *spoken, size_t at, bool *not_mine)
{
    for (;;) {
        const struct rule *rule =
            at < spoken->words.count ? reading_rule(reading, SECTION_NAME_ANSWER, spoken, at) : NULL;
        if (!rule || reading->matcher.all.to == at)
            return at;
        *not_mine = *not_mine || (rule->slot && strcmp(rule->slot, "no") == 0);
        at = reading->matcher.all.to;
    }
}

/* "Lang, Petra.": the given name behind the family's. */
static bool is_inverted(const struct reading *reading, const struct words *words, struct span span)
{
    size_t next = span.to;
    return span.to == span.from + 1 && next < words->count && words->items[next].gap != GAP_NONE &&
           words->items[next].gap != GAP_STOP && !name_is_given(reading, words, span.from) &&
           name_is_given(reading, words, next) && words->items[next].shape == SHAPE_CAPITAL &&
           (next + 1 == words->count || words->items[next + 1].gap == GAP_STOP);
}

/* A name where an answer begins, with little before it. */
static struct claim *answer_at(struct names *names, const struct spoken *spoken, size_t at, double confidence)
{
    struct reading *reading = names->reading;
    const struct words *words = &spoken->words;
    size_t ends[PATTERN_ENDS], begin = at;
    bool not_mine = false;
    reading->name_mode = NAME_LIKELY;
    at = skip_answer(reading, spoken, at, &not_mine);
    if (not_mine || at >= words->count || words->items[at].question)
        return NULL;
    reading->name_mode = NAME_LIKELY;
    if (capture_name(reading, words, at, ends) == 0)
        return NULL;
    /* Later in the turn only what is nothing but a name, and not the agent's: "I thought I said. Pooja." */
    if (begin > 0 && ((ends[0] < words->count && words->items[ends[0]].gap != GAP_STOP) ||
                      is_agents(names, words, (struct span){at, ends[0]})))
        return NULL;
    struct span span = longer_form(reading, words, (struct span){at, ends[0]});
    if (has_common_word(reading, words, span) || is_nobody(reading, words, span) ||
        is_company(reading, words, span))
        return NULL;
    /* "Untertitel im Auftrag …": what goes on is no answer, unless it begins like a name. */
    bool goes_on = span.to < words->count && words->items[span.to].gap == GAP_NONE;
    bool small = reading->cased && words->items[span.from].shape == SHAPE_LOWER && words->count > 2;
    if (small || (goes_on && !is_likely_person(reading, words, span)))
        return NULL;
    struct claim *claim = name_claim_span(names, spoken, span, confidence);
    if (claim && is_inverted(reading, words, span)) {
        claim->part = PART_LAST;
        claim = name_claim_span(names, spoken, (struct span){span.to, span.to + 1}, confidence);
        if (claim)
            claim->part = PART_FIRST;
        return claim;
    }
    /* Asked for the family name people also say the whole. */
    if (claim && (names->asked_part == PART_FIRST || is_one_word(reading, words, span)))
        claim->part = names->asked_part;
    return claim;
}

/* An answer to "And you are?". */
static struct claim *read_answer(struct names *names, const struct spoken *spoken, double confidence)
{
    struct claim *claim = answer_at(names, spoken, 0, confidence);
    for (size_t at = 0; !claim && at < spoken->words.count; at++) {
        /* "My son, Caleb.": what follows is somebody else's. */
        if (name_list(names->reading, LIST_RELATIVE, &spoken->words, at))
            break;
        if (at > 0 && spoken->words.items[at].gap != GAP_NONE)
            claim = answer_at(names, spoken, at, confidence);
    }
    return claim;
}

/* "Certainly. I will …", "Harbour Bikes, how can I help?": a word with a capital at the beginning of a
 * sentence, or in the agent's first words, addresses the caller only when it is a given name. */
static bool is_address(const struct names *names, const struct spoken *spoken, struct span span)
{
    const struct words *words = &spoken->words;
    bool plain = words->items[span.from].gap == GAP_STOP && span.to == span.from + 1;
    return !(plain || spoken == names->reading->spoken) || name_is_given(names->reading, words, span.from);
}

/* The agent's turn: its own names, its question for a name, its guess, its addressing. */
static void read_agent(struct names *names, const struct spoken *spoken)
{
    struct reading *reading = names->reading;
    names->asked = names->asked_other = names->guessed = names->addressed = false;
    names->asked_part = PART_WHOLE;
    for (size_t at = 0; at < spoken->words.count; at++) {
        reading->name_mode = NAME_SPOKEN_TO;
        if (reading_rule(reading, SECTION_AGENT_NAME, spoken, at) && reading->matcher.has[CAPTURE_NAME]) {
            struct span span = reading->matcher.captured[CAPTURE_NAME];
            if (names->agent_count < sizeof names->agent / sizeof names->agent[0])
                names->agent[names->agent_count++] = spoken->words.items[span.from].key;
            at = reading->matcher.all.to - 1;
            continue;
        }
        const struct rule *rule = reading_rule(reading, SECTION_ASK_NAME, spoken, at);
        if (rule) {
            const char *slot = rule->slot ? rule->slot : "";
            names->asked_other = strcmp(slot, "no") == 0;
            names->asked = !names->asked_other;
            names->asked_part = strcmp(slot, "first") == 0  ? PART_FIRST
                                : strcmp(slot, "last") == 0 ? PART_LAST
                                                            : PART_WHOLE;
            if (reading->matcher.all.to > at)
                at = reading->matcher.all.to - 1;
            continue;
        }
        reading->name_mode = NAME_SPOKEN_TO;
        rule = reading_rule(reading, SECTION_GUESS_NAME, spoken, at);
        bool guess = rule && reading->matcher.has[CAPTURE_NAME] &&
                     (!rule->in_question || spoken->words.items[at].question) &&
                     (!rule->in_question || names->spoken_of ||
                      is_likely_person(reading, &spoken->words, reading->matcher.captured[CAPTURE_NAME]));
        if (!guess) {
            reading->name_mode = NAME_SPOKEN_TO;
            if (!reading_rule(reading, SECTION_ADDRESS, spoken, at) || !reading->matcher.has[CAPTURE_NAME])
                continue;
        }
        struct span all = reading->matcher.all, span = reading->matcher.captured[CAPTURE_NAME];
        if (!is_agents(names, &spoken->words, span) && (guess || is_address(names, spoken, span))) {
            size_t before = names->count;
            if (name_claim_span(names, spoken, span, SURE_ADDRESSED)) {
                names->guessed = names->guessed || guess;
                names->addressed = !names->guessed;
                names->guess = guess || names->addressed ? before : names->guess;
            }
        }
        at = all.to - 1;
    }
}

/* The caller's words after the agent's guess at a name: only a yes makes it the caller's. */
static bool read_reply(struct names *names, const struct spoken *spoken)
{
    struct reading *reading = names->reading;
    struct claim *guess = &names->claims[names->guess];
    size_t at = 0;
    bool no = false, yes = false;
    /* "Oh hi, yes": past what is said before an answer. */
    while (at < spoken->words.count && !yes && !no) {
        no = language_list(reading->language, LIST_NO, &spoken->words, at) > 0;
        reading->name_mode = NAME_LIKELY;
        size_t after = at + language_list(reading->language, LIST_YES, &spoken->words, at);
        /* "Please confirm it" begins like a yes and is none. */
        bool alone = after == spoken->words.count || spoken->words.items[after].gap != GAP_NONE;
        yes = !no && ((after > at && alone) || reading_rule(reading, SECTION_NAME_CONFIRM, spoken, at));
        if (yes || no || !reading_rule(reading, SECTION_NAME_ANSWER, spoken, at) ||
            reading->matcher.all.to == at)
            break;
        at = reading->matcher.all.to;
    }
    /* "Is that Catherine with a C?" "With a K.": the name is right but for a letter. */
    bool respelled = !yes && !no && reading_rule(reading, SECTION_NAME_LETTER, spoken, 0);
    if (!yes && !respelled) {
        guess->dead = true;
        return false;
    }
    guess->confidence = yes ? SURE_CONFIRMED : SURE_SPELLED;
    guess->turn = spoken->turn;
    return true;
}

/* "Is this Anita?" "Anika, actually.": the guess was wrong when the caller's own name is another. */
static void contradict(struct names *names, size_t first)
{
    struct claim *guess = &names->claims[names->guess];
    for (size_t at = first; at < names->count; at++) {
        const struct claim *own = &names->claims[at];
        bool full = own->key_count > 1 && guess->key_count > 1;
        bool family = full && own->keys[own->key_count - 1] != guess->keys[guess->key_count - 1];
        if (family || !name_shares_word(guess, own->keys, own->key_count))
            guess->dead = true;
    }
}

/* Whether the turn is a name and no more but how it is written: "Thanks, Ellen." "Helen, with an H." */
static bool is_bare_name(struct names *names, const struct spoken *spoken)
{
    struct reading *reading = names->reading;
    size_t ends[PATTERN_ENDS], count = spoken->words.count;
    reading->name_mode = NAME_LIKELY;
    if (capture_name(reading, &spoken->words, 0, ends) == 0 || spoken->words.items[0].question ||
        is_agents(names, &spoken->words, (struct span){0, ends[0]}))
        return false;
    size_t end = ends[0];
    return end == count || (spoken->words.items[end].gap != GAP_NONE &&
                            reading_rule(reading, SECTION_NAME_LETTER, spoken, end));
}

/* The caller's answer to what the agent asked, or called the caller, where no rule found a name. */
static void read_unsaid(struct names *names, const struct spoken *spoken)
{
    size_t before = names->count;
    /* "Thanks, Claire." "No, Clara." */
    bool corrects =
        names->addressed && (language_list(names->reading->language, LIST_NO, &spoken->words, 0) > 0 ||
                             is_bare_name(names, spoken));
    if (corrects && read_answer(names, spoken, SURE_CORRECTED))
        contradict(names, before);
    else if ((names->asked || names->guessed) &&
             !(names->count > 0 && name_is_spelled(names->reading, spoken)))
        read_answer(names, spoken, names->guessed ? SURE_CORRECTED : SURE_ANSWERED);
}

/* "Is that Jon Parry?" "No, it's John, with an h.": the rest of the name was right. */
static void respell_guess(struct names *names, const struct spoken *spoken)
{
    struct reading *reading = names->reading;
    const char *guess = names->claims[names->guess].name;
    struct claim *own = name_latest(names);
    char fold[64];
    size_t at;
    bool written =
        name_is_spelled(reading, spoken) || reading_find(reading, SECTION_NAME_LETTER, spoken, &at);
    if (!written || !names->claims[names->guess].dead || !own || own->turn != spoken->turn ||
        own->key_count != 1)
        return;
    word_fold(own->name, strlen(own->name), fold, sizeof fold);
    char *name = name_respell(reading, guess, own->name, fold);
    if (!name || strcmp(name, guess) == 0)
        return;
    double confidence = own->confidence;
    own->dead = true;
    name_claim_plain(names, name, confidence, spoken->turn);
    names->was = guess;
}

static void read_user(struct names *names, const struct spoken *spoken)
{
    size_t before = names->count;
    bool denied = false, confirmed = false;
    if (spoken->words.count == 0)
        return;
    names->spoken_of =
        names->spoken_of || names->asked || names->guessed || names->addressed || names->count > 0;
    bool denies = read_denials(names, spoken);
    if (names->guessed) {
        confirmed = read_reply(names, spoken);
        denied = names->claims[names->guess].dead;
    }
    for (size_t at = 0; at < spoken->words.count;)
        at = read_rule(names, spoken, at);
    /* "Is this Ana?" "Ana isn't home." names nobody new. */
    if (names->count == before && !confirmed && !(denies && names->guessed))
        read_unsaid(names, spoken);
    if (names->guessed && names->count > before)
        contradict(names, before);
    for (size_t at = before; denied && at < names->count; at++)
        if (names->claims[at].confidence < SURE_CORRECTED)
            names->claims[at].confidence = SURE_CORRECTED;
    name_read_spelling(names, spoken);
    name_read_letter_rule(names, spoken);
    if (names->guessed && names->count > before)
        respell_guess(names, spoken);
    names->asked = names->asked_other = names->guessed = names->addressed = false;
}

static void read_collected(struct names *names)
{
    struct reading *reading = names->reading;
    const struct transcript *transcript = reading->transcript;
    for (size_t at = 0; at < transcript->collected_count; at++) {
        const struct collected *c = &transcript->collected[at];
        bool whole =
            key_is(reading, c->name, LIST_KEY_NAME, true) || key_is(reading, c->label, LIST_KEY_NAME, true);
        bool first = !whole && key_is(reading, c->name, LIST_KEY_FIRST, true);
        bool last = !whole && !first && key_is(reading, c->name, LIST_KEY_LAST, true);
        if (!(whole || first || last) || value_is_empty(reading, c->value) || strlen(c->value) > 100 ||
            c->value[0] == '{' || c->value[0] == '[')
            continue;
        struct claim *claim = name_claim_plain(names, c->value, SURE_COLLECTED, -1);
        if (claim)
            claim->part = first ? PART_FIRST : last ? PART_LAST : PART_WHOLE;
    }
}

static void read_variables(struct names *names)
{
    struct reading *reading = names->reading;
    const cJSON *item;
    cJSON_ArrayForEach(item, reading->transcript->variables)
    {
        /* What callmem itself told the agent is no evidence. */
        if (!item->string || !cJSON_IsString(item) || strcmp(item->string, "caller_name") == 0 ||
            strncmp(item->string, "system__", 8) == 0 || strncmp(item->string, "secret__", 8) == 0)
            continue;
        const char *value = item->valuestring;
        bool first = key_is(reading, item->string, LIST_KEY_FIRST, true);
        bool last = !first && key_is(reading, item->string, LIST_KEY_LAST, true);
        if (!first && !last && !key_is(reading, item->string, LIST_KEY_NAME, true))
            continue;
        if (value_is_empty(reading, value) || strlen(value) > 100)
            continue;
        struct claim *claim = name_claim_plain(names, value, SURE_VARIABLE, -1);
        if (claim)
            claim->part = first ? PART_FIRST : last ? PART_LAST : PART_WHOLE;
    }
}

/* A given and a family name that were given apart make one whole name. */
static void join_parts(struct names *names)
{
    struct claim *best[2] = {NULL, NULL};
    for (size_t at = 0; at < names->count; at++) {
        struct claim *claim = &names->claims[at];
        struct claim **kept = claim->part == PART_LAST ? &best[1] : &best[0];
        bool fits = claim->part != PART_WHOLE || (claim->key_count == 1 && claim->confidence > SURE_VARIABLE);
        if (!claim->dead && fits && (!*kept || claim->confidence >= (*kept)->confidence))
            *kept = claim;
    }
    if (!best[0] || !best[1] || name_shares_word(best[0], best[1]->keys, best[1]->key_count))
        return;
    char *name = arena_printf(names->reading->arena, "%s %s", best[0]->name, best[1]->name);
    double sure = best[0]->confidence > best[1]->confidence ? best[0]->confidence : best[1]->confidence;
    struct claim *first = best[0], *last = best[1];
    struct claim *claim = name ? name_claim_plain(names, name, sure, last->turn) : NULL;
    names->reading->failed = names->reading->failed || !name;
    if (claim)
        first->dead = last->dead = true;
}

/* A name in full is better than its first word, and what both sides said is surer. */
static void compare(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        for (size_t j = 0; j < names->count; j++) {
            struct claim *a = &names->claims[i], *b = &names->claims[j];
            if (i == j || a->dead || b->dead || a->key_count == 0 || b->key_count == 0)
                continue;
            bool echo = a->confidence <= SURE_ADDRESSED && b->confidence > SURE_VARIABLE;
            if (echo && name_shares_word(b, a->keys, a->key_count) && b->confidence < SURE_ECHOED &&
                a->turn > b->turn && b->confidence < SURE_CALLED)
                b->confidence = SURE_ECHOED;
            bool longer = b->key_count > a->key_count && b->keys[0] == a->keys[0];
            if (longer && b->confidence >= SURE_ADDRESSED && b->confidence < a->confidence)
                b->confidence = a->confidence;
            if (longer && b->confidence >= a->confidence)
                a->dead = true;
        }
}

/* A name that was heard in two ways, "Paul Roux" and "Jean Grey": only what both have is sure. */
static void keep_what_is_sure(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        for (size_t j = i + 1; j < names->count; j++) {
            struct claim *a = &names->claims[i], *b = &names->claims[j];
            if (a->dead || b->dead || a->confidence != SURE_ANSWERED || b->confidence != SURE_ANSWERED ||
                a->key_count != 2 || b->key_count != 2 || !name_shares_word(a, b->keys, b->key_count))
                continue;
            bool first = a->keys[0] == b->keys[0], last = a->keys[1] == b->keys[1];
            if (first == last)
                continue;
            size_t blank = strcspn(a->name, " ");
            const char *part =
                first ? arena_text(names->reading->arena, a->name, blank) : a->name + blank + 1;
            if (part && a->name[blank])
                name_claim_plain(names, part, SURE_ANSWERED, b->turn);
            a->dead = b->dead = part && a->name[blank];
        }
}

/* The surest name: of those that the caller asked to be called by, or of the others. */
static const struct claim *best_of(const struct names *names, bool is_called)
{
    const struct claim *best = NULL;
    for (size_t at = 0; at < names->count; at++) {
        const struct claim *claim = &names->claims[at];
        /* A name that only the agent used is nobody's. */
        if (claim->dead || claim->is_called != is_called || claim->confidence <= SURE_ADDRESSED)
            continue;
        bool corrected = claim->confidence >= SURE_CORRECTED && claim->turn >= 0;
        if (!best || claim->confidence > best->confidence ||
            (corrected && claim->confidence >= best->confidence && best->turn >= 0))
            best = claim;
    }
    return best;
}

/* "Colin" and "Mr. Marsh" may be one. */
static bool may_be_parts_of_one(const struct claim *one, const struct claim *other)
{
    bool titled = strchr(one->name, ' ') || strchr(other->name, ' ');
    return one->key_count == 1 && other->key_count == 1 && titled;
}

/* Whether the telephone was handed on: the later claim introduces somebody whose name is neither another form
 * nor another hearing of the earlier one. */
static bool hands_over(const struct claim *one, const struct claim *later)
{
    return later->introduces && !may_be_parts_of_one(one, later) && one->key_count > 0 &&
           later->key_count > 0 && one->keys[0] != later->keys[0] &&
           name_compare(one->name, later->name) == NAME_OTHER && !name_sounds_like(one->name, later->name);
}

static bool may_hand_over(const struct claim *claim)
{
    return !claim->dead && !claim->is_called && claim->part == PART_WHOLE && claim->turn >= 0 &&
           claim->confidence >= SURE_MAYBE;
}

/* "I'm Rebecca Stone, call me Becky" is Rebecca Stone. Who began the call comes before who took over. */
static const struct claim *best_claim(const struct names *names)
{
    const struct claim *best = best_of(names, false);
    if (!best)
        return best_of(names, true);
    for (size_t at = 0; at < names->count && may_hand_over(best); at++) {
        const struct claim *claim = &names->claims[at];
        if (may_hand_over(claim) && claim->turn < best->turn && hands_over(claim, best))
            best = claim;
    }
    return best;
}

/* How the caller asked to be called. */
static const struct claim *called_claim(const struct names *names, const struct claim *best)
{
    const struct claim *called = NULL;
    for (size_t at = 0; at < names->count; at++)
        if (names->claims[at].is_called && (!called || names->claims[at].turn >= called->turn))
            called = &names->claims[at];
    return called && (best->is_called || strcmp(called->name, best->name) != 0) ? called : NULL;
}

/* "I got married": a new name is to be expected. */
bool speakers_say_new_name(const struct reading *reading)
{
    bool found = false;
    for (size_t at = 0; reading->ruled && at < reading->count && !found; at++)
        for (size_t word = 0;
             reading->spoken[at].role == ROLE_USER && word < reading->spoken[at].words.count && !found;
             word++)
            found = name_list(reading, LIST_RENAMED, &reading->spoken[at].words, word);
    return found;
}

static const struct turn *turn_at(const struct transcript *transcript, int position)
{
    for (size_t i = 0; i < transcript->turn_count; i++)
        if (transcript->turns[i].position == position)
            return &transcript->turns[i];
    return NULL;
}

static const char *label_of(const struct transcript *transcript, int position)
{
    const struct turn *turn = turn_at(transcript, position);
    return turn && turn->speaker ? turn->speaker : "";
}

/* Whether ElevenLabs tells two turns apart as those of two people. */
static bool are_apart(const struct transcript *transcript, int one, int other)
{
    const char *a = label_of(transcript, one), *b = label_of(transcript, other);
    return *a && *b && strcmp(a, b) != 0;
}

static bool has_speaker(const struct understanding *understanding, const char *name)
{
    for (size_t i = 0; i < understanding->speaker_count; i++)
        if (name_compare(understanding->speakers[i].full, name) == NAME_SAME)
            return true;
    return false;
}

/* Somebody else who names themselves in the same call: who takes over the telephone, as another speaker, or
 * with a full name that is no form of the first one. */
static void add_others(const struct names *names, const struct claim *best,
                       struct understanding *understanding)
{
    for (size_t at = 0; at < names->count; at++) {
        const struct claim *claim = &names->claims[at];
        if (claim == best || claim->dead || best->turn < 0 || claim->turn < 0 || claim->turn == best->turn ||
            claim->is_called || claim->part != PART_WHOLE || has_speaker(understanding, claim->name))
            continue;
        bool said = claim->confidence == SURE_SAID || claim->confidence == SURE_MAYBE;
        bool apart = are_apart(names->reading->transcript, claim->turn, best->turn);
        bool handed = may_hand_over(claim) && claim->turn > best->turn && hands_over(best, claim);
        if (!handed && !(said && apart) &&
            !(said && claim->key_count > 1 && !name_shares_word(best, claim->keys, claim->key_count)))
            continue;
        understanding_add_speaker(understanding, &(struct speaker){.full = claim->name,
                                                                   .source = SOURCE_RULE,
                                                                   .took_over = handed,
                                                                   .turn = claim->turn});
    }
}

static void add_speaker(const struct names *names, struct understanding *understanding)
{
    const struct claim *best = best_claim(names);
    if (!best)
        return;
    const struct claim *called = called_claim(names, best);
    enum source source = best->turn >= 0                      ? SOURCE_RULE
                         : best->confidence >= SURE_COLLECTED ? SOURCE_COLLECTED
                                                              : SOURCE_VARIABLE;
    understanding_add_speaker(understanding,
                              &(struct speaker){.full = best->name,
                                                .called = called ? called->name : "",
                                                .was = names->was ? names->was : "",
                                                .renamed = speakers_say_new_name(names->reading),
                                                .source = source,
                                                .turn = best->turn});
    add_others(names, best, understanding);
}

static bool has_said(const struct names *names)
{
    for (size_t at = 0; at < names->count; at++)
        if (names->claims[at].confidence > SURE_VARIABLE)
            return true;
    return false;
}

/* Callers introduce themselves in their own language: the plainest rules of the others, when nothing was
 * found. */
static void read_foreign(struct names *names)
{
    struct reading *reading = names->reading;
    for (size_t at = 0; at < reading->count && !has_said(names); at++) {
        struct spoken spoken = {.turn = reading->spoken[at].turn};
        if (reading->spoken[at].role != ROLE_USER)
            continue;
        if (reading_read(reading, reading->spoken[at].words.text, &spoken) != 0)
            return;
        for (size_t word = 0; word < spoken.words.count; word++) {
            reading->name_mode = NAME_LIKELY;
            if (!reading_rule(reading, SECTION_NAME, &spoken, word) || !reading->matcher.has[CAPTURE_NAME])
                continue;
            struct span span = reading->matcher.captured[CAPTURE_NAME];
            bool capital = spoken.words.items[span.from].shape == SHAPE_CAPITAL && span.to > span.from + 1;
            capital = capital && name_ends(reading, &spoken.words, span.to);
            if (!has_common_word(reading, &spoken.words, span) &&
                (capital || is_likely_person(reading, &spoken.words, span)))
                name_claim_span(names, &spoken, span, SURE_SAID);
            break;
        }
        words_free(&spoken.words);
    }
}

void speakers_find(struct reading *reading, struct understanding *understanding)
{
    struct names *names = calloc(1, sizeof *names);
    if (!names) {
        understanding->failed = true;
        return;
    }
    names->reading = reading;
    read_collected(names);
    read_variables(names);
    for (size_t at = 0; reading->ruled && at < reading->count; at++)
        if (reading->spoken[at].role == ROLE_AGENT)
            read_agent(names, &reading->spoken[at]);
        else
            read_user(names, &reading->spoken[at]);
    const struct language *spoken = reading->language;
    bool ruled = reading->ruled;
    reading->ruled = true;
    for (size_t at = 0; at < lexicon_count(reading->lexicon) && !has_said(names); at++) {
        reading->language = lexicon_at(reading->lexicon, at);
        if (reading->language != spoken || !ruled)
            read_foreign(names);
    }
    reading->ruled = ruled;
    reading->language = spoken;
    join_parts(names);
    keep_what_is_sure(names);
    compare(names);
    add_speaker(names, understanding);
    free(names);
}

/* Who of the two spoke before the other one took over; NULL when that is not clear. */
static const struct speaker *speaker_before(const struct understanding *understanding, int turn)
{
    if (understanding->speaker_count != 2)
        return NULL;
    const struct speaker *one = &understanding->speakers[0], *other = &understanding->speakers[1];
    const struct speaker *later = one->turn > other->turn ? one : other;
    return later->took_over && turn < later->turn ? later == one ? other : one : NULL;
}

void speakers_assign(const struct transcript *transcript, struct understanding *understanding)
{
    for (size_t i = 0; i < understanding->statement_count && understanding->speaker_count > 1; i++) {
        struct statement *statement = &understanding->statements[i];
        const char *label = label_of(transcript, statement->turn);
        const struct speaker *whose = NULL;
        if (*statement->whose || statement->source != SOURCE_RULE)
            continue;
        for (size_t s = 0; s < understanding->speaker_count && !whose; s++) {
            const struct speaker *speaker = &understanding->speakers[s];
            bool same = *label ? strcmp(label, label_of(transcript, speaker->turn)) == 0
                               : speaker->turn == statement->turn;
            whose = same && *speaker->full ? speaker : NULL;
        }
        if (!whose && !*label)
            whose = speaker_before(understanding, statement->turn);
        statement->whose = whose ? whose->full : WHOSE_UNCLEAR;
    }
}
