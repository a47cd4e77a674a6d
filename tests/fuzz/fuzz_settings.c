/*
 * The settings file: whatever bytes it holds, there are either settings within their bounds or complaints,
 * one a line; and whatever bytes a secret holds, it comes out of quotes as it went in.
 */
#include "base/utf8.h"
#include "service/settings.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_good(const struct settings *settings)
{
    char *text = NULL;
    size_t len = 0;
    for (enum setting id = 0; id < SETTINGS; id++) {
        must(utf8_is_valid(setting_text(settings, id), strlen(setting_text(settings, id))));
        for (size_t i = 0; i < setting_count(settings, id); i++)
            must(*setting_part(settings, id, i) != '\0');
    }
    must(setting_int(settings, CALLMEM_THREADS) >= 1 && setting_int(settings, CALLMEM_THREADS) <= 64);
    must(setting_real(settings, OPENMEMORY_DECAY_LAMBDA) >= 0 &&
         setting_real(settings, OPENMEMORY_DECAY_LAMBDA) <= 10);
    must(setting_choice(settings, OPENMEMORY_MODE) == MODE_LOCAL || *setting_text(settings, OPENMEMORY_URL));
    for (size_t i = 1; i < settings_variables(settings); i++)
        must(strcmp(settings_variable_name(settings, i - 1), settings_variable_name(settings, i)) < 0);
    FILE *out = open_memstream(&text, &len);
    must(out != NULL);
    settings_print(settings, out);
    fclose(out);
    must(utf8_is_valid(text, len));
    free(text);
}

static void check_complaints(const char *text)
{
    must(*text && utf8_is_valid(text, strlen(text)));
    for (const char *line = text; *line; line = strchr(line, '\n') + 1)
        must(strncmp(line, "FILE:", 5) == 0 && strchr(line, '\n'));
}

static void parse(const char *bytes, size_t len)
{
    struct buf complaints = BUF_INIT, warnings = BUF_INIT;
    struct settings *settings = settings_parse(bytes, len, "FILE", &complaints, &warnings);
    must(!complaints.failed && !warnings.failed);
    if (settings) {
        must(complaints.len == 0);
        check_good(settings);
    } else {
        check_complaints(buf_text(&complaints));
    }
    settings_free(settings);
    buf_free(&complaints);
    buf_free(&warnings);
}

static void quote(const char *secret, size_t len, char mark)
{
    struct buf text = BUF_INIT, complaints = BUF_INIT, warnings = BUF_INIT;
    buf_puts(&text, "ELEVENLABS_POST_CALL_SECRET = ");
    buf_putc(&text, mark);
    buf_add(&text, secret, len);
    buf_putc(&text, mark);
    buf_puts(&text, "\r\nCALLMEM_WORKERS=3 # after it\n");
    struct settings *settings = settings_parse(text.data, text.len, "FILE", &complaints, &warnings);
    must(settings && setting_count(settings, ELEVENLABS_POST_CALL_SECRET) == 1);
    must(strlen(setting_part(settings, ELEVENLABS_POST_CALL_SECRET, 0)) == len);
    must(memcmp(setting_part(settings, ELEVENLABS_POST_CALL_SECRET, 0), secret, len) == 0);
    must(setting_int(settings, CALLMEM_WORKERS) == 3);
    settings_free(settings);
    buf_free(&text);
    buf_free(&complaints);
    buf_free(&warnings);
}

/* Whether a secret could be that: text without control characters, commas, and blanks at its ends. */
static bool is_secret(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7f || bytes[i] == ',')
            return false;
    return len && bytes[0] != ' ' && bytes[len - 1] != ' ' && utf8_is_valid(bytes, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    /* A NAME_FILE could name a device that is read for ever. */
    if (memmem(data, size, "_FILE", 5) && memmem(data, size, "/", 1))
        return 0;
    parse(bytes, size);
    if (is_secret(bytes, size)) {
        quote(bytes, size, '"');
        quote(bytes, size, '\'');
    }
    return 0;
}
