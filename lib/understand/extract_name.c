/*
 * The caller's name. Everything that points at a name becomes a claim with a confidence; corrections and
 * denials remove claims; what is left becomes facts, the best one the surest.
 */
#include "understand/extract_name.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static bool is_agents(const struct names *names, const struct words *words, struct span span)
{
    for (size_t i = 0; i < names->agent_count; i++)
        if (words->items[span.from + name_titles(names->call, words, span.from)].key == names->agent[i])
            return true;
    return false;
}

static bool is_pronoun_before(const struct call *call, const struct words *words, size_t at)
{
    return at > 0 && words->items[at].gap == GAP_NONE && name_list(call, LIST_PRONOUN, words, at - 1);
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
static struct span longer_form(struct call *call, const struct words *words, struct span span)
{
    size_t ends[PATTERN_ENDS];
    if (span.to >= words->count || words->items[span.to].gap == GAP_NONE)
        return span;
    call->name_mode = NAME_LIKELY;
    size_t count = capture_name(call, words, span.to, ends);
    if (count == 0 || ends[0] - span.to <= span.to - span.from)
        return span;
    for (size_t at = span.to; at < ends[0]; at++)
        if (words->items[at].key == words->items[span.to - 1].key)
            return (struct span){span.to, ends[0]};
    return span;
}

static bool is_name(struct call *call, const struct words *words, size_t at)
{
    size_t ends[PATTERN_ENDS];
    call->name_mode = NAME_LIKELY;
    return capture_name(call, words, at, ends) > 0;
}

/* "Berg", "van der Berg": no more than a given or a family name. */
static bool is_one_word(const struct call *call, const struct words *words, struct span span)
{
    size_t parts = 0;
    for (size_t at = span.from; at < span.to; at++)
        parts += !words->items[at].joined && language_list(call->language, LIST_PARTICLE, words, at) == 0;
    return parts < 2 || language_list(call->language, LIST_PARTICLE, words, span.from) > 0;
}

/* Tries the rules at one word; returns where to go on. */
static size_t read_rule(struct names *names, const struct spoken *spoken, size_t at)
{
    struct call *call = names->call;
    for (size_t i = 0; i < NAME_RULES; i++) {
        call->name_mode = name_rules[i].mode;
        const struct rule *rule = call_rule(call, name_rules[i].section, spoken, at);
        if (!rule || !call->matcher.has[CAPTURE_NAME] || is_pronoun_before(call, &spoken->words, at))
            continue;
        struct matcher found = call->matcher;
        if (found.has[CAPTURE_OTHER] && !is_name(call, &spoken->words, found.captured[CAPTURE_OTHER].from))
            continue;
        struct span span = longer_form(call, &spoken->words, found.captured[CAPTURE_NAME]);
        if (rule->slot && strcmp(rule->slot, "full") == 0 && is_one_word(call, &spoken->words, span))
            continue;
        if (name_rules[i].mode == NAME_POSSIBLE && (is_agents(names, &spoken->words, span) ||
                                                    (spoken->words.items[at].question && !rule->in_question)))
            continue;
        if (name_rules[i].section == SECTION_NAME_CORRECT) {
            if (found.has[CAPTURE_OTHER])
                name_deny(names, &spoken->words, found.captured[CAPTURE_OTHER]);
            else
                for (size_t c = 0; c < names->count; c++)
                    names->claims[c].dead = names->claims[c].dead || names->claims[c].turn < spoken->turn;
        }
        struct claim *claim = name_claim_span(names, spoken, span, name_rules[i].confidence);
        if (claim)
            claim->part = name_rules[i].part;
        return found.all.to > span.to ? found.all.to : span.to;
    }
    return at + 1;
}

/* Denials: "I'm not Ana", "Ana isn't here". Whether there are any. */
static bool read_denials(struct names *names, const struct spoken *spoken)
{
    struct call *call = names->call;
    bool found = false;
    for (size_t at = 0; at < spoken->words.count; at++) {
        call->name_mode = NAME_LIKELY;
        if (!call_rule(call, SECTION_NAME_NOT, spoken, at))
            continue;
        found = true;
        if (call->matcher.has[CAPTURE_NAME])
            name_deny(names, &spoken->words, call->matcher.captured[CAPTURE_NAME]);
        else if (names->guessed)
            names->claims[names->guess].dead = true;
    }
    return found;
}

static size_t skip_answer(struct call *call, const struct spoken *spoken, size_t at, bool *not_mine)
{
    for (;;) {
        const struct rule *rule =
            at < spoken->words.count ? call_rule(call, SECTION_NAME_ANSWER, spoken, at) : NULL;
        if (!rule || call->matcher.all.to == at)
            return at;
        *not_mine = *not_mine || (rule->slot && strcmp(rule->slot, "no") == 0);
        at = call->matcher.all.to;
    }
}

/* A name where an answer begins, with little before it. */
static struct claim *answer_at(struct names *names, const struct spoken *spoken, size_t at, double confidence)
{
    struct call *call = names->call;
    const struct words *words = &spoken->words;
    size_t ends[PATTERN_ENDS], begin = at;
    bool not_mine = false;
    call->name_mode = NAME_LIKELY;
    at = skip_answer(call, spoken, at, &not_mine);
    if (not_mine || at >= words->count || words->items[at].question)
        return NULL;
    call->name_mode = NAME_LIKELY;
    if (capture_name(call, words, at, ends) == 0)
        return NULL;
    /* Later in the turn only what is nothing but a name, and not the agent's: "I thought I said. Pooja." */
    if (begin > 0 && ((ends[0] < words->count && words->items[ends[0]].gap != GAP_STOP) ||
                      is_agents(names, words, (struct span){at, ends[0]})))
        return NULL;
    struct span span = longer_form(call, words, (struct span){at, ends[0]});
    struct claim *claim = name_claim_span(names, spoken, span, confidence);
    /* Asked for the family name people also say the whole. */
    if (claim && (names->asked_part == PART_FIRST || is_one_word(call, words, span)))
        claim->part = names->asked_part;
    return claim;
}

/* An answer to "And you are?". */
static struct claim *read_answer(struct names *names, const struct spoken *spoken, double confidence)
{
    struct claim *claim = answer_at(names, spoken, 0, confidence);
    for (size_t at = 0; !claim && at < spoken->words.count; at++) {
        /* "My son, Caleb.": what follows is somebody else's. */
        if (name_list(names->call, LIST_RELATIVE, &spoken->words, at))
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
    return !(plain || spoken == names->call->spoken) || name_is_given(names->call, words, span.from);
}

/* The agent's turn: its own names, its question for a name, its guess, its addressing. */
static void read_agent(struct names *names, const struct spoken *spoken)
{
    struct call *call = names->call;
    names->asked = names->asked_other = names->guessed = names->addressed = false;
    names->asked_part = PART_WHOLE;
    for (size_t at = 0; at < spoken->words.count; at++) {
        call->name_mode = NAME_SPOKEN_TO;
        if (call_rule(call, SECTION_AGENT_NAME, spoken, at) && call->matcher.has[CAPTURE_NAME]) {
            struct span span = call->matcher.captured[CAPTURE_NAME];
            if (names->agent_count < sizeof names->agent / sizeof names->agent[0])
                names->agent[names->agent_count++] = spoken->words.items[span.from].key;
            at = call->matcher.all.to - 1;
            continue;
        }
        const struct rule *rule = call_rule(call, SECTION_ASK_NAME, spoken, at);
        if (rule) {
            const char *slot = rule->slot ? rule->slot : "";
            names->asked_other = strcmp(slot, "no") == 0;
            names->asked = !names->asked_other;
            names->asked_part = strcmp(slot, "first") == 0  ? PART_FIRST
                                : strcmp(slot, "last") == 0 ? PART_LAST
                                                            : PART_WHOLE;
            if (call->matcher.all.to > at)
                at = call->matcher.all.to - 1;
            continue;
        }
        call->name_mode = NAME_SPOKEN_TO;
        rule = call_rule(call, SECTION_GUESS_NAME, spoken, at);
        bool guess = rule && call->matcher.has[CAPTURE_NAME] &&
                     (!rule->in_question || spoken->words.items[at].question);
        if (!guess) {
            call->name_mode = NAME_SPOKEN_TO;
            if (!call_rule(call, SECTION_ADDRESS, spoken, at) || !call->matcher.has[CAPTURE_NAME])
                continue;
        }
        struct span all = call->matcher.all, span = call->matcher.captured[CAPTURE_NAME];
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
    struct call *call = names->call;
    struct claim *guess = &names->claims[names->guess];
    size_t at = 0;
    bool no = false, yes = false;
    /* "Oh hi, yes": past what is said before an answer. */
    while (at < spoken->words.count && !yes && !no) {
        no = language_list(call->language, LIST_NO, &spoken->words, at) > 0;
        call->name_mode = NAME_LIKELY;
        size_t after = at + language_list(call->language, LIST_YES, &spoken->words, at);
        /* "Please confirm it" begins like a yes and is none. */
        bool alone = after == spoken->words.count || spoken->words.items[after].gap != GAP_NONE;
        yes = !no && ((after > at && alone) || call_rule(call, SECTION_NAME_CONFIRM, spoken, at));
        if (yes || no || !call_rule(call, SECTION_NAME_ANSWER, spoken, at) || call->matcher.all.to == at)
            break;
        at = call->matcher.all.to;
    }
    /* "Is that Catherine with a C?" "With a K.": the name is right but for a letter. */
    bool respelled = !yes && !no && call_rule(call, SECTION_NAME_LETTER, spoken, 0);
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
    struct call *call = names->call;
    size_t ends[PATTERN_ENDS], count = spoken->words.count;
    call->name_mode = NAME_LIKELY;
    if (capture_name(call, &spoken->words, 0, ends) == 0 || spoken->words.items[0].question ||
        is_agents(names, &spoken->words, (struct span){0, ends[0]}))
        return false;
    size_t end = ends[0];
    return end == count ||
           (spoken->words.items[end].gap != GAP_NONE && call_rule(call, SECTION_NAME_LETTER, spoken, end));
}

/* The caller's answer to what the agent asked, or called the caller, where no rule found a name. */
static void read_unsaid(struct names *names, const struct spoken *spoken)
{
    size_t before = names->count;
    /* "Thanks, Claire." "No, Clara." */
    bool corrects =
        names->addressed &&
        (language_list(names->call->language, LIST_NO, &spoken->words, 0) > 0 || is_bare_name(names, spoken));
    if (corrects && read_answer(names, spoken, SURE_CORRECTED))
        contradict(names, before);
    else if (names->asked || names->guessed)
        read_answer(names, spoken, names->guessed ? SURE_CORRECTED : SURE_ANSWERED);
}

static void read_user(struct names *names, const struct spoken *spoken)
{
    size_t before = names->count;
    bool denied = false, confirmed = false;
    if (spoken->words.count == 0)
        return;
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
    names->asked = names->asked_other = names->guessed = names->addressed = false;
}

static void read_collected(struct names *names)
{
    struct call *call = names->call;
    const struct event *event = call->event;
    for (size_t at = 0; at < event->collected_count; at++) {
        const struct collected *c = &event->collected[at];
        bool whole =
            key_is(call, c->name, LIST_KEY_NAME, true) || key_is(call, c->label, LIST_KEY_NAME, true);
        bool first = !whole && key_is(call, c->name, LIST_KEY_FIRST, true);
        bool last = !whole && !first && key_is(call, c->name, LIST_KEY_LAST, true);
        if (!(whole || first || last) || value_is_empty(call, c->value) || strlen(c->value) > 100 ||
            c->value[0] == '{' || c->value[0] == '[')
            continue;
        struct claim *claim = name_claim_plain(names, c->value, SURE_COLLECTED, -1);
        if (claim)
            claim->part = first ? PART_FIRST : last ? PART_LAST : PART_WHOLE;
    }
}

static void read_variables(struct names *names)
{
    struct call *call = names->call;
    const cJSON *item;
    cJSON_ArrayForEach(item, call->event->variables)
    {
        if (!item->string || !cJSON_IsString(item) || strncmp(item->string, "system__", 8) == 0 ||
            strncmp(item->string, "secret__", 8) == 0)
            continue;
        const char *value = item->valuestring;
        bool first = key_is(call, item->string, LIST_KEY_FIRST, true);
        bool last = !first && key_is(call, item->string, LIST_KEY_LAST, true);
        if (!first && !last && !key_is(call, item->string, LIST_KEY_NAME, true))
            continue;
        if (value_is_empty(call, value) || strlen(value) > 100)
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
    char *name = arena_printf(names->call->arena, "%s %s", best[0]->name, best[1]->name);
    double sure = best[0]->confidence > best[1]->confidence ? best[0]->confidence : best[1]->confidence;
    struct claim *first = best[0], *last = best[1];
    struct claim *claim = name ? name_claim_plain(names, name, sure, last->turn) : NULL;
    names->call->failed = names->call->failed || !name;
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

static const struct claim *best_claim(const struct names *names)
{
    const struct claim *best = NULL;
    for (size_t at = 0; at < names->count; at++) {
        const struct claim *claim = &names->claims[at];
        if (claim->dead)
            continue;
        bool corrected = claim->confidence >= SURE_CORRECTED && claim->turn >= 0;
        if (!best || claim->confidence > best->confidence ||
            (corrected && claim->confidence >= best->confidence && best->turn >= 0))
            best = claim;
    }
    return best;
}

static void make_fact(struct names *names, const struct claim *claim, double confidence)
{
    struct call *call = names->call;
    char *line = text_line(claim->name, 80);
    char *name = line ? arena_text(call->arena, line, strlen(line)) : NULL;
    free(line);
    char *text = name ? arena_printf(call->arena, "Name: %s", name) : NULL;
    call_fact(call, &(struct fact){.kind = KIND_NAME,
                                   .slot = "name",
                                   .value = name,
                                   .text = text,
                                   .confidence = confidence,
                                   .turn = claim->turn});
}

static void make_facts(struct names *names)
{
    const struct claim *best = best_claim(names);
    if (!best)
        return;
    make_fact(names, best, best->confidence);
    for (size_t at = 0; at < names->count; at++) {
        const struct claim *claim = &names->claims[at];
        if (claim == best || claim->dead || strcmp(claim->name, best->name) == 0)
            continue;
        double most = best->confidence - 0.01;
        make_fact(names, claim, claim->confidence < most ? claim->confidence : most);
    }
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
    struct call *call = names->call;
    for (size_t at = 0; at < call->count && !has_said(names); at++) {
        struct spoken spoken = {.turn = call->spoken[at].turn};
        if (call->spoken[at].role != ROLE_USER)
            continue;
        if (call_read(call, call->spoken[at].words.text, &spoken) != 0)
            return;
        for (size_t word = 0; word < spoken.words.count; word++) {
            call->name_mode = NAME_LIKELY;
            if (!call_rule(call, SECTION_NAME, &spoken, word) || !call->matcher.has[CAPTURE_NAME])
                continue;
            name_claim_span(names, &spoken, call->matcher.captured[CAPTURE_NAME], SURE_SAID);
            break;
        }
        words_free(&spoken.words);
    }
}

void extract_names(struct call *call)
{
    struct names *names = calloc(1, sizeof *names);
    if (!names) {
        call->failed = true;
        return;
    }
    names->call = call;
    read_collected(names);
    read_variables(names);
    for (size_t at = 0; at < call->count; at++)
        if (call->spoken[at].role == ROLE_AGENT)
            read_agent(names, &call->spoken[at]);
        else
            read_user(names, &call->spoken[at]);
    const struct language *spoken = call->language;
    for (size_t at = 0; at < lexicon_count(call->lexicon) && !has_said(names); at++) {
        call->language = lexicon_at(call->lexicon, at);
        if (call->language != spoken)
            read_foreign(names);
    }
    call->language = spoken;
    join_parts(names);
    compare(names);
    make_facts(names);
    free(names);
}
