#include "people/line.h"

#include "base/clock.h"
#include "base/json.h"
#include "people/link.h"
#include "people/thinned.h"
#include "understand/act.h"
#include "understand/person_name.h"

#include <stdlib.h>
#include <string.h>

#define MATTER_BYTES 5                /* of a word that says what something is about */
#define PERSONS_MAX  200              /* of a line, with those of whom was spoken */
#define OPEN_CALLS   4                /* what was left open longer ago is open no more */
#define OPEN_SECONDS (90 * CLOCK_DAY) /* unless it has a day of its own */

const char *person_name(const struct person *person)
{
    return *person->called ? person->called : person->full;
}

/* --- Persons --- */

static size_t person_new(struct line *line, bool speaks)
{
    if (line->person_count >= PERSONS_MAX)
        return NOBODY;
    if (line->person_count == line->person_room) {
        size_t room = line->person_room ? line->person_room * 2 : 4;
        struct person *persons = realloc(line->persons, room * sizeof *persons);
        if (!persons) {
            line->failed = true;
            return NOBODY;
        }
        line->persons = persons;
        line->person_room = room;
    }
    line->persons[line->person_count] =
        (struct person){.full = "", .called = "", .role = "", .speaks = speaks};
    return line->person_count++;
}

static void person_add_name(struct person *person, const char *name)
{
    for (size_t i = 0; i < person->name_count; i++)
        if (strcmp(person->names[i], name) == 0)
            return;
    if (*name && person->name_count < PERSON_NAMES)
        person->names[person->name_count++] = name;
}

static enum name_match person_match(const struct person *person, const char *name)
{
    enum name_match best = NAME_OTHER;
    for (size_t i = 0; i < person->name_count && *name; i++) {
        enum name_match match = name_compare(person->names[i], name);
        best = match > best ? match : best;
    }
    return best;
}

/* The fuller form of a name stands: "Martin Hollins" after "Mr. Hollins". */
static void person_learn(struct person *person, const struct speaker *speaker, int call)
{
    bool fuller = name_is_full(speaker->full) || !*person->full;
    if (*speaker->full && (fuller || !name_is_full(person->full)) && !person->remark)
        person->full = speaker->full;
    if (*speaker->called && !person->remark)
        person->called = speaker->called;
    if (*speaker->role)
        person->role = speaker->role;
    person_add_name(person, speaker->full);
    person_add_name(person, speaker->called);
    person->last_call = call;
}

/* A name that was wrong, or is theirs no more, is no name of theirs from now on. */
static void person_rename(struct person *person, const struct speaker *speaker)
{
    /* An operator's remark stands above it. */
    if (person->remark)
        return;
    person->name_count = 0;
    person->full = *speaker->full ? speaker->full : person->full;
    if (*person->called && name_compare(person->called, person->full) == NAME_OTHER)
        person_add_name(person, person->called);
}

/* What an operator said that somebody is called; the name that was heard stays one by which they are found.
 */
static void person_name_them(struct person *person, const struct remark *remark)
{
    person->remark = remark;
    person->full = remark->name;
    if (*remark->called)
        person->called = remark->called;
    else if (name_compare(person->called, person->full) == NAME_OTHER)
        person->called = "";
    person_add_name(person, remark->name);
    person_add_name(person, remark->called);
    person_add_name(person, remark->text);
}

/* Whether something in a call says that a person whom the line knows has a new name: the old one is mentioned
 * in it. */
static bool mentions(struct line *line, const struct memory_list *list, size_t from, const char *conversation,
                     const char *name)
{
    for (size_t i = from; i < list->count && strcmp(list->items[i].conversation, conversation) == 0; i++)
        if (list->items[i].kind != KIND_EVIDENCE && list->items[i].kind != KIND_NAME &&
            name_stands_in(name, list->items[i].content, &line->failed))
            return true;
    return false;
}

/* The person whom names point at: 2 for the whole name, 1 for how they are called. NOBODY when there is none;
 * `many` when it could be several. */
static size_t find_among(const struct line *line, const struct speaker *speaker, bool apart, bool *many)
{
    size_t found = NOBODY;
    int best = 0;
    *many = false;
    for (size_t i = 0; i < line->person_count; i++) {
        const struct person *person = &line->persons[i];
        int score = !person->speaks || (person->apart != NULL) != apart
                        ? 0
                        : 2 * (person_match(person, speaker->full) == NAME_SAME) +
                              (person_match(person, speaker->called) == NAME_SAME);
        *many = score == best && score > 0 ? true : score > best ? false : *many;
        if (score > best) {
            best = score;
            found = i;
        }
    }
    return found;
}

/* Whom an operator made a person of their own is found by name where nobody else is. */
static size_t find_speaker(const struct line *line, const struct speaker *speaker, bool *many)
{
    size_t found = find_among(line, speaker, false, many);
    return found == NOBODY && !*many ? find_among(line, speaker, true, many) : found;
}

static size_t find_renamed(struct line *line, const struct speaker *speaker, const struct memory_list *list,
                           size_t from)
{
    const char *conversation = list->items[from].conversation;
    for (size_t i = 0; i < line->person_count; i++) {
        const struct person *person = &line->persons[i];
        if (!person->speaks || !*person->full || person->apart)
            continue;
        if (*speaker->was && person_match(person, speaker->was) == NAME_SAME)
            return i;
        if (person_match(person, speaker->full) == NAME_RENAMED) {
            if (speaker->renamed)
                return i;
            const char *family = strrchr(person->full, ' ');
            if (family && mentions(line, list, from, conversation, family + 1))
                return i;
        }
    }
    return NOBODY;
}

/* The name in what somebody is called of whom is spoken: "Ida" of "daughter Ida", "Ida Holm" as it is. */
static const char *bare_name(const char *label)
{
    const char *at = label;
    while (*at && !((unsigned char)*at >= 'A' && (unsigned char)*at <= 'Z') && (unsigned char)*at < 0x80) {
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    return *at ? at : label;
}

/* One of whom was spoken, and who now speaks: of one name alone. */
static size_t find_spoken_of(const struct line *line, const struct speaker *speaker)
{
    const char *name = *speaker->full ? speaker->full : speaker->called;
    size_t found = NOBODY;
    for (size_t i = 0; i < line->person_count && *name; i++) {
        const struct person *person = &line->persons[i];
        bool same = false;
        for (size_t n = 0; n < person->name_count && !same; n++)
            same = name_compare(bare_name(person->names[n]), name) == NAME_SAME;
        if (person->speaks || person->gone || !same)
            continue;
        if (found != NOBODY)
            return NOBODY;
        found = i;
    }
    return found;
}

/* One who spoke before anybody had a name. */
static size_t find_unnamed(const struct line *line)
{
    for (size_t i = 0; i < line->person_count; i++)
        if (line->persons[i].speaks && !*line->persons[i].full && !*line->persons[i].called &&
            !line->persons[i].apart)
            return i;
    return NOBODY;
}

/* Whom an operator knows by another name on another line. */
static size_t find_linked(const struct line *line, const struct speaker *speaker)
{
    for (size_t i = 0; i < line->link_count; i++) {
        const char *const names[] = {line->links[i].name, line->links[i].other_name};
        for (int side = 0; side < 2 && *names[0] && *names[1]; side++) {
            const struct speaker other = {.full = names[!side], .called = "", .role = "", .was = ""};
            bool many;
            if (name_compare(speaker->full, names[side]) == NAME_SAME ||
                name_compare(speaker->called, names[side]) == NAME_SAME) {
                size_t found = find_speaker(line, &other, &many);
                if (found != NOBODY && !many)
                    return found;
            }
        }
    }
    return NOBODY;
}

/* Who speaks in a call of another line in which nobody said a name: the one whose line it is, where an
 * operator linked it by name. NOBODY for calls of this line. */
static size_t assume_linked(struct line *line, const char *caller, int call)
{
    for (size_t i = 0; i < line->link_count && !line->calls[call].attempt; i++) {
        const struct link *link = &line->links[i];
        const struct speaker named = {.full = link->name, .called = "", .role = "", .was = ""};
        bool many;
        if (strcmp(link->other, caller) != 0 || !*link->name)
            continue;
        size_t found = find_speaker(line, &named, &many);
        if (found == NOBODY && !many && (found = person_new(line, true)) != NOBODY)
            person_learn(&line->persons[found], &named, call);
        return found;
    }
    return NOBODY;
}

/* Whether the speaker of a call is none of those whom the line knows: they denied to be one of them. An agent
 * that took them for somebody of whom nobody here has heard was wrong by itself. */
static bool is_other(const struct line *line, const struct line_call *call)
{
    bool known = !*call->denied;
    for (size_t i = 0; i < line->person_count && call->other; i++)
        known =
            known || (line->persons[i].speaks && person_match(&line->persons[i], call->denied) != NAME_OTHER);
    return call->other && known;
}

/* The person whom an operator set apart. */
static size_t find_apart(struct line *line, const struct remark *remark)
{
    for (size_t i = 0; i < line->person_count; i++)
        if (line->persons[i].apart == remark)
            return i;
    size_t at = person_new(line, true);
    if (at != NOBODY) {
        line->persons[at].apart = line->persons[at].remark = remark;
        line->persons[at].full = remark->name;
        person_add_name(&line->persons[at], remark->name);
    }
    return at;
}

/* Who speaks, of those whom the line knows; somebody new when it is none of them. */
static size_t know_speaker(struct line *line, const struct speaker *speaker, const struct memory_list *list,
                           size_t from, int call)
{
    bool many, other = is_other(line, &line->calls[call]);
    size_t at = find_speaker(line, speaker, &many);
    if (many)
        return NOBODY;
    if (at == NOBODY)
        at = find_linked(line, speaker);
    if (at == NOBODY && (at = find_renamed(line, speaker, list, from)) != NOBODY)
        person_rename(&line->persons[at], speaker);
    if (at == NOBODY && !other && line_speakers(line) == 1)
        at = find_unnamed(line);
    if (at == NOBODY && (at = find_spoken_of(line, speaker)) != NOBODY) {
        line->persons[at].speaks = true;
        line->persons[at].full = "";
    }
    if (at == NOBODY)
        at = person_new(line, true);
    if (at != NOBODY)
        person_learn(&line->persons[at], speaker, call);
    return at;
}

/* What operators said of a name that was heard: it is wrong, it is another one (NAME), it is nobody's (DROP);
 * of two who said so the later one counts. */
static const struct remark *remark_on_name(struct line *line, const char *conversation,
                                           const struct speaker *speaker)
{
    const struct remark *found = NULL;
    for (size_t i = 0; i < line->remark_count; i++)
        if (remark_means_name(&line->remarks[i], conversation, speaker, &line->failed))
            found = &line->remarks[i];
    return found;
}

static const struct remark *remark_apart(struct line *line, const char *conversation,
                                         const struct speaker *speaker)
{
    for (size_t i = 0; i < line->remark_count; i++)
        if (remark_is_theirs(&line->remarks[i], conversation, speaker, &line->failed))
            return &line->remarks[i];
    return NULL;
}

/* Who speaks under a name of which an operator said that it is another one. The one who has the right name,
 * else the one who was known by the wrong one. */
static size_t know_corrected(struct line *line, const struct speaker *speaker, const struct remark *remark,
                             const struct memory_list *list, size_t from, int call)
{
    const struct speaker right = {.full = remark->name, .called = remark->called, .role = "", .was = ""};
    bool many;
    size_t at = find_speaker(line, &right, &many);
    if (at == NOBODY || many)
        at = know_speaker(line, speaker, list, from, call);
    if (at == NOBODY)
        return NOBODY;
    person_learn(&line->persons[at], speaker, call);
    person_name_them(&line->persons[at], remark);
    return at;
}

/* Who speaks in a call, with what operators said of it. */
static size_t who_speaks(struct line *line, const struct speaker *speaker, const struct remark *remark,
                         const struct memory_list *list, size_t from, int call)
{
    const struct remark *apart = remark_apart(line, list->items[from].conversation, speaker);
    if (apart) {
        size_t at = find_apart(line, apart);
        if (at != NOBODY)
            person_learn(&line->persons[at], speaker, call);
        return at;
    }
    return remark ? know_corrected(line, speaker, remark, list, from, call)
                  : know_speaker(line, speaker, list, from, call);
}

/* "I've had this number since June": nobody of before is on this line. */
static void leave(struct line *line, int call)
{
    for (size_t i = 0; i < line->person_count; i++)
        if (line->persons[i].last_call < call) {
            line->persons[i].speaks = false;
            line->persons[i].gone = true;
        }
}

/* Who spoke in a call in which nobody said a name. */
static size_t assume_speaker(struct line *line, int call)
{
    size_t only = NOBODY;
    if (line->calls[call].attempt)
        return NOBODY;
    if (is_other(line, &line->calls[call]) || line_speakers(line) == 0)
        return person_new(line, true);
    if (line_speakers(line) > 1)
        return NOBODY;
    for (size_t i = 0; i < line->person_count; i++)
        only = line->persons[i].speaks ? i : only;
    return only;
}

/* The same with what operators said of the call: it was the one whom they set apart, or somebody whose name
 * they know. */
static size_t who_spoke(struct line *line, const char *conversation, int call)
{
    static const struct speaker nameless = {.full = "", .called = "", .role = "", .was = ""};
    const struct remark *apart = remark_apart(line, conversation, &nameless);
    size_t at = apart ? find_apart(line, apart) : assume_speaker(line, call);
    for (size_t i = 0; i < line->remark_count && !apart && at != NOBODY; i++) {
        const struct remark *remark = &line->remarks[i];
        if (remark->act == REMARK_NAME && !*remark->text && strcmp(remark->conversation, conversation) == 0)
            person_name_them(&line->persons[at], remark);
    }
    return at;
}

size_t line_speakers(const struct line *line)
{
    size_t count = 0;
    for (size_t i = 0; i < line->person_count; i++)
        count += line->persons[i].speaks;
    return count;
}

const struct person *line_person(const struct line *line)
{
    const struct person *only = NULL;
    if (line_speakers(line) != 1)
        return NULL;
    for (size_t i = 0; i < line->person_count; i++)
        only = line->persons[i].speaks ? &line->persons[i] : only;
    return only;
}

const struct person *line_find(const struct line *line, const char *name)
{
    const struct person *found = NULL;
    for (size_t i = 0; i < line->person_count; i++) {
        const struct person *person = &line->persons[i];
        if (!person->speaks || person_match(person, name) != NAME_SAME)
            continue;
        if (found)
            return NULL;
        found = person;
    }
    return found;
}

/* "Emil (son)" is "Emil" and "son". */
static void split_label(struct line *line, const char *label, const char **name, const char **relation)
{
    size_t len = strcspn(label, "(");
    *name = label;
    *relation = "";
    if (!label[len] || len == 0)
        return;
    const char *inside = label + len + 1;
    *relation = arena_text(line->arena, inside, strcspn(inside, ")"));
    while (len > 0 && label[len - 1] == ' ')
        len--;
    *name = arena_text(line->arena, label, len);
    if (!*name || !*relation) {
        line->failed = true;
        *name = *relation = "";
    }
}

static bool is_whose(const struct person *person, const char *name, const char *relation)
{
    if (person_match(person, name) == NAME_SAME)
        return true;
    return !person->speaks && ((*relation && strcmp(person->full, relation) == 0) ||
                               (*person->role && strcmp(person->role, name) == 0));
}

/* Whose a statement is: the speaker's, or somebody's of whom they spoke. Between two on the line who could be
 * meant it is the one who does not speak. */
static size_t find_owner(struct line *line, const char *whose, size_t speaker, int call)
{
    const char *name, *relation;
    size_t found = NOBODY;
    if (!*whose)
        return speaker;
    if (strcmp(whose, WHOSE_UNCLEAR) == 0)
        return NOBODY;
    split_label(line, whose, &name, &relation);
    for (size_t i = 0; i < line->person_count; i++)
        if (is_whose(&line->persons[i], name, relation) && (found == NOBODY || found == speaker))
            found = i;
    if (found == NOBODY)
        found = person_new(line, false);
    if (found == NOBODY)
        return NOBODY;
    struct person *person = &line->persons[found];
    if (!person->speaks) {
        if (!*person->full || (*relation && strcmp(person->full, relation) == 0))
            person->full = name;
        if (*relation)
            person->role = relation;
    }
    person_add_name(person, name);
    person->last_call = call;
    return found;
}

/* --- What is known --- */

static bool is_today_or_later(const char *until, int64_t when)
{
    char now[CLOCK_STAMP_SIZE];
    clock_stamp(when, now);
    size_t len = strlen(until);
    return strncmp(until, now, len < 16 ? 10 : 16) >= 0;
}

/* How many of the owner's facts that hold have a word. */
static int holders(const struct line *line, size_t owner, const char *word)
{
    int count = 0;
    for (size_t i = 0; i < line->known_count; i++)
        count += line->known[i].owner == owner && line->known[i].state == STATE_NOW &&
                 carriers_have(&line->known[i].carriers, word);
    return count;
}

/* Whether what they share says something: a word that not all of this person's facts have, or a number. */
static bool shares_rare(const struct line *line, const struct known *older, const struct known *newer)
{
    for (size_t i = 0; i < newer->carriers.count; i++)
        if (carriers_have(&older->carriers, newer->carriers.words[i]) &&
            holders(line, older->owner, newer->carriers.words[i]) <= 3)
            return true;
    return false;
}

static double likeness(const struct known *a, const struct known *b)
{
    size_t least = a->carriers.count < b->carriers.count ? a->carriers.count : b->carriers.count;
    return least ? (double)carriers_shared(&b->carriers, &a->carriers) / (double)least : 0;
}

static enum statement_kind kind_of(const struct known *known)
{
    return known->fact.statement.kind;
}

static bool same_slot(const struct known *a, const struct known *b)
{
    const char *slot = b->fact.statement.slot;
    return *slot && strcmp(a->fact.statement.slot, slot) == 0;
}

static bool is_number(const char *word)
{
    return *word >= '0' && *word <= '9';
}

/* "Takes her drops at 7", "I take my drops at 10": the same words with other numbers. */
static bool says_another_number(const struct known *older, const struct known *newer)
{
    size_t words = 0, numbers[2] = {0, 0};
    const struct known *both[2] = {older, newer};
    if (kind_of(older) != kind_of(newer) || kind_of(older) == STATEMENT_ID)
        return false;
    for (int i = 0; i < 2; i++)
        for (size_t w = 0; w < both[i]->carriers.count; w++) {
            const char *word = both[i]->carriers.words[w];
            bool shared = carriers_have(&both[1 - i]->carriers, word);
            if (is_number(word) && shared)
                return false;
            numbers[i] += is_number(word);
            words += i == 0 && shared;
        }
    return words >= 2 && numbers[0] > 0 && numbers[1] > 0;
}

/* "Leave it behind the gate", "Leave it behind the shed": the same is to be done in another way. */
static bool says_another_way(const struct known *older, const struct known *newer)
{
    const struct carriers *a = &older->carriers, *b = &newer->carriers;
    size_t shared = carriers_shared(b, a), least = a->count < b->count ? a->count : b->count;
    return kind_of(older) == STATEMENT_INSTRUCTION && kind_of(newer) == STATEMENT_INSTRUCTION && shared > 1 &&
           shared < least && shared * 2 >= least && strcmp(a->words[0], b->words[0]) == 0;
}

/* "Email me. No, text me instead": within a call, what a rule heard later. */
static bool corrects(const struct known *older, const struct known *newer)
{
    const struct statement *a = &older->fact.statement, *b = &newer->fact.statement;
    return a->kind == STATEMENT_INSTRUCTION && b->kind == STATEMENT_INSTRUCTION && a->source == SOURCE_RULE &&
           b->source == SOURCE_RULE && a->turn < b->turn && same_slot(older, newer);
}

/* A newer statement about the same thing replaces the older one. Within a call both may be meant. */
static bool replaces(const struct known *older, const struct known *newer)
{
    bool open = kind_of(older) == STATEMENT_OPEN;
    if (open != (kind_of(newer) == STATEMENT_OPEN) || kind_of(newer) == STATEMENT_ENDED)
        return false;
    const char *was = older->fact.statement.text, *is = newer->fact.statement.text;
    if (!was || !is || strcmp(was, is) == 0)
        return true;
    if (older->call == newer->call)
        return corrects(older, newer);
    if (same_slot(older, newer) || says_another_number(older, newer) || says_another_way(older, newer))
        return true;
    return likeness(older, newer) >= (open ? 0.5 : 0.75);
}

/* Whether what replaces a statement contradicts it; else it says the same again. */
static bool says_otherwise(const struct known *older, const struct known *newer)
{
    const char *was = older->fact.statement.value, *is = newer->fact.statement.value;
    if (kind_of(older) == STATEMENT_OPEN || older->call == newer->call)
        return false;
    if (says_another_number(older, newer) || says_another_way(older, newer))
        return true;
    return same_slot(older, newer) && (*was && *is ? strcmp(was, is) != 0 : likeness(older, newer) < 0.75);
}

/* Whether an `ended` statement means an older one: "I have moved" the address. */
static bool ends(const struct line *line, const struct known *older, const struct known *newer)
{
    size_t shared = carriers_shared(&newer->carriers, &older->carriers);
    if (same_slot(older, newer))
        return older->call != newer->call;
    if (older->call == newer->call || shared == 0 || !shares_rare(line, older, newer))
        return false;
    return shared * 2 >= newer->carriers.count || shared * 3 >= older->carriers.count;
}

/* "Biscuit died": with him go his food, his reminders, and that there is a Biscuit. */
static void end_with_person(struct line *line, struct known *newer)
{
    for (size_t p = 0; p < line->person_count; p++) {
        struct person *person = &line->persons[p];
        bool named = person->name_count > 0 &&
                     name_stands_in(person->names[0], newer->fact.statement.text, &line->failed);
        if (person->speaks || !(named || newer->owner == p))
            continue;
        person->gone = true;
        for (size_t i = 0; i < line->known_count; i++) {
            struct known *older = &line->known[i];
            bool about = older->owner == p ||
                         (person->name_count > 0 &&
                          name_stands_in(person->names[0], older->fact.statement.text, &line->failed));
            if (older->state == STATE_NOW && older->call < newer->call && about) {
                older->state = STATE_ENDED;
                older->ended_by = newer;
            }
        }
    }
    newer->told = true;
}

/* Whether something is open that the speaker of `newer` was to do, and which they may have done now. */
static bool was_to_be_done(const struct known *older, const struct known *newer)
{
    return older->state == STATE_NOW && kind_of(older) == STATEMENT_OPEN && older->call < newer->call &&
           older->owner == newer->owner && strcmp(older->fact.statement.by, "caller") == 0;
}

/* "I paid this morning", "I've already sent it": the act of the speaker settles what they were to do. Where
 * they do not say what they sent, there must be no other thing to send. */
static void apply_act(struct line *line, size_t at)
{
    struct known *newer = &line->known[at], *bare = NULL;
    size_t bare_count = 0;
    for (size_t i = 0; i < at && !line->failed; i++) {
        struct known *older = &line->known[i];
        struct error error;
        enum act act;
        if (!was_to_be_done(older, newer))
            continue;
        line->failed = act_compare(newer->fact.memory->language, newer->fact.statement.value,
                                   older->fact.statement.text, &act, &error) != 0;
        if (act == ACT_SAME)
            older->state = STATE_DONE;
        bare = act == ACT_BARE ? older : bare;
        bare_count += act == ACT_BARE;
    }
    if (bare_count == 1)
        bare->state = STATE_DONE;
}

/* "The statement came": what was open and is spoken of so is settled. */
static void apply_done(struct line *line, size_t at)
{
    struct known *newer = &line->known[at];
    const char *words = newer->fact.statement.value;
    struct carriers said;
    /* Calls that were understood by an earlier version have no words of their own for it. */
    if (!carriers_read(line->arena, *words ? words : newer->fact.statement.text, &said)) {
        line->failed = true;
        return;
    }
    for (size_t i = 0; i < at; i++) {
        struct known *older = &line->known[i];
        if (older->state == STATE_NOW && kind_of(older) == STATEMENT_OPEN && older->call < newer->call &&
            carriers_shared(&said, &older->carriers) > 0)
            older->state = STATE_DONE;
    }
}

/* "I have to cancel the seventh": what was open for that day. */
static void apply_cancelled(struct line *line, size_t at)
{
    struct known *newer = &line->known[at];
    const char *day = newer->fact.statement.value;
    for (size_t i = 0; i < at; i++) {
        struct known *older = &line->known[i];
        const char *until = older->fact.statement.until;
        if (older->state == STATE_NOW && kind_of(older) == STATEMENT_OPEN && older->call < newer->call &&
            strlen(until) >= 10 && strlen(day) == 2 && strncmp(until + 8, day, 2) == 0)
            older->state = STATE_DONE;
    }
    newer->state = STATE_OVER;
}

static void apply_ended(struct line *line, size_t at)
{
    struct known *newer = &line->known[at];
    if (strcmp(newer->fact.statement.slot, "cancelled") == 0) {
        apply_cancelled(line, at);
        return;
    }
    if (statement_settles(&newer->fact.statement)) {
        if (strcmp(newer->fact.statement.slot, "done") == 0)
            apply_done(line, at);
        apply_act(line, at);
        newer->state = STATE_OVER;
        return;
    }
    bool all = strcmp(newer->fact.statement.slot, "gone") == 0;
    if (all)
        end_with_person(line, newer);
    for (size_t i = 0; i < at; i++) {
        struct known *older = &line->known[i];
        if (older->state != STATE_NOW || older->owner != newer->owner || kind_of(older) == STATEMENT_ENDED ||
            !ends(line, older, newer))
            continue;
        older->state = STATE_ENDED;
        older->ended_by = newer;
        older->wholly = same_slot(older, newer) ||
                        carriers_shared(&newer->carriers, &older->carriers) * 3 >= older->carriers.count * 2;
    }
    /* In its own words only where they say that it is over. */
    newer->told = newer->told || *newer->fact.statement.slot;
}

static void apply(struct line *line, size_t at)
{
    struct known *newer = &line->known[at];
    if (kind_of(newer) == STATEMENT_ENDED) {
        apply_ended(line, at);
        return;
    }
    for (size_t i = 0; i < at; i++) {
        struct known *older = &line->known[i];
        if (older->state != STATE_NOW || older->owner != newer->owner || !replaces(older, newer))
            continue;
        older->state = STATE_REPLACED;
        older->replaced_by = says_otherwise(older, newer) ? newer : NULL;
    }
}

/* What an operator said comes last, and so stands above what calls say: it is replaced by nothing but another
 * remark of an operator. */
static void apply_all(struct line *line)
{
    for (size_t i = 0; i < line->known_count; i++)
        if (line->known[i].state == STATE_NOW)
            apply(line, i);
}

/* An operator's day passes without a call, too. */
static void end_what_passed(struct line *line)
{
    int64_t now = clock_now();
    for (size_t i = 0; i < line->known_count; i++) {
        struct known *known = &line->known[i];
        const char *until = known->fact.statement.until;
        bool operators = known->fact.statement.source == SOURCE_OPERATOR;
        if (known->state != STATE_NOW || !known->fact.memory)
            continue;
        if (*until && !is_today_or_later(until, operators && now > line->last ? now : line->last))
            known->state = STATE_OVER;
        bool old = known->call + OPEN_CALLS < (int)line->call_count ||
                   known->fact.memory->created_at < line->last - OPEN_SECONDS;
        if (kind_of(known) == STATEMENT_OPEN && !*until && old && !operators)
            known->state = STATE_OVER;
    }
}

/* --- What operators said --- */

static struct known *known_of(struct line *line, const struct remark *remark)
{
    for (size_t i = 0; i < line->known_count; i++) {
        const struct memory *memory = line->known[i].fact.memory;
        if (memory && strcmp(memory->conversation, remark->memory->conversation) == 0)
            return &line->known[i];
    }
    return NULL;
}

static void take_remark(struct known *known, const struct remark *remark)
{
    known->remark = remark;
    known->state = remark->act == REMARK_DROP ? STATE_DROPPED : STATE_CORRECTED;
}

/* Whether another call says what a remark takes back in the words in which its call is understood now. */
static bool is_said_again(const struct line *line, const struct known *known, const struct remark *remark)
{
    for (size_t i = 0; i < line->known_count; i++) {
        const struct known *taken = &line->known[i];
        if (taken->remark == remark && taken != known && kind_of(known) != STATEMENT_OPEN &&
            kind_of(taken) == kind_of(known) &&
            strcmp(taken->fact.memory->conversation, remark->conversation) == 0 &&
            strcmp(taken->fact.statement.whose, known->fact.statement.whose) == 0 &&
            strcmp(taken->fact.statement.text, known->fact.statement.text) == 0)
            return true;
    }
    return false;
}

/* Takes back the statement of a call that a remark is about, and the same where its owner said it in other
 * calls. What is so instead has the owner and the call of the first. */
static void apply_remark(struct line *line, const struct remark *remark)
{
    struct known *instead = known_of(line, remark);
    const struct known *first = NULL;
    for (size_t i = 0; i < line->known_count; i++) {
        struct known *known = &line->known[i];
        if (known != instead && remark_means(remark, known->fact.memory, &known->fact.statement,
                                             &known->carriers, &line->failed) == REMARK_THIS) {
            take_remark(known, remark);
            first = first ? first : known;
        }
    }
    for (size_t i = 0; i < line->known_count; i++) {
        struct known *known = &line->known[i];
        if (known != instead && !known->remark && (!first || known->owner == first->owner) &&
            (remark_means(remark, known->fact.memory, &known->fact.statement, &known->carriers,
                          &line->failed) == REMARK_SAME ||
             is_said_again(line, known, remark)))
            take_remark(known, remark);
    }
    if (instead && first) {
        instead->owner = first->owner;
        instead->call = first->call;
    }
}

static void apply_remarks(struct line *line)
{
    for (size_t i = 0; i < line->remark_count; i++)
        if (line->remarks[i].act == REMARK_CORRECT || line->remarks[i].act == REMARK_DROP)
            apply_remark(line, &line->remarks[i]);
}

int64_t line_over(const struct known *known)
{
    int64_t when;
    if (kind_of(known) == STATEMENT_OPEN)
        return 0;
    if (known->state == STATE_ENDED && known->ended_by)
        return known->ended_by->fact.memory->created_at;
    if (known->state == STATE_REPLACED && known->replaced_by)
        return known->replaced_by->fact.memory->created_at;
    bool passed = known->state == STATE_OVER && clock_parse(known->fact.statement.until, &when);
    return passed ? when : 0;
}

/* --- Reading --- */

/* An import may say anything. */
static bool is_mood(const char *mood)
{
    return strcmp(mood, "positive") == 0 || strcmp(mood, "neutral") == 0 || strcmp(mood, "negative") == 0;
}

static void read_call(struct line *line, const struct memory *memory)
{
    struct line_call *call = &line->calls[line->call_count - 1];
    struct error error = {0};
    cJSON *metadata = json_parse(memory->metadata, strlen(memory->metadata), &error);
    const char *const names[] = {"title", "sentiment", "outcome", "denied"};
    const char **const fields[] = {&call->title, &call->mood, &call->outcome, &call->denied};
    line->failed = line->failed || (!metadata && error_is_transient(error.code));
    call->memory = memory;
    call->attempt = memory->kind == KIND_ATTEMPT;
    call->evidence = json_bool(metadata, "evidence", false);
    call->wordless = json_bool(metadata, THINNED_TURNS, false);
    call->other = json_bool(metadata, "other", false);
    call->taken_over = json_bool(metadata, "new_number", false);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *text = json_text(metadata, names[i]);
        *fields[i] = text ? arena_text(line->arena, text, strlen(text)) : "";
        line->failed = line->failed || !*fields[i];
    }
    if (call->mood && !is_mood(call->mood))
        call->mood = "";
    cJSON_Delete(metadata);
}

static void read_fact(struct line *line, const struct memory *memory, size_t speaker)
{
    int call = (int)line->call_count - 1;
    struct known *known = &line->known[line->known_count];
    *known = (struct known){.call = call};
    if (!fact_read(line->arena, memory, &known->fact) ||
        !carriers_read(line->arena, known->fact.statement.text, &known->carriers)) {
        line->failed = true;
        return;
    }
    known->owner = find_owner(line, known->fact.statement.whose, speaker, call);
    line->known_count++;
}

static size_t only_speaker(const struct line *line)
{
    const struct person *person = line_person(line);
    return person ? (size_t)(person - line->persons) : NOBODY;
}

/* What operators said that is so: after all that calls said. */
static void read_said_by_operators(struct line *line, const struct memory_list *list)
{
    for (size_t w = 0; w < line->remark_count; w++)
        for (size_t i = 0; i < list->count && !line->failed; i++) {
            const struct memory *memory = &list->items[i];
            if (strcmp(memory->conversation, line->remarks[w].memory->conversation) != 0 ||
                !fact_is_kind(memory->kind))
                continue;
            size_t before = line->known_count;
            read_fact(line, memory, only_speaker(line));
            if (line->known_count > before)
                line->known[before].remark = &line->remarks[w];
        }
}

static int by_time(const void *a, const void *b)
{
    const struct memory *left = ((const struct remark *)a)->memory,
                        *right = ((const struct remark *)b)->memory;
    if (left->created_at != right->created_at)
        return left->created_at < right->created_at ? -1 : 1;
    return strcmp(left->conversation, right->conversation);
}

static void read_remarks(struct line *line, const struct memory_list *list)
{
    for (size_t i = 0; i < list->count && !line->failed; i++)
        if (list->items[i].kind == KIND_OPERATOR)
            line->failed = !remark_read(line->arena, &list->items[i], &line->remarks[line->remark_count++]);
    if (line->remark_count)
        qsort(line->remarks, line->remark_count, sizeof *line->remarks, by_time);
}

/* A name of a conversation; whose it is, NOBODY where it is not clear or an operator said that it is
 * nobody's.
 */
static size_t read_name(struct line *line, const struct memory *memory, const struct memory_list *list,
                        size_t from, bool *named)
{
    int call = (int)line->call_count - 1;
    struct speaker speaker;
    struct heard *heard = &line->heard[line->heard_count];
    if (!fact_read_speaker(line->arena, memory, &speaker)) {
        line->failed = true;
        return NOBODY;
    }
    *heard = (struct heard){.memory = memory, .person = NOBODY};
    heard->remark = remark_on_name(line, memory->conversation, &speaker);
    line->heard_count++;
    *named = (*speaker.full || *speaker.called) && !(heard->remark && heard->remark->act == REMARK_DROP);
    if (!*named)
        return NOBODY;
    heard->person = who_speaks(line, &speaker, heard->remark, list, from, call);
    if (heard->person != NOBODY)
        line->persons[heard->person].heard = memory;
    return heard->person;
}

/* The memories of one conversation, which begin at `from`; returns where the next begins. */
static size_t read_conversation(struct line *line, const struct memory_list *list, size_t from,
                                const char *scope)
{
    size_t to = from;
    while (to < list->count && strcmp(list->items[to].conversation, list->items[from].conversation) == 0)
        to++;
    if (!memory_is_call(list->items[from].conversation) ||
        (*scope && strcmp(list->items[from].agent, scope) != 0))
        return to;
    int at = (int)line->call_count++;
    struct line_call *call = &line->calls[at];
    *call = (struct line_call){.memory = &list->items[from],
                               .title = "",
                               .mood = "",
                               .outcome = "",
                               .denied = "",
                               .speaker = NOBODY};
    for (size_t i = from; i < to; i++)
        if (list->items[i].kind == KIND_SUMMARY || list->items[i].kind == KIND_ATTEMPT)
            read_call(line, &list->items[i]);
    bool named = false;
    size_t persons = line->person_count;
    for (size_t i = from; i < to && !line->failed; i++) {
        bool is_name = false;
        if (list->items[i].kind != KIND_NAME)
            continue;
        size_t who = read_name(line, &list->items[i], list, from, &is_name);
        call->speaker = named ? call->speaker : who;
        named = named || is_name;
    }
    if (!named)
        call->speaker = assume_linked(line, list->items[from].caller, at);
    if (!named && call->speaker == NOBODY)
        call->speaker = who_spoke(line, list->items[from].conversation, at);
    /* Somebody who was here before has not got the number lately. */
    if (call->taken_over && call->speaker != NOBODY && call->speaker >= persons)
        leave(line, at);
    line->conversations += !call->attempt;
    line->last = call->memory->created_at;
    for (size_t i = from; i < to && !line->failed; i++)
        if (fact_is_kind(list->items[i].kind))
            read_fact(line, &list->items[i], call->speaker);
    return to;
}

static size_t count_conversations(const struct memory_list *list)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += i == 0 || strcmp(list->items[i].conversation, list->items[i - 1].conversation) != 0;
    return count;
}

static size_t count_kind(const struct memory_list *list, enum kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += list->items[i].kind == kind;
    return count;
}

int line_open(struct line *line, const struct memory_list *list, const char *scope, struct error *error)
{
    *line = (struct line){.arena = arena_new(), .list = list, .scope = scope};
    line->known = calloc(list->count + 1, sizeof *line->known);
    line->calls = calloc(count_conversations(list) + 1, sizeof *line->calls);
    line->heard = calloc(count_kind(list, KIND_NAME) + 1, sizeof *line->heard);
    line->remarks = calloc(count_kind(list, KIND_OPERATOR) + 1, sizeof *line->remarks);
    line->links = line->arena ? links_read(line->arena, list, &line->link_count) : NULL;
    line->failed =
        !line->arena || !line->known || !line->calls || !line->heard || !line->remarks || !line->links;
    if (!line->failed)
        read_remarks(line, list);
    for (size_t at = 0; at < list->count && !line->failed;)
        at = read_conversation(line, list, at, scope);
    if (line->failed)
        return error_no_memory(error);
    read_said_by_operators(line, list);
    apply_remarks(line);
    apply_all(line);
    end_what_passed(line);
    return line->failed ? error_no_memory(error) : 0;
}

void line_close(struct line *line)
{
    free(line->persons);
    free(line->known);
    free(line->calls);
    free(line->heard);
    free(line->remarks);
    arena_free(line->arena);
    *line = (struct line){0};
}

/* --- Settling what is open --- */

static bool may_be_settled(const struct line *line, const struct known *known)
{
    return kind_of(known) == STATEMENT_OPEN && known->state == STATE_NOW &&
           known->call + 1 < (int)line->call_count;
}

bool line_wants_turns(const struct line *line, int64_t *since)
{
    for (size_t i = 0; i < line->known_count; i++)
        if (may_be_settled(line, &line->known[i])) {
            *since = line->known[i].fact.memory->created_at + 1;
            return true;
        }
    return false;
}

/* A word that says what something is about: a number, or longer than a link, and not in most of what is open.
 */
static bool is_telling(const struct line *line, const struct known *known, const char *word)
{
    return (is_number(word) || strlen(word) >= MATTER_BYTES) && holders(line, known->owner, word) <= 2;
}

/* Whether something that is open was spoken of in a call: then an LLM that read the call would have said that
 * it is still open. */
static bool is_spoken_of(struct line *line, const struct known *known, const struct memory_list *said,
                         const char *conversation)
{
    for (size_t t = 0; t < said->count; t++) {
        struct carriers words;
        if (strcmp(said->items[t].conversation, conversation) != 0)
            continue;
        if (!carriers_read(line->arena, said->items[t].content, &words)) {
            line->failed = true;
            return false;
        }
        for (size_t i = 0; i < known->carriers.count; i++)
            if (is_telling(line, known, known->carriers.words[i]) &&
                carriers_have(&words, known->carriers.words[i]))
                return true;
    }
    return false;
}

int line_settle(struct line *line, const struct memory_list *turns, struct error *error)
{
    for (size_t i = 0; i < line->known_count; i++) {
        struct known *known = &line->known[i];
        if (!may_be_settled(line, known))
            continue;
        for (size_t c = (size_t)known->call + 1; c < line->call_count; c++)
            /* Where the words are gone nobody can tell any more; what was settled must not come back. */
            if (line->calls[c].evidence &&
                (line->calls[c].wordless ||
                 is_spoken_of(line, known, turns, line->calls[c].memory->conversation)))
                known->state = STATE_DONE;
    }
    return line->failed ? error_no_memory(error) : 0;
}
