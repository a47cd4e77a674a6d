/*
 * Secrets never reach memory: cards, bank accounts, identity numbers and passwords, in digits or in words,
 * where they are said and where they are repeated; what is no secret stays.
 */
#include "tests/unit/understood.h"

/* The caller's only line after masking. */
static void masked_is(const char *language, const char *line, const char *want)
{
    struct said said = {.language = language, .lines = {line}};
    struct call call;
    call_make(&call, &said);
    assert_true(secrets_mask(call.lexicon, &call.transcript, SECRET_ALL, call.arena) >= 0);
    assert_string_equal(call.turns[0].text, want);
    call_free(&call);
}

static void cards_are_masked(void **state)
{
    (void)state;
    masked_is("en", "My card number is 4000 0000 0000 0002, expiry 04 31, the code is 987.",
              "My card number is [card number], expiry [card number], the code is [card number].");
    masked_is("en", "It's 4000-0000-0000-0002.", "It's [card number].");
    masked_is("en", "four zero zero zero, zero zero zero zero, zero zero zero zero, zero zero zero two",
              "[card number]");
    masked_is("de",
              "Meine Kreditkarte hat die Nummer vier null null null null null null null null null null null "
              "null null "
              "null zwei.",
              "Meine Kreditkarte hat die Nummer [card number].");
    masked_is("fr", "Le numéro de carte, c'est 4000 0000 0000 0002.",
              "Le numéro de carte, c'est [card number].");
    masked_is("nl", "Het is een 4000 0000 0000 0002.", "Het is een [card number].");
    masked_is("tr", "bir 4000 0000 0000 0002", "bir [card number]");
    /* Scripts that write no blank beside a number. */
    masked_is("ja", "番号は4000 0000 0000 0002です。", "番号は[card number]です。");
    masked_is("ja", "番号は４００００００００００００００２です。", "番号は[card number]です。");
    masked_is("zh", "我的卡号是4000000000000002，谢谢。", "我的卡号是[card number]，谢谢。");
    masked_is("th", "หมายเลขบัตร4000 0000 0000 0002ค่ะ", "หมายเลขบัตร[card number]ค่ะ");
}

static void bank_accounts_are_masked(void **state)
{
    (void)state;
    masked_is("en", "The sort code is 20-15-94 and the account number is 80012345.",
              "The sort code is [bank account] and the account number is [bank account].");
    masked_is("de", "Die IBAN lautet DE89 3704 0044 0532 0130 00.", "Die IBAN lautet [bank account].");
    masked_is("pt", "O número da conta é 80012345678.", "O número da conta é [bank account].");
    masked_is("en", "Send it to GB33BUKB20201555555555 please.", "Send it to [bank account] please.");
}

static void identity_numbers_are_masked(void **state)
{
    (void)state;
    masked_is("en", "My social security number is 219-09-9999.",
              "My social security number is [identity number].");
    masked_is("en", "Passport: K zero one seven two three, four five A.", "Passport: [identity number].");
    masked_is("it", "Il codice fiscale è RSSMRA80A01H501U.", "Il codice fiscale è [identity number].");
}

static void passwords_are_masked(void **state)
{
    (void)state;
    masked_is("en", "The password is Walnut44.", "The password is [password].");
    masked_is("en", "My PIN is four four one nine.", "My PIN is [password].");
    masked_is("es", "La contraseña es Girasol9.", "La contraseña es [password].");
    masked_is("es", "Mi clave es tres ocho uno seis.", "Mi clave es [password].");
    masked_is("en", "My password is Rhubarb77, should I change it?",
              "My password is [password], should I change it?");
    masked_is("sv", "Mitt lösenord är Blomma77.", "Mitt lösenord är [password].");
    masked_is("pl", "Moje hasło do konta to Stokrotka.", "Moje hasło do konta to [password].");
    masked_is("pl", "Hasło brzmi Stokrotka, dziękuję.", "Hasło brzmi [password], dziękuję.");
    masked_is("pl", "Mój PIN to cztery cztery jeden dziewięć.", "Mój PIN to [password].");
    masked_is("nl", "Mijn pincode is vier vier een negen.", "Mijn pincode is [password].");
    masked_is("tr", "Şifrem dört dört bir dokuz.", "Şifrem [password].");
    masked_is("tr", "Şifrem Papatya77.", "Şifrem [password].");
    masked_is("hi", "मेरा पिन 4419 है।", "मेरा पिन [password] है।");
    masked_is("hi", "मेरा पिन ४४१९ है।", "मेरा पिन [password] है।");
    masked_is("hi", "मेरा पिन चार चार एक नौ है।", "मेरा पिन [password] है।");
    masked_is("hi", "मेरा पासवर्ड गुलाब है।", "मेरा पासवर्ड [password] है।");
    masked_is("ja", "暗証番号は4419です。", "暗証番号は[password]です。");
    masked_is("ja", "暗証番号は四四一九です。", "暗証番号は[password]。");
    masked_is("ja", "ピンコードは 四 四 一 九", "ピンコードは [password]");
    masked_is("ja", "パスワードはひまわり77です。", "パスワードは[password]です。");
    masked_is("ja", "パスワードはひまわりです。", "パスワードは[password]。");
    masked_is("zh", "密码是向日葵。", "密码是[password]。");
}

static void what_is_asked_for_is_masked_in_the_answer(void **state)
{
    struct said said = {.lines = {"A: Could you give me the security code, please?", "Sure, three one nine.",
                                  "A: And your password?", "Marigold.", "A: Where do you live?",
                                  "Forty two Elm Road."}};
    struct call call;
    (void)state;
    call_make(&call, &said);
    assert_true(secrets_mask(call.lexicon, &call.transcript, SECRET_ALL, call.arena) > 0);
    assert_string_equal(call.turns[1].text, "Sure, [card number].");
    assert_string_equal(call.turns[3].text, "[password].");
    assert_string_equal(call.turns[5].text, "Forty two Elm Road.");
    call_free(&call);
}

static void what_is_asked_for_in_other_languages_is_masked_too(void **state)
{
    static const struct {
        const char *language, *question, *answer, *want;
    } cases[] = {
        {"pl", "A: Proszę podać PIN.", "Cztery cztery jeden dziewięć.", "[password]."},
        {"pl", "A: Jakie jest hasło?", "Stokrotka7.", "[password]."},
        {"pl", "A: Jakie jest hasło?", "Nie pamiętam.", "Nie pamiętam."},
        {"hi", "A: कृपया अपना पिन बताइए।", "चार चार एक नौ", "[password]"},
        {"ja", "A: 暗証番号を教えてください。", "4419です。", "[password]です。"},
        {"ja", "A: 暗証番号を教えてください。", "わかりません。", "わかりません。"},
        {"nl", "A: Wat is uw pincode?", "Vier vier een negen.", "[password]."},
        {"tr", "A: Şifreniz nedir?", "Dört dört bir dokuz.", "[password]."},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct said said = {.language = cases[i].language, .lines = {cases[i].question, cases[i].answer}};
        struct call call;
        call_make(&call, &said);
        assert_true(secrets_mask(call.lexicon, &call.transcript, SECRET_ALL, call.arena) >= 0);
        assert_string_equal(call.turns[1].text, cases[i].want);
        call_free(&call);
    }
}

static void what_speaks_of_a_password_stays(void **state)
{
    static const char *const lines[][2] = {
        {"pl", "Hasło to nie problem."},
        {"pl", "Zapomniałem hasła, to proszę o nowe."},
        {"pl", "Czy hasło to coś trudnego?"},
        {"hi", "पासवर्ड क्या है?"},
        {"hi", "मेरा पासवर्ड गलत है।"},
        {"hi", "मैं पासवर्ड भूल गया हूँ।"},
        {"ja", "パスワードは忘れました。"},
        {"ja", "パスワードは何ですか？"},
        {"ja", "パスワードを忘れたんです。"},
        {"ja", "一緒に三人で行きます。"},
        {"nl", "Ik heb een wachtwoord vergeten."},
        {"tr", "Şifremi unuttum."},
        {"zh", "密码是什么？"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        masked_is(lines[i][0], lines[i][1], lines[i][1]);
}

static void a_password_is_masked_wherever_it_stands(void **state)
{
    struct said said = {.lines = {"The password is rhododendron.", "A: Thank you."},
                        .notes = "id | caller | password rhododendron |\nneed | caller | Needs a ramp |"};
    struct call call;
    (void)state;
    call_make(&call, &said);
    assert_true(secrets_mask(call.lexicon, &call.transcript, SECRET_ALL, call.arena) > 0);
    assert_string_equal(call.collected[0].value,
                        "id | caller | password [password] |\nneed | caller | Needs a ramp |");
    call_free(&call);
}

static void what_is_repeated_is_masked_everywhere(void **state)
{
    struct said said = {.lines = {"My card number is 4000 0000 0000 0002.", "A: I have 0002 at the end."},
                        .summary = "Paid with 4000 0000 0000 0002.",
                        .notes = "id | caller | Card 4000000000000002 |\nneed | caller | Needs a ramp |"};
    struct call call;
    (void)state;
    call_make(&call, &said);
    assert_true(secrets_mask(call.lexicon, &call.transcript, SECRET_ALL, call.arena) > 0);
    assert_string_equal(call.turns[1].text, "I have [card number] at the end.");
    assert_string_equal(call.transcript.summary, "Paid with [card number].");
    assert_string_equal(call.collected[0].value,
                        "id | caller | Card [card number] |\nneed | caller | Needs a ramp |");
    call_free(&call);
}

static void what_is_no_secret_stays(void **state)
{
    static const char *const lines[] = {
        "You can reach me on +49 151 23456789.",
        "My number is 555 010 2244.",
        "The order number is HB-20417.",
        "My membership card number is 20417.",
        "My account number is HRX2206.",
        "I forgot my password.",
        "Can you reset the PIN?",
        "I paid 1,250 dollars with my credit card.",
        "My e-mail is ana.lopez1984@example.com.",
        "The flight leaves on 12 March 2026 at 14:35.",
        "It happened in 1984, 1985, 1986 and 1987.",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        masked_is("en", lines[i], lines[i]);
}

static void classes_can_be_left_out(void **state)
{
    struct said said = {.lines = {"The password is Walnut44 and the card number is 4000 0000 0000 0002."}};
    struct call call;
    (void)state;
    call_make(&call, &said);
    assert_int_equal(secrets_mask(call.lexicon, &call.transcript, SECRET_PASSWORD, call.arena), 1);
    assert_string_equal(call.turns[0].text,
                        "The password is [password] and the card number is 4000 0000 0000 0002.");
    assert_int_equal(secrets_mask(call.lexicon, &call.transcript, 0, call.arena), 0);
    call_free(&call);
}

/* More words than are looked at of one text: what lies behind them could hold anything. */
static void nothing_behind_what_was_looked_at_is_kept(void **state)
{
    struct buf b = BUF_INIT;
    struct said said = {.lines = {NULL}};
    struct call call;
    (void)state;
    for (int i = 0; i < 3000; i++)
        buf_puts(&b, "word ");
    buf_puts(&b, "4000 0000 0000 0002");
    said.lines[0] = buf_text(&b);
    call_make(&call, &said);
    assert_true(secrets_mask(call.lexicon, &call.transcript, SECRET_ALL, call.arena) >= 0);
    assert_null(strstr(call.turns[0].text, "4000"));
    call_free(&call);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cards_are_masked),
        cmocka_unit_test(bank_accounts_are_masked),
        cmocka_unit_test(identity_numbers_are_masked),
        cmocka_unit_test(passwords_are_masked),
        cmocka_unit_test(what_is_asked_for_is_masked_in_the_answer),
        cmocka_unit_test(what_is_asked_for_in_other_languages_is_masked_too),
        cmocka_unit_test(what_speaks_of_a_password_stays),
        cmocka_unit_test(a_password_is_masked_wherever_it_stands),
        cmocka_unit_test(what_is_repeated_is_masked_everywhere),
        cmocka_unit_test(what_is_no_secret_stays),
        cmocka_unit_test(classes_can_be_left_out),
        cmocka_unit_test(nothing_behind_what_was_looked_at_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
