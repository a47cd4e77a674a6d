/*
 * Masking: what is left is UTF-8, and whatever is said before it, the number of a card is masked. The first
 * two bytes choose a language, the lines are turns. The number is looked for only in the turns that are added
 * here: in the others the same digits may be part of a longer number, which is no card.
 */
#include "tests/fuzz/understanding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CARD "4000 0000 0000 0002"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct lexicon *lexicon;
    struct error error;
    struct turn turns[MAX_TURNS];
    if (!lexicon)
        must((lexicon = lexicon_load(NULL, &error)) != NULL);
    if (size < 3 || memchr(data, '\0', size) || !utf8_is_valid((const char *)data, size))
        return 0;
    struct buf b = BUF_INIT;
    buf_add(&b, (const char *)data, size);
    buf_puts(&b, "\n \nMy card: " CARD ".\nIt is " CARD ".");
    must(buf_text(&b) != NULL);
    struct arena *arena = arena_new();
    struct transcript transcript = transcript_of((const char *)data, b.data, turns);
    size_t added = 0;
    while (added < transcript.turn_count && turns[added].text < b.data + size)
        added++;
    must(arena && secrets_mask(lexicon, &transcript, SECRET_ALL, arena) >= 0);
    check_masked(&transcript);
    for (size_t i = added; i < transcript.turn_count; i++)
        must(!strstr(transcript.turns[i].text, CARD));
    arena_free(arena);
    buf_free(&b);
    return 0;
}
