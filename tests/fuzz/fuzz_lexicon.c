/*
 * An operator's lexicon: whatever the file says, it is either complained about with file and line, or what it
 * finds in a call keeps to the rules. The call follows after a line "====".
 */
#include "tests/fuzz/understanding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char line[] = "\n====\n";
    static const char silence[] = "Hello, this is Ana.\nI am Ana Kowalska, I like tea.";
    const char *text = (const char *)data, *call = memmem(data, size, line, sizeof line - 1);
    size_t len = call ? (size_t)(call - text) + 1 : size;
    struct error error = {0};
    struct lexicon *lexicon = lexicon_parse("xx", "FILE", text, len, &error);
    if (!lexicon) {
        must(error.code == ERROR_SETTINGS && strncmp(error.message, "FILE:", 5) == 0);
        return 0;
    }
    call = call ? call + sizeof line - 1 : silence;
    len = call == silence ? sizeof silence - 1 : size - (size_t)(call - text);
    if (!memchr(call, '\0', len) && utf8_is_valid(call, len))
        check_lines(lexicon, "xx", call, len);
    lexicon_free(lexicon);
    return 0;
}
