#include "language/pattern.h"

#include <stdlib.h>
#include <string.h>

enum node_type {
    NODE_END, /* the pattern fits */
    NODE_WORD,
    NODE_PREFIX,
    NODE_LIST,
    NODE_CAPTURE,
    NODE_ANY,            /* _ */
    NODE_SKIP,           /* ~ */
    NODE_ALTERNATIVES,   /* (a|b), [a] */
    NODE_NOT,            /* !(a) */
    NODE_CLAUSE_START,   /* ^ */
    NODE_SENTENCE_START, /* ^^ */
    NODE_CLAUSE_END,     /* $ */
    NODE_SENTENCE_END,   /* $$ */
    NODE_COMMA,          /* , */
    NODE_STOP            /* . */
};

/* Small, since the lexicon has tens of thousands. */
struct node {
    enum node_type type;
    int number; /* of a list or a capture */
    const struct node *next;
    union {
        uint64_t key; /* NODE_WORD */
        struct {
            const char *prefix; /* NODE_PREFIX */
            size_t prefix_len;
        };
        struct {
            const struct node **branches; /* NODE_ALTERNATIVES, NODE_NOT */
            size_t branch_count;
        };
    };
};

/* The words with which a pattern can begin, as bits of their keys: most patterns are ruled out by them.
 * docs/performance.md has the figures. */
#define FIRST_BITS 256
struct firsts {
    uint64_t bits[FIRST_BITS / 64];
    bool any; /* it can begin with any word */
};

struct pattern {
    struct firsts firsts;
    const struct node *first;
};

#define MAX_BRANCHES 96
#define MAX_NESTING  8
#define MAX_STEPS    4000
#define SKIP_WORDS   4

static const char *const capture_names[CAPTURES] = {
    [CAPTURE_NAME] = "name",     [CAPTURE_OTHER] = "other",     [CAPTURE_THING] = "thing",
    [CAPTURE_SHORT] = "short",   [CAPTURE_TIME] = "time",       [CAPTURE_CLAUSE] = "clause",
    [CAPTURE_NUMBER] = "number", [CAPTURE_WEEKDAY] = "weekday", [CAPTURE_MONTH] = "month"};

struct compiler {
    const struct pattern_source *source;
    const char *complaint;
    int nesting;
    bool failed;
};

static bool firsts_have(const struct firsts *firsts, uint64_t key)
{
    return firsts->any || (firsts->bits[(key >> 6) % (FIRST_BITS / 64)] >> (key & 63) & 1) != 0;
}

static void *alloc(struct compiler *c, size_t size)
{
    void *memory = arena_alloc(language_arena(c->source->language), size);
    c->failed = c->failed || !memory;
    return memory;
}

static void *complain(struct compiler *c, const char *complaint)
{
    if (!c->failed)
        c->complaint = complaint;
    c->failed = true;
    return NULL;
}

static struct node *make(struct compiler *c, enum node_type type, const struct node *next)
{
    struct node *node = alloc(c, sizeof *node);
    if (node) {
        node->type = type;
        node->next = next;
    }
    return node;
}

/* A pattern is compiled from its end to its beginning, so that each node knows what comes next and branches
 * share what follows them. Its elements are found first. */
struct element {
    const char *from, *to;
};

#define MAX_ELEMENTS 64

static const char *group_end(const char *at, const char *end, char open, char close)
{
    int depth = 0;
    for (; at < end; at++) {
        depth += *at == open;
        depth -= *at == close;
        if (depth == 0)
            return at + 1;
    }
    return NULL;
}

static const char *element_end(struct compiler *c, const char *at, const char *end)
{
    const char *group = at + (*at == '!');
    if (group < end && (*group == '(' || *group == '[')) {
        const char *to = group_end(group, end, *group, *group == '(' ? ')' : ']');
        return to ? to : complain(c, "a bracket is not closed");
    }
    if (*at == '^' || *at == '$')
        return at + 1 + (at + 1 < end && at[1] == *at);
    if (strchr(",.~_", *at) && *at)
        return at + 1;
    while (at < end && !strchr(" \t()[]|,", *at))
        at++;
    return at;
}

static const struct node *compile(struct compiler *c, const char *from, const char *to,
                                  const struct node *next);

static const struct node *compile_group(struct compiler *c, const char *from, const char *to,
                                        const struct node *next)
{
    bool optional = *from == '[';
    const struct node *branches[MAX_BRANCHES];
    size_t count = 0;
    const char *begin = from + 1;
    int depth = 0;
    for (const char *at = from + 1; at < to; at++) {
        bool closes = at == to - 1;
        if (!closes) {
            depth += *at == '(' || *at == '[';
            depth -= *at == ')' || *at == ']';
        }
        if (!closes && (*at != '|' || depth > 0))
            continue;
        if (count + 1 >= MAX_BRANCHES)
            return complain(c, "too many alternatives in one bracket; use a list");
        branches[count++] = compile(c, begin, at, next);
        begin = at + 1;
    }
    if (optional)
        branches[count++] = next;
    struct node *node = make(c, NODE_ALTERNATIVES, next);
    const struct node **kept = node ? alloc(c, count * sizeof *kept) : NULL;
    if (!kept)
        return NULL;
    memcpy(kept, branches, count * sizeof *kept);
    node->branches = kept;
    node->branch_count = count;
    return node;
}

static const struct node *compile_not(struct compiler *c, const char *from, const char *to,
                                      const struct node *next)
{
    const struct node *end = make(c, NODE_END, NULL);
    struct node *node = make(c, NODE_NOT, next);
    const struct node **inner = node ? alloc(c, sizeof *inner) : NULL;
    if (!inner)
        return NULL;
    inner[0] = compile_group(c, from + 1, to, end);
    node->branches = inner;
    node->branch_count = 1;
    return node;
}

static const struct node *compile_capture(struct compiler *c, const char *from, const char *to,
                                          const struct node *next)
{
    size_t len = (size_t)(to - from);
    for (int at = 0; at < CAPTURES; at++)
        if (len == strlen(capture_names[at]) + 2 && from[len - 1] == '>' &&
            memcmp(from + 1, capture_names[at], len - 2) == 0) {
            struct node *node = make(c, NODE_CAPTURE, next);
            if (node)
                node->number = at;
            return node;
        }
    return complain(c, "unknown <…>");
}

static const struct node *compile_list(struct compiler *c, const char *from, const char *to,
                                       const struct node *next)
{
    struct language *language = c->source->language;
    struct node *node = make(c, NODE_LIST, next);
    int number = language_list_number(language, KIND_OF_LIST, from + 1, (size_t)(to - from - 1));
    if (number < 0 || language_need_list(language, number, c->source->file, c->source->line) != 0)
        c->failed = true;
    if (node)
        node->number = number;
    return node;
}

static const struct node *compile_prefix(struct compiler *c, const char *from, const char *to,
                                         const struct node *next)
{
    char fold[96];
    size_t len = word_fold(from, (size_t)(to - from - 1), fold, sizeof fold);
    struct node *node = make(c, NODE_PREFIX, next);
    char *copy = len > 0 ? alloc(c, len + 1) : complain(c, "a lone *");
    if (!copy || !node)
        return NULL;
    memcpy(copy, fold, len);
    node->prefix = copy;
    node->prefix_len = len;
    return node;
}

/* A literal may be several words for the matcher: "i'm", "gluten-free". */
static const struct node *compile_literal(struct compiler *c, const char *from, const char *to,
                                          const struct node *next)
{
    char text[200];
    struct words *words = c->source->scratch;
    size_t len = (size_t)(to - from);
    if (len >= sizeof text)
        return complain(c, "a word is too long");
    memcpy(text, from, len);
    text[len] = '\0';
    if (text[0] == '\'') {
        /* The possessive is a word of its own, which no text begins with. */
        struct node *node = make(c, NODE_WORD, next);
        if (node)
            node->key = word_key(text, len);
        return node;
    }
    if (words_reread(language_reader(c->source->language), text, words) != 0) {
        c->failed = true;
        return NULL;
    }
    if (words->count == 0)
        complain(c, "not a word");
    for (size_t at = words->count; at > 0; at--) {
        struct node *node = make(c, NODE_WORD, next);
        if (!node)
            break;
        node->key = words->items[at - 1].key;
        next = node;
    }
    return next;
}

static const struct node *compile_element(struct compiler *c, const char *from, const char *to,
                                          const struct node *next)
{
    size_t len = (size_t)(to - from);
    switch (*from) {
    case '(':
    case '[':
        return compile_group(c, from, to, next);
    case '!':
        if (len > 1)
            return compile_not(c, from, to, next);
        return complain(c, "! stands before a bracket");
    case '<':
        return compile_capture(c, from, to, next);
    case '@':
        return compile_list(c, from, to, next);
    case '^':
        return make(c, len > 1 ? NODE_SENTENCE_START : NODE_CLAUSE_START, next);
    case '$':
        return make(c, len > 1 ? NODE_SENTENCE_END : NODE_CLAUSE_END, next);
    case ',':
        return make(c, NODE_COMMA, next);
    case '.':
        return make(c, NODE_STOP, next);
    case '~':
        return make(c, NODE_SKIP, next);
    case '_':
        return make(c, NODE_ANY, next);
    case ')':
    case ']':
    case '|':
        return complain(c, "a bracket or | without its opening bracket");
    default:
        return to[-1] == '*' ? compile_prefix(c, from, to, next) : compile_literal(c, from, to, next);
    }
}

static const struct node *compile(struct compiler *c, const char *from, const char *to,
                                  const struct node *next)
{
    struct element elements[MAX_ELEMENTS];
    size_t count = 0;
    if (++c->nesting > MAX_NESTING)
        return complain(c, "brackets are nested too deeply");
    while (from < to && !c->failed) {
        if (*from == ' ' || *from == '\t') {
            from++;
            continue;
        }
        const char *end = element_end(c, from, to);
        if (!end)
            break;
        if (end == from)
            return complain(c, "a bracket or | without its opening bracket");
        if (count == MAX_ELEMENTS)
            return complain(c, "the pattern is too long");
        elements[count++] = (struct element){from, end};
        from = end;
    }
    while (count > 0 && !c->failed) {
        count--;
        next = compile_element(c, elements[count].from, elements[count].to, next);
    }
    c->nesting--;
    return c->failed ? NULL : next;
}

#define FIRSTS_STEPS                                                                                         \
    2000 /* nodes that are visited before a pattern counts as one that begins with any word */

static bool find_firsts(const struct node *node, struct firsts *firsts, int *steps)
{
    bool found = true;
    if (++*steps > FIRSTS_STEPS)
        return false;
    switch (node->type) {
    case NODE_WORD:
        firsts->bits[(node->key >> 6) % (FIRST_BITS / 64)] |= (uint64_t)1 << (node->key & 63);
        return true;
    case NODE_ALTERNATIVES:
        for (size_t i = 0; i < node->branch_count && found; i++)
            found = find_firsts(node->branches[i], firsts, steps);
        return found;
    case NODE_NOT:
    case NODE_CLAUSE_START:
    case NODE_SENTENCE_START:
    case NODE_COMMA:
    case NODE_STOP:
        return find_firsts(node->next, firsts, steps);
    default:
        return false;
    }
}

const struct pattern *pattern_compile(const struct pattern_source *source, const char *text, size_t len,
                                      const char **complaint)
{
    struct compiler c = {.source = source};
    struct pattern *pattern = alloc(&c, sizeof *pattern);
    const struct node *end = make(&c, NODE_END, NULL);
    const struct node *first = end && pattern ? compile(&c, text, text + len, end) : NULL;
    int steps = 0;
    *complaint = first == end && first ? "the pattern is empty" : c.complaint;
    if (!first || first == end)
        return NULL;
    pattern->first = first;
    pattern->firsts.any = !find_firsts(first, &pattern->firsts, &steps);
    return pattern;
}

static bool match(struct matcher *m, const struct node *node, size_t at, enum gap allowed);

static bool reachable(const struct matcher *m, size_t at, enum gap allowed)
{
    return at < m->words->count && m->words->items[at].gap <= allowed;
}

static bool match_list(struct matcher *m, const struct node *node, size_t at)
{
    size_t ends[PATTERN_ENDS], before = m->list_count;
    size_t count = language_list_ends(m->language, node->number, m->words, at, ends);
    for (size_t i = 0; i < count; i++) {
        if (before < PATTERN_LISTS)
            m->lists[before] = (struct span){at, ends[i]};
        m->list_count = before + 1;
        if (match(m, node->next, ends[i], GAP_NONE))
            return true;
    }
    m->list_count = before;
    return false;
}

/* Where a capture at a word may end. */
static size_t capture(const struct matcher *m, enum capture what, size_t at, size_t ends[PATTERN_ENDS])
{
    int value;
    size_t len = 0;
    switch (what) {
    case CAPTURE_NUMBER:
        len = language_number(m->language, m->words, at, &value);
        break;
    case CAPTURE_WEEKDAY:
        len = language_list(m->language, LIST_WEEKDAY, m->words, at);
        break;
    case CAPTURE_MONTH:
        len = language_list(m->language, LIST_MONTH, m->words, at);
        break;
    default:
        return m->capture ? m->capture(m->ctx, what, m->words, at, ends) : 0;
    }
    ends[0] = at + len;
    return len > 0;
}

static bool match_capture(struct matcher *m, const struct node *node, size_t at)
{
    size_t ends[PATTERN_ENDS];
    int what = node->number;
    size_t count = capture(m, (enum capture)what, at, ends);
    struct span before = m->captured[what];
    bool had = m->has[what];
    for (size_t i = 0; i < count; i++) {
        m->captured[what] = (struct span){at, ends[i]};
        m->has[what] = true;
        if (match(m, node->next, ends[i], GAP_NONE))
            return true;
    }
    m->captured[what] = before;
    m->has[what] = had;
    return false;
}

static bool match_skip(struct matcher *m, const struct node *node, size_t at, enum gap allowed)
{
    for (int skipped = 0; skipped <= SKIP_WORDS; skipped++) {
        if (match(m, node->next, at, allowed))
            return true;
        if (!reachable(m, at, allowed))
            return false;
        at++;
        allowed = GAP_NONE;
    }
    return false;
}

static bool match_branches(struct matcher *m, const struct node *node, size_t at, enum gap allowed)
{
    for (size_t i = 0; i < node->branch_count; i++)
        if (match(m, node->branches[i], at, allowed))
            return true;
    return false;
}

static bool match_not(struct matcher *m, const struct node *node, size_t at, enum gap allowed)
{
    struct matcher inner = *m;
    bool fits = match_branches(&inner, node, at, allowed);
    m->steps = inner.steps;
    return !fits && match(m, node->next, at, allowed);
}

static enum gap gap_at(const struct matcher *m, size_t at)
{
    return at < m->words->count ? (enum gap)m->words->items[at].gap : GAP_STOP;
}

static bool match_word(struct matcher *m, const struct node *node, size_t at, enum gap allowed)
{
    if (!reachable(m, at, allowed))
        return false;
    const struct word *word = &m->words->items[at];
    switch (node->type) {
    case NODE_WORD:
        return word->key == node->key && match(m, node->next, at + 1, GAP_NONE);
    case NODE_PREFIX:
        return strncmp(word->fold, node->prefix, node->prefix_len) == 0 &&
               match(m, node->next, at + 1, GAP_NONE);
    case NODE_LIST:
        return match_list(m, node, at);
    case NODE_CAPTURE:
        return match_capture(m, node, at);
    default:
        return match(m, node->next, at + 1, GAP_NONE);
    }
}

static bool match(struct matcher *m, const struct node *node, size_t at, enum gap allowed)
{
    if (m->steps-- <= 0)
        return false;
    switch (node->type) {
    case NODE_END:
        m->all.to = at;
        return true;
    case NODE_CLAUSE_START:
        return gap_at(m, at) > GAP_NONE && match(m, node->next, at, allowed);
    case NODE_SENTENCE_START:
        return gap_at(m, at) == GAP_STOP && match(m, node->next, at, allowed);
    case NODE_CLAUSE_END:
        return gap_at(m, at) > GAP_NONE && match(m, node->next, at, allowed);
    case NODE_SENTENCE_END:
        return gap_at(m, at) == GAP_STOP && match(m, node->next, at, allowed);
    case NODE_COMMA:
        return match(m, node->next, at, allowed > GAP_COMMA ? allowed : GAP_COMMA);
    case NODE_STOP:
        return match(m, node->next, at, GAP_STOP);
    case NODE_ALTERNATIVES:
        return match_branches(m, node, at, allowed);
    case NODE_NOT:
        return match_not(m, node, at, allowed);
    case NODE_SKIP:
        return match_skip(m, node, at, allowed);
    default:
        return match_word(m, node, at, allowed);
    }
}

bool pattern_match(struct matcher *matcher, const struct pattern *pattern, size_t at)
{
    if (at < matcher->words->count && !firsts_have(&pattern->firsts, matcher->words->items[at].key))
        return false;
    memset(matcher->has, 0, sizeof matcher->has);
    matcher->list_count = 0;
    matcher->steps = MAX_STEPS;
    matcher->all = (struct span){at, at};
    if (!match(matcher, pattern->first, at, GAP_STOP))
        return false;
    if (matcher->list_count > PATTERN_LISTS)
        matcher->list_count = PATTERN_LISTS;
    return true;
}
