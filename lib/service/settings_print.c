#include "base/text.h"
#include "service/settings.h"

#include <string.h>

/* One line, even if the value has line breaks. */
static void print_line(FILE *out, const char *name, const char *text)
{
    fprintf(out, "%s=", name);
    for (; *text; text++)
        fputc((unsigned char)*text < 0x20 ? ' ' : *text, out);
    fputc('\n', out);
}

static void print_secret(const struct settings *settings, enum setting id, FILE *out)
{
    size_t count = setting_count(settings, id);
    fprintf(out, "%s=", setting_name(id));
    if (setting_rows[id].type != TYPE_SECRETS && *setting_text(settings, id))
        fprintf(out, "set (%zu characters)", text_chars(setting_text(settings, id)));
    if (count > 1)
        fprintf(out, "%zu ", count);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%zu", i ? ", " : "set (", text_chars(setting_part(settings, id, i)));
    fputs(count ? " characters)\n" : "\n", out);
}

void settings_print(const struct settings *settings, FILE *out)
{
    for (enum setting id = 0; id < SETTINGS; id++) {
        if (setting_rows[id].flags & SETTING_SECRET)
            print_secret(settings, id, out);
        else
            print_line(out, setting_name(id), setting_text(settings, id));
    }
    for (size_t i = 0; i < settings_variables(settings); i++) {
        fputs(SETTING_VARIABLE, out);
        for (const char *c = settings_variable_name(settings, i); *c; c++)
            fputc(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c, out);
        print_line(out, "", settings_variable_value(settings, i));
    }
}

/* The form of a valid value, in whole sentences. */
static void add_kind(struct buf *b, const struct setting_row *row)
{
    switch (row->type) {
    case TYPE_INT:
        buf_printf(b, " A whole number from %.0f to %.0f.", row->min, row->max);
        break;
    case TYPE_REAL:
        buf_printf(b, " A number from %.0f to %.0f.", row->min, row->max);
        break;
    case TYPE_CHOICE:
        for (size_t i = 0; row->choices[i]; i++)
            buf_printf(b, "%s%s", i ? ", " : " One of ", row->choices[i]);
        buf_puts(b, ".");
        break;
    case TYPE_SET:
        buf_puts(b, " none, or some of ");
        for (size_t i = 0; row->choices[i]; i++)
            buf_printf(b, "%s%s", i ? ", " : "", row->choices[i]);
        buf_puts(b, ", separated by commas.");
        break;
    case TYPE_SECRETS:
        buf_printf(b, " At most %.0f, separated by commas; in a file, line breaks separate them too.",
                   row->max);
        break;
    case TYPE_URL:
        buf_puts(b, " An http or https URL.");
        break;
    case TYPE_DATABASE:
        buf_puts(b, " A URI such as postgresql://callmem@db.example.com/callmem?sslmode=verify-full.");
        break;
    case TYPE_LISTEN:
        buf_puts(b, " An IPv4 address, an IPv6 address in brackets or localhost, then a colon and a port.");
        break;
    case TYPE_ORIGINS:
        buf_puts(b, " Origins such as https://app.example.com, separated by commas; * allows every page.");
        break;
    case TYPE_NETWORKS:
        buf_puts(b, " Addresses and networks such as 192.0.2.7 or 2001:db8::/32, separated by commas.");
        break;
    case TYPE_LANGUAGE:
        buf_puts(b, " A language tag such as en or pt-BR.");
        break;
    case TYPE_COUNTRY:
        buf_puts(b, " Two letters such as US or DE.");
        break;
    case TYPE_ZONE:
        buf_puts(b, " A name such as Europe/Berlin.");
        break;
    case TYPE_TEMPLATE:
        buf_printf(b, " A template of at most %.0f characters.", row->max);
        break;
    case TYPE_TEXT:
        buf_printf(b, " At most %.0f characters.", row->max);
        break;
    case TYPE_PATH:
        break;
    }
}

/* The meaning of a setting in whole sentences; NULL when out of memory. */
static const char *describe(struct buf *b, const struct setting_row *row)
{
    buf_puts(b, row->help);
    add_kind(b, row);
    if (row->flags & SETTING_FILE)
        buf_printf(b, " Can be given as %s_FILE.", row->name);
    return buf_text(b);
}

static const char *shown_default(const struct setting_row *row)
{
    return row->fallback_shown ? row->fallback_shown : row->fallback;
}

/* How a document shows the rows. */
struct document {
    void (*group)(FILE *out, const char *title, bool first);
    void (*row)(FILE *out, const struct setting_row *row, const char *meaning);
    void (*end)(FILE *out); /* may be NULL */
    bool is_settings_file;  /* has no CALLMEM_ENV_FILE */
};

static void print_row(FILE *out, const struct document *document, const struct setting_row *row)
{
    struct buf meaning = BUF_INIT;
    const char *text = describe(&meaning, row);
    document->row(out, row, text ? text : row->help);
    buf_free(&meaning);
}

static void print_document(FILE *out, const struct document *document)
{
    for (enum setting id = 0; id < SETTINGS; id++) {
        if (setting_group(id))
            document->group(out, setting_group(id), id == 0);
        print_row(out, document, &setting_rows[id]);
        if (id == CALLMEM_ENV && !document->is_settings_file)
            print_row(out, document, &setting_row_env_file);
        if (id == CALLMEM_VOICE_ID)
            print_row(out, document, &setting_row_variable);
    }
    if (document->end)
        document->end(out);
}

/* Prints text as comment lines of at most 100 columns. */
static void print_comment(FILE *out, const char *text)
{
    size_t column = 0;
    while (*text) {
        size_t word = strcspn(text, " ");
        if (column && column + 1 + word > 98) {
            fputc('\n', out);
            column = 0;
        }
        fprintf(out, "%s%.*s", column ? " " : "# ", (int)word, text);
        column += word + (column > 0);
        text += word;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

static void template_group(FILE *out, const char *title, bool first)
{
    (void)first;
    fprintf(out, "\n#### %s\n", title);
}

static void template_about(FILE *out, const struct setting_row *row, const char *meaning)
{
    fputc('\n', out);
    print_comment(out, meaning);
    if (row->fallback_shown)
        fprintf(out, "# Default: %s.\n", row->fallback_shown);
}

static void development_row(FILE *out, const struct setting_row *row, const char *meaning)
{
    template_about(out, row, meaning);
    if (row == &setting_row_variable)
        fputs("#" SETTING_VARIABLE "SHOP_NAME=Harbour Bikes\n", out);
    else
        fprintf(out, "%s%s=%s\n", row->flags & SETTING_FILL ? "" : "#", row->name, row->fallback);
}

static void production_row(FILE *out, const struct setting_row *row, const char *meaning)
{
    const struct setting_production *given = setting_production_rows;
    for (size_t i = 0; i < setting_production_count; i++, given++)
        if (&setting_rows[given->id] == row) {
            template_about(out, row, meaning);
            fprintf(out, "%s%s=%s\n", row->name, given->is_file ? "_FILE" : "", given->value);
            return;
        }
    development_row(out, row, meaning);
}

static void print_template(FILE *out, const struct document *template, const char *head)
{
    print_comment(out, head);
    fputs("#\n", out);
    print_comment(
        out,
        "One NAME=VALUE per line; a line #NAME=VALUE shows the default. The environment takes precedence "
        "over "
        "this file. Put quotes around a value that begins or ends with a space or contains a space and #.");
    print_document(out, template);
}

void settings_print_development(FILE *out)
{
    static const struct document template = {template_group, development_row, NULL, true};
    print_template(out, &template,
                   "Settings of callmem for development, generated by env/generate from the settings table. "
                   "./spawn/up copies this file to .env with mode 0600 and random secrets when there is no "
                   ".env. See docs/configuration.md.");
}

void settings_print_production(FILE *out)
{
    static const struct document template = {template_group, production_row, NULL, true};
    print_template(
        out, &template,
        "Settings of callmem for production, generated by env/generate from the settings table. Install "
        "it as /etc/callmem/callmem.env, owned by root and readable by the group callmem. Each "
        "secret has its own file, one secret per line. See docs/operations.md.");
}

static void markdown_group(FILE *out, const char *title, bool first)
{
    fprintf(out, "%s### %s\n\n| setting | default | meaning |\n| --- | --- | --- |\n", first ? "" : "\n",
            title);
}

static void markdown_row(FILE *out, const struct setting_row *row, const char *meaning)
{
    const char *value = shown_default(row);
    fprintf(out, "| `%s` | ", row->name);
    if (*value)
        fprintf(out, row->fallback_shown && *value != '$' ? "%s | " : "`%s` | ", value);
    else
        fputs("| ", out);
    for (; *meaning; meaning++) {
        if (strchr("<>|*{}", *meaning))
            fputc('\\', out);
        fputc(*meaning, out);
    }
    fputs(" |\n", out);
}

void settings_print_markdown(FILE *out)
{
    static const struct document markdown = {markdown_group, markdown_row, NULL, false};
    print_document(out, &markdown);
}

/* Text for mdoc: each sentence on a line of its own. */
static void print_mdoc(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\\')
            fputs("\\e", out);
        else if (text[0] == '.' && text[1] == ' ')
            fputs(".\n", out), text++;
        else
            fputc(*text, out);
    }
    fputc('\n', out);
}

static void manual_group(FILE *out, const char *title, bool first)
{
    fprintf(out, "%s.Ss %s\n.Bl -tag -width Ds\n", first ? "" : ".El\n", title);
}

static void manual_row(FILE *out, const struct setting_row *row, const char *meaning)
{
    const char *value = shown_default(row);
    fprintf(out, ".It Ev %s\n", row->name);
    print_mdoc(out, meaning);
    if (*value && row->fallback_shown && *value != '$')
        fprintf(out, "Default: %s.\n", value);
    else if (*value)
        fprintf(out, "Default:\n.Ql %s .\n", value);
}

static void manual_end(FILE *out)
{
    fputs(".El\n", out);
}

void settings_print_manual(FILE *out)
{
    static const struct document manual = {manual_group, manual_row, manual_end, false};
    print_document(out, &manual);
}
