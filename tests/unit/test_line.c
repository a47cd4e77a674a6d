/*
 * Who is behind a number, and what is true of each now: calls one after the other, and what the next agent is
 * told of them.
 */
#include "tests/unit/calls.h"

/* Calls of a test, oldest first, `days` apart from one another; the last one is of today. */
static void call(struct office *office, const char *conversation, int days_ago, const char *caller,
                 const char *notes, const char *open, const char *const turns[8])
{
    struct told told = {.conversation = conversation, .days_ago = days_ago};
    struct buf b = BUF_INIT;
    const char *const names[] = {"callmem_caller", "callmem_notes", "callmem_open"};
    const char *const values[] = {caller, notes, open};
    for (size_t i = 0; i < 8; i++)
        told.turns[i] = turns[i];
    for (size_t i = 0; i < 3; i++) {
        if (!values[i])
            continue;
        buf_printf(&b, "%s\"%s\":{\"value\":", b.len ? "," : "", names[i]);
        buf_json(&b, values[i], strlen(values[i]));
        buf_putc(&b, '}');
    }
    told.collected = buf_text(&b);
    told.summary = "";
    ends(office, ANA, &told);
    buf_free(&b);
}

#define TURNS(...)                                                                                           \
    (const char *const[8])                                                                                   \
    {                                                                                                        \
        __VA_ARGS__                                                                                          \
    }
/* What was said, understood by rules alone, or with what an LLM made of it. */
#define SAID(conversation, days_ago, ...)                                                                    \
    call(office, conversation, days_ago, NULL, NULL, NULL, TURNS(__VA_ARGS__))
#define NOTED(conversation, days_ago, notes, ...)                                                            \
    call(office, conversation, days_ago, "", notes, "", TURNS(__VA_ARGS__))
#define LEFT_OPEN(conversation, days_ago, open, ...)                                                         \
    call(office, conversation, days_ago, "", "", open, TURNS(__VA_ARGS__))

static void has(struct office *office, const char *part)
{
    profile_has(office, "memory_context", part, true);
}

static void has_not(struct office *office, const char *part)
{
    profile_has(office, "memory_context", part, false);
}

/* --- One after the other --- */

static void a_number_changes_hands(void **state)
{
    struct office *office = *state;
    SAID("c1", 200, "This is Gordon Pell. I use a walking frame.");
    SAID("c2", 9, "I have had this number since August. My name is Vera Stoll.");
    check_profile(office, "caller_name", "Vera Stoll");
    has_not(office, "walking frame");
    has_not(office, "Gordon");
}

static void whom_was_spoken_of_calls(void **state)
{
    struct office *office = *state;
    NOTED("c1", 20, "need | son Edgar | Allergic to iodine |", "This is Ines Pell.",
          "My son Edgar is allergic to iodine.");
    SAID("c2", 9, "My name is Edgar Pell.");
    check_profile(office, "caller_people", "Ines Pell; Edgar Pell");
    has(office, "Edgar Pell. Needs: Allergic to iodine");
}

static void what_one_has_one_of_is_replaced(void **state)
{
    static const struct {
        const char *was, *said_was, *is, *said_is;
    } pairs[] = {
        {"fact | caller | Drives a Renault Clio |", "I drive a Renault Clio.",
         "fact | caller | Drives a Mazda |", "I drive a Mazda these days."},
        {"fact | caller | Insured with Alder Mutual |", "I'm insured with Alder Mutual.",
         "fact | caller | Is insured with Pilot Life |", "I'm insured with Pilot Life."},
        {"fact | caller | Works at the tannery |", "I work at the tannery.",
         "fact | caller | Works for Corvid Bus |", "I work for Corvid Bus."},
        {"instruction | caller | Leave the crate behind the red door |",
         "Always leave the crate behind the red door.",
         "instruction | caller | Leave the crate behind the woodpile |",
         "Leave the crate behind the woodpile from now on."},
        {"instruction | caller | Send everything by post |", "Send everything by post.",
         "instruction | caller | Send everything by e-mail |", "Send everything by e-mail from now on."},
    };
    struct office *office = *state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char first[8], second[8];
        snprintf(first, sizeof first, "a%zu", i);
        snprintf(second, sizeof second, "b%zu", i);
        NOTED(first, 40 - 2 * (int)i, pairs[i].was, "This is Ines Pell.", pairs[i].said_was);
        NOTED(second, 39 - 2 * (int)i, pairs[i].is, "This is Ines Pell.", pairs[i].said_is);
    }
    has_not(office, "Facts: Drives a Renault");
    has(office, "Drives a Mazda");
    has_not(office, "; Insured with Alder");
    has(office, "insured with Pilot");
    has_not(office, "; Works at the tannery");
    has(office, "Leave the crate behind the woodpile");
    has_not(office, "; Leave the crate behind the red door");
    has(office, "Send everything by e-mail");
    has_not(office, "; Send everything by post");
}

/* --- Who --- */

static void a_second_name_is_a_second_person(void **state)
{
    struct office *office = *state;
    SAID("c1", 20, "Hello, this is Gordon Pell. I'm allergic to penicillin.");
    check_profile(office, "caller_name", "Gordon Pell");
    SAID("c2", 9, "Good morning, my name is Ines Pell.");
    check_profile(office, "caller_name", "");
    check_profile(office, "suggested_greeting", "");
    check_profile(office, "caller_people", "Gordon Pell; Ines Pell");
    has(office, "Gordon Pell. Needs: I'm allergic to penicillin");
    /* Whoever does not say who they are could be either. */
    SAID("c3", 2, "I'm vegan, by the way.");
    has(office, "It is not clear who said: I'm vegan");
}

static void a_surname_alone_is_either_of_two_who_share_it(void **state)
{
    struct office *office = *state;
    SAID("c1", 20, "This is Maria Huber.");
    SAID("c2", 9, "This is Anton Huber.");
    SAID("c3", 2, "Huber speaking. I'm vegetarian.");
    check_profile(office, "caller_people", "Maria Huber; Anton Huber");
    check_profile(office, "caller_name", "");
    has(office, "It is not clear who said: I'm vegetarian");
}

static void a_nickname_is_the_same_person(void **state)
{
    struct office *office = *state;
    SAID("c1", 20, "I'm Margaret Whelan, but please call me Peggy.");
    check_profile(office, "caller_name", "Peggy");
    check_profile(office, "caller_people", "Margaret Whelan");
    SAID("c2", 9, "Hi, it's Peggy.");
    check_profile(office, "caller_people", "Margaret Whelan");
    check_profile(office, "caller_name", "Peggy");
    SAID("c3", 2, "This is Margaret Whelan.");
    check_profile(office, "caller_name", "Peggy");
    has(office, "Name: Margaret Whelan, called Peggy.");
}

static void a_title_or_a_first_name_alone_is_a_form_of_the_name(void **state)
{
    struct office *office = *state;
    SAID("c1", 20, "A: Am I speaking with Mr. Hollins?", "Yes, speaking.");
    check_profile(office, "caller_name", "Mr. Hollins");
    SAID("c2", 9, "This is Martin Hollins.");
    check_profile(office, "caller_name", "Martin Hollins");
    SAID("c3", 2, "Hi, it's Martin.");
    check_profile(office, "caller_name", "Martin Hollins");
    check_profile(office, "caller_people", "Martin Hollins");
}

static void a_new_married_name_is_the_same_person(void **state)
{
    struct office *office = *state;
    SAID("c1", 20, "This is Ana Winter. I'm allergic to latex.");
    SAID("c2", 9, "Hello, I got married, my name is Ana Lopez now.");
    check_profile(office, "caller_name", "Ana Lopez");
    check_profile(office, "caller_people", "Ana Lopez");
    has(office, "latex");
    /* The old name has no person of its own again, whatever comes late. */
    SAID("c0", 30, "This is Ana Winter.");
    check_profile(office, "caller_name", "Ana Lopez");
}

static void another_surname_without_a_word_is_another_person(void **state)
{
    struct office *office = *state;
    SAID("c1", 20, "This is Ana Winter.");
    SAID("c2", 9, "This is Ana Lopez.");
    check_profile(office, "caller_people", "Ana Winter; Ana Lopez");
    check_profile(office, "caller_name", "");
}

static void a_corrected_name_is_no_second_person(void **state)
{
    struct office *office = *state;
    SAID("c1", 20, "A: Hello, is this Jon Clark?", "Yes, speaking.");
    call(office, "c2", 9, "John Clarke | | ", "", "",
         TURNS("A: Hello Jon Clark.", "It's not Jon Clark, it's John Clarke. C L A R K E."));
    check_profile(office, "caller_name", "John Clarke");
}

static void a_name_that_was_written_wrong_is_no_second_person(void **state)
{
    struct office *office = *state;
    SAID("c1", 20, "My name is Sara Tillman. I'm allergic to penicillin.");
    SAID("c2", 9, "A: Hello, is that Sara Tillman?", "No, it's Sarah. Sarah with an h.");
    check_profile(office, "caller_people", "Sarah Tillman");
    has(office, "I'm allergic to penicillin");
    SAID("c3", 2, "A: Hello, is that Sarah Tillman?", "No, it's Peter, with a P.");
    check_profile(office, "caller_people", "Sarah Tillman; Peter");
}

static void whoever_moves_has_no_address(void **state)
{
    struct office *office = *state;
    SAID("c1", 20, "A: Where do we send it?", "My address is 14 Sandpiper Lane, Bristol.");
    has(office, "Contact: Address: 14 Sandpiper Lane, Bristol");
    SAID("c2", 9, "I moved out of the way for a minute, sorry.");
    has(office, "Contact: Address: 14 Sandpiper Lane, Bristol");
    SAID("c3", 2, "By the way, I have moved house.");
    has(office, "No longer: Address: 14 Sandpiper Lane, Bristol");
    has_not(office, "Contact: Address");
}

static void whoever_denies_a_name_is_not_told_of_that_person(void **state)
{
    struct office *office = *state;
    SAID("c1", 20, "Gordon Pell here. I'm diabetic.");
    SAID("c2", 2, "A: Hello, is this Gordon Pell?", "No, this isn't Gordon.");
    check_profile(office, "caller_name", "");
    check_profile(office, "suggested_greeting", "");
    has(office, "Several people use this number: ask who is calling. Gordon Pell.");
}

static void who_gave_no_name_at_first_gets_one(void **state)
{
    struct office *office = *state;
    SAID("c1", 20, "I'm lactose intolerant.");
    check_profile(office, "caller_name", "");
    has(office, "Needs: I'm lactose intolerant");
    SAID("c2", 9, "This is Wanda Kreis.");
    check_profile(office, "caller_name", "Wanda Kreis");
    has(office, "Name: Wanda Kreis. Needs: I'm lactose intolerant");
    /* And stays the one who calls without saying it. */
    SAID("c3", 2, "I need wheelchair access.");
    check_profile(office, "caller_name", "Wanda Kreis");
    has(office, "I need wheelchair access");
}

/* The agent took the caller for somebody whom nobody knows: no sign of another person. */
static void whoever_denies_a_strangers_name_is_the_same(void **state)
{
    struct office *office = *state;
    SAID("c1", 20, "I'm lactose intolerant.");
    SAID("c2", 9, "A: Thank you, Robert.", "Why Robert? I'm not Robert. My name is Ari Stern.");
    check_profile(office, "caller_name", "Ari Stern");
    has(office, "Name: Ari Stern. Needs: I'm lactose intolerant");
    SAID("c3", 2, "A: Thank you, Robert.", "I'm not Robert.");
    check_profile(office, "caller_name", "Ari Stern");
}

static void two_in_one_call_are_two(void **state)
{
    struct office *office = *state;
    call(office, "c1", 2, "Rosa Vidal | | \nBruno Vidal | | husband of Rosa",
         "need | Bruno Vidal | Bruno is allergic to shellfish | \nneed | caller | Is vegetarian | ", "",
         TURNS("This is Rosa Vidal, I'm vegetarian.", "A: Hello Rosa.",
               "My husband Bruno Vidal is on the line, too.", "A: Hello Bruno.",
               "Hi, Bruno Vidal here. I'm allergic to shellfish."));
    check_profile(office, "caller_name", "");
    has(office, "Rosa Vidal");
    has(office, "Bruno Vidal");
    profile_has(office, "caller_preferences", "Bruno Vidal: ", true);
}

/* --- Those of whom is spoken --- */

static void facts_of_others_are_theirs(void **state)
{
    struct office *office = *state;
    call(office, "c1", 9, "Lena Ortiz | | ",
         "need | Emil (son) | Emil is allergic to latex | \nfact | Emil (son) | Emil is nine | ", "",
         TURNS("This is Lena Ortiz. My son Emil is allergic to latex. He is nine.", "A: Noted."));
    check_profile(office, "caller_name", "Lena Ortiz");
    check_profile(office, "caller_people", "Lena Ortiz");
    has(office, "Emil (son): ");
    has_not(office, "Needs: ");
    profile_has(office, "caller_preferences", "Emil: ", true);
    /* Another call that calls him by his relation alone means him. */
    call(office, "c2", 2, "Lena Ortiz | | ", "need | son | The son needs a booster seat | ", "",
         TURNS("This is Lena Ortiz. My son needs a booster seat.", "A: Fine."));
    has(office, "Emil (son): The son needs a booster seat");
}

static void a_pet_that_died_is_spoken_of_no_more(void **state)
{
    struct office *office = *state;
    call(office, "c1", 20, "Lena Ortiz | | ",
         "fact | Biscuit (dog) | Biscuit eats grain-free food | \nfact | caller | Has a garden | ", "",
         TURNS("Lena Ortiz here. My dog Biscuit eats grain-free food, and I have a garden.", "A: Noted."));
    has(office, "Biscuit (dog): ");
    call(office, "c2", 2, "Lena Ortiz | | ", "ended | Biscuit (dog) | Biscuit died | ", "",
         TURNS("It's Lena Ortiz. Sadly, my dog Biscuit died.", "A: I'm so sorry."));
    has_not(office, "Biscuit (dog): ");
    has(office, "No longer: Biscuit, Biscuit eats grain-free food.");
    has(office, "garden");
}

/* --- What is over --- */

static void what_ended_is_told_as_ended(void **state)
{
    struct office *office = *state;
    NOTED("c1", 30, "need | caller | Is vegetarian | \nfact | caller | Drives a Saab | ",
          "I'm vegetarian. I drive a Saab.", "A: Noted.");
    NOTED("c2", 20, "ended | caller | Is not vegetarian any more | ", "I'm not vegetarian any more.",
          "A: Noted.");
    has_not(office, "Needs: ");
    has(office, "No longer: Is vegetarian.");
    has(office, "Saab");
    profile_has(office, "caller_preferences", "egetarian", false);
    /* It is news for two calls. */
    SAID("c3", 10, "Hello.");
    has(office, "No longer: ");
    SAID("c4", 5, "Hello.");
    has_not(office, "No longer: ");
    has(office, "Is not vegetarian any more");
}

static void what_somebody_has_one_of_is_replaced(void **state)
{
    struct office *office = *state;
    NOTED("c1", 30, "contact | caller | Email is ana@old.example | ", "My email is ana at old dot example.",
          "A: Thanks.");
    has(office, "ana@old.example");
    NOTED("c2", 20, "contact | caller | New email: ana.k@new.example | ",
          "I have a new email, ana dot k at new dot example.", "A: Thanks.");
    has(office, "ana.k@new.example");
    has_not(office, "ana@old.example");
    SAID("c0", 40, "My email is ana at first dot example.");
    has_not(office, "first.example");
}

static void another_number_of_the_same_thing_replaces_it(void **state)
{
    struct office *office = *state;
    NOTED("c1", 30, "fact | caller | Takes the drops at 7 | ", "I take my drops at 7.", "A: Noted.");
    NOTED("c2", 20, "fact | caller | Takes the drops at 10 | ", "I take my drops at 10 now.", "A: Noted.");
    has(office, "at 10");
    has_not(office, "at 7");
}

static void what_has_a_day_goes_with_it(void **state)
{
    struct office *office = *state;
    NOTED("c1", 30, "fact | caller | Is in plaster until the end of February | 2026-02-20",
          "My leg is in plaster until the end of February.", "A: Oh no.");
    has(office, "(until 2026-02-20)");
    SAID("c2", 5, "Hello.");
    has_not(office, "plaster");
}

/* --- What is open --- */

static void what_was_promised_is_kept_until_its_day(void **state)
{
    struct office *office = *state;
    LEFT_OPEN("c1", 9, "agent | send the duplicate invoice | 2026-02-27", "Can I have a duplicate invoice?",
              "A: We will send the duplicate invoice by Friday.");
    has(office, "Open: we: send the duplicate invoice, by 2026-02-27.");
    SAID("c2", 4, "Hello.");
    has(office, "duplicate invoice");
    SAID("c3", 2, "Hello.");
    has_not(office, "duplicate invoice");
}

static void what_a_later_call_speaks_of_without_leaving_it_open_is_done(void **state)
{
    struct office *office = *state;
    LEFT_OPEN("c1", 9, "agent | look into the missing voucher | ", "My voucher is missing.",
              "A: We will look into the missing voucher.");
    LEFT_OPEN("c2", 5, "", "What are your opening hours?", "A: Nine to five.");
    has(office, "voucher");
    LEFT_OPEN("c3", 2, "", "The voucher works, all good.", "A: Wonderful.");
    has_not(office, "voucher");
}

static void a_day_that_is_cancelled_is_open_no_more(void **state)
{
    struct office *office = *state;
    LEFT_OPEN("c1", 9, "caller | fitting with Ms Orr | 2026-12-07",
              "A fitting on the seventh of December, please.",
              "A: A fitting with Ms Orr on Monday the seventh of December.");
    LEFT_OPEN("c2", 5, "", "If I have to cancel the seventh I will ring.", "A: Please do.");
    has(office, "fitting with Ms Orr");
    LEFT_OPEN("c3", 2, "", "I have to cancel the seventh, sorry.", "A: That is fine.");
    has_not(office, "fitting with Ms Orr");
}

static void what_is_left_open_again_stays_open(void **state)
{
    struct office *office = *state;
    LEFT_OPEN("c1", 9, "agent | look into the missing voucher | ", "My voucher is missing.",
              "A: We will look into the missing voucher.");
    LEFT_OPEN("c2", 2, "agent | look into the missing voucher | ", "Anything about the missing voucher?",
              "A: We will look into the missing voucher, I promise.");
    has(office, "we: look into the missing voucher (2026-02-28)");
}

static void what_came_is_settled_without_an_llm(void **state)
{
    struct office *office = *state;
    LEFT_OPEN("c1", 9, "agent | post the bank statement | ", "I need my statement.",
              "A: We will post the bank statement.");
    SAID("c2", 2, "The statement came, thank you.");
    has_not(office, "statement");
}

/* What somebody was to do, and what they say in their next call. */
struct deed {
    const char *language, *open, *heard, *said;
};

/* Whether the profile of a caller holds some words. */
static void caller_has(struct office *office, const char *caller, const char *part, const char *after,
                       bool has)
{
    char *text = document_of(office, caller, "");
    if ((strstr(text, part) != NULL) != has)
        fail_msg("\"%s\" is %s after \"%s\" in %s", part, has ? "not" : "there", after, text);
    free(text);
}

static void say_deed(struct office *office, int i, const struct deed *deed, bool settled)
{
    char first[16], second[16], number[20], item[200];
    snprintf(first, sizeof first, "first%d", i);
    snprintf(second, sizeof second, "second%d", i);
    snprintf(number, sizeof number, "+155500015%02d", i);
    snprintf(item, sizeof item, FILLED("open", "caller | %s | "), deed->open);
    ends(office, number,
         &(struct told){.conversation = first,
                        .days_ago = 9,
                        .language = deed->language,
                        .turns = {deed->heard},
                        .summary = "",
                        .collected = item});
    caller_has(office, number, deed->open, deed->heard, true);
    ends(office, number,
         &(struct told){.conversation = second,
                        .days_ago = 2,
                        .language = deed->language,
                        .turns = {deed->said},
                        .summary = ""});
    caller_has(office, number, deed->open, deed->said, !settled);
}

static void what_the_caller_did_is_open_no_more_whatever_its_form(void **state)
{
    struct office *office = *state;
    static const struct deed deeds[] = {
        {"en", "send the payment", "I will send the payment.", "I paid this morning."},
        {"en", "send the payment", "I will send the payment.", "I have already sent it."},
        {"en", "post the signed lease", "I will post the signed lease.", "I posted it yesterday."},
        {"en", "buy a new filter", "I will buy a new filter.", "I've bought one already."},
        {"en", "write to the landlord", "I will write to the landlord.",
         "Well, I wrote to the landlord last week."},
        {"de", "das Formular schicken", "Ich werde das Formular schicken.",
         "Das habe ich Ihnen schon geschickt."},
        {"de", "die Rechnung bezahlen", "Ich werde die Rechnung bezahlen.",
         "Ich hab das Geld gestern überwiesen, die Rechnung."},
        {"es", "enviar el formulario", "Voy a enviar el formulario.", "Ya lo he enviado."},
        {"es", "hacer el pago", "Voy a hacer el pago.", "Ya pagué."},
        {"fr", "envoyer le formulaire", "Je vais envoyer le formulaire.", "Je l'ai déjà envoyé."},
        {"it", "spedire il modulo", "Devo spedire il modulo.", "L'ho già spedito."},
        {"pt", "enviar o formulário", "Vou enviar o formulário.", "Já enviei ontem."},
    };
    for (int i = 0; i < (int)(sizeof deeds / sizeof *deeds); i++)
        say_deed(office, i, &deeds[i], true);
}

static void what_is_not_said_to_be_done_stays_open(void **state)
{
    struct office *office = *state;
    static const struct deed deeds[] = {
        {"en", "send the payment", "I will send the payment.", "I already have the payment form."},
        {"en", "send the payment", "I will send the payment.", "I have not sent it yet."},
        {"en", "send the payment", "I will send the payment.", "I will send it, I already told you."},
        {"en", "send the payment", "I will send the payment.", "I already sent you an angry letter."},
        {"en", "send the payment", "I will send the payment.", "She already sent it."},
        {"en", "send the photos", "I will send the photos.", "Have I already sent them?"},
        {"en", "ring back on Thursday morning", "I will ring back on Thursday morning.",
         "I paid for the parcel on Thursday morning."},
        {"de", "das Formular schicken", "Ich werde das Formular schicken.",
         "Das schicke ich Ihnen morgen schon."},
        {"de", "das Formular schicken", "Ich werde das Formular schicken.",
         "Das Formular habe ich schon hier liegen."},
        {"es", "enviar el formulario", "Voy a enviar el formulario.", "Ya lo envío mañana."},
        {"fr", "envoyer le formulaire", "Je vais envoyer le formulaire.", "Je vais l'envoyer, déjà dit."},
        {"it", "spedire il modulo", "Devo spedire il modulo.", "Non l'ho ancora spedito, già."},
        {"pt", "enviar o formulário", "Vou enviar o formulário.", "Já vou enviar."},
    };
    for (int i = 0; i < (int)(sizeof deeds / sizeof *deeds); i++)
        say_deed(office, i, &deeds[i], false);
}

static void what_was_done_with_one_of_several_things_settles_none(void **state)
{
    struct office *office = *state;
    LEFT_OPEN("c1", 9, "caller | send the photos | \ncaller | send the signed lease | ",
              "I will send the photos.", "A: And the lease?", "I will send the signed lease.");
    SAID("c2", 5, "I have already sent it.");
    has(office, "send the photos");
    has(office, "send the signed lease");
    SAID("c3", 2, "I sent the lease yesterday.");
    has(office, "send the photos");
    has_not(office, "send the signed lease");
}

static void a_greeting_asks_about_what_the_last_call_left_open_without_saying_what(void **state)
{
    struct office *office = *state;
    LEFT_OPEN("c1", 9, "agent | look into the missing voucher | ",
              "This is Wanda Kreis, my voucher is missing.", "A: We will look into the missing voucher.");
    check_profile(office, "suggested_greeting",
                  "Welcome back, Wanda Kreis. Is it about what was left open last time?");
    SAID("c2", 2, "What are your opening hours?");
    check_profile(office, "suggested_greeting", "Welcome back, Wanda Kreis.");
}

static void what_is_old_is_open_no_more(void **state)
{
    struct office *office = *state;
    static const char *const ids[] = {"c2", "c3", "c4", "c5"};
    LEFT_OPEN("c1", 60, "agent | find a replacement lens | ", "My lens broke.",
              "A: We will find a replacement lens.");
    for (int i = 0; i < 3; i++)
        SAID(ids[i], 50 - 10 * i, "Hello.");
    has(office, "replacement lens");
    SAID(ids[3], 2, "Hello.");
    has_not(office, "replacement lens");
}

static void a_quarter_of_a_year_is_too_long(void **state)
{
    struct office *office = *state;
    LEFT_OPEN("c1", 120, "agent | find a replacement lens | ", "My lens broke.",
              "A: We will find a replacement lens.");
    has(office, "replacement lens");
    SAID("c2", 2, "Hello.");
    has_not(office, "replacement lens");
}

/* --- Order --- */

static void late_events_change_nothing_of_what_is_newer(void **state)
{
    struct office *office = *state;
    NOTED("c3", 2, "ended | caller | Moved out of the flat in Elm Road | ",
          "I moved out of the flat in Elm Road.", "A: Noted.");
    NOTED("c1", 30, "fact | caller | Rents a flat in Elm Road | ", "I rent a flat in Elm Road.", "A: Noted.");
    has_not(office, "Facts: Rents a flat");
    has(office, "No longer: Rents a flat in Elm Road.");
    NOTED("c4", 1, "fact | caller | Rents a flat in Elm Road | ", "I rent the flat in Elm Road again.",
          "A: Noted.");
    has(office, "Facts: Rents a flat in Elm Road");
}

#define IN_OFFICE(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_OFFICE(a_number_changes_hands),
        IN_OFFICE(whom_was_spoken_of_calls),
        IN_OFFICE(what_one_has_one_of_is_replaced),
        IN_OFFICE(a_second_name_is_a_second_person),
        IN_OFFICE(a_surname_alone_is_either_of_two_who_share_it),
        IN_OFFICE(a_nickname_is_the_same_person),
        IN_OFFICE(a_title_or_a_first_name_alone_is_a_form_of_the_name),
        IN_OFFICE(a_new_married_name_is_the_same_person),
        IN_OFFICE(another_surname_without_a_word_is_another_person),
        IN_OFFICE(a_corrected_name_is_no_second_person),
        IN_OFFICE(a_name_that_was_written_wrong_is_no_second_person),
        IN_OFFICE(whoever_moves_has_no_address),
        IN_OFFICE(whoever_denies_a_name_is_not_told_of_that_person),
        IN_OFFICE(who_gave_no_name_at_first_gets_one),
        IN_OFFICE(whoever_denies_a_strangers_name_is_the_same),
        IN_OFFICE(two_in_one_call_are_two),
        IN_OFFICE(facts_of_others_are_theirs),
        IN_OFFICE(a_pet_that_died_is_spoken_of_no_more),
        IN_OFFICE(what_ended_is_told_as_ended),
        IN_OFFICE(what_somebody_has_one_of_is_replaced),
        IN_OFFICE(another_number_of_the_same_thing_replaces_it),
        IN_OFFICE(what_has_a_day_goes_with_it),
        IN_OFFICE(what_was_promised_is_kept_until_its_day),
        IN_OFFICE(what_a_later_call_speaks_of_without_leaving_it_open_is_done),
        IN_OFFICE(a_day_that_is_cancelled_is_open_no_more),
        IN_OFFICE(what_is_left_open_again_stays_open),
        IN_OFFICE(what_came_is_settled_without_an_llm),
        IN_OFFICE(what_the_caller_did_is_open_no_more_whatever_its_form),
        IN_OFFICE(what_is_not_said_to_be_done_stays_open),
        IN_OFFICE(what_was_done_with_one_of_several_things_settles_none),
        IN_OFFICE(a_greeting_asks_about_what_the_last_call_left_open_without_saying_what),
        IN_OFFICE(what_is_old_is_open_no_more),
        IN_OFFICE(a_quarter_of_a_year_is_too_long),
        IN_OFFICE(late_events_change_nothing_of_what_is_newer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
