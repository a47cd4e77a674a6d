#include "understand/ground.h"

#include "base/buf.h"
#include "understand/identifiers.h"
#include "understand/numerals.h"
#include "understand/spelled.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAID_MAX     400000 /* words of a call */
#define CANDIDATES   2000   /* different words with the same beginning that are compared */
#define NEAR         2      /* turns to each side of the best one that are looked at for the same thing */
#define WINDOW       3
#define SPELLED_RUNS 32 /* codes of one turn */
#define PICK_WORDS   20 /* of an answer that are held against the question */
#define RUN_CHARS    24 /* of letters or digits that are said one after the other */

/* A word of the turns: folded; "#16" for a number, "=" and two characters of a script without blanks. */
struct said {
    const char *fold;
    uint32_t spoken, at;
};

struct ground {
    struct reading *reading;
    const struct spoken *spoken;
    size_t count;
    struct spoken summary;
    bool has_summary;
    struct said *said;
    size_t said_count, said_room;
    uint64_t *masks;    /* of each turn: which tokens of a statement were said in it */
    size_t *answers;    /* of each of the agent's turns: the caller's next one */
    uint8_t *replies;   /* what that begins with: enum answer */
    const char **heard; /* of each turn */
};

/* --- What was said --- */

static void add_said(struct ground *ground, const char *fold, size_t spoken, size_t at)
{
    if (ground->said_count >= SAID_MAX || !fold)
        return;
    if (ground->said_count == ground->said_room) {
        size_t room = ground->said_room ? ground->said_room * 2 : 512;
        struct said *grown = realloc(ground->said, room * sizeof *grown);
        if (!grown) {
            ground->reading->failed = true;
            return;
        }
        ground->said = grown;
        ground->said_room = room;
    }
    ground->said[ground->said_count++] = (struct said){fold, (uint32_t)spoken, (uint32_t)at};
}

static const char *compound(struct reading *reading, const char *first, const char *second)
{
    const char *fold = arena_printf(reading->arena, "%s%s", first, second);
    reading->failed = reading->failed || !fold;
    return fold;
}

struct pair_of_turn {
    struct ground *ground;
    size_t spoken, at;
};

static void add_pair(void *ctx, const char *pair, bool weak)
{
    struct pair_of_turn *turn = ctx;
    (void)weak;
    add_said(turn->ground, pair, turn->spoken, turn->at);
}

/* Letters or digits that are said one after the other are a word or a number as well: "P P D", "eight one
 * one". Returns how many words they are. */
static size_t add_run(struct ground *ground, size_t spoken, size_t at)
{
    const struct words *words = &ground->spoken[spoken].words;
    char run[RUN_CHARS + 2] = "#";
    size_t len = 1, end = at;
    bool digits = false;
    for (; end < words->count && len < RUN_CHARS; end++) {
        const char *fold = words->items[end].fold;
        long value;
        bool letter = fold[0] >= 'a' && fold[0] <= 'z' && fold[1] == '\0';
        bool digit =
            !letter && numeral_at(ground->reading, words, end, &value) == 1 && value >= 0 && value < 10;
        if (end == at)
            digits = digit;
        if (!(digits ? digit : letter) || (end > at && words->items[end].gap == GAP_STOP))
            break;
        run[len++] = digits ? (char)('0' + value) : fold[0];
        /* "R as in Robert" */
        size_t as =
            ground->reading->ruled ? language_list(ground->reading->language, LIST_AS_IN, words, end + 1) : 0;
        if (!digits && as > 0 && end + 1 + as < words->count)
            end += as + 1;
    }
    run[len] = '\0';
    if (len < 3)
        return end - at;
    const char *fold = arena_text(ground->reading->arena, digits ? run : run + 1, digits ? len : len - 1);
    ground->reading->failed = ground->reading->failed || !fold;
    add_said(ground, fold, spoken, at);
    return end - at;
}

/* "Mándeme", "dígale": the verb without the pronoun that is written with it. */
static void add_verb(struct ground *ground, const char *fold, size_t spoken, size_t at)
{
    size_t len = strlen(fold), end;
    if (len < 6 || !ground->reading->ruled)
        return;
    end = language_ending(ground->reading->language, LIST_ENCLITIC, fold);
    if (end == 0 || len < end + 4)
        return;
    const char *verb = arena_text(ground->reading->arena, fold, len - end);
    ground->reading->failed = ground->reading->failed || !verb;
    add_said(ground, verb, spoken, at);
}

static void index_turn(struct ground *ground, size_t spoken)
{
    const struct words *words = &ground->spoken[spoken].words;
    long value, before = -1;
    size_t run_end = 0;
    for (size_t at = 0; at < words->count && !ground->reading->failed; at++) {
        const char *fold = words->items[at].fold;
        add_said(ground, fold, spoken, at);
        add_verb(ground, fold, spoken, at);
        if (at >= run_end)
            run_end = at + add_run(ground, spoken, at);
        /* "fork lift" is also written as one. */
        if (at + 1 < words->count && words->items[at + 1].gap == GAP_NONE && strlen(fold) > 2 &&
            strlen(words->items[at + 1].fold) > 3 &&
            strlen(fold) + strlen(words->items[at + 1].fold) < RUN_CHARS)
            add_said(ground, compound(ground->reading, fold, words->items[at + 1].fold), spoken, at);
        if ((unsigned char)fold[0] >= 0xe0 && tokens_are_unspaced(fold))
            tokens_pairs(ground->reading, fold, add_pair, &(struct pair_of_turn){ground, spoken, at});
        size_t len = numeral_at(ground->reading, words, at, &value);
        if (len == 0) {
            before = -1;
            continue;
        }
        add_said(ground, tokens_number(ground->reading, value), spoken, at);
        /* "nineteen ninety-one", "eight eleven" */
        if (before > 0 && before < 100 && value >= 10 && value < 100)
            add_said(ground, tokens_number(ground->reading, before * 100 + value), spoken, at);
        for (size_t i = at + 1; i < at + len; i++)
            add_said(ground, words->items[i].fold, spoken, i);
        at += len - 1;
        before = value;
    }
}

static int compare_said(const void *a, const void *b)
{
    const struct said *left = a, *right = b;
    int order = strcmp(left->fold, right->fold);
    if (order != 0)
        return order;
    return left->spoken < right->spoken ? -1 : left->spoken > right->spoken;
}

/* "Are you allergic to latex, to iodine?" "Yes, iodine.": the yes is to what it repeats, and to nothing else.
 */
static bool is_picked(const struct ground *ground, size_t asked, size_t answered)
{
    const struct reading *reading = ground->reading;
    const struct words *question = &ground->spoken[asked].words, *answer = &ground->spoken[answered].words;
    for (size_t i = 0; i < answer->count && i < PICK_WORDS; i++) {
        const struct word *word = &answer->items[i];
        if (word->end - word->start < 4 || !reading->ruled ||
            language_list(reading->language, LIST_COMMON, answer, i) > 0 ||
            language_list(reading->language, LIST_FUNCTION, answer, i) > 0)
            continue;
        for (size_t j = 0; j < question->count; j++)
            if (question->items[j].key == word->key && question->items[j].question)
                return true;
    }
    return false;
}

static void find_answers(struct ground *ground)
{
    size_t next = SIZE_MAX;
    enum answer reply = ANSWER_OTHER;
    for (size_t at = ground->count; at-- > 0;) {
        ground->answers[at] = next;
        /* A greeting is no offer that could be refused. */
        bool none = next == SIZE_MAX || (at == 0 && reply == ANSWER_NO);
        ground->replies[at] = (uint8_t)(none ? ANSWER_OTHER : reply);
        if (!none && reply == ANSWER_YES && ground->spoken[at].role == ROLE_AGENT &&
            is_picked(ground, at, next))
            ground->replies[at] = ANSWER_OTHER;
        if (ground->spoken[at].role == ROLE_USER) {
            next = at;
            reply = manner_answer(ground->reading, &ground->spoken[at]);
        }
    }
}

struct ground *ground_open(struct reading *reading)
{
    struct ground *ground = arena_alloc(reading->arena, sizeof *ground);
    if (!ground) {
        reading->failed = true;
        return NULL;
    }
    *ground = (struct ground){.reading = reading, .spoken = reading->spoken, .count = reading->count};
    if (ground->count == 0 && reading->transcript->summary && *reading->transcript->summary) {
        if (reading_read(reading, reading->transcript->summary, &ground->summary) != 0)
            return NULL;
        ground->summary.role = ROLE_USER;
        ground->spoken = &ground->summary;
        ground->has_summary = true;
        ground->count = 1;
    }
    ground->masks = calloc(ground->count + 1, sizeof *ground->masks);
    ground->answers = calloc(ground->count + 1, sizeof *ground->answers);
    ground->replies = calloc(ground->count + 1, 1);
    ground->heard = calloc(ground->count + 1, sizeof *ground->heard);
    if (!ground->masks || !ground->answers || !ground->replies || !ground->heard) {
        reading->failed = true;
        ground_close(ground);
        return NULL;
    }
    for (size_t at = 0; at < ground->count; at++)
        index_turn(ground, at);
    if (ground->said_count > 0)
        qsort(ground->said, ground->said_count, sizeof *ground->said, compare_said);
    find_answers(ground);
    if (!reading->failed)
        return ground;
    ground_close(ground);
    return NULL;
}

void ground_close(struct ground *ground)
{
    if (!ground)
        return;
    words_free(&ground->summary.words);
    free(ground->said);
    free(ground->masks);
    free(ground->answers);
    free(ground->replies);
    free((void *)ground->heard);
}

bool ground_is_summary(const struct ground *ground)
{
    return ground->has_summary;
}

const struct spoken *ground_spoken(const struct ground *ground, size_t *count)
{
    *count = ground->count;
    return ground->spoken;
}

int ground_position(const struct ground *ground, size_t spoken)
{
    return ground->has_summary || spoken >= ground->count ? -1 : ground->spoken[spoken].turn;
}

size_t ground_answer(const struct ground *ground, size_t spoken)
{
    return spoken < ground->count ? ground->answers[spoken] : SIZE_MAX;
}

/* --- Words that are alike --- */

static size_t letters(const char *text, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

/* The same word in another form: "allergic" and "allergy", "celiac" and "celiac's", "nut" and "nuts". */
static bool is_alike(const char *a, const char *b)
{
    size_t common = 0;
    while (a[common] && a[common] == b[common])
        common++;
    if (!a[common] && !b[common])
        return true;
    if (a[0] == '#' || a[0] == '=')
        return false;
    while (common > 0 &&
           (((unsigned char)a[common] & 0xc0) == 0x80 || ((unsigned char)b[common] & 0xc0) == 0x80))
        common--;
    size_t same = letters(a, common), rest_a = letters(a + common, strlen(a + common)),
           rest_b = letters(b + common, strlen(b + common));
    size_t most = rest_a > rest_b ? rest_a : rest_b;
    if (rest_a == 0 || rest_b == 0)
        return same >= 5 ? most <= 8 : same == 4 ? most <= 3 : same == 3 && most <= 1;
    return same >= 4 && most <= 3 && rest_a + rest_b <= same;
}

#define BEGINNING 3 /* bytes that words which are alike share */

/* The first word said that does not sort before `prefix`. */
static size_t lower_bound(const struct ground *ground, const char *prefix, size_t len)
{
    size_t low = 0, high = ground->said_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strncmp(ground->said[middle].fold, prefix, len) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct search {
    struct ground *ground;
    struct grounding *out;
    size_t token;
};

static void note_said(struct search *search, const struct said *said)
{
    struct ground *ground = search->ground;
    struct token *token = &search->out->words.items[search->token];
    const struct spoken *spoken = &ground->spoken[said->spoken];
    ground->masks[said->spoken] |= (uint64_t)1 << search->token;
    if (spoken->role == ROLE_USER) {
        token->user = true;
        if (search->out->place_count < GROUND_PLACES)
            search->out->places[search->out->place_count++] =
                (struct place){said->spoken, said->at, search->token};
        return;
    }
    token->agent = true;
    token->confirmed = token->confirmed || ground->replies[said->spoken] == ANSWER_YES;
    token->told =
        token->told || (ground->replies[said->spoken] != ANSWER_NO &&
                        !(said->at < spoken->words.count && spoken->words.items[said->at].question));
    token->refused = token->refused || ground->replies[said->spoken] == ANSWER_NO;
}

/* Looks for a word in all its forms. */
static void look_for(struct search *search, const char *fold)
{
    const struct ground *ground = search->ground;
    size_t len = strlen(fold) < BEGINNING || fold[0] == '#' || fold[0] == '=' ? strlen(fold) + 1 : BEGINNING;
    size_t tried = 0;
    const char *last = NULL;
    bool alike = false;
    for (size_t at = lower_bound(ground, fold, len);
         at < ground->said_count && strncmp(ground->said[at].fold, fold, len) == 0 && tried < CANDIDATES;
         at++) {
        const char *other = ground->said[at].fold;
        if (!last || strcmp(last, other) != 0) {
            alike = is_alike(fold, other);
            last = other;
            tried++;
        }
        if (alike)
            note_said(search, &ground->said[at]);
    }
}

bool ground_has(const struct ground *ground, size_t spoken, size_t token)
{
    return spoken < ground->count && (ground->masks[spoken] >> token & 1) != 0;
}

bool ground_was_said(const struct ground *ground, const char *fold, bool anybody)
{
    size_t len = strlen(fold);
    for (size_t at = lower_bound(ground, fold, len + 1);
         at < ground->said_count && strcmp(ground->said[at].fold, fold) == 0; at++)
        if (anybody || ground->spoken[ground->said[at].spoken].role == ROLE_USER)
            return true;
    return false;
}

/* --- Identifiers as they are said --- */

/* Digits as Han characters and in full width; false when the word has none. */
static bool add_foreign_digits(const char *fold, struct buf *out)
{
    static const int32_t digits[] = {0x3007, 0x4e00, 0x4e8c, 0x4e09, 0x56db,
                                     0x4e94, 0x516d, 0x4e03, 0x516b, 0x4e5d};
    bool found = false;
    for (int32_t c; (c = tokens_character(&fold)) != 0;)
        for (int i = 0; i < 10; i++)
            if (c == digits[i] || c == 0xff10 + i) {
                buf_putc(out, (char)('0' + i));
                found = true;
            }
    return found;
}

/* The numbers of a turn one after the other, and the letters between them: "cinq cent cinquante-cinq, zéro
 * un" is "55501". */
static void add_numbers(struct ground *ground, const struct words *words, struct buf *out)
{
    const struct language *language = ground->reading->ruled ? ground->reading->language : NULL;
    for (size_t at = 0, len; at < words->count; at += len) {
        long value;
        size_t twice = language ? language_list(language, LIST_DOUBLE, words, at) : 0;
        at += at + twice < words->count ? twice : 0;
        const char *fold = words->items[at].fold;
        bool number = words->items[at].shape == SHAPE_NUMBER, letter = fold[1] == '\0';
        len = number ? 0 : numeral_at(ground->reading, words, at, &value);
        for (size_t i = 0; i < (twice > 0 ? 2U : 1U); i++)
            if (len > 0)
                buf_printf(out, "%ld", value);
            else if (number || letter)
                buf_puts(out, fold);
            else if (!add_foreign_digits(fold, out))
                buf_putc(out, '\n');
        len = len > 0 ? len : 1;
        /* "B as in boy" */
        size_t as = language && letter ? language_list(language, LIST_AS_IN, words, at + len) : 0;
        len += as > 0 ? as + 1 : 0;
    }
    buf_putc(out, '\n');
}

/* What was spelled or said in words in one turn. */
static const char *heard_in(struct ground *ground, size_t spoken)
{
    struct reading one = *ground->reading;
    if (ground->heard[spoken])
        return ground->heard[spoken];
    /* Nothing there is written to. */
    one.spoken = (struct spoken *)&ground->spoken[spoken];
    one.count = 1;
    struct buf out = BUF_INIT;
    const char *spelled = identifiers_heard(&one);
    buf_puts(&out, spelled ? spelled : "");
    struct spelled runs[SPELLED_RUNS];
    size_t count = spelled_runs(ground->reading, &ground->spoken[spoken].words, runs, SPELLED_RUNS);
    for (size_t i = 0; i < count; i++)
        buf_printf(&out, "%s\n", runs[i].text);
    add_numbers(ground, &ground->spoken[spoken].words, &out);
    const char *text = buf_text(&out);
    ground->heard[spoken] = text ? arena_text(one.arena, text, strlen(text)) : NULL;
    ground->reading->failed = ground->reading->failed || one.failed || !ground->heard[spoken];
    buf_free(&out);
    return ground->heard[spoken] ? ground->heard[spoken] : "";
}

bool ground_heard(struct ground *ground, const char *value, size_t *turn)
{
    bool found = false;
    for (size_t at = 0; at < ground->count && !ground->reading->failed; at++) {
        bool user = ground->spoken[at].role == ROLE_USER;
        if (!identifiers_were_heard(heard_in(ground, at), value))
            continue;
        /* The caller's own words before the agent's. */
        if (turn && (!found || user))
            *turn = at;
        found = true;
        if (!turn || user)
            break;
    }
    return found;
}

/* --- Together --- */

static double weight_of(const struct grounding *out, uint64_t mask)
{
    double weight = 0;
    for (size_t i = 0; mask && i < out->words.count; i++)
        if (mask >> i & 1)
            weight += out->words.items[i].weight;
    return weight;
}

static uint64_t mask_around(const struct ground *ground, size_t at, size_t near)
{
    uint64_t mask = 0;
    size_t from = at > near ? at - near : 0;
    for (size_t i = from; i < ground->count && i <= at + near; i++)
        mask |= ground->masks[i];
    return mask;
}

static void find_best(const struct ground *ground, struct grounding *out)
{
    double best = 0, best_agent = 0;
    out->best = out->best_agent = SIZE_MAX;
    for (size_t at = 0; at < ground->count; at++) {
        if (ground->masks[at] == 0)
            continue;
        double own = weight_of(out, ground->masks[at]);
        double near = weight_of(out, mask_around(ground, at, NEAR) & ~ground->masks[at]);
        bool user = ground->spoken[at].role == ROLE_USER;
        double *top = user ? &best : &best_agent;
        if (own + near / 2 >= *top) {
            *top = own + near / 2;
            *(user ? &out->best : &out->best_agent) = at;
        }
    }
    if (out->best == SIZE_MAX && out->best_agent != SIZE_MAX)
        out->best = ground->answers[out->best_agent];
    size_t middle = out->best != SIZE_MAX ? out->best : out->best_agent;
    if (middle != SIZE_MAX && out->weight > 0)
        out->window = weight_of(out, mask_around(ground, middle, WINDOW)) / out->weight;
}

/* "I could give you a loan laptop." "No, just repair mine, the laptop.": one turn alone has all that carries
 * the statement, and it was refused. */
static void find_offer(const struct ground *ground, struct grounding *out)
{
    uint64_t core = 0, users = 0;
    bool refused = false, told = false;
    for (size_t i = 0; i < out->words.count; i++) {
        const struct token *token = &out->words.items[i];
        if (token->weight < 1 || !(token->user || token->agent))
            continue;
        core |= (uint64_t)1 << i;
        users |= (uint64_t)token->user << i;
    }
    for (size_t at = 0; core != 0 && at < ground->count; at++) {
        if ((ground->masks[at] & core) != core)
            continue;
        bool no = ground->spoken[at].role == ROLE_AGENT && ground->replies[at] == ANSWER_NO;
        refused = refused || no;
        told = told || !no;
    }
    out->offered = refused && !told && users != core;
}

static void look_for_token(struct ground *ground, struct grounding *out, size_t i)
{
    struct search search = {ground, out, i};
    struct token *token = &out->words.items[i];
    size_t turn = 0;
    if (token->code) {
        if (ground_heard(ground, token->fold, &turn))
            note_said(&search, &(struct said){token->fold, (uint32_t)turn, 0});
        return;
    }
    look_for(&search, token->fold);
    if (token->fold[0] == '#' && !token->user && !token->agent) {
        long value = strtol(token->fold + 1, NULL, 10);
        /* Times are said by twelve hours, and "half six" is half past five in some languages. */
        if (token->half && value < 24)
            look_for(&search, tokens_number(ground->reading, value % 12 + 1));
        if (value >= 13 && value <= 24)
            look_for(&search, tokens_number(ground->reading, value - 12));
        else if (value >= 1 && value <= 11)
            look_for(&search, tokens_number(ground->reading, value + 12));
    }
}

static void sum(struct grounding *out)
{
    double said = 0, user = 0, confirmed = 0, told = 0, refused = 0, core = 0, core_said = 0, core_user = 0;
    for (size_t i = 0; i < out->words.count; i++) {
        const struct token *token = &out->words.items[i];
        double w = token->weight;
        said += token->user || token->agent ? w : 0;
        user += token->user ? w : 0;
        core += w >= 1 ? w : 0;
        core_user += w >= 1 && token->user ? w : 0;
        core_said += w >= 1 && (token->user || token->agent) ? w : 0;
        confirmed += token->user || token->confirmed ? w : 0;
        told += token->user || token->confirmed || token->told ? w : 0;
        refused += !token->user && !token->confirmed && token->refused ? w : 0;
        out->specific += token->specific;
        out->specific_said += token->specific && (token->user || token->agent);
        out->names += token->name;
        out->names_said += token->name && (token->user || token->agent);
        out->weight += w;
    }
    out->core = core > 0 ? core_said / core : 0;
    out->core_user = core > 0 ? core_user / core : 0;
    if (out->weight > 0) {
        out->said = said / out->weight;
        out->by_user = user / out->weight;
        out->confirmed = confirmed / out->weight;
        out->told = told / out->weight;
        out->refused = refused / out->weight;
    }
}

int ground_statement(struct ground *ground, const char *text, struct grounding *out)
{
    struct reading *reading = ground->reading;
    *out = (struct grounding){.best = SIZE_MAX, .best_agent = SIZE_MAX};
    if (tokens_cut(reading, text, &out->words) != 0)
        return -1;
    memset(ground->masks, 0, ground->count * sizeof *ground->masks);
    for (size_t i = 0; i < out->words.count && !reading->failed; i++)
        look_for_token(ground, out, i);
    sum(out);
    find_best(ground, out);
    find_offer(ground, out);
    return reading->failed ? -1 : 0;
}
