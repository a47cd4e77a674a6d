/*
 * How callers felt, by their words or by what an LLM said. "A:" is the agent, "U:" the caller.
 */
#include "tests/unit/understood.h"

struct mood_case {
    const char *language, *talk;
    enum mood mood;
};

static const struct mood_case mood_cases[] = {
    {"en", "A: Hi. / U: I'm fine, thanks, just calling about my bill.", MOOD_NEUTRAL},
    {"en", "A: Hi / U: this is ridiculous", MOOD_NEGATIVE},
    {"en", "A: Hello / U: I'm really upset.", MOOD_NEGATIVE},
    {"en", "A: hi / U: Thanks for nothing.", MOOD_NEGATIVE},
    {"en", "A: hi / U: Oh great, another delay.", MOOD_NEGATIVE},
    {"en", "A: hi / U: OK, thank you, bye.", MOOD_NEUTRAL},
    {"en", "A: hi / U: Great, thanks.", MOOD_NEUTRAL},
    {"en", "A: hi / U: I'm not happy with this.", MOOD_NEGATIVE},
    {"en", "A: hi / U: That's not bad at all, I'm impressed.", MOOD_POSITIVE},
    {"en", "A: hi / U: This is the best service I've ever had!", MOOD_POSITIVE},
    {"en", "A: hi / U: I've been waiting for three weeks and nobody calls back.", MOOD_NEGATIVE},
    {"en", "A: hi / U: My heating is broken. / A: We'll send someone. / U: Okay.", MOOD_NEUTRAL},
    {"en", "A: hi / U: I'm so frustrated. / A: Fixed. / U: Oh wow, thank you so much, you've been amazing!",
     MOOD_POSITIVE},
    {"en",
     "A: hi / U: You've been great. / A: It will take six more weeks. / U: Are you kidding? That's "
     "unacceptable, I'm furious.",
     MOOD_NEGATIVE},
    {"en", "A: hi / U: I'd like to know your opening hours.", MOOD_NEUTRAL},
    {"en", "A: hi / U: Could you tell me where my order is?", MOOD_NEUTRAL},
    {"en", "A: hi / U: I'm so glad you could help, what a relief!", MOOD_POSITIVE},
    {"en", "A: hi / U: You people are useless.", MOOD_NEGATIVE},
    {"en", "A: hi / U: I am very disappointed with the service.", MOOD_NEGATIVE},
    {"en", "A: hi / U: I'm really pleased with how this went.", MOOD_POSITIVE},
    {"en", "A: hi / U: This is the third time I'm calling and it's still broken.", MOOD_NEGATIVE},
    {"en", "A: hi / U: Wonderful, so now I have to wait another week.", MOOD_NEGATIVE},
    {"en", "A: hi / U: You're a lifesaver, thank you!", MOOD_POSITIVE},
    {"en", "A: hi / U: It wasn't great.", MOOD_NEGATIVE},
    {"en", "A: hi / U: I can't complain, everything works perfectly.", MOOD_POSITIVE},
    {"en", "A: hi / U: Yes, that's correct.", MOOD_NEUTRAL},
    {"en", "A: hi / U: I lost my card and need a new one.", MOOD_NEUTRAL},
    {"en", "A: hi / U: That's perfect, thank you so much!", MOOD_POSITIVE},
    {"en", "A: hi / U: Well that was a complete waste of time.", MOOD_NEGATIVE},
    {"en", "A: hi / U: I'm going to cancel if this isn't fixed, it's a joke.", MOOD_NEGATIVE},
    {"en", "A: hi / U: Love it, thanks a million!", MOOD_POSITIVE},
    {"en", "A: hi / U: Just what I needed, another broken delivery.", MOOD_NEGATIVE},
    {"en", "A: hi / U: I'm worried my parcel won't arrive in time.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: Fantastic, you fixed it!", MOOD_POSITIVE},
    {"en", "A: Hi / U: I really appreciate your help today.", MOOD_POSITIVE},
    {"en", "A: Hi / U: That's awful.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: Ugh, not again.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: I give up, nobody ever answers.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: This has been a nightmare from start to finish.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: What kind of company does this? Shame on you.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: I'm fed up with this.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: I can't believe how easy that was, amazing!", MOOD_POSITIVE},
    {"en", "A: Hi / U: I couldn't be happier.", MOOD_POSITIVE},
    {"en", "A: Hi / U: I've never been so happy with a service.", MOOD_POSITIVE},
    {"en", "A: Hi / U: I've never been treated so badly.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: Not impressed.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: It's okay I guess.", MOOD_NEUTRAL},
    {"en", "A: Hi / U: I need to change my address.", MOOD_NEUTRAL},
    {"en", "A: Hi / U: Yes please, Tuesday is fine.", MOOD_NEUTRAL},
    {"en", "A: Hi / U: No problem, thanks for checking.", MOOD_NEUTRAL},
    {"en", "A: Hi / U: My order hasn't arrived yet. Can you check?", MOOD_NEUTRAL},
    {"en", "A: Hi / U: There's a problem with my bill, it seems too high.", MOOD_NEUTRAL},
    {"en", "A: Hi / U: Brilliant. Now I've missed my flight because of you.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: Well, isn't that just perfect. Broken again.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: Sure, take your time, I've only been waiting an hour.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: You have made my day, thank you!", MOOD_POSITIVE},
    {"en", "A: Hi / U: That's great news, I'm so relieved!", MOOD_POSITIVE},
    {"en", "A: Hi / U: I want my money back, this is theft.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: I'm a little disappointed, to be honest.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: I was annoyed at first but you've been really helpful, thanks!", MOOD_POSITIVE},
    {"en", "A: Hi / U: It's not your fault, but I'm really angry.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: Can I speak to a manager? This is a joke.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: Everything works now, you're a star.", MOOD_POSITIVE},
    {"en", "A: Hi / U: I love this company, always have.", MOOD_POSITIVE},
    {"en", "A: Hi / U: Perfect, thank you, goodbye.", MOOD_NEUTRAL},
    {"en", "A: Hi / U: Thanks for your help, bye!", MOOD_NEUTRAL},
    {"en", "A: Hi / U: I'd like to book a table for four tonight.", MOOD_NEUTRAL},
    {"en", "A: Hello. / U: i'm not happy", MOOD_NEGATIVE},
    {"en", "A: Hello. / U: i am so angry right now", MOOD_NEGATIVE},
    {"en", "A: Hi / U: I'm over the moon with the new bike.", MOOD_POSITIVE},
    {"en", "A: Hi / U: You've been more than helpful.", MOOD_POSITIVE},
    {"en", "A: Hi / U: Thank you ever so much, you're very kind.", MOOD_POSITIVE},
    {"en", "A: Hi / U: Excellent service as always.", MOOD_POSITIVE},
    {"en", "A: Hi / U: That's brilliant, cheers!", MOOD_POSITIVE},
    {"en", "A: Hi / U: Thank you, that was really helpful.", MOOD_POSITIVE},
    {"en", "A: Hi / U: Great service, three weeks late.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: Oh wonderful, you lost it again.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: How nice of you to finally answer.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: This is absolutely unacceptable.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: I'm sick of calling you.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: I'm really worried about my account.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: I'm so upset I could cry.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: It's fine.", MOOD_NEUTRAL},
    {"en", "A: Hi / U: I'm calling to check my balance.", MOOD_NEUTRAL},
    {"en", "A: Hi / U: No.", MOOD_NEUTRAL},
    {"en", "A: Hi / U: Could you repeat that please?", MOOD_NEUTRAL},
    {"en", "A: Hi / U: I broke my phone and want to insure the next one.", MOOD_NEUTRAL},
    {"en", "A: Hi / U: My mother passed away and I need to close her account.", MOOD_NEUTRAL},
    {"en", "A: Hi / U: I don't hate it.", MOOD_NEUTRAL},
    {"en", "A: Hi / U: I wouldn't say I'm unhappy.", MOOD_NEUTRAL},
    {"en", "A: Hi / U: I'm not angry, just checking.", MOOD_NEUTRAL},
    {"en", "A: Hi / U: That wasn't helpful at all.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: You weren't any help.", MOOD_NEGATIVE},
    {"en", "A: Hi / U: Worst experience ever. / A: I fixed it. / U: OK bye.", MOOD_NEGATIVE},
    {"en",
     "A: Hi / U: This is terrible! / A: I've refunded everything and added a voucher. / U: Oh, that's "
     "wonderful, thank you so much!",
     MOOD_POSITIVE},
    {"en", "A: Hi / U: Thanks, you've been lovely. / A: The refund is denied. / U: What? That's outrageous!",
     MOOD_NEGATIVE},
    {"en", "A: Hi / U: finally someone who knows what they're doing, thank you", MOOD_POSITIVE},
    {"en", "A: Hi / U: i love you guys", MOOD_POSITIVE},
    {"en", "A: Hi / U: this sucks", MOOD_NEGATIVE},
    {"en", "A: Hi / U: whatever, fine, just cancel it", MOOD_NEUTRAL},
    {"es", "A: Hola / U: Estoy indignado, llevo un mes sin internet.", MOOD_NEGATIVE},
    {"es", "A: Hola / U: Muchísimas gracias, ha sido usted muy amable.", MOOD_POSITIVE},
    {"es", "A: Hola / U: Vale, gracias.", MOOD_NEUTRAL},
    {"es", "A: Hola / U: Genial, otro retraso.", MOOD_NEGATIVE},
    {"de", "A: Hallo / U: Das ist eine Unverschämtheit, ich bin stinksauer!", MOOD_NEGATIVE},
    {"de", "A: Hallo / U: Vielen Dank, Sie waren wirklich sehr freundlich!", MOOD_POSITIVE},
    {"de", "A: Hallo / U: Okay, danke.", MOOD_NEUTRAL},
    {"de", "A: Hallo / U: Na toll, schon wieder eine Verspätung.", MOOD_NEGATIVE},
    {"de", "A: Hallo / U: Ich bin nicht zufrieden.", MOOD_NEGATIVE},
    {"fr", "A: Bonjour / U: Je suis furieux, c'est inadmissible !", MOOD_NEGATIVE},
    {"fr", "A: Bonjour / U: Merci infiniment, vous avez été formidable !", MOOD_POSITIVE},
    {"fr", "A: Bonjour / U: D'accord, merci.", MOOD_NEUTRAL},
    {"fr", "A: Bonjour / U: Super, encore un retard.", MOOD_NEGATIVE},
    {"fr", "A: Bonjour / U: Je ne suis pas content du tout.", MOOD_NEGATIVE},
    {"it", "A: Buongiorno / U: È vergognoso, aspetto da un mese.", MOOD_NEGATIVE},
    {"it", "A: Buongiorno / U: Grazie mille, è stata gentilissima!", MOOD_POSITIVE},
    {"it", "A: Buongiorno / U: Va bene, grazie.", MOOD_NEUTRAL},
    {"it", "A: Buongiorno / U: Perfetto, un altro ritardo.", MOOD_NEGATIVE},
    {"pt", "A: Bom dia / U: Isto é uma vergonha, estou há um mês à espera.", MOOD_NEGATIVE},
    {"pt", "A: Bom dia / U: Muito obrigada, foi muito simpático!", MOOD_POSITIVE},
    {"pt", "A: Bom dia / U: Está bem, obrigado.", MOOD_NEUTRAL},
    {"pt", "A: Bom dia / U: Que ótimo, mais um atraso.", MOOD_NEGATIVE},
    {"es", "A: Hola / U: Es un desastre, nadie contesta.", MOOD_NEGATIVE},
    {"es", "A: Hola / U: No estoy nada contenta.", MOOD_NEGATIVE},
    {"es", "A: Hola / U: ¡Qué maravilla, es usted un sol!", MOOD_POSITIVE},
    {"es", "A: Hola / U: Quiero cambiar mi cita.", MOOD_NEUTRAL},
    {"es", "A: Hola / U: Perfecto, gracias.", MOOD_NEUTRAL},
    {"de", "A: Guten Tag / U: Das ist ja lächerlich.", MOOD_NEGATIVE},
    {"de", "A: Guten Tag / U: Super, vielen lieben Dank, Sie haben mir sehr geholfen!", MOOD_POSITIVE},
    {"de", "A: Guten Tag / U: Ich möchte meinen Vertrag kündigen.", MOOD_NEUTRAL},
    {"de", "A: Guten Tag / U: Ich warte schon seit drei Wochen!", MOOD_NEGATIVE},
    {"de", "A: Guten Tag / U: Gut, danke, tschüss.", MOOD_NEUTRAL},
    {"fr", "A: Bonjour / U: C'est scandaleux, personne ne répond.", MOOD_NEGATIVE},
    {"fr", "A: Bonjour / U: Vous êtes vraiment très gentille.", MOOD_POSITIVE},
    {"fr", "A: Bonjour / U: Je voudrais modifier ma réservation.", MOOD_NEUTRAL},
    {"fr", "A: Bonjour / U: Merci pour rien.", MOOD_NEGATIVE},
    {"it", "A: Pronto / U: È una vergogna!", MOOD_NEGATIVE},
    {"it", "A: Pronto / U: Siete stati bravissimi, grazie di cuore!", MOOD_POSITIVE},
    {"it", "A: Pronto / U: Vorrei disdire l'appuntamento.", MOOD_NEUTRAL},
    {"pt", "A: Olá / U: Isto é uma vergonha, ninguém atende.", MOOD_NEGATIVE},
    {"pt", "A: Olá / U: Vocês são incríveis, adorei o atendimento!", MOOD_POSITIVE},
    {"pt", "A: Olá / U: Quero remarcar a consulta.", MOOD_NEUTRAL},
    {"en", "A: hi / U: I'd like to file a complaint about noise from my neighbours.", MOOD_NEUTRAL},
    {"en", "A: hi / U: Never had such a great stay!", MOOD_POSITIVE},
    {"en", "A: hi / U: Never had such a terrible stay!", MOOD_NEGATIVE},
    {"en", "A: hi / U: My mother isn't happy about moving, anyway I need a van.", MOOD_NEUTRAL},
    {"en", "A: hi / U: Great job losing my luggage.", MOOD_NEGATIVE},
    {"en", "A: hi / U: Please stop calling me.", MOOD_NEGATIVE},
    {"it", "A: Salve / U: Sono arrabbiatissimo, è la terza volta!", MOOD_NEGATIVE},
    {"es", "A: Hola / U: Quiero poner una queja por el ruido.", MOOD_NEUTRAL},
    {"pt", "A: Olá / U: Que absurdo, ninguém resolve nada!", MOOD_NEGATIVE},
};

static void moods_by_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mood_cases / sizeof *mood_cases; i++) {
        char text[TALK_BYTES];
        struct said said = talk(mood_cases[i].language, mood_cases[i].talk, text);
        struct call call;
        call_understand(&call, &said);
        if (call.understanding.mood != mood_cases[i].mood)
            fail_msg("%s: %d instead of %d", mood_cases[i].talk, call.understanding.mood, mood_cases[i].mood);
        assert_true(call.understanding.feeling >= -1 && call.understanding.feeling <= 1);
        call_free(&call);
    }
}

/* Eleven: a number of turns at which the weighted mean of the same strongest feeling comes out beyond it. */
static void a_feeling_is_bounded(void **state)
{
    struct said said = {.lines = {"A: Hi"}};
    struct call call;
    (void)state;
    for (int i = 1; i < 12; i++)
        said.lines[i] = "I'm furious";
    call_understand(&call, &said);
    assert_true(call.understanding.feeling == -1);
    call_free(&call);
}

static void what_the_operator_collects_counts_more(void **state)
{
    struct said said = {.lines = {"A: Hi", "OK."}};
    struct call call;
    struct error error = {0};
    (void)state;
    call_make(&call, &said);
    collect(&call, "caller_sentiment", "negative");
    assert_int_equal(understand(call.lexicon, &call.transcript, &call.understanding, &error), 0);
    assert_int_equal(call.understanding.mood, MOOD_NEGATIVE);
    call_free(&call);
}

/* An LLM's word stands, in whatever form, when it is one of the three. */
static void what_the_item_says_stands(void **state)
{
    static const struct {
        const char *value;
        enum mood mood;
    } cases[] = {
        {"negative", MOOD_NEGATIVE}, {"Negative.", MOOD_NEGATIVE},     {"neutral", MOOD_NEUTRAL},
        {"positive", MOOD_POSITIVE}, {"over the moon", MOOD_POSITIVE}, {"null", MOOD_POSITIVE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct said said = {.lines = {"A: Hi", "You're a lifesaver, thank you!"}, .mood = cases[i].value};
        struct call call;
        call_understand(&call, &said);
        if (call.understanding.mood != cases[i].mood)
            fail_msg("%s: %d", cases[i].value, call.understanding.mood);
        call_free(&call);
    }
}

/* What the caller gave the call counts most, an evaluation more than words alone. */
static void what_was_given_and_judged(void **state)
{
    static const struct {
        int rated, judged;
        const char *item, *words;
        enum mood mood;
    } cases[] = {
        {-1, 1, "positive", "You're a lifesaver, thank you!", MOOD_NEGATIVE},
        {1, 0, "neutral", "OK.", MOOD_POSITIVE},
        {0, -1, "positive", "OK.", MOOD_POSITIVE},
        {0, -1, NULL, "You're a lifesaver, thank you!", MOOD_NEGATIVE},
        {0, 1, NULL, "OK.", MOOD_POSITIVE},
        {0, 0, NULL, "OK.", MOOD_NEUTRAL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct said said = {.lines = {"A: Hi", cases[i].words}, .mood = cases[i].item};
        struct call call;
        struct error error = {0};
        call_make(&call, &said);
        call.transcript.rated = cases[i].rated;
        call.transcript.judged = cases[i].judged;
        assert_int_equal(understand(call.lexicon, &call.transcript, &call.understanding, &error), 0);
        if (call.understanding.mood != cases[i].mood)
            fail_msg("%zu: %d", i, call.understanding.mood);
        call_free(&call);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moods_by_words),
        cmocka_unit_test(a_feeling_is_bounded),
        cmocka_unit_test(what_the_operator_collects_counts_more),
        cmocka_unit_test(what_the_item_says_stands),
        cmocka_unit_test(what_was_given_and_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
