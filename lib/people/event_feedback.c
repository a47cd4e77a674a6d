/*
 * How the caller felt, where an event has more than their words: what they gave the call themselves
 * (ConversationHistoryFeedbackCommonModel), and what the evaluation of the call
 * (ConversationHistoryEvaluationCriteriaResultCommonModel.rationale) says plainly of them. A rationale is
 * about what the agent did; only a sentence that has the caller for its subject, a feeling, and nothing that
 * could turn it around counts, and all of them have to agree.
 */
#include "people/event_parts.h"

#include "base/json.h"
#include "understand/orders.h"

#include <ctype.h>
#include <string.h>

#define RATIONALE_MOST 2000 /* bytes of a rationale that are looked at */
#define WORDS_MOST     60   /* of a sentence */
#define WORD_SIZE      20

#define RATING_BAD  2 /* and below, of 5 */
#define RATING_GOOD 4
#define RATING_MOST 5

static int sign(bool good, bool bad)
{
    return good == bad ? 0 : good ? 1 : -1;
}

/* Of what the caller gave: the thumb for the whole call or the stars, else thumbs for single answers. Where
 * they disagree it is nothing. */
static int rating_of(const cJSON *feedback)
{
    const char *overall = json_text_or_empty(feedback, "overall_score");
    int64_t rating = json_int(feedback, "rating", 0);
    int64_t likes = json_int(feedback, "likes", 0), dislikes = json_int(feedback, "dislikes", 0);
    bool good = strcmp(overall, "like") == 0 || (rating >= RATING_GOOD && rating <= RATING_MOST);
    bool bad = strcmp(overall, "dislike") == 0 || (rating >= 1 && rating <= RATING_BAD);
    if (*overall || rating)
        return sign(good, bad);
    return sign(likes > 0, dislikes > 0);
}

const char *event_feedback_comment(const cJSON *metadata)
{
    const char *comment = json_text_or_empty(json_object(metadata, "feedback"), "comment");
    return comment[strspn(comment, " \t\r\n")] && !orders_are_markup(comment) &&
                   !orders_are_placeholder(comment)
               ? comment
               : NULL;
}

/* --- Rationales --- */

static const char *const callers[] = {"caller", "customer", "user", "client", "guest", "patient"};
static const char *const verbs[] = {"was",      "is",       "seemed", "sounded",   "felt",   "became",
                                    "remained", "appeared", "left",   "expressed", "showed", "voiced"};
/* What may stand between the caller, the verb and the feeling. */
static const char *const between[] = {"very",      "quite",   "clearly", "visibly", "increasingly",
                                      "really",    "deeply",  "highly",  "also",    "still",
                                      "extremely", "audibly", "rather",  "great",   "strong",
                                      "clear",     "openly",  "the",     "call"};
static const char *const good_feelings[] = {"happy",        "satisfied", "pleased",  "delighted",
                                            "satisfaction", "happiness", "thrilled", "content"};
static const char *const bad_feelings[] = {"frustrated", "angry",        "upset",      "annoyed",
                                           "irritated",  "dissatisfied", "unhappy",    "disappointed",
                                           "furious",    "frustration",  "anger",      "dissatisfaction",
                                           "annoyance",  "irritation",   "displeased", "disappointment"};
/* A sentence with one of these may mean something else. */
static const char *const turning[] = {
    "not",        "no",        "never",     "neither", "nor",     "if",      "whether",
    "unless",     "would",     "could",     "should",  "might",   "may",     "without",
    "first",      "initially", "beginning", "start",   "but",     "however", "though",
    "although",   "despite",   "before",    "until",   "once",    "when",    "previous",
    "previously", "earlier",   "unclear",   "hardly",  "barely",  "instead", "ready",
    "nothing",    "pretended", "than",      "cannot",  "because", "example", "potentially"};
/* A rationale with one of these says that a bad feeling passed. */
static const char *const passing[] = {"calm",  "resolv",     "solved",    "escalat",
                                      "relie", "eventually", "by the end"};

static bool is_one_of(const char *word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(word, list[i]) == 0)
            return true;
    return false;
}

#define IS_ONE_OF(word, list) is_one_of(word, list, sizeof list / sizeof *list)

struct sentence {
    char words[WORDS_MOST][WORD_SIZE];
    size_t count;
    bool whole; /* it had no more words than fit */
};

/* Reads the next sentence in small letters; where it ends. */
static const char *next_sentence(const char *text, struct sentence *sentence)
{
    *sentence = (struct sentence){.whole = true};
    while (*text && !strchr(".!?;\n", *text)) {
        char word[WORD_SIZE];
        size_t len = 0;
        for (; isalnum((unsigned char)*text) || *text == '\'' || (unsigned char)*text >= 0x80; text++)
            if (len + 1 < sizeof word)
                word[len++] = (char)tolower((unsigned char)*text);
        word[len] = '\0';
        if (len == 0) {
            text++;
            continue;
        }
        sentence->whole = sentence->whole && sentence->count < WORDS_MOST;
        if (sentence->count < WORDS_MOST)
            memcpy(sentence->words[sentence->count++], word, len + 1);
    }
    return *text ? text + 1 : text;
}

static bool is_turned(const struct sentence *sentence)
{
    for (size_t i = 0; i < sentence->count; i++) {
        const char *word = sentence->words[i];
        size_t len = strlen(word);
        if (IS_ONE_OF(word, turning) || (len > 3 && strcmp(word + len - 2, "'t") == 0))
            return true;
    }
    return !sentence->whole;
}

static size_t pass_over(const struct sentence *sentence, size_t at)
{
    while (at < sentence->count && IS_ONE_OF(sentence->words[at], between))
        at++;
    return at;
}

/* The feeling that a sentence states of the caller, from the caller at word `at`. */
static int feeling_at(const struct sentence *sentence, size_t at)
{
    size_t verb = pass_over(sentence, at + 1), felt = pass_over(sentence, verb + 1);
    if (!IS_ONE_OF(sentence->words[at], callers) || felt >= sentence->count ||
        !IS_ONE_OF(sentence->words[verb], verbs))
        return 0;
    /* "happy to wait" is no feeling. */
    if (felt + 1 < sentence->count && strcmp(sentence->words[felt + 1], "to") == 0)
        return 0;
    return sign(IS_ONE_OF(sentence->words[felt], good_feelings),
                IS_ONE_OF(sentence->words[felt], bad_feelings));
}

static bool says_it_passed(const char *text)
{
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        if (strcasestr(text, passing[i]))
            return true;
    return false;
}

struct judged {
    bool good, bad;
};

static void read_rationale(struct judged *judged, const char *text)
{
    struct sentence sentence;
    bool passed = says_it_passed(text);
    if (strlen(text) > RATIONALE_MOST)
        return;
    while (*text) {
        text = next_sentence(text, &sentence);
        for (size_t at = 0; at < sentence.count; at++) {
            int feeling = is_turned(&sentence) ? 0 : feeling_at(&sentence, at);
            judged->good = judged->good || feeling > 0;
            judged->bad = judged->bad || (feeling < 0 && !passed);
        }
    }
}

static void read_criteria(struct judged *judged, const cJSON *results)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, results)
    {
        const char *result = json_text_or_empty(entry, "result");
        if (strcmp(result, "success") == 0 || strcmp(result, "failure") == 0)
            read_rationale(judged, json_text_or_empty(entry, "rationale"));
    }
}

/* Both forms in which an object has its results. */
static void read_evaluation(struct judged *judged, const cJSON *object)
{
    read_criteria(judged, json_object(object, "evaluation_criteria_results"));
    read_criteria(judged, json_array(object, "evaluation_criteria_results_list"));
}

void event_read_feedback(struct event *event, const cJSON *metadata, const cJSON *analysis)
{
    struct judged judged = {0};
    const cJSON *scoped;
    event->transcript.rated = rating_of(json_object(metadata, "feedback"));
    read_evaluation(&judged, analysis);
    cJSON_ArrayForEach(scoped, json_array(analysis, "scoped"))
    {
        read_evaluation(&judged, scoped);
    }
    event->transcript.judged = sign(judged.good, judged.bad);
}
