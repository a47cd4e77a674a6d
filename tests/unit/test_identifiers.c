/*
 * Numbers, e-mail addresses, telephone numbers and addresses that rules hear: whole, put right where the
 * caller puts them right, and nobody else's.
 */
#include "tests/unit/understood.h"

#define UNDERSTAND(call, ...)                                                                                \
    call_understand(&(call), &(struct said){.language = "en", .lines = {__VA_ARGS__}})

static void a_letter_that_is_explained_is_one_letter(void **state)
{
    struct call call;
    (void)state;
    UNDERSTAND(call, "A: Do you have your policy number?", "B M three oh, five five eight, K. K like king.",
               "A: B M three zero five five eight, Kilo.", "K, king, yes.");
    must_say(&call, STATEMENT_ID, "BM30558K");
    call_free(&call);
    UNDERSTAND(call, "A: Your booking reference?", "It's D as in dog, four four one two.");
    must_say(&call, STATEMENT_ID, "D4412");
    call_free(&call);
}

static void a_number_keeps_its_end(void **state)
{
    struct call call;
    (void)state;
    UNDERSTAND(call, "A: Can I take your customer number?", "It's F W seven zero, two two, four five.",
               "A: Thank you.", "And please don't, never ring before ten. I've got a newborn.");
    must_say(&call, STATEMENT_ID, "FW702245");
    must_not_say(&call, "10I");
    call_free(&call);
}

static void a_number_is_put_right(void **state)
{
    struct call call;
    (void)state;
    UNDERSTAND(call, "A: And your phone number?",
               "Five five five, oh one four eight. No, sorry. Oh one eight four.");
    must_say(&call, STATEMENT_CONTACT, "5550184");
    must_not_say(&call, "5550148");
    call_free(&call);
}

static void the_end_of_a_number_that_the_agent_gave_is_the_whole(void **state)
{
    struct call call;
    (void)state;
    UNDERSTAND(call, "A: Your new claim number is C L eight one one five.", "Eight one one five. Okay.");
    must_say(&call, STATEMENT_ID, "CL8115");
    call_free(&call);
}

static void a_number_that_is_read_back_whole_is_whole(void **state)
{
    struct call call;
    (void)state;
    UNDERSTAND(call, "A: Your name and number?", "Stanley Smith, and my number is 513.", "4 7 2-1 2 3 4.",
               "A: That is phone number 513-472-1234, is that correct?", "Yes.");
    must_say(&call, STATEMENT_CONTACT, "5134721234");
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
    UNDERSTAND(call, "A: What is your address, please?", "109 Ferguson East, Holton");
    must_say(&call, STATEMENT_CONTACT, "109 Ferguson East, Holton");
    call_free(&call);
    UNDERSTAND(call, "A: Is it the address of the station?", "the address is 2212 North Texas Street.");
    must_not_say(&call, "2212");
    call_free(&call);
    UNDERSTAND(call, "How long would it take to get to Dare 2 Dream Farms?", "A: Do you have the address?",
               "It's called Dare 2 Dream Farms. And it is on 890 Lasalle Canyon Road.");
    must_not_say(&call, "Dream Farms");
    must_not_say(&call, "Lasalle");
    call_free(&call);
}

static void an_address_ends_where_it_ends(void **state)
{
    struct call call;
    (void)state;
    UNDERSTAND(call, "My address is 12 Larch Lane and my name is Ana.");
    must_say(&call, STATEMENT_CONTACT, "12 Larch Lane");
    must_not_say(&call, "my name");
    call_free(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
