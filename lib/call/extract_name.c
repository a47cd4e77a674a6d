/*
 * The caller's name. Everything that points at a name becomes a claim with a confidence; corrections and
 * denials remove claims; what is left becomes facts, the best one the surest.
 */
#include "call/extract_private.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define NAME_WORDS 6
#define MAX_CLAIMS 64
#define MAX_LETTERS 24

/* Confidence by what the evidence is. */
#define SURE_COLLECTED 1.0
#define SURE_CONFIRMED 1.0
#define SURE_CORRECTED 0.9
#define SURE_SPELLED   0.9
#define SURE_ECHOED    0.88
#define SURE_CALLED    0.86
#define SURE_ANSWERED  0.84
#define SURE_SAID      0.8
#define SURE_MAYBE     0.76
#define SURE_PART      0.74
#define SURE_VARIABLE  0.6
#define SURE_ADDRESSED 0.5

enum part { PART_WHOLE, PART_FIRST, PART_LAST };

struct claim {
    char *name;
    uint64_t keys[NAME_WORDS]; /* of its words, titles left out */
    size_t key_count;
    double confidence;
    int turn;
    enum part part;
    bool dead;
};

struct names {
    struct call *call;
    struct claim claims[MAX_CLAIMS];
    size_t count;
    uint64_t agent[16]; /* names that the agent gave itself */
    size_t agent_count;
    bool asked, asked_other;
    enum part asked_part;
    bool guessed;
    size_t guess; /* the claim that the agent's question made */
};

static bool in(const struct call *call, enum list list, const struct words *words, size_t at)
{
    return language_list(call->language, list, words, at) > 0;
}

/* Given names are shared by all languages: people travel. */
static bool is_given(const struct call *call, const struct words *words, size_t at)
{
    for (size_t i = 0; i < lexicon_count(call->lexicon); i++)
        if (language_list(lexicon_at(call->lexicon, i), LIST_GIVEN, words, at) == 1)
            return true;
    return false;
}

static bool has_letters_only(const struct word *word)
{
    return word->shape != SHAPE_NUMBER && word->fold[0] != '\'' && (unsigned char)word->fold[0] >= 'a';
}

static bool is_possessive(const struct words *words, size_t at)
{
    return at + 1 < words->count && strcmp(words->items[at + 1].fold, "'s") == 0;
}

static bool is_cased(const struct call *call)
{
    return call->name_mode == NAME_SPOKEN_TO || call->cased;
}

/* Whether what follows a lower-case name shows that it ended: nothing, a comma, "from", "here". */
static bool name_ends_at(const struct call *call, const struct words *words, size_t at)
{
    return at >= words->count || words->items[at].gap > GAP_NONE || in(call, LIST_NAME_NEXT, words, at);
}

/* A word that is also a name ("Will", "Grace") counts as one only where nothing goes on from it. */
static bool word_goes_on(const struct call *call, const struct words *words, size_t at)
{
    if (name_ends_at(call, words, at + 1))
        return false;
    const struct word *after = &words->items[at + 1];
    return !is_cased(call) || after->shape == SHAPE_LOWER || strcmp(after->fold, "i") == 0;
}

static bool cased_first(const struct call *call, const struct words *words, size_t at, bool given)
{
    const struct word *word = &words->items[at];
    if (word->shape == SHAPE_LOWER) {
        /* Speech recognition forgets a capital now and then. */
        return call->name_mode == NAME_LIKELY && given && !in(call, LIST_COMMON, words, at);
    }
    if (in(call, LIST_NOT_NAME, words, at) || in(call, LIST_COMPANY, words, at))
        return given && call->name_mode == NAME_LIKELY && !word_goes_on(call, words, at);
    if (in(call, LIST_COMMON, words, at))
        return given && !word_goes_on(call, words, at);
    if (call->nouns && call->name_mode == NAME_POSSIBLE && !given)
        return at + 1 < words->count && words->items[at + 1].gap == GAP_NONE &&
               words->items[at + 1].shape == SHAPE_CAPITAL && !in(call, LIST_NOT_NAME, words, at + 1) &&
               !in(call, LIST_COMMON, words, at + 1);
    return given || word->shape == SHAPE_CAPITAL || call->name_mode == NAME_LIKELY;
}

static bool lower_first(const struct call *call, const struct words *words, size_t at, bool given)
{
    if (in(call, LIST_NOT_NAME, words, at) || in(call, LIST_COMPANY, words, at))
        return false;
    if (in(call, LIST_COMMON, words, at))
        return given && !word_goes_on(call, words, at);
    return given || call->name_mode == NAME_LIKELY;
}

/* Whether a name can begin at this word. */
static bool name_begins(const struct call *call, const struct words *words, size_t at)
{
    const struct word *word = &words->items[at];
    if (!has_letters_only(word) || is_possessive(words, at) || in(call, LIST_RELATIVE, words, at))
        return false;
    bool initial = word->end - word->start == 1;
    bool follows = at + 1 < words->count && words->items[at + 1].gap == GAP_NONE;
    if (initial && (!follows || word->shape != SHAPE_UPPER || words->items[at + 1].shape != SHAPE_CAPITAL ||
                    word->fold[0] == 'i' || word->fold[0] == 'a'))
        return false;
    bool given = is_given(call, words, at);
    return is_cased(call) ? cased_first(call, words, at, given) : lower_first(call, words, at, given);
}

static bool name_goes_on(const struct call *call, const struct words *words, size_t at)
{
    const struct word *word = &words->items[at];
    if (!has_letters_only(word))
        return false;
    if (word->joined)
        return true;
    if (is_cased(call))
        return word->shape != SHAPE_LOWER && strcmp(word->fold, "i") != 0 &&
               (!in(call, LIST_NOT_NAME, words, at) || is_given(call, words, at)) &&
               !in(call, LIST_NAME_NEXT, words, at);
    return word->end - word->start > 1 && !in(call, LIST_NOT_NAME, words, at) && !in(call, LIST_COMMON, words, at);
}

/* How many particles ("de la") stand between two names. */
static size_t particles(const struct call *call, const struct words *words, size_t at)
{
    size_t end = at, len;
    while (end < words->count && (end == at || words->items[end].gap == GAP_NONE) &&
           (len = language_list(call->language, LIST_PARTICLE, words, end)) > 0)
        end += len;
    return end - at;
}

/* Where a name that begins with a name's word at `at` ends. */
static size_t name_end(const struct call *call, const struct words *words, size_t at)
{
    size_t end = at + 1;
    while (end < words->count && end < at + NAME_WORDS && words->items[end].gap == GAP_NONE) {
        size_t small = words->items[end].joined ? 0 : particles(call, words, end);
        size_t next = end + small;
        if (next >= words->count || words->items[next].gap != GAP_NONE || !name_goes_on(call, words, next))
            break;
        end = next + 1;
    }
    return end;
}

static size_t titles(const struct call *call, const struct words *words, size_t at)
{
    size_t end = at, len;
    while (end < words->count && (end == at || words->items[end].gap == GAP_NONE) &&
           (len = language_list(call->language, LIST_TITLE, words, end)) > 0)
        end += len;
    return end - at;
}

/* Words like "Plumbing" or "GmbH" after it make it a company; "nine" a room; "'s" somebody else. */
static bool is_no_person(const struct call *call, const struct words *words, size_t end)
{
    if (end < words->count && strcmp(words->items[end].fold, "'s") == 0)
        return true;
    if (end >= words->count || words->items[end].gap != GAP_NONE)
        return false;
    return in(call, LIST_COMPANY, words, end) || words->items[end].shape == SHAPE_NUMBER;
}

size_t capture_name(struct call *call, const struct words *words, size_t at, size_t ends[PATTERN_ENDS])
{
    enum name_mode mode = call->name_mode;
    size_t title = titles(call, words, at), first = at + title, count = 0;
    if (title > 0) {
        if (first >= words->count || words->items[first].gap != GAP_NONE)
            return 0;
        call->name_mode = mode == NAME_POSSIBLE ? NAME_LIKELY : mode;
    } else {
        size_t small = particles(call, words, at);
        /* "de Souza", but not "the mother of Lucas", which says "de Lucas". */
        bool fits = words->items[at].shape == SHAPE_CAPITAL ||
                    (mode == NAME_LIKELY && (at == 0 || !in(call, LIST_RELATIVE, words, at - 1)));
        if (small > 0 && fits && at + small < words->count && words->items[at + small].gap == GAP_NONE &&
            words->items[at + small].shape == SHAPE_CAPITAL)
            first = at + small;
    }
    if (name_begins(call, words, first)) {
        size_t end = name_end(call, words, first);
        bool company = false;
        for (size_t i = first; i < end; i++)
            company = company || in(call, LIST_COMPANY, words, i);
        if (!company && !is_no_person(call, words, end))
            for (; end > first && count < PATTERN_ENDS; end--)
                if (end >= words->count || !words->items[end].joined)
                    ends[count++] = end;
    }
    call->name_mode = mode;
    return count;
}

/* Big first letters for a name that was written without: "ana de la cruz", "GRACE O'NEILL". */
static void add_capital(struct buf *out, const char *text, size_t len, bool particle)
{
    bool big = !particle;
    for (size_t at = 0; at < len;) {
        utf8proc_int32_t c;
        utf8proc_uint8_t bytes[4];
        utf8proc_ssize_t used =
            utf8proc_iterate((const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(len - at), &c);
        if (used <= 0)
            break;
        bool letter = utf8proc_tolower(c) != utf8proc_toupper(c);
        c = big ? utf8proc_toupper(c) : utf8proc_tolower(c);
        buf_add(out, bytes, (size_t)utf8proc_encode_char(c, bytes));
        big = letter ? false : c == '\'' || c == '-' || c == 0x2019;
        at += (size_t)used;
    }
}

static bool needs_capitals(const struct words *words, struct span span)
{
    size_t lower = 0, upper = 0, other = 0;
    for (size_t at = span.from; at < span.to; at++) {
        lower += words->items[at].shape == SHAPE_LOWER;
        upper += words->items[at].shape == SHAPE_UPPER && words->items[at].end - words->items[at].start > 1;
        other += words->items[at].shape == SHAPE_CAPITAL;
    }
    return other == 0 && lower + upper > 0;
}

static char *name_text(struct call *call, const struct words *words, struct span span)
{
    struct buf out = BUF_INIT;
    size_t title = titles(call, words, span.from), parts = 0;
    for (size_t at = span.from + title; at < span.to; at++)
        parts += !words->items[at].joined && !in(call, LIST_PARTICLE, words, at);
    /* A title stays only with a lone family name: "Mrs. Okafor", but "Amara Obi" for "Dr. Amara Obi". */
    if (title > 0 && (parts > 1 || is_given(call, words, span.from + title)))
        span.from += title;
    if (!needs_capitals(words, span))
        return call_text(call, words, span);
    for (size_t at = span.from; at < span.to; at++) {
        const struct word *word = &words->items[at];
        const struct word *before = at > span.from ? &words->items[at - 1] : NULL;
        if (before)
            buf_add(&out, words->text + before->end, word->start - before->end);
        add_capital(&out, words->text + word->start, word->end - word->start,
                    at > span.from && in(call, LIST_PARTICLE, words, at));
    }
    const char *text = buf_text(&out);
    char *copy = text ? arena_text(call->arena, text, strlen(text)) : NULL;
    call->failed = call->failed || !copy;
    buf_free(&out);
    return copy;
}

static struct claim *claim_new(struct names *names, char *name, double confidence, int turn)
{
    if (!name) {
        names->call->failed = true;
        return NULL;
    }
    if (names->count == MAX_CLAIMS)
        return NULL;
    struct claim *claim = &names->claims[names->count++];
    *claim = (struct claim){.name = name, .confidence = confidence, .turn = turn};
    return claim;
}

static struct claim *claim_span(struct names *names, const struct spoken *spoken, struct span span,
                                double confidence)
{
    struct claim *claim =
        claim_new(names, name_text(names->call, &spoken->words, span), confidence, spoken->turn);
    if (!claim)
        return NULL;
    for (size_t at = span.from + titles(names->call, &spoken->words, span.from); at < span.to; at++)
        if (claim->key_count < NAME_WORDS)
            claim->keys[claim->key_count++] = spoken->words.items[at].key;
    return claim;
}

static struct claim *claim_plain(struct names *names, const char *name, double confidence, int turn)
{
    struct words words;
    struct spoken spoken = {.turn = turn};
    if (language_read(names->call->language, name, &words) != 0) {
        names->call->failed = true;
        return NULL;
    }
    spoken.words = words;
    struct claim *claim = NULL;
    if (words.count > 0)
        claim = claim_span(names, &spoken, (struct span){0, words.count}, confidence);
    words_free(&words);
    return claim;
}

static bool shares_word(const struct claim *claim, const uint64_t *keys, size_t count)
{
    for (size_t i = 0; i < claim->key_count; i++)
        for (size_t j = 0; j < count; j++)
            if (claim->keys[i] == keys[j])
                return true;
    return false;
}

/* The caller said that this is not their name. */
static void deny(struct names *names, const struct words *words, struct span span)
{
    for (size_t at = span.from; at < span.to; at++)
        for (size_t i = 0; i < names->count; i++)
            if (shares_word(&names->claims[i], &words->items[at].key, 1))
                names->claims[i].dead = true;
}

static bool is_agents(const struct names *names, const struct words *words, struct span span)
{
    for (size_t i = 0; i < names->agent_count; i++)
        if (words->items[span.from + titles(names->call, words, span.from)].key == names->agent[i])
            return true;
    return false;
}

static bool is_pronoun_before(const struct call *call, const struct words *words, size_t at)
{
    return at > 0 && words->items[at].gap == GAP_NONE && in(call, LIST_PRONOUN, words, at - 1);
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
        if (name_rules[i].mode == NAME_POSSIBLE &&
            (is_agents(names, &spoken->words, span) ||
             (spoken->words.items[at].question && !rule->in_question)))
            continue;
        if (name_rules[i].section == SECTION_NAME_CORRECT) {
            if (found.has[CAPTURE_OTHER])
                deny(names, &spoken->words, found.captured[CAPTURE_OTHER]);
            else
                for (size_t c = 0; c < names->count; c++)
                    names->claims[c].dead = names->claims[c].dead || names->claims[c].turn < spoken->turn;
        }
        struct claim *claim = claim_span(names, spoken, span, name_rules[i].confidence);
        if (claim)
            claim->part = name_rules[i].part;
        return found.all.to > span.to ? found.all.to : span.to;
    }
    return at + 1;
}

/* Denials: "I'm not Ana", "Ana isn't here". */
static void read_denials(struct names *names, const struct spoken *spoken)
{
    struct call *call = names->call;
    for (size_t at = 0; at < spoken->words.count; at++) {
        call->name_mode = NAME_LIKELY;
        if (!call_rule(call, SECTION_NAME_NOT, spoken, at))
            continue;
        if (call->matcher.has[CAPTURE_NAME])
            deny(names, &spoken->words, call->matcher.captured[CAPTURE_NAME]);
        else if (names->guessed)
            names->claims[names->guess].dead = true;
    }
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

/* An answer to "And you are?": a name with little before it. */
static struct claim *read_answer(struct names *names, const struct spoken *spoken, double confidence)
{
    struct call *call = names->call;
    size_t ends[PATTERN_ENDS];
    bool not_mine = false;
    call->name_mode = NAME_LIKELY;
    size_t at = skip_answer(call, spoken, 0, &not_mine);
    if (not_mine || at >= spoken->words.count || spoken->words.items[at].question)
        return NULL;
    call->name_mode = NAME_LIKELY;
    if (capture_name(call, &spoken->words, at, ends) == 0)
        return NULL;
    struct span span = longer_form(call, &spoken->words, (struct span){at, ends[0]});
    struct claim *claim = claim_span(names, spoken, span, confidence);
    if (claim)
        claim->part = names->asked_part;
    return claim;
}

/* The letter that a word stands for, 0 when it stands for none. */
static int letter_at(const struct call *call, const struct words *words, size_t at)
{
    int value = 0;
    const struct word *word = &words->items[at];
    if (word->fold[0] >= 'a' && word->fold[0] <= 'z' && word->fold[1] == '\0')
        return word->fold[0];
    return language_value(call->language, LIST_LETTER, words, at, &value) == 1 ? value : 0;
}

/* "J as in Juliet", "D wie Dora": what comes after the letter is left out. */
static size_t skip_explanation(const struct call *call, const struct words *words, size_t at)
{
    size_t len = at < words->count ? language_list(call->language, LIST_AS_IN, words, at) : 0;
    return len > 0 && at + len < words->count ? at + len + 1 : at;
}

/* Letters in a row from word `at`; returns where they end. */
static size_t read_letters(const struct call *call, const struct words *words, size_t at, char *letters,
                           size_t *count)
{
    *count = 0;
    while (at < words->count && *count + 2 < MAX_LETTERS) {
        size_t twice = language_list(call->language, LIST_DOUBLE, words, at);
        bool is_double = twice > 0 && at + twice < words->count && letter_at(call, words, at + twice);
        size_t place = is_double ? at + twice : at;
        int letter = letter_at(call, words, place);
        if (!letter)
            break;
        letters[(*count)++] = (char)letter;
        if (is_double)
            letters[(*count)++] = (char)letter;
        at = skip_explanation(call, words, place + 1);
    }
    letters[*count] = '\0';
    return at;
}

static char *spelled_text(struct call *call, const char *letters)
{
    struct buf out = BUF_INIT;
    add_capital(&out, letters, strlen(letters), false);
    const char *text = buf_text(&out);
    char *copy = text ? arena_text(call->arena, text, strlen(text)) : NULL;
    call->failed = call->failed || !copy;
    buf_free(&out);
    return copy;
}

/* Puts a spelled word into the place of the word of `name` that sounds most like it; NULL when none does. */
static char *respell(struct call *call, const char *name, const char *spelled, const char *letters)
{
    const char *best = NULL;
    size_t best_len = 0;
    int least = 1 + (int)strlen(letters) / 3;
    for (const char *word = name; *word;) {
        char fold[64];
        size_t len = strcspn(word, " -");
        word_fold(word, len, fold, sizeof fold);
        int distance = text_distance(fold, letters);
        if (distance <= least) {
            best = word;
            best_len = len;
            least = distance - 1;
        }
        word += len;
        word += strspn(word, " -");
    }
    if (!best)
        return NULL;
    char fold[64];
    word_fold(best, best_len, fold, sizeof fold);
    /* As written when only accents or case differ. */
    if (strcmp(fold, letters) == 0)
        return arena_text(call->arena, name, strlen(name));
    return arena_printf(call->arena, "%.*s%s%s", (int)(best - name), name, spelled, best + best_len);
}

static struct claim *latest(struct names *names)
{
    struct claim *best = NULL;
    for (size_t at = 0; at < names->count; at++)
        if (!names->claims[at].dead && names->claims[at].confidence > SURE_ADDRESSED &&
            (!best || names->claims[at].confidence >= best->confidence))
            best = &names->claims[at];
    return best;
}

static bool speaks_of_spelling(const struct call *call, const struct words *words)
{
    for (size_t at = 0; at < words->count; at++)
        if (in(call, LIST_SPELLED, words, at))
            return true;
    return false;
}

static void use_spelling(struct names *names, const struct spoken *spoken, const char *letters)
{
    struct call *call = names->call;
    char *spelled = spelled_text(call, letters);
    struct claim *last = latest(names);
    char *name = spelled && last ? respell(call, last->name, spelled, letters) : NULL;
    if (!spelled)
        return;
    if (name) {
        enum part part = last->part;
        struct claim *claim = claim_plain(names, name, SURE_SPELLED, spoken->turn);
        last->dead = claim != NULL;
        if (claim)
            claim->part = part;
    } else if (names->asked || speaks_of_spelling(call, &spoken->words)) {
        struct claim *claim = claim_plain(names, spelled, SURE_SPELLED, spoken->turn);
        if (claim)
            claim->part = last && last->part != PART_LAST && last->key_count == 1 ? PART_LAST : names->asked_part;
    }
}

static void read_spelling(struct names *names, const struct spoken *spoken)
{
    char letters[MAX_LETTERS];
    size_t count;
    for (size_t at = 0; at < spoken->words.count; at++) {
        const struct word *word = &spoken->words.items[at];
        /* "with a P-H": the article is no letter. */
        if (word->gap == GAP_NONE && !word->joined && word->shape == SHAPE_LOWER &&
            in(names->call, LIST_COMMON, &spoken->words, at) && at > 0 &&
            in(names->call, LIST_COMMON, &spoken->words, at - 1))
            continue;
        size_t end = read_letters(names->call, &spoken->words, at, letters, &count);
        if (count >= 3)
            use_spelling(names, spoken, letters);
        if (end > at)
            at = end - 1;
    }
}

/* Letters that sound alike, for "with a K". */
static const char sounds_alike[][2] = {{'k', 'c'}, {'c', 'k'}, {'z', 's'}, {'s', 'z'}, {'y', 'i'}, {'i', 'y'},
                                       {'v', 'w'}, {'w', 'v'}, {'f', 'v'}};

static char *change_letter(struct call *call, const char *name, int letter, bool drop)
{
    size_t first = strcspn(name, " ");
    char *copy = arena_text(call->arena, name, strlen(name));
    if (!copy) {
        call->failed = true;
        return NULL;
    }
    for (size_t at = first; drop && at-- > 1;)
        if (copy[at] == letter) {
            memmove(copy + at, copy + at + 1, strlen(copy + at));
            return copy;
        }
    if (drop || memchr(copy, letter, first) || (copy[0] | 0x20) == letter)
        return NULL;
    for (size_t i = 0; i < sizeof sounds_alike / sizeof sounds_alike[0]; i++) {
        if (sounds_alike[i][0] != letter)
            continue;
        if ((copy[0] | 0x20) == sounds_alike[i][1]) {
            copy[0] = (char)(letter - ('a' - 'A'));
            return copy;
        }
        for (size_t at = first; at-- > 1;)
            if (copy[at] == sounds_alike[i][1]) {
                copy[at] = (char)letter;
                return copy;
            }
    }
    if (letter == 'h')
        return arena_printf(call->arena, "%.*sh%s", (int)first, copy, copy + first);
    return NULL;
}

/* "with a K", "without an h" */
static void read_letter_rule(struct names *names, const struct spoken *spoken)
{
    size_t at;
    struct call *call = names->call;
    const struct rule *rule = call_find(call, SECTION_NAME_LETTER, spoken, &at);
    struct claim *last = latest(names);
    if (!rule || !last || !rule->slot || call->matcher.list_count == 0)
        return;
    int letter = letter_at(call, &spoken->words, call->matcher.lists[0].from);
    char *name = letter ? change_letter(call, last->name, letter, strcmp(rule->slot, "drop") == 0) : NULL;
    if (!name)
        return;
    enum part part = last->part;
    struct claim *claim = claim_plain(names, name, SURE_SPELLED, spoken->turn);
    last->dead = claim != NULL;
    if (claim)
        claim->part = part;
}

/* The agent's turn: its own names, its question for a name, its guess, its addressing. */
static void read_agent(struct names *names, const struct spoken *spoken)
{
    struct call *call = names->call;
    names->asked = names->asked_other = names->guessed = false;
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
        bool guess = call_rule(call, SECTION_GUESS_NAME, spoken, at) && call->matcher.has[CAPTURE_NAME];
        if (!guess) {
            call->name_mode = NAME_SPOKEN_TO;
            if (!call_rule(call, SECTION_ADDRESS, spoken, at) || !call->matcher.has[CAPTURE_NAME])
                continue;
        }
        struct span all = call->matcher.all, span = call->matcher.captured[CAPTURE_NAME];
        bool first_words = spoken == call->spoken && !guess && !is_given(call, &spoken->words, span.from);
        if (!is_agents(names, &spoken->words, span) && !first_words) {
            size_t before = names->count;
            if (claim_span(names, spoken, span, SURE_ADDRESSED) && guess) {
                names->guessed = true;
                names->guess = before;
            }
        }
        at = all.to - 1;
    }
}

/* The caller's words after the agent's guess at a name. */
static bool read_reply(struct names *names, const struct spoken *spoken)
{
    struct call *call = names->call;
    size_t no = language_list(call->language, LIST_NO, &spoken->words, 0);
    struct claim *guess = &names->claims[names->guess];
    if (no > 0) {
        guess->dead = true;
        return false;
    }
    call->name_mode = NAME_LIKELY;
    if (language_list(call->language, LIST_YES, &spoken->words, 0) == 0 &&
        !call_rule(call, SECTION_NAME_CONFIRM, spoken, 0))
        return false;
    guess->confidence = SURE_CONFIRMED;
    guess->turn = spoken->turn;
    return true;
}

/* "Is this Anita?" "Anika, actually.": the guess was wrong when the caller's own name is another. */
static void contradict(struct names *names, size_t first)
{
    struct claim *guess = &names->claims[names->guess];
    for (size_t at = first; at < names->count; at++)
        if (!shares_word(guess, names->claims[at].keys, names->claims[at].key_count))
            guess->dead = true;
}

static void read_user(struct names *names, const struct spoken *spoken)
{
    size_t before = names->count;
    bool denied = false, confirmed = false;
    if (spoken->words.count == 0)
        return;
    read_denials(names, spoken);
    if (names->guessed) {
        confirmed = read_reply(names, spoken);
        denied = names->claims[names->guess].dead;
    }
    for (size_t at = 0; at < spoken->words.count;)
        at = read_rule(names, spoken, at);
    bool said = names->count > before;
    if (!said && !confirmed && (names->asked || names->guessed))
        read_answer(names, spoken, names->guessed ? SURE_CORRECTED : SURE_ANSWERED);
    if (names->guessed && names->count > before && !confirmed)
        contradict(names, before);
    for (size_t at = before; denied && at < names->count; at++)
        if (names->claims[at].confidence < SURE_CORRECTED)
            names->claims[at].confidence = SURE_CORRECTED;
    read_spelling(names, spoken);
    read_letter_rule(names, spoken);
    names->asked = names->asked_other = names->guessed = false;
}

static void read_collected(struct names *names)
{
    const struct call *call = names->call;
    const struct event *event = call->event;
    for (size_t at = 0; at < event->collected_count; at++) {
        const struct collected *c = &event->collected[at];
        bool whole = key_is(call, c->name, LIST_KEY_NAME, true) || key_is(call, c->label, LIST_KEY_NAME, true);
        bool first = !whole && key_is(call, c->name, LIST_KEY_FIRST, true);
        bool last = !whole && !first && key_is(call, c->name, LIST_KEY_LAST, true);
        if (!(whole || first || last) || value_is_empty(call, c->value) || strlen(c->value) > 100 ||
            c->value[0] == '{' || c->value[0] == '[')
            continue;
        struct claim *claim = claim_plain(names, c->value, SURE_COLLECTED, -1);
        if (claim)
            claim->part = first ? PART_FIRST : last ? PART_LAST : PART_WHOLE;
    }
}

static void read_variables(struct names *names)
{
    const struct call *call = names->call;
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
        struct claim *claim = claim_plain(names, value, SURE_VARIABLE, -1);
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
    if (!best[0] || !best[1] || shares_word(best[0], best[1]->keys, best[1]->key_count))
        return;
    char *name = arena_printf(names->call->arena, "%s %s", best[0]->name, best[1]->name);
    double sure = best[0]->confidence > best[1]->confidence ? best[0]->confidence : best[1]->confidence;
    struct claim *first = best[0], *last = best[1];
    struct claim *claim = name ? claim_plain(names, name, sure, last->turn) : NULL;
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
            if (echo && shares_word(b, a->keys, a->key_count) && b->confidence < SURE_ECHOED &&
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

/* Callers introduce themselves in their own language: the plainest rules of the others, when nothing was found. */
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
            claim_span(names, &spoken, call->matcher.captured[CAPTURE_NAME], SURE_SAID);
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
