/*
 * Numbers, codes and addresses as they are said: in words, doubled, by the radio alphabet, read back and
 * corrected; and those that are somebody else's or something else.
 */
#include "tests/unit/understood.h"

#include "understand/identifiers.h"

struct given {
    const char *language, *talk;
    enum statement_kind kind;
    const char *slot, *value;
};

static void is_given(const struct given *given)
{
    char text[TALK_BYTES];
    struct said said = talk(given->language, given->talk, text);
    struct call call;
    const struct statement *found = NULL;
    size_t count = 0;
    call_understand(&call, &said);
    for (size_t i = 0; i < call.understanding.statement_count; i++) {
        const struct statement *statement = &call.understanding.statements[i];
        if (statement->kind != STATEMENT_ID && statement->kind != STATEMENT_CONTACT)
            continue;
        found = statement;
        count++;
    }
    if (given->value && (count != 1 || found->kind != given->kind || strcmp(found->slot, given->slot) != 0 ||
                         strcmp(found->value, given->value) != 0))
        fail_msg("%s: %zu [%s] \"%s\"", given->talk, count, found ? found->slot : "",
                 found ? found->value : "");
    if (!given->value && count != 0)
        fail_msg("%s: [%s] \"%s\"", given->talk, found->slot, found->value);
    call_free(&call);
}

#define ALL_GIVEN(cases)                                                                                     \
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)                                                \
    is_given(&cases[i])

static void numbers_in_words(void **state)
{
    static const struct given cases[] = {
        {"en", "U: My order number is P R six three nine zero two five.", STATEMENT_ID, "order", "PR639025"},
        {"en", "A: What's your order number? / U: Double five triple two nine.", STATEMENT_ID, "order",
         "552229"},
        {"en", "A: What's your booking reference? / U: Foxtrot Lima two nine Alpha.", STATEMENT_ID, "booking",
         "FL29A"},
        {"en", "A: And your policy number? / U: It's forty-two, seventeen, oh six.", STATEMENT_ID, "policy",
         "421706"},
        {"en", "U: I have a question, order number GC 20 45 1.", STATEMENT_ID, "order", "GC20451"},
        {"en", "A: Your claim number? / U: KLM 20417, I think.", STATEMENT_ID, "claim", "KLM20417"},
        {"en", "A: Your claim number? / U: KLM 20417.", STATEMENT_ID, "claim", "KLM20417"},
        {"en", "A: Your member number? / U: My ID 20417.", STATEMENT_ID, "member", "20417"},
        {"en", "U: MY ORDER NUMBER IS 20417.", STATEMENT_ID, "order", "20417"},
        {"en", "U: My order number is GC 20417. / A: GC 20417? / U: No, GC 20471.", STATEMENT_ID, "order",
         "GC20471"},
        {"en", "U: I'm in the UK, my number is UK 555 0133 22.", STATEMENT_CONTACT, "phone", "555013322"},
        {"de", "U: Ja, meine Kundennummer lautet HB 20417.", STATEMENT_ID, "customer", "HB20417"},
        {"de", "U: Meine Kundennummer ist vier acht zwei sieben.", STATEMENT_ID, "customer", "4827"},
        {"de", "A: Wie ist Ihre Bestellnummer? / U: H B zwei null vier eins sieben.", STATEMENT_ID, "order",
         "HB20417"},
        {"es", "U: Mi número de pedido es cuatro ocho dos siete.", STATEMENT_ID, "order", "4827"},
        {"fr", "U: Mon numéro de commande est quatre huit deux sept.", STATEMENT_ID, "order", "4827"},
        {"it", "U: Il mio codice cliente è quattro otto due sette.", STATEMENT_ID, "customer", "4827"},
        {"pt", "U: O meu número do pedido é quatro oito dois sete.", STATEMENT_ID, "order", "4827"},
    };
    (void)state;
    ALL_GIVEN(cases);
}

/* Pairs, with sixty and ten, four twenties and sixteen, and hundreds. */
static void french_counts_in_its_own_way(void **state)
{
    static const struct given cases[] = {
        {"fr",
         "U: Mon numéro de téléphone, c'est le zéro six douze trente-quatre quatre-vingt-seize "
         "soixante-dix-huit.",
         STATEMENT_CONTACT, "phone", "0612349678"},
        {"fr", "A: Votre numéro de client ? / U: Cinq cent douze, quatre-vingts.", STATEMENT_ID, "customer",
         "51280"},
        {"fr", "A: Votre numéro de client ? / U: Soixante et onze, vingt-deux.", STATEMENT_ID, "customer",
         "7122"},
    };
    (void)state;
    ALL_GIVEN(cases);
}

static void phones_as_they_are_written(void **state)
{
    static const struct given cases[] = {
        {"en", "A: Which number can we reach you on? / U: +44 20 7946 0018.", STATEMENT_CONTACT, "phone",
         "+442079460018"},
        {"en", "A: Your phone number? / U: 555 0236, please.", STATEMENT_CONTACT, "phone", "5550236"},
        {"de", "A: Ihre Telefonnummer? / U: 0151 23456789.", STATEMENT_CONTACT, "phone", "015123456789"},
    };
    (void)state;
    ALL_GIVEN(cases);
}

static void addresses_of_mail_in_words(void **state)
{
    static const struct given cases[] = {
        {"en", "U: My email is vera dot whelan at example dot com.", STATEMENT_CONTACT, "email",
         "vera.whelan@example.com"},
        {"en", "U: My email is vera.whelan@example.com.", STATEMENT_CONTACT, "email",
         "vera.whelan@example.com"},
        {"en", "A: And your email? / U: P E G four two at example dot com.", STATEMENT_CONTACT, "email",
         "peg42@example.com"},
        {"de", "U: Meine E-Mail ist vera minus whelan ät example punkt de.", STATEMENT_CONTACT, "email",
         "vera-whelan@example.de"},
        {"es", "U: Mi correo es vera punto whelan arroba example punto com.", STATEMENT_CONTACT, "email",
         "vera.whelan@example.com"},
        {"fr", "U: Mon mail, c'est vera point whelan arobase example point fr.", STATEMENT_CONTACT, "email",
         "vera.whelan@example.fr"},
        {"it", "U: La mia mail è vera punto whelan chiocciola example punto it.", STATEMENT_CONTACT, "email",
         "vera.whelan@example.it"},
        {"pt", "U: O meu e-mail é vera ponto whelan arroba example ponto pt.", STATEMENT_CONTACT, "email",
         "vera.whelan@example.pt"},
    };
    (void)state;
    ALL_GIVEN(cases);
}

static void what_is_read_back_and_corrected_counts(void **state)
{
    static const struct given cases[] = {
        {"en",
         "A: What's your policy number? / U: H R four four one. / A: That's H R 4 4 1? / U: No, H R four "
         "five "
         "one.",
         STATEMENT_ID, "policy", "HR451"},
        {"en", "A: So your number is 555 0236? / U: No, 555 0263.", STATEMENT_CONTACT, "phone", "5550263"},
        {"en", "A: Your order number? / U: 20417. / A: I have 20471. / U: Yes, that's right.", STATEMENT_ID,
         "order", "20471"},
        {"en", "U: My email is ana@example.com. Sorry, my email is ana@example.org.", STATEMENT_CONTACT,
         "email", "ana@example.org"},
    };
    (void)state;
    ALL_GIVEN(cases);
}

static void what_is_somebody_elses_is_not_theirs(void **state)
{
    static const struct given cases[] = {
        {"en", "U: My mother's policy number is 884412.", .value = NULL},
        {"en", "U: My daughter's number is 555 0133.", .value = NULL},
        {"en", "U: You can reach my husband on 555 0236.", .value = NULL},
        {"en", "U: Her email is ana@example.com.", .value = NULL},
        {"de", "U: Die Kundennummer von meinem Mann ist 20417.", .value = NULL},
        {"de", "U: Seine E-Mail ist ana@example.com.", .value = NULL},
        {"es", "U: El número de pedido de mi hermana es 20417.", .value = NULL},
    };
    (void)state;
    ALL_GIVEN(cases);
}

static void what_is_something_else_is_no_identifier(void **state)
{
    static const struct given cases[] = {
        {"en", "A: What's your account number? / U: My zip code is 90210.", .value = NULL},
        {"de", "A: Wie ist Ihre Kundennummer? / U: Meine Postleitzahl ist 50667.", .value = NULL},
        {"fr", "A: Votre numéro de client ? / U: Mon code postal, c'est 75011.", .value = NULL},
        {"en", "U: I've called 12 times since 1998.", .value = NULL},
        {"en", "U: Is my order number 20417?", .value = NULL},
    };
    (void)state;
    ALL_GIVEN(cases);
}

static void addresses_of_homes(void **state)
{
    static const struct given cases[] = {
        {"en", "U: My address is 14 Sandpiper Lane, Arier.", STATEMENT_CONTACT, "address",
         "14 Sandpiper Lane, Arier"},
        {"de", "A: Wie ist Ihre Adresse? / U: Gartenweg 7, 50667 Köln.", STATEMENT_CONTACT, "address",
         "Gartenweg 7, 50667 Köln"},
    };
    (void)state;
    ALL_GIVEN(cases);
}

/* What was said of a value, however it was said. */
static void a_value_is_held_against_what_was_heard(void **state)
{
    static const struct {
        const char *talk, *value;
        bool heard;
    } cases[] = {
        {"U: It's P R six three nine zero two five.", "PR639025", true},
        {"U: It's P R six three nine zero two five.", "NM482018", false},
        {"U: It's P R six three nine zero two five.", "482", false},
        {"U: ana dot lopez at example dot com", "ana.lopez@example.com", true},
        {"U: ana dot lopez at example dot com", "eva.lopez@example.com", false},
        {"U: 555, 0236", "555-0236", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[TALK_BYTES];
        struct said said = talk("en", cases[i].talk, text);
        struct call call;
        struct reading reading;
        call_make(&call, &said);
        assert_int_equal(reading_open(&reading, call.lexicon, &call.transcript, call.arena), 0);
        const char *heard = identifiers_heard(&reading);
        assert_non_null(heard);
        if (identifiers_were_heard(heard, cases[i].value) != cases[i].heard)
            fail_msg("%s: %s in \"%s\"", cases[i].talk, cases[i].value, heard);
        reading_close(&reading);
        call_free(&call);
    }
}

#define UNDERSTAND(call, ...)                                                                                \
    call_understand(&(call), &(struct said){.language = "en", .lines = {__VA_ARGS__}})

static void a_letter_that_is_explained_is_one_letter(void **state)
{
    struct call call;
    (void)state;
    UNDERSTAND(call, "A: Do you have your policy number?", "T C four oh, nine nine one, J. J like James.",
               "A: T C four zero nine nine one, Juliet.", "J, James, yes.");
    must_say(&call, STATEMENT_ID, "TC40991J");
    call_free(&call);
    UNDERSTAND(call, "A: Your booking reference?", "It's D as in dog, four four one two.");
    must_say(&call, STATEMENT_ID, "D4412");
    call_free(&call);
}

static void a_number_keeps_its_end(void **state)
{
    struct call call;
    (void)state;
    UNDERSTAND(call, "A: Can I take your customer number?", "It's G T six one, three three, eight nine.",
               "A: Thank you.", "And please don't, never ring before ten. I'm up late.");
    must_say(&call, STATEMENT_ID, "GT613389");
    must_not_say(&call, "10I");
    call_free(&call);
}

static void a_number_is_put_right(void **state)
{
    struct call call;
    (void)state;
    UNDERSTAND(call, "A: And your phone number?",
               "Five five five, oh two six three. No, sorry. Oh two three six.");
    must_say(&call, STATEMENT_CONTACT, "5550236");
    must_not_say(&call, "5550263");
    call_free(&call);
}

static void the_end_of_a_number_that_the_agent_gave_is_the_whole(void **state)
{
    struct call call;
    (void)state;
    UNDERSTAND(call, "A: Your new claim number is D R nine two two six.", "Nine two two six. Okay.");
    must_say(&call, STATEMENT_ID, "DR9226");
    call_free(&call);
}

static void a_number_that_is_read_back_whole_is_whole(void **state)
{
    struct call call;
    (void)state;
    UNDERSTAND(call, "A: Your name and number?", "Ronald Beck, and my number is 614.", "3 8 5-2 9 0 6.",
               "A: That is phone number 614-385-2906, is that correct?", "Yes.");
    must_say(&call, STATEMENT_CONTACT, "6143852906");
    call_free(&call);
    UNDERSTAND(call, "A: Your phone number?", "555 2146.", "A: So 555 2146 2010 Honda, is that right?",
               "Yes.");
    must_say(&call, STATEMENT_CONTACT, "5552146");
    must_not_say(&call, "2010");
    call_free(&call);
}

static void an_address_is_the_callers(void **state)
{
    struct call call;
    (void)state;
    UNDERSTAND(call, "A: What is your address, please?", "218 Harper West, Kelso");
    must_say(&call, STATEMENT_CONTACT, "218 Harper West, Kelso");
    call_free(&call);
    UNDERSTAND(call, "A: Is it the address of the station?", "the address is 3105 West Elm Street.");
    must_not_say(&call, "3105");
    call_free(&call);
    UNDERSTAND(call, "How long would it take to get to Camp 4 Pine Valley?", "A: Do you have the address?",
               "It's called Camp 4 Pine Valley. And it is on 760 Miller Creek Road.");
    must_not_say(&call, "Pine Valley");
    must_not_say(&call, "Miller");
    call_free(&call);
}

static void an_address_ends_where_it_ends(void **state)
{
    struct call call;
    (void)state;
    UNDERSTAND(call, "My address is 12 Quarry Road and my name is Ana.");
    must_say(&call, STATEMENT_CONTACT, "12 Quarry Road");
    must_not_say(&call, "my name");
    call_free(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_in_words),
        cmocka_unit_test(french_counts_in_its_own_way),
        cmocka_unit_test(phones_as_they_are_written),
        cmocka_unit_test(addresses_of_mail_in_words),
        cmocka_unit_test(what_is_read_back_and_corrected_counts),
        cmocka_unit_test(what_is_somebody_elses_is_not_theirs),
        cmocka_unit_test(what_is_something_else_is_no_identifier),
        cmocka_unit_test(addresses_of_homes),
        cmocka_unit_test(a_value_is_held_against_what_was_heard),
        cmocka_unit_test(a_letter_that_is_explained_is_one_letter),
        cmocka_unit_test(a_number_keeps_its_end),
        cmocka_unit_test(a_number_is_put_right),
        cmocka_unit_test(the_end_of_a_number_that_the_agent_gave_is_the_whole),
        cmocka_unit_test(a_number_that_is_read_back_whole_is_whole),
        cmocka_unit_test(an_address_is_the_callers),
        cmocka_unit_test(an_address_ends_where_it_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
