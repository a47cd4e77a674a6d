/* What callers ask about their data, by their words alone and where an LLM says so. */
#include "tests/unit/understood.h"

struct line {
    const char *language, *said;
    enum privacy wants;
};

/* Without an LLM. */
static const struct line lines[] = {
    {"en", "Please delete all of my data.", PRIVACY_ERASE},
    {"en", "Can you erase everything that you have about me?", PRIVACY_ERASE},
    {"en", "I'd like you to remove me from your system.", PRIVACY_ERASE},
    {"en", "I want to exercise my right to be forgotten.", PRIVACY_ERASE},
    {"en", "I demand the deletion of all my personal information.", PRIVACY_ERASE},
    {"en", "I want my data deleted.", PRIVACY_NONE}, /* missed rather than guessed */
    {"en", "Did you delete my data?", PRIVACY_NONE},
    {"en", "Please don't delete my data.", PRIVACY_NONE},
    {"en", "What happens if I ask you to delete my data?", PRIVACY_NONE},
    {"en", "My brother wants you to delete everything about him.", PRIVACY_NONE},
    {"en", "My sister said: delete everything you have about me.", PRIVACY_NONE},
    {"en", "Please delete my booking for Tuesday.", PRIVACY_NONE},
    {"en", "If you cannot help, delete my data.", PRIVACY_NONE},
    {"en", "Delete all my data. Just kidding.", PRIVACY_NONE},
    {"en", "Forget what I said about the blue one.", PRIVACY_NONE},
    {"en", "Don't call me again.", PRIVACY_DO_NOT_CALL},
    {"en", "Please never phone this number again.", PRIVACY_DO_NOT_CALL},
    {"en", "Take my number off your list.", PRIVACY_DO_NOT_CALL},
    {"en", "There's no Stephen here. Just take the number off your list and don't call again.",
     PRIVACY_DO_NOT_CALL},
    {"en", "That's settled then, please don't call again.", PRIVACY_DO_NOT_CALL},
    {"en", "Don't call again before I've read it.", PRIVACY_NONE},
    {"en", "They don't call again.", PRIVACY_NONE},
    {"en", "If you don't call again, I'll go elsewhere.", PRIVACY_NONE},
    {"en", "He says don't call again.", PRIVACY_NONE},
    {"en", "Could you stop calling me?", PRIVACY_DO_NOT_CALL},
    {"en", "Don't ever call me again, do you hear?", PRIVACY_DO_NOT_CALL},
    {"en", "Don't call me again, ok?", PRIVACY_DO_NOT_CALL},
    {"en", "Don't you ever call this number again, understood?", PRIVACY_DO_NOT_CALL},
    {"en", "Don't ever call me.", PRIVACY_DO_NOT_CALL},
    {"en", "Delete all my data, will you?", PRIVACY_ERASE},
    {"en", "If I say don't call me again, do you stop?", PRIVACY_NONE},
    {"en", "Don't ever call me Maggie, do you hear?", PRIVACY_NONE},
    {"en", "He said don't call me again, did he?", PRIVACY_NONE},
    {"en", "Don't call me before ten.", PRIVACY_NONE},
    {"en", "Don't call me Margaret.", PRIVACY_NONE},
    {"en", "Stop calling me Maggie.", PRIVACY_NONE},
    {"en", "He told her: don't call me again.", PRIVACY_NONE},
    {"en", "I do not want this call recorded.", PRIVACY_DO_NOT_RECORD},
    {"en", "Please don't record this conversation.", PRIVACY_DO_NOT_RECORD},
    {"en", "Is this call recorded?", PRIVACY_NONE},
    {"de", "Bitte löschen Sie alle meine Daten.", PRIVACY_ERASE},
    {"de", "Löschen Sie bitte alles, was Sie über mich gespeichert haben.", PRIVACY_ERASE},
    {"de", "Ich verlange die Löschung meiner Daten.", PRIVACY_ERASE},
    {"de", "Löschen Sie meine Daten bitte nicht.", PRIVACY_NONE},
    {"de", "Haben Sie meine Daten gelöscht?", PRIVACY_NONE},
    {"de", "Rufen Sie mich nie wieder an.", PRIVACY_DO_NOT_CALL},
    {"de", "Ich möchte nicht mehr angerufen werden.", PRIVACY_DO_NOT_CALL},
    {"de", "Streichen Sie diese Nummer bitte aus Ihrer Liste.", PRIVACY_DO_NOT_CALL},
    {"de", "Rufen Sie mich bitte nicht vor zehn an.", PRIVACY_NONE},
    {"de", "Ich will nicht aufgezeichnet werden.", PRIVACY_DO_NOT_RECORD},
    {"es", "Borren todos mis datos, por favor.", PRIVACY_ERASE},
    {"es", "Quiero que eliminen mis datos.", PRIVACY_ERASE},
    {"es", "Quiero que borren todos los datos que tengan sobre mí.", PRIVACY_ERASE},
    {"es", "No borren mis datos.", PRIVACY_NONE},
    {"es", "No me olviden.", PRIVACY_NONE},
    {"es", "No quiero que borren mis datos.", PRIVACY_NONE},
    {"es", "¿Borraron mis datos?", PRIVACY_NONE},
    {"es", "No me vuelvan a llamar.", PRIVACY_DO_NOT_CALL},
    {"es", "Quiten este número de su lista.", PRIVACY_DO_NOT_CALL},
    {"es", "No me llame antes de las nueve.", PRIVACY_NONE},
    {"es", "No graben esta llamada.", PRIVACY_DO_NOT_RECORD},
    {"fr", "Supprimez toutes mes données, s'il vous plaît.", PRIVACY_ERASE},
    {"fr", "Je demande l'effacement de mes données.", PRIVACY_ERASE},
    {"fr", "Je voudrais que vous effaciez toutes mes données.", PRIVACY_ERASE},
    {"fr", "Ne supprimez pas mes données.", PRIVACY_NONE},
    {"fr", "Je ne veux pas que vous supprimiez mes données.", PRIVACY_NONE},
    {"fr", "Ne m'appelez plus.", PRIVACY_DO_NOT_CALL},
    {"fr", "Retirez ce numéro de votre liste.", PRIVACY_DO_NOT_CALL},
    {"fr", "Ne m'appelez pas avant dix heures.", PRIVACY_NONE},
    {"fr", "N'enregistrez pas cet appel.", PRIVACY_DO_NOT_RECORD},
    {"it", "Cancellate tutti i miei dati.", PRIVACY_ERASE},
    {"it", "Vorrei la cancellazione dei miei dati.", PRIVACY_ERASE},
    {"it", "Vorrei che cancellaste tutti i miei dati.", PRIVACY_ERASE},
    {"it", "Non voglio che cancelliate i miei dati.", PRIVACY_NONE},
    {"it", "Non cancellate i miei dati.", PRIVACY_NONE},
    {"it", "Non mi chiamate più.", PRIVACY_DO_NOT_CALL},
    {"it", "Togliete questo numero dalla vostra lista.", PRIVACY_DO_NOT_CALL},
    {"it", "Non mi chiami prima delle nove.", PRIVACY_NONE},
    {"it", "Non registrate questa telefonata.", PRIVACY_DO_NOT_RECORD},
    {"pt", "Apaguem todos os meus dados.", PRIVACY_ERASE},
    {"pt", "Não apaguem os meus dados.", PRIVACY_NONE},
    {"pt", "Não me liguem mais.", PRIVACY_DO_NOT_CALL},
    {"pt", "Retirem este número da sua lista.", PRIVACY_DO_NOT_CALL},
    {"pt", "Não me ligue antes das nove.", PRIVACY_NONE},
    {"pt", "Não gravem esta chamada.", PRIVACY_DO_NOT_RECORD},
    {"nl", "Verwijder al mijn gegevens.", PRIVACY_NONE}, /* no rules for the language */
};

static void words_alone(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct call call;
        const struct line *line = &lines[i];
        call_understand(&call,
                        &(struct said){.language = line->language, .lines = {"A: Hello.", line->said}});
        if (call.understanding.request != line->wants) {
            print_message("%s: %s, not %s: %s\n", line->language, privacy_name(call.understanding.request),
                          privacy_name(line->wants), line->said);
            wrong++;
        } else {
            assert_int_equal(call.understanding.request_turn, line->wants == PRIVACY_NONE ? -1 : 1);
        }
        call_free(&call);
    }
    assert_int_equal(wrong, 0);
}

/* What an LLM says is held against the words. */
static const struct {
    const char *said, *request;
    enum privacy wants;
    int turn;
} evidence[] = {
    {"Wipe whatever you hold, all of it.", "erase", PRIVACY_ERASE, 1},
    {"I don't agree that you go on storing this. Get rid of it.", "erase", PRIVACY_ERASE, 1},
    {"Did you delete my data?", "erase", PRIVACY_NONE, -1},
    {"Please don't delete anything.", "erase", PRIVACY_NONE, -1},
    {"My mother wants you to erase her file.", "erase", PRIVACY_NONE, -1},
    {"The weather is nice.", "erase", PRIVACY_NONE, -1},
    {"It won't start. Forget it, it was the plug.", "erase", PRIVACY_NONE, -1},
    {"Delete that and put a hose on the order.", "erase", PRIVACY_NONE, -1},
    {"Oh forget me, I'm a fool, it was in my bag all along.", "erase", PRIVACY_NONE, -1},
    {"Forget me, I'm being silly.", "erase", PRIVACY_NONE, -1},
    {"Forget it.", "erase", PRIVACY_NONE, -1},
    {"I would like a tray of forget-me-nots.", "erase", PRIVACY_NONE, -1},
    {"Oh, forget me nots, those are pretty.", "erase", PRIVACY_NONE, -1},
    {"Forget me for a moment, how is the garden?", "erase", PRIVACY_NONE, -1},
    {"Forget me.", "erase", PRIVACY_ERASE, 1},
    {"Please forget me, I'm a private person.", "erase", PRIVACY_ERASE, 1},
    {"I want you to forget me, I was a customer long enough.", "erase", PRIVACY_ERASE, 1},
    {"Forget me and delete my number.", "erase", PRIVACY_ERASE, 1},
    {"Forget me, I'm leaving for good.", "erase", PRIVACY_ERASE, 1},
    {"Delete everything you have about me.", "erase", PRIVACY_ERASE, 1},
    {"I told you my address. Erase it.", "erase", PRIVACY_ERASE, 1},
    {"Twelve points! Delete me from history, ha ha.", "erase", PRIVACY_NONE, -1},
    {"Please forget me.", "erase", PRIVACY_ERASE, 1},
    {"Not now, don't call me now, call me tomorrow.", "do_not_call", PRIVACY_NONE, -1},
    {"Don't call me tomorrow, never call me.", "do_not_call", PRIVACY_DO_NOT_CALL, -1},
    {"Delete all my data.", "none", PRIVACY_NONE, -1},
    {"Delete all my data.", "null", PRIVACY_NONE, -1},
    {"Don't call me again.", "do_not_call", PRIVACY_DO_NOT_CALL, 1},
    {"I've had it with your calls.", "do-not-call", PRIVACY_DO_NOT_CALL, -1},
    {"Switch the tape off, please.", "Do not record", PRIVACY_DO_NOT_RECORD, 1},
};

static void an_llm(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof evidence / sizeof *evidence; i++) {
        struct call call;
        call_understand(
            &call, &(struct said){.lines = {"A: Hello.", evidence[i].said}, .request = evidence[i].request});
        if (call.understanding.request != evidence[i].wants ||
            call.understanding.request_turn != evidence[i].turn)
            fail_msg("%s, turn %d: %s (%s)", privacy_name(call.understanding.request),
                     call.understanding.request_turn, evidence[i].said, evidence[i].request);
        call_free(&call);
    }
}

/* The first of what is asked for in the order of enum privacy is what a person has to see. */
static void several(void **state)
{
    (void)state;
    struct call call;
    call_understand(
        &call, &(struct said){.lines = {"A: Hello.", "Don't call me again.", "A: I see.",
                                        "And delete all my data.", "A: Yes.", "Don't record this call."}});
    assert_int_equal(call.understanding.request, PRIVACY_ERASE);
    assert_int_equal(call.understanding.request_turn, 3);
    call_free(&call);
}

/* The next agent sees it, once. */
static void not_to_be_called(void **state)
{
    (void)state;
    struct call call;
    call_understand(&call, &(struct said){.lines = {"A: Hello.", "Leave me in peace, all of you."},
                                          .request = "do_not_call",
                                          .notes = "null"});
    must_say(&call, STATEMENT_INSTRUCTION, "Asked not to be called again");
    call_free(&call);
    call_understand(&call, &(struct said){.lines = {"A: Hello.", "Don't call me again."},
                                          .request = "do_not_call",
                                          .notes = "instruction | caller | Don't call me again |"});
    must_say(&call, STATEMENT_INSTRUCTION, "call me again");
    must_not_say(&call, "Asked not to be");
    assert_string_equal(statement_with(&call, STATEMENT_INSTRUCTION, "call me again")->slot, "");
    call_free(&call);
    call_understand(&call, &(struct said){.lines = {"A: Hello.", "Never ring me again."}});
    assert_int_equal(call.understanding.request, PRIVACY_DO_NOT_CALL);
    must_say(&call, STATEMENT_INSTRUCTION, "");
    call_free(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_alone),
        cmocka_unit_test(an_llm),
        cmocka_unit_test(several),
        cmocka_unit_test(not_to_be_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
