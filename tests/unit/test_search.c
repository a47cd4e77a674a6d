/*
 * Searching what a caller said before, as the agent on the phone does.
 */
#include "base/text.h"
#include "tests/unit/store.h"

/* A call: its turns in order, those that begin with "A: " the agent's, others the caller's; then its summary.
 */
struct call {
    const char *caller, *conversation, *language;
    int days_ago;
    const char *turns[8];
    const char *summary;
};

static void remember(struct place *p, const struct call *call)
{
    struct memory items[9];
    int count = 0;
    for (; call->turns[count]; count++) {
        bool agent = strncmp(call->turns[count], "A: ", 3) == 0;
        items[count] =
            a_memory(call->caller, call->conversation, count, call->turns[count] + (agent ? 3 : 0));
        items[count].speaker = agent ? "agent" : "user";
    }
    if (call->summary) {
        items[count] = a_memory(call->caller, call->conversation, 0, call->summary);
        items[count].kind = KIND_SUMMARY;
        items[count].speaker = "";
        items[count++].salience = 0.7;
    }
    for (int i = 0; i < count; i++) {
        items[i].language = call->language ? call->language : "en";
        items[i].created_at = NOW - (int64_t)call->days_ago * DAY + i;
    }
    good(p, memory_add(p->store, items, (size_t)count, NULL, &p->error));
}

static struct memory_list search(struct place *p, const struct memory_filter *filter, const char *query)
{
    struct memory_list found;
    good(p, memory_search(p->store, filter, query, &found, &p->error));
    double before = 1;
    for (size_t i = 0; i < found.count; i++) {
        const struct memory *item = &found.items[i];
        assert_string_equal(item->caller, filter->caller);
        assert_true(item->score > 0 && item->score <= before); /* best first */
        before = item->score;
        assert_true(*item->content && *item->id && *item->conversation);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(found.items[j].content, item->content);
    }
    assert_true(found.count <= (filter->limit ? filter->limit : 10));
    return found;
}

static bool has(const struct memory_list *found, size_t most, const char *part)
{
    for (size_t i = 0; i < found->count && i < most; i++)
        if (strstr(found->items[i].content, part))
            return true;
    return false;
}

static void print_found(const struct memory_list *found)
{
    for (size_t i = 0; i < found->count; i++)
        print_message("# %.3f %s\n", found->items[i].score, found->items[i].content);
}

/* `part` stands in one of the best `most` results. */
static void finds_with(struct place *p, const struct memory_filter *filter, const char *query, size_t most,
                       const char *part)
{
    struct memory_list found = search(p, filter, query);
    bool there = has(&found, most, part);
    if (!there)
        print_found(&found);
    memory_list_free(&found);
    if (!there)
        fail_msg("\"%s\" does not find \"%s\"", query, part);
}

static void first_is(struct place *p, const char *query, const char *part)
{
    finds_with(p, &(struct memory_filter){.caller = ANA}, query, 1, part);
}

static void finds(struct place *p, const char *query, const char *part)
{
    finds_with(p, &(struct memory_filter){.caller = ANA}, query, 10, part);
}

static void nothing_has(struct place *p, const struct memory_filter *filter, const char *query,
                        const char *part)
{
    struct memory_list found = search(p, filter, query);
    bool there = has(&found, found.count, part);
    if (there)
        print_found(&found);
    memory_list_free(&found);
    if (there)
        fail_msg("\"%s\" finds \"%s\"", query, part);
}

/* Calls about other things, so that there is something to choose from. */
static void fill(struct place *p)
{
    static const struct call calls[] = {
        {ANA,
         "f1",
         "en",
         40,
         {"A: Harbour Bikes, how can I help?", "My saddle squeaks when it rains.",
          "A: Bring it in on Thursday, we will grease it.", "Thursday is fine, thank you."},
         "The caller complained about a squeaking saddle."},
        {ANA,
         "f2",
         "en",
         30,
         {"A: Harbour Bikes, how can I help?", "Do you sell lights for children's bikes?",
          "A: We do, from nine euros.", "I will come by on the weekend."},
         "The caller asked about lights for a child's bike."},
        {ANA,
         "f3",
         "en",
         20,
         {"A: Harbour Bikes, how can I help?", "I would like to rent a tandem for July.",
          "A: A tandem is forty a day.", "That is a lot, I will think about it."},
         "The caller asked what renting a tandem costs."},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        remember(p, &calls[i]);
}

/* --- Words --- */

static void an_order_number_is_found_as_written_and_as_spoken(void **state)
{
    struct place *p = *state;
    static const char *const queries[] = {
        "HB-20417",
        "hb 20417",
        "HB20417",
        "order 20417",
        "H B two zero four one seven",
        "what about h b two oh four one seven?",
        "2 0 4 1 7",
        "the order HB-20417, where is it",
    };
    fill(p);
    remember(p, &(struct call){ANA, "o1", "en", 12, {"It is order HB-20418.", "A: I see."}, NULL});
    remember(p, &(struct call){ANA, "o2", "en", 11, {"The number is HB-20417.", "A: Thank you."}, NULL});
    remember(p, &(struct call){ANA, "o3", "en", 10, {"And then there is HB-71402.", "A: Noted."}, NULL});
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        first_is(p, queries[i], "HB-20417");
}

static void an_order_number_that_was_spoken_is_found_as_written(void **state)
{
    struct place *p = *state;
    fill(p);
    remember(p,
             &(struct call){ANA, "o1", "en", 12, {"It's h b two zero four one eight.", "A: I see."}, NULL});
    remember(p,
             &(struct call){ANA, "o2", "en", 11, {"It's h b two zero four one seven.", "A: I see."}, NULL});
    first_is(p, "HB-20417", "four one seven");
    first_is(p, "20417", "four one seven");
    first_is(p, "HB-20418", "four one eight");
}

static void addresses_and_telephone_numbers_are_found(void **state)
{
    struct place *p = *state;
    fill(p);
    remember(p, &(struct call){
                    ANA, "e1", "en", 9, {"Write to ana.kowalska@example.com, please.", "A: I will."}, NULL});
    remember(p, &(struct call){ANA, "e2", "en", 8, {"My husband is at 555 010 0077.", "A: I see."}, NULL});
    remember(p, &(struct call){ANA, "e3", "en", 7, {"I live at 14 Quayside Lane.", "A: Got it."}, NULL});
    first_is(p, "ana.kowalska@example.com", "ana.kowalska@example.com");
    first_is(p, "kowalska", "ana.kowalska@example.com");
    first_is(p, "ANA.KOWALSKA@EXAMPLE.COM", "ana.kowalska@example.com");
    first_is(p, "5550100077", "555 010 0077");
    first_is(p, "555-010-0077", "555 010 0077");
    first_is(p, "quayside lane 14", "14 Quayside Lane");
}

static void forms_of_words_are_found_in_the_language_of_the_call(void **state)
{
    struct place *p = *state;
    static const struct {
        const char *language, *said, *query, *part;
    } rows[] = {
        {"en", "I am allergic to peanuts.", "any allergies, peanut?", "peanuts"},
        {"en", "We moved the deliveries to the evening.", "when is my delivery?", "deliveries"},
        {"de", "Ich habe drei Bestellungen aufgegeben.", "welche Bestellung?", "Bestellungen"},
        {"de", "Die Inspektionsgeb\xc3\xbchr ist zu hoch.", "welche Geb\xc3\xbchr?",
         "Inspektionsgeb\xc3\xbchr"},
        {"de", "Die Rechnung kam doppelt.", "was ist mit der Stromrechnung?", "Rechnung"},
        {"de", "Die H\xc3\xa4user am Hafen geh\xc3\xb6ren mir.", "welches Haus?", "H\xc3\xa4user"},
        {"fr", "J'ai deux chevaux \xc3\xa0 la campagne.", "le cheval", "chevaux"},
        {"es", "Me gustan las canciones antiguas.", "\xc2\xbfqu\xc3\xa9 canci\xc3\xb3n?", "canciones"},
        {"it", "I miei gatti mangiano solo pesce.", "il gatto", "gatti"},
        {"pt", "Estou comprando uma bicicleta nova.", "comprar bicicletas", "comprando"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char caller[32];
        snprintf(caller, sizeof caller, "caller-%zu", i);
        remember(p, &(struct call){caller, "other", rows[i].language, 9, {"xyzzy plugh", "A: plover"}, NULL});
        remember(p, &(struct call){caller, "c", rows[i].language, 8, {rows[i].said}, NULL});
        finds_with(p, &(struct memory_filter){.caller = caller}, rows[i].query, 1, rows[i].part);
    }
}

static void accents_and_case_do_not_matter(void **state)
{
    struct place *p = *state;
    fill(p);
    remember(p,
             &(struct call){
                 ANA, "a1", "de", 9, {"Mein Name ist J\xc3\xbcrgen M\xc3\xbcller aus K\xc3\xb6ln."}, NULL});
    remember(p, &(struct call){
                    ANA, "a2", "fr", 8, {"Le caf\xc3\xa9 cr\xc3\xa8me \xc3\xa9tait tr\xc3\xa8s bon."}, NULL});
    remember(p,
             &(struct call){
                 ANA, "a3", "pl", 7, {"Mieszkam w \xc5\x81odzi, ulica \xc5\xbb\xc3\xb3\xc5\x82ta."}, NULL});
    finds(p, "M\xc3\x9cLLER", "M\xc3\xbcller");
    finds(p, "muller", "M\xc3\xbcller");
    finds(p, "Mu\xcc\x88ller", "M\xc3\xbcller"); /* decomposed, as some keyboards send it */
    finds(p, "cafe creme", "caf\xc3\xa9");
    finds(p, "CAF\xc3\x89", "caf\xc3\xa9");
    finds(p, "\xc5\xbb\xc3\x93\xc5\x81TA", "\xc5\xbb\xc3\xb3\xc5\x82ta");
}

static void scripts_of_all_kinds_are_found(void **state)
{
    struct place *p = *state;
    static const struct {
        const char *language, *said, *query;
    } rows[] = {
        /* Japanese: "my birthday is in April" / "when is the birthday" */
        {"ja",
         "\xe7\xa7\x81\xe3\x81\xae\xe8\xaa\x95\xe7\x94\x9f\xe6\x97\xa5\xe3\x81\xaf\xe5\x9b\x9b\xe6\x9c\x88"
         "\xe3"
         "\x81\xa7\xe3\x81\x99\xe3\x80\x82",
         "\xe8\xaa\x95\xe7\x94\x9f\xe6\x97\xa5\xe3\x81\xaf\xe3\x81\x84\xe3\x81\xa4"},
        /* Chinese: "I am allergic to peanuts" / "peanuts" */
        {"zh", "\xe6\x88\x91\xe5\xaf\xb9\xe8\x8a\xb1\xe7\x94\x9f\xe8\xbf\x87\xe6\x95\x8f\xe3\x80\x82",
         "\xe8\x8a\xb1\xe7\x94\x9f"},
        /* Thai: "I want to order food" / "food" */
        {"th",
         "\xe0\xb8\x89\xe0\xb8\xb1\xe0\xb8\x99\xe0\xb8\xad\xe0\xb8\xa2\xe0\xb8\xb2\xe0\xb8\x81\xe0\xb8\xaa"
         "\xe0"
         "\xb8\xb1\xe0\xb9\x88\xe0\xb8\x87\xe0\xb8\xad\xe0\xb8\xb2\xe0\xb8\xab\xe0\xb8\xb2\xe0\xb8\xa3",
         "\xe0\xb8\xad\xe0\xb8\xb2\xe0\xb8\xab\xe0\xb8\xb2\xe0\xb8\xa3"},
        /* Korean, Greek, Russian, Arabic, Hindi: a word of it in capitals or as it is */
        {"ko", "\xec\xa0\x9c \xec\xa3\xbc\xeb\xac\xb8 \xeb\xb2\x88\xed\x98\xb8", "\xec\xa3\xbc\xeb\xac\xb8"},
        {"el", "\xce\xb7 \xcf\x80\xce\xb1\xcf\x81\xce\xb1\xce\xb3\xce\xb3\xce\xb5\xce\xbb\xce\xaf\xce\xb1",
         "\xce\xa0\xce\xb1\xcf\x81\xce\xb1\xce\xb3\xce\xb3\xce\xb5\xce\xbb\xce\xaf\xce\xb1"},
        {"ru", "\xd0\x9c\xd0\xbe\xd0\xb9 \xd0\xb7\xd0\xb0\xd0\xba\xd0\xb0\xd0\xb7",
         "\xd0\x97\xd0\x90\xd0\x9a\xd0\x90\xd0\x97"},
        {"ar", "\xd8\xb1\xd9\x82\xd9\x85 \xd8\xa7\xd9\x84\xd8\xb7\xd9\x84\xd8\xa8",
         "\xd8\xa7\xd9\x84\xd8\xb7\xd9\x84"
         "\xd8\xa8"},
        {"hi",
         "\xe0\xa4\xae\xe0\xa5\x87\xe0\xa4\xb0\xe0\xa4\xbe "
         "\xe0\xa4\x86\xe0\xa4\xb0\xe0\xa5\x8d\xe0\xa4\xa1\xe0"
         "\xa4\xb0",
         "\xe0\xa4\x86\xe0\xa4\xb0\xe0\xa5\x8d\xe0\xa4\xa1\xe0\xa4\xb0"},
        /* Endings: Turkish both ways, without the dots and in capitals; Korean; Hindi; Polish without a
           stemmer */
        {"tr",
         "f\xc4\xb1st\xc4\xb1\xc4\x9f"
         "a alerjim var",
         "f\xc4\xb1st\xc4\xb1k"},
        {"tr", "Sadece f\xc4\xb1st\xc4\xb1k yerim",
         "f\xc4\xb1st\xc4\xb1\xc4\x9f"
         "a"},
        {"tr", "Sadece f\xc4\xb1st\xc4\xb1k yerim", "FISTIK"},
        {"",
         "f\xc4\xb1st\xc4\xb1\xc4\x9f"
         "a alerjim var",
         "fistik"},
        {"ko", "\xeb\x95\x85\xec\xbd\xa9\xec\x9d\x84 \xeb\xaa\xbb \xeb\xa8\xb9\xec\x96\xb4\xec\x9a\x94",
         "\xeb\x95\x85\xec\xbd\xa9"},
        {"hi",
         "\xe0\xa4\xae\xe0\xa5\x82\xe0\xa4\x82\xe0\xa4\x97\xe0\xa4\xab\xe0\xa4\xb2\xe0\xa4\xbf\xe0\xa4\xaf"
         "\xe0\xa5\x8b\xe0\xa4\x82 \xe0\xa4\xb8\xe0\xa5\x87",
         "\xe0\xa4\xae\xe0\xa5\x82\xe0\xa4\x82\xe0\xa4\x97\xe0\xa4\xab\xe0\xa4\xb2\xe0\xa5\x80"},
        {"pl", "Jestem uczulona na orzechy", "uczulenie"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char caller[32];
        snprintf(caller, sizeof caller, "caller-%zu", i);
        remember(p, &(struct call){caller, "c", rows[i].language, 8, {"A: OK?", rows[i].said}, NULL});
        finds_with(p, &(struct memory_filter){.caller = caller}, rows[i].query, 1, rows[i].said);
    }
}

static void one_caller_may_speak_several_languages(void **state)
{
    struct place *p = *state;
    fill(p);
    remember(p, &(struct call){ANA,
                               "l1",
                               "de",
                               9,
                               {"Meine Katzen hei\xc3\x9f"
                                "en Mitzi und Fritzi."},
                               NULL});
    remember(p, &(struct call){ANA, "l2", "es", 8, {"Mis hermanas viven en Sevilla."}, NULL});
    remember(p, &(struct call){ANA, "l3", "", 7, {"Zebedee wibbled."}, NULL}); /* nobody knows the language */
    finds(p, "wie hei\xc3\x9ft die Katze", "Katzen");
    finds(p,
          "\xc2\xbf"
          "d\xc3\xb3nde vive la hermana?",
          "hermanas");
    finds(p, "zebedee", "Zebedee");
    finds(p, "squeaking saddles", "squeak");
}

/* Many agents ask in English, whatever the caller speaks. */
static void an_english_question_finds_the_words_of_the_caller(void **state)
{
    struct place *p = *state;
    static const struct {
        const char *language, *said, *query;
    } rows[] = {
        {"de", "Ich vertrage keine Milch, da habe ich eine Unvertr\xc3\xa4glichkeit.",
         "what is her allergy?"},
        {"de", "Unser Hund bellt, wenn es klingelt.", "does the caller have a pet"},
        {"es", "Mi hermana vive en Sevilla.", "where does the sister live?"},
        {"es", "La factura de marzo est\xc3\xa1 mal.", "wrong invoice"},
        {"fr", "La livraison est en retard.", "delivery problem"},
        {"it", "Mio figlio studia a Torino.", "what does the son do"},
        {"pt", "Perdi a chave do carro.", "lost key"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char caller[32];
        snprintf(caller, sizeof caller, "caller-%zu", i);
        remember(p, &(struct call){caller, "other", rows[i].language, 9, {"xyzzy plugh", "A: plover"}, NULL});
        remember(p, &(struct call){caller, "c", rows[i].language, 8, {rows[i].said}, NULL});
        finds_with(p, &(struct memory_filter){.caller = caller}, rows[i].query, 1, rows[i].said);
    }
}

/* More languages than are kept at hand: each search may need others than the one before. */
static void many_languages_in_one_handle(void **state)
{
    struct place *p = *state;
    static const char *const languages[] = {"en", "de", "fr", "es", "it", "pt", "nl", "sv",
                                            "da", "no", "fi", "ru", "hu", "ro", "tr", "xx"};
    const size_t count = sizeof languages / sizeof *languages;
    for (size_t i = 0; i < count; i++) {
        char text[64];
        snprintf(text, sizeof text, "wonder%zu zebra", i + 10);
        remember(p, &(struct call){ANA, languages[i], languages[i], (int)(60 - i), {text}, NULL});
        remember(p, &(struct call){languages[i], "c", languages[i], 3, {text}, NULL});
        remember(p,
                 &(struct call){languages[i], "d", languages[(i + 5) % count], 2, {"another zebra"}, NULL});
    }
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < count; i++) {
            char query[64], *part = query;
            snprintf(query, sizeof query, "wonder%zu", i + 10);
            finds_with(p, &(struct memory_filter){.caller = languages[i]}, query, 1, part);
            finds_with(p, &(struct memory_filter){.caller = ANA}, query, 1, part);
            by_hand(p, "UPDATE terms SET version = 0"); /* and the indexes have to be made on the way */
            finds_with(p, &(struct memory_filter){.caller = ANA}, query, 1, part);
        }
}

/* --- What stands around the words --- */

static void the_answer_is_found_by_its_question(void **state)
{
    struct place *p = *state;
    fill(p);
    remember(p, &(struct call){ANA,
                               "n1",
                               "en",
                               9,
                               {"A: What is the name of your dog?", "Bruno.", "A: And how old?", "Seven."},
                               NULL});
    first_is(p, "what is the dog called", "Bruno");
    finds(p, "how old is the dog", "Seven");
}

/* People say one thing in several turns, and the other one says "right" between them. */
static void an_answer_in_many_short_turns_is_one_result(void **state)
{
    struct place *p = *state;
    fill(p);
    remember(p, &(struct call){ANA,
                               "n2",
                               "en",
                               9,
                               {"A: Which colour shall the helmet have?", "Hang on.", "A: Sure.",
                                "Let me see.", "Turquoise.", "A: Noted."},
                               NULL});
    first_is(p, "colour of the helmet", "Turquoise");
}

static void a_result_says_who_said_it(void **state)
{
    struct place *p = *state;
    fill(p);
    remember(p, &(struct call){ANA, "w1", "en", 9, {"A: The voucher is worth thirty euros."}, NULL});
    remember(p, &(struct call){ANA, "w2", "en", 8, {"The courier was very rude."}, NULL});
    first_is(p, "voucher", "Agent: The voucher is worth thirty euros.");
    struct memory_list found = search(p, &(struct memory_filter){.caller = ANA}, "rude courier");
    assert_string_equal(found.items[0].content, "The courier was very rude.");
    memory_list_free(&found);
}

static void a_summary_is_found_when_only_it_says_so(void **state)
{
    struct place *p = *state;
    fill(p);
    remember(p, &(struct call){ANA,
                               "s1",
                               "en",
                               9,
                               {"Yes.", "A: Done.", "Bye."},
                               "The caller cancelled the insurance for the cargo trailer."});
    finds(p, "insurance cargo trailer", "cancelled the insurance");
    remember(p, &(struct call){ANA, "s2", "en", 8, {NULL}, "A chimney sweep will visit on the ninth."});
    finds(p, "chimney sweep", "chimney sweep"); /* a call of which there is nothing else */
}

static void a_long_summary_is_cut_to_what_answers(void **state)
{
    struct place *p = *state;
    struct buf b = BUF_INIT;
    fill(p);
    for (int i = 0; i < 30; i++)
        buf_printf(&b, "Matter number %d was talked about at some length and was put off again. ", i + 100);
    buf_puts(&b, "The lighthouse keeper gets the spare key.");
    remember(p, &(struct call){ANA, "s1", "en", 9, {"Yes."}, buf_text(&b)});
    struct memory_list found =
        search(p, &(struct memory_filter){.caller = ANA}, "who gets the key, the lighthouse keeper?");
    assert_true(has(&found, 10, "lighthouse keeper"));
    for (size_t i = 0; i < found.count; i++)
        assert_true(text_chars(found.items[i].content) <= 600);
    memory_list_free(&found);
    buf_free(&b);
}

static void whose_turns_are_meant_is_told_by_the_name(void **state)
{
    struct place *p = *state;
    char conversation[16];
    for (int i = 0; i < 6; i++) {
        snprintf(conversation, sizeof conversation, "c%d", i);
        remember(p,
                 &(struct call){ANA,
                                conversation,
                                "en",
                                30 - i,
                                {i ? "A: Good morning Marisol." : "A: Good morning Marisol, this is Bertram.",
                                 "Good morning Bertram.",
                                 i == 3 ? "A: I adore sailing boats." : "A: How are you, Marisol?",
                                 i == 4 ? "I adore sailing trips." : "Fine, Bertram."},
                                "Marisol called and spoke with Bertram."});
    }
    first_is(p, "Does Marisol adore sailing?", "sailing trips");
    first_is(p, "Does Bertram adore sailing?", "sailing boats");
    first_is(p, "Does the caller adore sailing?", "sailing trips");
}

static void add_name(struct place *p, const char *conversation, int days_ago, const char *content)
{
    struct memory name = a_memory(ANA, conversation, 0, content);
    name.kind = KIND_NAME;
    name.speaker = "";
    name.created_at = NOW - (int64_t)days_ago * DAY;
    add_one(p, &name);
}

static void on_a_line_of_several_a_name_is_looked_for(void **state)
{
    struct place *p = *state;
    remember(p, &(struct call){ANA,
                               "rosa",
                               "en",
                               9,
                               {"This is Rosa Hill.", "A: Which number suits?", "My number is 555 0142."},
                               NULL});
    remember(p, &(struct call){ANA,
                               "omar",
                               "en",
                               8,
                               {"This is Omar Hill.", "A: Which number suits?", "My number is 555 0177."},
                               NULL});
    add_name(p, "rosa", 9, "Name: Rosa Hill");
    add_name(p, "omar", 8, "Name: Omar Hill");
    first_is(p, "number of Rosa Hill", "0142");
    first_is(p, "number of Omar Hill", "0177");
}

/* --- Time --- */

static void when_it_was_is_read_against_the_calls(void **state)
{
    struct place *p = *state; /* today is Monday, 2026-03-02 */
    remember(p, &(struct call){ANA, "dec", "en", 80, {"The weather topic: snow in the harbour."}, NULL});
    remember(p, &(struct call){ANA, "jan", "en", 40, {"The weather topic: ice on the quay."}, NULL});
    remember(p, &(struct call){ANA, "feb", "en", 20, {"The weather topic: rain on the quay."}, NULL});
    remember(p, &(struct call){ANA, "week", "en", 5, {"The weather topic: fog on the quay."}, NULL});
    remember(p, &(struct call){ANA, "yesterday", "en", 1, {"The weather topic: sun on the quay."}, NULL});
    remember(p, &(struct call){ANA, "today", "en", 0, {"The weather topic: hail on the quay."}, NULL});
    first_is(p, "which weather topic was it yesterday", "sun");
    first_is(p, "which weather topic was it today", "hail");
    finds_with(p, &(struct memory_filter){.caller = ANA}, "which weather topic was it last week", 2, "fog");
    finds_with(p, &(struct memory_filter){.caller = ANA}, "which weather topic was it last month", 2, "rain");
    first_is(p, "which weather topic was it in January", "ice");
    first_is(p, "which weather topic was it in December 2025", "snow");
    first_is(p, "which weather topic was it on 2026-02-10", "rain");
    first_is(p, "which weather topic was it on 12.12.2025", "snow");
    first_is(p, "which weather topic was it last time", "hail");
    first_is(p, "which weather topic was it 20 days ago", "rain");
    first_is(p, "which weather topic was it 1 day ago", "sun");
    first_is(p, "which weather topic was it three weeks ago", "rain");
    first_is(p, "which weather topic was it two months ago", "ice");
    first_is(p, "which weather topic was it last Wednesday", "fog");
    first_is(p, "which weather topic was it last Sunday", "sun");
    p->now = NOW + DAY; /* and tomorrow */
    first_is(p, "which weather topic was it yesterday", "hail");
}

/* The words of a question that say when, and those that say nothing, are known in each language. */
static void questions_are_understood_in_every_language(void **state)
{
    static const struct {
        const char *language, *before, *yesterday, *question, *answer;
    } cases[] = {
        {"es", "Quería cambiar la batería de mi bicicleta.", "La batería llegó en la caja azul.",
         "¿Qué dijo ayer de la batería?", "caja azul"},
        {"de", "Ich wollte den Akku von meinem Fahrrad tauschen.", "Der Akku kam in der blauen Kiste.",
         "Was hat er gestern über den Akku gesagt?", "blauen Kiste"},
        {"fr", "Je voulais changer la batterie de mon vélo.", "La batterie est arrivée dans la boîte bleue.",
         "Qu'a-t-il dit hier de la batterie ?", "boîte bleue"},
        {"it", "Volevo cambiare la batteria della mia bici.", "La batteria è arrivata nella scatola blu.",
         "Che cosa ha detto ieri della batteria?", "scatola blu"},
        {"pt", "Queria trocar a bateria da minha bicicleta.", "A bateria chegou na caixa azul.",
         "O que ele disse ontem sobre a bateria?", "caixa azul"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct place *p = *state;
        char old[8], new[8];
        snprintf(old, sizeof old, "o%zu", i);
        snprintf(new, sizeof new, "n%zu", i);
        remember(p, &(struct call){ANA, new, cases[i].language, 1, {cases[i].yesterday, NULL}, NULL});
        remember(p, &(struct call){ANA, old, cases[i].language, 20, {cases[i].before, NULL}, NULL});
        first_is(p, cases[i].question, cases[i].answer);
    }
}

/* "Three weeks ago", "last Wednesday": a number or a day within a phrase. Today is Monday. */
static void days_are_reckoned_in_every_language(void **state)
{
    static const struct {
        const char *language, *blue, *red, *weeks, *weekday;
    } cases[] = {
        {"en", "The kettle is blue.", "The kettle is red.", "What was the kettle like three weeks ago?",
         "What was the kettle like last Wednesday?"},
        {"es", "La tetera es azul, blue.", "La tetera es roja, red.",
         "¿Cómo era la tetera hace tres semanas?", "¿Cómo era la tetera el miércoles pasado?"},
        {"de", "Der Kessel ist blue.", "Der Kessel ist red.", "Wie war der Kessel vor drei Wochen?",
         "Wie war der Kessel letzten Mittwoch?"},
        {"fr", "La bouilloire est blue.", "La bouilloire est red.",
         "Comment était la bouilloire il y a trois semaines ?",
         "Comment était la bouilloire mercredi dernier ?"},
        {"it", "Il bollitore è blue.", "Il bollitore è red.", "Com'era il bollitore tre settimane fa?",
         "Com'era il bollitore mercoledì scorso?"},
        {"pt", "A chaleira é blue.", "A chaleira é red.", "Como era a chaleira há três semanas?",
         "Como era a chaleira na quarta-feira passada?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct place *p = *state;
        char old[8], new[8];
        snprintf(old, sizeof old, "o%zu", i);
        snprintf(new, sizeof new, "n%zu", i);
        remember(p, &(struct call){ANA, old, cases[i].language, 20, {cases[i].blue, NULL}, NULL});
        remember(p, &(struct call){ANA, new, cases[i].language, 5, {cases[i].red, NULL}, NULL});
        first_is(p, cases[i].weeks, "blue");
        first_is(p, cases[i].weekday, "red");
    }
}

/* "The day before yesterday" has "yesterday" in it, in most languages, and is another day. */
static void the_day_before_yesterday_is_not_yesterday(void **state)
{
    static const struct {
        const char *language, *blue, *red, *green, *days[4];
    } cases[] = {
        {"en",
         "The kettle is blue.",
         "The kettle is red.",
         "The kettle is green.",
         {"What was the kettle like the day before yesterday?"}},
        {"es",
         "La tetera es azul, blue.",
         "La tetera es roja, red.",
         "La tetera es verde, green.",
         {"¿Cómo era la tetera anteayer?", "¿Cómo era la tetera antes de ayer?"}},
        {"de",
         "Der Kessel ist blue.",
         "Der Kessel ist red.",
         "Der Kessel ist green.",
         {"Wie war der Kessel vorgestern?"}},
        {"fr",
         "La bouilloire est blue.",
         "La bouilloire est red.",
         "La bouilloire est green.",
         {"Comment était la bouilloire avant-hier ?", "Comment était la bouilloire avant hier ?"}},
        {"it",
         "Il bollitore è blue.",
         "Il bollitore è red.",
         "Il bollitore è green.",
         {"Com'era il bollitore l'altro ieri?", "Com'era il bollitore l’altroieri?",
          "Com'era il bollitore avantieri?"}},
        {"pt",
         "A chaleira é blue.",
         "A chaleira é red.",
         "A chaleira é green.",
         {"Como era a chaleira anteontem?", "Como era a chaleira antes de ontem?"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct place *p = *state;
        char older[8], before[8], new[8];
        snprintf(older, sizeof older, "o%zu", i);
        snprintf(before, sizeof before, "b%zu", i);
        snprintf(new, sizeof new, "n%zu", i);
        remember(p, &(struct call){ANA, older, cases[i].language, 3, {cases[i].blue, NULL}, NULL});
        remember(p, &(struct call){ANA, before, cases[i].language, 2, {cases[i].red, NULL}, NULL});
        remember(p, &(struct call){ANA, new, cases[i].language, 1, {cases[i].green, NULL}, NULL});
        for (size_t day = 0; cases[i].days[day]; day++)
            first_is(p, cases[i].days[day], "red");
    }
}

static void the_last_call_can_be_asked_for_without_its_words(void **state)
{
    struct place *p = *state;
    fill(p);
    remember(p, &(struct call){ANA, "last", "en", 2, {"Pomegranates."}, NULL});
    finds(p, "what did we talk about last time?", "Pomegranates");
}

/* --- Filters --- */

static void facts_are_found_when_they_are_asked_for(void **state)
{
    struct place *p = *state;
    fill(p);
    struct memory fact = a_memory(ANA, "f1", 0, "Works as a nurse");
    fact.kind = KIND_FACT;
    fact.sector = SECTOR_SEMANTIC;
    fact.salience = 0.9;
    fact.metadata = "{\"slot\":\"work\",\"turn\":1}";
    add_one(p, &fact);
    struct memory wish = a_memory(ANA, "f1", 0, "Prefers email");
    wish.kind = KIND_PREFERENCE;
    wish.sector = SECTOR_SEMANTIC;
    wish.salience = 0.85;
    wish.metadata = "{\"slot\":\"contact.channel\",\"turn\":3}";
    add_one(p, &wish);
    struct memory_filter filter = {.caller = ANA, .kinds = 1u << KIND_FACT};
    finds_with(p, &filter, "nurse", 1, "Works as a nurse");
    nothing_has(p, &filter, "email nurse saddle", "email");
    filter = (struct memory_filter){.caller = ANA, .kinds = 1u << KIND_PREFERENCE};
    finds_with(p, &filter, "email", 1, "Prefers email");
    finds_with(p, &filter, "contact preference", 1, "Prefers email"); /* what it is about counts as well */
    filter = (struct memory_filter){.caller = ANA, .sectors = 1u << SECTOR_SEMANTIC};
    finds_with(p, &filter, "nurse", 1, "Works as a nurse");
    nothing_has(p, &filter, "squeaking saddle nurse", "saddle");
    /* without a filter they help the turn to be found that they came from */
    finds(p, "nurse", "saddle squeaks");
}

static void every_filter_of_a_search_holds(void **state)
{
    struct place *p = *state;
    const char *query = "zebra";
    for (int i = 0; i < 4; i++) {
        static const char *const names[] = {"zero", "one", "two", "three"};
        static const double saliences[] = {0.4, 0.7, 0.9, 0.95};
        char text[32];
        snprintf(text, sizeof text, "%s zebra", names[i]);
        struct memory memory = a_memory(ANA, names[i], 0, text);
        memory.agent = i % 2 ? "agent_odd" : "agent_even";
        memory.created_at = NOW - 10 * DAY + i * DAY;
        memory.salience = saliences[i];
        memory.sector = i == 3 ? SECTOR_EMOTIONAL : SECTOR_EPISODIC;
        add_one(p, &memory);
    }
    const struct {
        struct memory_filter filter;
        const char *in; /* a digit for each that is found */
    } rows[] = {
        {{.caller = ANA}, "0123"},
        {{.caller = ANA, .agent = "agent_odd"}, "13"},
        {{.caller = ANA, .agent = ""}, "0123"},
        {{.caller = ANA, .agent = "agent_none"}, ""},
        {{.caller = ANA, .conversation = "two"}, "2"},
        {{.caller = ANA, .conversation = ""}, "0123"},
        {{.caller = ANA, .conversation = "none"}, ""},
        {{.caller = ANA, .kinds = 1u << KIND_TURN}, "0123"},
        {{.caller = ANA, .kinds = 1u << KIND_FACT}, ""},
        {{.caller = ANA, .sectors = 1u << SECTOR_EMOTIONAL}, "3"},
        {{.caller = ANA, .sectors = 1u << SECTOR_SEMANTIC}, ""},
        {{.caller = ANA, .since = NOW - 9 * DAY}, "123"},
        {{.caller = ANA, .since = NOW - 9 * DAY + 1}, "23"},
        {{.caller = ANA, .until = NOW - 8 * DAY}, "012"},
        {{.caller = ANA, .until = NOW - 8 * DAY - 1}, "01"},
        {{.caller = ANA, .since = NOW - 9 * DAY, .until = NOW - 9 * DAY}, "1"},
        {{.caller = ANA, .min_salience = 0.4}, "0123"},
        {{.caller = ANA, .min_salience = 0.7}, "123"}, /* as much as that is enough */
        {{.caller = ANA, .min_salience = 0.9}, "23"},
        {{.caller = ANA, .min_salience = 0.95}, "3"},
        {{.caller = ANA, .min_salience = 0.96}, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char in[8] = "";
        size_t len = 0;
        struct memory_list found = search(p, &rows[i].filter, query);
        static const char *const names[] = {"zero zebra", "one zebra", "two zebra", "three zebra"};
        for (size_t j = 0; j < 4; j++)
            if (has(&found, 10, names[j]))
                in[len++] = (char)('0' + j);
        memory_list_free(&found);
        if (strcmp(in, rows[i].in) != 0)
            fail_msg("row %zu found %s, not %s", i, in, rows[i].in);
    }
}

static void what_fades_is_not_found_below_the_salience_asked_for(void **state)
{
    struct place *p = *state;
    struct memory memory = a_memory(ANA, "c", 0, "zebra");
    memory.salience = 0.8;
    memory.decay_lambda = 0.0693147180559945; /* half in ten days */
    memory.created_at = NOW;
    add_one(p, &memory);
    struct memory_filter filter = {.caller = ANA, .min_salience = 0.41};
    p->now = NOW + 9 * DAY;
    finds_with(p, &filter, "zebra", 1, "zebra");
    p->now = NOW + 11 * DAY;
    nothing_has(p, &filter, "zebra", "zebra");
    finds(p, "zebra", "zebra");
}

static void of_equals_what_has_faded_comes_later(void **state)
{
    struct place *p = *state;
    struct memory memory = a_memory(ANA, "c", 0, "zebra in the garden");
    memory.created_at = NOW - 30 * DAY;
    memory.decay_lambda = 0.1;
    add_one(p, &memory);
    memory = a_memory(ANA, "d", 0, "zebra in the street");
    memory.created_at = NOW - 31 * DAY;
    add_one(p, &memory);
    first_is(p, "zebra", "street");
}

/* --- What comes back --- */

static void no_more_than_were_asked_for(void **state)
{
    struct place *p = *state;
    for (int i = 0; i < 60; i++) {
        char conversation[16], text[64];
        snprintf(conversation, sizeof conversation, "c%d", i);
        snprintf(text, sizeof text, "zebra number %d", i);
        remember(p, &(struct call){ANA, conversation, "en", 90 - i, {text}, NULL});
    }
    static const size_t limits[] = {0, 1, 3, 10, 50};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct memory_list found =
            search(p, &(struct memory_filter){.caller = ANA, .limit = limits[i]}, "zebra");
        assert_int_equal(found.count, limits[i] ? limits[i] : 10);
        memory_list_free(&found);
    }
}

static size_t times(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)); at++)
        count++;
    return count;
}

static void is_as_it_is_stored(struct place *p, const struct memory *item)
{
    struct memory_list list;
    good(p, memory_get(p->store, ANA, item->id, &list, &p->error));
    const struct memory *stored = &list.items[0];
    assert_non_null(strstr(item->content, stored->content));
    assert_string_equal(item->conversation, stored->conversation);
    assert_string_equal(item->agent, stored->agent);
    assert_string_equal(item->language, stored->language);
    assert_string_equal(item->speaker, stored->speaker);
    assert_int_equal(item->kind, stored->kind);
    assert_int_equal(item->sector, stored->sector);
    assert_int_equal(item->position, stored->position);
    assert_int_equal(item->created_at, stored->created_at);
    assert_float_equal(item->salience, stored->salience, 1e-6);
    assert_float_equal(item->decay_lambda, stored->decay_lambda, 1e-6);
    memory_list_free(&list);
}

/* Twice as many rows as are read at a time, in results of one to three. */
static void each_of_many_results_has_its_own_words(void **state)
{
    struct place *p = *state;
    size_t parts = 0;
    for (int i = 0; i < 40; i++) {
        char conversation[16], here[64], there[64];
        snprintf(conversation, sizeof conversation, "c%d", i);
        snprintf(here, sizeof here, "A: zebra c%d, here", i);
        snprintf(there, sizeof there, "zebra c%d, there", i);
        remember(p, &(struct call){ANA, conversation, "en", 90 - i, {there, here}, "A zebra was mentioned."});
    }
    struct memory_list found = search(p, &(struct memory_filter){.caller = ANA, .limit = 50}, "zebra");
    assert_true(found.count >= 40);
    for (size_t i = 0; i < found.count; i++) {
        char own[32];
        const struct memory *item = &found.items[i];
        snprintf(own, sizeof own, "zebra %s,", item->conversation);
        is_as_it_is_stored(p, item);
        if (item->kind == KIND_TURN)
            assert_int_equal(times(item->content, "zebra"), times(item->content, own));
        parts += times(item->content, "zebra");
    }
    memory_list_free(&found);
    assert_true(parts > 64);
}

static void what_the_index_names_and_is_not_there_is_left_out(void **state)
{
    struct place *p = *state;
    remember(p, &(struct call){ANA, "a", "en", 3, {"A zebra in the garden.", "And a zebra here."}, NULL});
    remember(p, &(struct call){ANA, "b", "en", 2, {"A zebra in the street."}, NULL});
    finds(p, "zebra", "street");
    by_hand(p, "DELETE FROM memories WHERE content LIKE '% in the %'");
    struct memory_filter filter = {.caller = ANA};
    nothing_has(p, &filter, "zebra", "street");
    nothing_has(p, &filter, "zebra", "garden");
}

static void what_is_said_in_every_call_comes_back_once(void **state)
{
    struct place *p = *state;
    fill(p);
    for (int i = 0; i < 15; i++) {
        char conversation[16];
        snprintf(conversation, sizeof conversation, "c%d", i);
        remember(
            p, &(struct call){ANA, conversation, "en", 60 - i, {"I want to know where my parcel is."}, NULL});
    }
    remember(p, &(struct call){ANA, "odd", "en", 70, {"The parcel was opened, it was wet."}, NULL});
    struct memory_list found = search(p, &(struct memory_filter){.caller = ANA, .limit = 5}, "parcel");
    size_t same = 0;
    for (size_t i = 0; i < found.count; i++)
        same += strstr(found.items[i].content, "where my parcel") != NULL;
    bool other = has(&found, 5, "it was wet");
    memory_list_free(&found);
    assert_int_equal(same, 1);
    assert_true(other); /* what is said again and again does not crowd out the rest */
}

static void results_are_short_enough_for_a_prompt(void **state)
{
    struct place *p = *state;
    struct buf b = BUF_INIT;
    size_t chars = 0;
    for (int i = 0; i < 60; i++)
        buf_puts(&b, "zebra and antelope ");
    for (int i = 0; i < 20; i++) {
        char conversation[16];
        snprintf(conversation, sizeof conversation, "c%d", i);
        buf_printf(&b, "%d ", i);
        remember(p, &(struct call){ANA, conversation, "en", 60 - i, {buf_text(&b), buf_text(&b)}, NULL});
    }
    struct memory_list found = search(p, &(struct memory_filter){.caller = ANA}, "zebra");
    assert_true(found.count >= 1);
    for (size_t i = 0; i < found.count; i++)
        chars += text_chars(found.items[i].content);
    memory_list_free(&found);
    buf_free(&b);
    assert_true(chars <= 6000);
}

static void nothing_fits_and_nothing_is_asked(void **state)
{
    struct place *p = *state;
    static const char *const queries[] = {"",
                                          " ",
                                          "?!",
                                          "the of and",
                                          "what is it",
                                          "\xff\xfe",
                                          "\xf0\x9f\x98\x80",
                                          "'; DROP TABLE memories; --",
                                          "\" OR 1=1",
                                          "* NEAR(a b)"};
    struct memory_filter filter = {.caller = ANA};
    struct memory_list found = search(p, &filter, "zebra"); /* nobody has called yet */
    check_contents(found, "");
    fill(p);
    check_contents(search(p, &filter, "xyzzyplugh quuxfrob"), "");
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        found = search(p, &filter, queries[i]);
        memory_list_free(&found);
    }
    check_contents(search(p, &(struct memory_filter){.caller = "+15550100009"}, "saddle"), "");
    first_is(p, "saddle", "saddle");
}

static void a_question_may_be_long(void **state)
{
    struct place *p = *state;
    struct buf b = BUF_INIT;
    fill(p);
    buf_puts(&b, "saddle squeaks ");
    for (int i = 0; i < 400; i++)
        buf_printf(&b, "word%d ", i);
    first_is(p, buf_text(&b), "saddle");
    buf_free(&b);
}

static void other_callers_are_never_found(void **state)
{
    struct place *p = *state;
    static const char *const queries[] = {"alarm code", "4711", "what did I say last time", "in March",
                                          "code 4711"};
    fill(p);
    remember(p, &(struct call){BEN,
                               "f1",
                               "en",
                               1,
                               {"A: Your alarm code?", "My alarm code is 4711."},
                               "The caller told the alarm code 4711."});
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        nothing_has(p, &(struct memory_filter){.caller = ANA}, queries[i], "4711");
        nothing_has(p, &(struct memory_filter){.caller = ANA, .conversation = "f1"}, queries[i], "4711");
    }
    finds_with(p, &(struct memory_filter){.caller = BEN}, "alarm code", 1, "4711");
}

/* --- The index --- */

static void an_index_of_another_version_is_made_anew(void **state)
{
    struct place *p = *state;
    fill(p);
    by_hand(p, "UPDATE terms SET version = 0, segment = substr(segment, 1, 2)");
    first_is(p, "squeaking saddle", "saddle");
    by_hand(p, "UPDATE terms SET version = 999999");
    first_is(p, "squeaking saddle", "saddle");
    by_hand(p, "DELETE FROM terms");
    first_is(p, "squeaking saddle", "saddle");
}

/* What a search had to make each time is made once, for one caller, and nothing is taken from a newer
 * version.
 */
static void old_indexes_are_made_anew_when_there_is_time(void **state)
{
    struct place *p = *state;
    static const char ours[] = "SELECT count(*) FROM terms WHERE version > 0 AND version < 999999";
    fill(p);
    say(p, BEN, "ben", 0, "My alarm code is 4711.");
    int64_t all = number_of(p, "SELECT count(*) FROM terms");
    assert_true(all > 3);
    by_hand(p, "UPDATE terms SET version = 0, segment = substr(segment, 1, 2)");
    by_hand(p, "DELETE FROM terms WHERE conversation_id = 2");
    by_hand(p, "UPDATE terms SET version = 999999 WHERE conversation_id = 1");
    assert_int_equal(memory_refresh(p->store, ANA, &p->error), 0);
    assert_int_equal(number_of(p, ours), all - 2);
    assert_int_equal(number_of(p, "SELECT count(*) FROM terms WHERE version = 0"), 1);
    assert_int_equal(number_of(p, "SELECT version FROM terms WHERE conversation_id = 1"), 999999);
    first_is(p, "squeaking saddle", "saddle");
}

/* Of many some, the latest first, so that no event has to wait for all. */
static void many_old_indexes_are_made_anew_bit_by_bit(void **state)
{
    struct place *p = *state;
    static const char left[] = "SELECT count(*) FROM terms WHERE version = 0";
    for (int i = 0; i < 70; i++) {
        char name[16];
        snprintf(name, sizeof name, "c%02d", i);
        say(p, ANA, name, i, "The parrot is called Hugo.");
    }
    by_hand(p, "UPDATE terms SET version = 0");
    assert_int_equal(memory_refresh(p->store, ANA, &p->error), 0);
    assert_int_equal(number_of(p, left), 20);
    assert_int_equal(memory_refresh(p->store, ANA, &p->error), 0);
    assert_int_equal(number_of(p, left), 0);
}

static void a_broken_index_breaks_nothing(void **state)
{
    struct place *p = *state;
    fill(p);
    remember(p, &(struct call){ANA, "good", "en", 1, {"The parrot is called Hugo."}, NULL});
    by_hand(p,
            "UPDATE terms SET segment = substr(segment, 1, length(segment) - 7) WHERE conversation_id = 1");
    first_is(p, "parrot", "Hugo");
    by_hand(p, is_postgres()
                   ? "UPDATE terms SET segment = decode(repeat('00', length(segment)), 'hex') "
                     "WHERE conversation_id = 2"
                   : "UPDATE terms SET segment = zeroblob(length(segment)) WHERE conversation_id = 2");
    first_is(p, "parrot", "Hugo");
    by_hand(p, is_postgres() ? "UPDATE terms SET segment = decode(repeat(md5(random()::text), 300), 'hex') "
                               "WHERE conversation_id = 3"
                             : "UPDATE terms SET segment = randomblob(5000) WHERE conversation_id = 3");
    first_is(p, "parrot", "Hugo");
}

static void what_another_handle_added_is_found(void **state)
{
    struct place *p = *state, other = *p;
    fill(p);
    first_is(p, "saddle", "saddle");
    place_open(&other);
    say(&other, ANA, "new", 0, "The parrot is called Hugo.");
    place_close(&other);
    first_is(p, "parrot", "Hugo");
}

static void what_a_replaced_turn_said_is_not_found_any_more(void **state)
{
    struct place *p = *state;
    fill(p);
    say(p, ANA, "c", 0, "The parrot is called Hugo.");
    say(p, ANA, "c", 0, "The dog is called Bruno.");
    nothing_has(p, &(struct memory_filter){.caller = ANA}, "parrot Hugo", "Hugo");
    first_is(p, "dog", "Bruno");
    good(p, memory_forget_conversation(p->store, ANA, "c", &p->error));
    nothing_has(p, &(struct memory_filter){.caller = ANA}, "dog Bruno", "Bruno");
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, place_make, place_remove)

/* --- What an LLM sends along, and what it asks in general --- */

static void add_fact(struct place *p, const char *conversation, int days_ago, const char *content,
                     const char *metadata)
{
    struct memory fact = a_memory(ANA, conversation, 0, content);
    fact.kind = KIND_FACT;
    fact.sector = SECTOR_SEMANTIC;
    fact.speaker = "";
    fact.metadata = metadata;
    fact.created_at = NOW - (int64_t)days_ago * DAY;
    add_one(p, &fact);
}

static void what_is_over_is_marked_and_comes_after_what_holds(void **state)
{
    struct place *p = *state;
    const struct memory_filter facts = {.caller = ANA, .kinds = 1u << KIND_FACT}, turns = {.caller = ANA};
    fill(p);
    remember(p,
             &(struct call){
                 ANA, "o1", "en", 300, {"My home address, the home address, is Mill Lane.", "A: Ok."}, NULL});
    add_fact(p, "o1", 300, "Home address: Mill Lane", "{\"turn\":0,\"over\":\"2026-02-28\"}");
    remember(p, &(struct call){ANA, "o2", "en", 2, {"I moved; my home is at Quay Street.", "A: Ok."}, NULL});
    add_fact(p, "o2", 2, "Home address: Quay Street", "{\"turn\":0}");
    first_is(p, "what is the home address", "Quay Street");
    finds_with(p, &turns, "what is the home address", 10, "Mill Lane. (until 2026-02)");
    nothing_has(p, &turns, "what is the home address", "Quay Street. (until");
    finds_with(p, &facts, "home address", 1, "Quay Street");
    finds_with(p, &facts, "home address", 10, "Mill Lane (until 2026-02)");
    /* A turn that also says what holds is not over. */
    remember(p, &(struct call){ANA, "o3", "en", 200, {"I have a kayak and a canoe.", "A: Ok."}, NULL});
    add_fact(p, "o3", 200, "Has a kayak", "{\"turn\":0,\"over\":\"2026-02-28\"}");
    struct memory second = a_memory(ANA, "o3", 1, "Has a canoe");
    second.kind = KIND_FACT;
    second.metadata = "{\"turn\":0}";
    second.created_at = NOW - 200 * (int64_t)DAY;
    add_one(p, &second);
    finds_with(p, &turns, "kayak", 1, "I have a kayak and a canoe.");
    nothing_has(p, &turns, "kayak", "(until");
}

/* What was understood of a turn says in few words what the turn says in many. */
static void a_fact_that_answers_comes_with_its_turn(void **state)
{
    struct place *p = *state;
    const struct memory_filter most = {.caller = ANA, .limit = 10}, one = {.caller = ANA, .limit = 1};
    fill(p);
    remember(p, &(struct call){
                    ANA,
                    "m1",
                    "en",
                    9,
                    {"A: And your member number?", "It's M for Mike, four, eight, two, zero, as before."},
                    NULL});
    add_fact(p, "m1", 9, "Member number: M4820", "{\"turn\":1}");
    struct memory_list found = search(p, &most, "what is the member number?");
    assert_string_equal(found.items[0].content, "Member number: M4820");
    assert_int_equal(found.items[0].kind, KIND_FACT);
    assert_non_null(strstr(found.items[1].content, "M for Mike"));
    memory_list_free(&found);
    finds_with(p, &one, "what is the member number?", 1, "M for Mike"); /* a turn is there in any case */
    nothing_has(p, &most, "member of which club, and since when?", "Member number: M4820");
}

/* Such as the notes of an operator. */
static void a_fact_without_a_turn_is_found(void **state)
{
    struct place *p = *state;
    fill(p);
    add_fact(p, "f1", 40, "Pays in cash, the invoice goes to the stables", "{}");
    add_fact(p, "f2", 30, "Keeps an otter", "{\"turn\":77}");
    first_is(p, "where does the invoice go", "the stables");
    finds(p, "otter", "otter");
}

static void words_that_the_answer_may_have_help(void **state)
{
    struct place *p = *state;
    const struct memory_filter plain = {.caller = ANA, .limit = 1};
    fill(p);
    remember(
        p, &(struct call){ANA,
                          "w1",
                          "en",
                          12,
                          {"My holiday was in a tent by the lake.", "A: How nice.", "The weather was kind."},
                          NULL});
    remember(p, &(struct call){ANA,
                               "w2",
                               "en",
                               11,
                               {"I need the bill before my holiday.", "A: Of course.", "By Friday, then."},
                               NULL});
    const struct memory_filter helped = {
        .caller = ANA, .limit = 1, .words = "tent, lake; lakes, camping weather kind"};
    finds_with(p, &helped, "how was the holiday", 1, "tent by the lake");
    /* They never stand for the question: without a word of its own nothing is found. */
    nothing_has(p, &(struct memory_filter){.caller = ANA, .words = "tent lake"}, "xylophone", "tent");
    /* And what the question names itself stays first. */
    const struct memory_filter wrong = {.caller = ANA, .limit = 1, .words = "tent lake weather"};
    finds_with(p, &plain, "who sends the bill", 1, "bill");
    finds_with(p, &wrong, "who sends the bill", 1, "bill");
}

static void many_words_that_help_are_no_harm(void **state)
{
    struct place *p = *state;
    char many[501];
    for (size_t i = 0; i + 5 < sizeof many; i += 5)
        snprintf(many + i, sizeof many - i, "w%03zu ", i % 1000);
    fill(p);
    finds_with(p, &(struct memory_filter){.caller = ANA, .words = many}, "squeaking saddle", 1, "squeak");
}

static bool is_vague(struct place *p, const char *query)
{
    struct memory_list found = search(p, &(struct memory_filter){.caller = ANA}, query);
    bool vague = found.vague;
    memory_list_free(&found);
    return vague;
}

static void it_is_seen_when_nothing_in_particular_is_asked(void **state)
{
    struct place *p = *state;
    static const struct {
        const char *language, *vague, *plain;
    } cases[] = {
        {"en", "What did we talk about last time?", "What did we say about the tandem?"},
        {"en", "tell me everything you know about this caller", "everything about the saddle"},
        {"en", "open issues", "open the garage"},
        {"en", "user preferences", "preferred seat"},
        {"en", "what is it?", "what is a sprocket?"},
        {"de",
         "Wor\xc3\xbc"
         "ber haben wir letztes Mal gesprochen?",
         "Was hat er \xc3\xbc"
         "ber den Sattel gesagt?"},
        {"es", "\xc2\xbfqu\xc3\xa9 sabes de m\xc3\xad?", "\xc2\xbfqu\xc3\xa9 sabes del perro?"},
        {"fr", "de quoi avons-nous parl\xc3\xa9 la derni\xc3\xa8re fois ?", "de quel chien parlait-il ?"},
        {"it", "di cosa abbiamo parlato l'ultima volta?", "cosa sai del suo cane?"},
        {"pt", "sobre o que falamos da \xc3\xbaltima vez?", "o que sabe do cachorro?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        remember(p, &(struct call){ANA, cases[i].language, cases[i].language, 5, {"Zebedee wibbled."}, NULL});
        if (!is_vague(p, cases[i].vague))
            fail_msg("\"%s\" is taken for a question about something", cases[i].vague);
        if (is_vague(p, cases[i].plain))
            fail_msg("\"%s\" is taken for a question about nothing", cases[i].plain);
    }
    /* In English whatever the caller speaks. */
    good(p, memory_forget(p->store, ANA, NULL, &p->error));
    remember(p, &(struct call){ANA, "t", "tr", 5, {"Zebedee."}, NULL});
    assert_true(is_vague(p, "previous conversations"));
    /* What says when is about the calls of that time. */
    assert_false(is_vague(p, "what did we talk about yesterday"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(what_is_over_is_marked_and_comes_after_what_holds),
        IN_PLACE(a_fact_that_answers_comes_with_its_turn),
        IN_PLACE(a_fact_without_a_turn_is_found),
        IN_PLACE(words_that_the_answer_may_have_help),
        IN_PLACE(many_words_that_help_are_no_harm),
        IN_PLACE(it_is_seen_when_nothing_in_particular_is_asked),
        IN_PLACE(an_order_number_is_found_as_written_and_as_spoken),
        IN_PLACE(an_order_number_that_was_spoken_is_found_as_written),
        IN_PLACE(addresses_and_telephone_numbers_are_found),
        IN_PLACE(forms_of_words_are_found_in_the_language_of_the_call),
        IN_PLACE(accents_and_case_do_not_matter),
        IN_PLACE(scripts_of_all_kinds_are_found),
        IN_PLACE(one_caller_may_speak_several_languages),
        IN_PLACE(an_english_question_finds_the_words_of_the_caller),
        IN_PLACE(many_languages_in_one_handle),
        IN_PLACE(the_answer_is_found_by_its_question),
        IN_PLACE(an_answer_in_many_short_turns_is_one_result),
        IN_PLACE(a_result_says_who_said_it),
        IN_PLACE(a_summary_is_found_when_only_it_says_so),
        IN_PLACE(a_long_summary_is_cut_to_what_answers),
        IN_PLACE(whose_turns_are_meant_is_told_by_the_name),
        IN_PLACE(on_a_line_of_several_a_name_is_looked_for),
        IN_PLACE(when_it_was_is_read_against_the_calls),
        IN_PLACE(questions_are_understood_in_every_language),
        IN_PLACE(days_are_reckoned_in_every_language),
        IN_PLACE(the_day_before_yesterday_is_not_yesterday),
        IN_PLACE(the_last_call_can_be_asked_for_without_its_words),
        IN_PLACE(facts_are_found_when_they_are_asked_for),
        IN_PLACE(every_filter_of_a_search_holds),
        IN_PLACE(what_fades_is_not_found_below_the_salience_asked_for),
        IN_PLACE(of_equals_what_has_faded_comes_later),
        IN_PLACE(no_more_than_were_asked_for),
        IN_PLACE(each_of_many_results_has_its_own_words),
        IN_PLACE(what_the_index_names_and_is_not_there_is_left_out),
        IN_PLACE(what_is_said_in_every_call_comes_back_once),
        IN_PLACE(results_are_short_enough_for_a_prompt),
        IN_PLACE(nothing_fits_and_nothing_is_asked),
        IN_PLACE(a_question_may_be_long),
        IN_PLACE(other_callers_are_never_found),
        IN_PLACE(an_index_of_another_version_is_made_anew),
        IN_PLACE(old_indexes_are_made_anew_when_there_is_time),
        IN_PLACE(many_old_indexes_are_made_anew_bit_by_bit),
        IN_PLACE(a_broken_index_breaks_nothing),
        IN_PLACE(what_another_handle_added_is_found),
        IN_PLACE(what_a_replaced_turn_said_is_not_found_any_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
