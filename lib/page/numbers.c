/*
 * numbers: what happened day by day, and what was left out.
 */
#include "base/clock.h"
#include "page/answers.h"
#include "page/html.h"
#include "service/metrics.h"
#include "understand/understanding.h"

#include <stdio.h>

#define DAYS        14
#define LEAST_SCALE 4 /* of the drawing, so that a single call is not a tower */

/* Of the drawing, in its own units. */
enum { CHART_WIDTH = 700, CHART_HEIGHT = 220, CHART_TOP = 24, CHART_FOOT = 26, CHART_SIDE = 8, BAR_GAP = 10 };

struct days {
    int64_t first; /* when the first of them began; Unix seconds */
    struct memory_day day[DAYS];
    int64_t most, calls, known;
    /* What was counted on the way, where it is known. */
    bool counted[DAYS], any_counted;
    int64_t counts[DAYS][DAILIES], most_counted;
};

static void read_counted(struct days *days)
{
    int64_t first = days->first / CLOCK_DAY;
    days->most_counted = LEAST_SCALE;
    for (size_t i = 0; i < DAYS; i++) {
        days->counted[i] = metrics_day(first + (int64_t)i, first + DAYS - 1, days->counts[i]);
        for (int j = 0; j < DAILIES && days->counted[i]; j++) {
            days->any_counted = days->any_counted || days->counts[i][j] > 0;
            if (days->counts[i][j] > days->most_counted)
                days->most_counted = days->counts[i][j];
        }
    }
}

static int read_days(struct page *page, struct days *days, struct error *error)
{
    int64_t today = clock_now() / CLOCK_DAY * CLOCK_DAY;
    *days = (struct days){.first = today - (DAYS - 1) * CLOCK_DAY, .most = LEAST_SCALE};
    if (memory_days(page->memory, days->first, days->day, DAYS, error) != 0)
        return -1;
    for (size_t i = 0; i < DAYS; i++) {
        days->calls += days->day[i].calls;
        days->known += days->day[i].known;
        if (days->day[i].calls > days->most)
            days->most = days->day[i].calls;
    }
    read_counted(days);
    return 0;
}

static void day_name(const struct days *days, size_t at, char name[CLOCK_STAMP_SIZE])
{
    clock_date(days->first + (int64_t)at * CLOCK_DAY, name);
}

/* --- The drawing --- */

static void add_bar(struct buf *out, const char *class, int x, int width, int64_t count, int64_t most)
{
    const int room = CHART_HEIGHT - CHART_TOP - CHART_FOOT;
    int height = most > 0 ? (int)(count * room / most) : 0;
    if (count > 0 && height < 2)
        height = 2;
    html_printf(out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>", class, x,
                CHART_HEIGHT - CHART_FOOT - height, width, height);
}

static void add_day(struct buf *out, const struct days *days, size_t at)
{
    const struct memory_day *day = &days->day[at];
    const int slot = (CHART_WIDTH - 2 * CHART_SIDE) / DAYS, width = slot - BAR_GAP;
    const int room = CHART_HEIGHT - CHART_TOP - CHART_FOOT;
    int x = CHART_SIDE + (int)at * slot + BAR_GAP / 2;
    char name[CLOCK_STAMP_SIZE];
    day_name(days, at, name);
    add_bar(out, "bar", x, width, day->calls, days->most);
    add_bar(out, "known", x, width, day->known, days->most);
    if (day->calls > 0) {
        int top = CHART_HEIGHT - CHART_FOOT - (int)(day->calls * room / days->most);
        html_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">", x + width / 2, top - 6);
        buf_int(out, day->calls);
        buf_puts(out, "</text>");
    }
    html_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x + width / 2,
                CHART_HEIGHT - 8, name + sizeof "2026-" - 1);
}

/* A drawing of all days, each by `add`. `label` is for those who cannot see it. */
static void draw(struct buf *out, const struct days *days, const char *label,
                 void (*add)(struct buf *out, const struct days *days, size_t at))
{
    html_printf(
        out,
        "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s the last %d days; the "
        "table below has the numbers\">\n",
        CHART_WIDTH, CHART_HEIGHT, label, DAYS);
    for (size_t i = 0; i < DAYS; i++)
        add(out, days, i);
    html_printf(out, "<line class=\"axis\" x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>\n</svg>\n", CHART_WIDTH,
                CHART_HEIGHT - CHART_FOOT, CHART_HEIGHT - CHART_FOOT);
}

static void show_chart(struct page *page, const struct days *days)
{
    draw(page->out, days, "Calls of", add_day);
    buf_puts(
        page->out,
        "<p class=\"hint\"><span class=\"key bar\"></span>calls <span class=\"key known\"></span>of these, "
        "by callers who had called before</p>\n");
}

/* Two bars beside each other. A day of which nothing is known has none. */
static void add_counted(struct buf *out, const struct days *days, size_t at)
{
    static const char *const classes[DAILIES] = {[DAILY_NOTHING_FOUND] = "bar", [DAILY_LEFT_OUT] = "known"};
    const int slot = (CHART_WIDTH - 2 * CHART_SIDE) / DAYS, width = (slot - BAR_GAP) / DAILIES;
    const int room = CHART_HEIGHT - CHART_TOP - CHART_FOOT;
    int x = CHART_SIDE + (int)at * slot + BAR_GAP / 2;
    char name[CLOCK_STAMP_SIZE];
    day_name(days, at, name);
    for (int i = 0; i < DAILIES && days->counted[at]; i++) {
        int64_t count = days->counts[at][i];
        add_bar(out, classes[i], x + i * width, width, count, days->most_counted);
        if (count == 0)
            continue;
        html_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">", x + i * width + width / 2,
                    CHART_HEIGHT - CHART_FOOT - (int)(count * room / days->most_counted) - 6);
        buf_int(out, count);
        buf_puts(out, "</text>");
    }
    html_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x + width,
                CHART_HEIGHT - 8, name + sizeof "2026-" - 1);
}

static void show_counted_chart(struct page *page, const struct days *days)
{
    draw(page->out, days, "Searches that found nothing and lines that were left out in", add_counted);
    buf_puts(page->out, "<p class=\"hint\"><span class=\"key bar\"></span>searches that found nothing "
                        "<span class=\"key known\"></span>lines of evidence that were left out</p>\n");
}

static void show_table(struct page *page, const struct days *days)
{
    struct buf *out = page->out;
    buf_puts(out, "<details>\n<summary>The same as a table</summary>\n<div class=\"wide\" tabindex=\"0\" "
                  "role=\"region\" "
                  "aria-label=\"Calls by day\">\n<table>\n<thead><tr><th scope=\"col\">Day</th>"
                  "<th scope=\"col\" class=\"count\">Calls</th>"
                  "<th scope=\"col\" class=\"count\">By known callers</th>"
                  "<th scope=\"col\" class=\"count\">Different callers</th>"
                  "<th scope=\"col\" class=\"count\">Searches that found nothing</th>"
                  "<th scope=\"col\" class=\"count\">Lines left out</th></tr></thead>\n<tbody>\n");
    for (size_t i = DAYS; i-- > 0;) {
        const int64_t counts[] = {days->day[i].calls, days->day[i].known, days->day[i].callers};
        char name[CLOCK_STAMP_SIZE];
        day_name(days, i, name);
        html_printf(out, "<tr><th scope=\"row\">%s</th>", name);
        for (size_t j = 0; j < sizeof counts / sizeof *counts; j++) {
            buf_puts(out, "<td class=\"count\">");
            buf_int(out, counts[j]);
            buf_puts(out, "</td>");
        }
        for (size_t j = 0; j < DAILIES; j++) {
            buf_puts(out, "<td class=\"count\">");
            if (days->counted[i])
                buf_int(out, days->counts[i][j]);
            else
                buf_puts(out, "not known");
            buf_puts(out, "</td>");
        }
        buf_puts(out, "</tr>\n");
    }
    buf_puts(out, "</tbody>\n</table>\n</div>\n</details>\n");
}

/* --- The rest --- */

static void show_figure(struct page *page, const char *label, int64_t number)
{
    html_printf(page->out, "<li><span>%s</span> <strong>", label);
    buf_int(page->out, number);
    buf_puts(page->out, "</strong></li>\n");
}

static void show_figures(struct page *page, const struct days *days)
{
    int64_t dropped = 0;
    for (enum drop drop = 0; drop < DROPS; drop++)
        dropped += metrics_value(METRIC_EVIDENCE_DROPPED, drop);
    buf_puts(page->out, "<ul class=\"figures\">\n");
    show_figure(page, "Calls in 14 days", days->calls);
    show_figure(page, "Of these by known callers", days->known);
    show_figure(page, "Searches that found nothing", metrics_value(METRIC_SEARCHES, SEARCH_NOTHING));
    show_figure(page, "Lines that were left out", dropped);
    buf_puts(page->out, "</ul>\n");
}

static const char *const reasons[DROPS] = {
    [DROP_FORM] = "could not be read",
    [DROP_UNGROUNDED] = "was not said in the call",
    [DROP_PERSON] = "was said of somebody else",
    [DROP_NEGATED] = "the opposite was said",
    [DROP_PAST] = "was so once",
    [DROP_ASKED] = "was a question or a condition",
    [DROP_REFUSED] = "was offered and not accepted",
    [DROP_ONCE] = "was meant for that time alone",
    [DROP_SETTLED] = "was settled in the call",
    [DROP_SECRET] = "was a secret, such as a card number",
    [DROP_ORDER] = "gave the agent orders",
    [DROP_NAME] = "was no name of a person who spoke",
    [DROP_MANY] = "was more than is looked at of one call",
};

static void show_dropped(struct page *page)
{
    bool any = false;
    buf_puts(page->out,
             "<section aria-labelledby=\"dropped\">\n<h2 id=\"dropped\">What was left out</h2>\n"
             "<p>What an LLM noted counts only if it was said in the call. Since counting began, these "
             "lines were left out; the page of a call names each.</p>\n");
    for (enum drop drop = 0; drop < DROPS; drop++) {
        int64_t count = metrics_value(METRIC_EVIDENCE_DROPPED, drop);
        if (count == 0)
            continue;
        if (!any)
            buf_puts(page->out, "<div class=\"wide\">\n<table>\n<thead><tr><th scope=\"col\">Why</th>"
                                "<th scope=\"col\" class=\"count\">Lines</th></tr></thead>\n<tbody>\n");
        any = true;
        html_printf(page->out, "<tr><th scope=\"row\">%s</th><td class=\"count\">", reasons[drop]);
        buf_int(page->out, count);
        buf_puts(page->out, "</td></tr>\n");
    }
    buf_puts(page->out,
             any ? "</tbody>\n</table>\n</div>\n" : "<p class=\"none\">Nothing was left out.</p>\n");
    buf_puts(page->out, "</section>\n");
}

static void show_searches(struct page *page)
{
    int64_t found = metrics_value(METRIC_SEARCHES, SEARCH_FOUND),
            none = metrics_value(METRIC_SEARCHES, SEARCH_NOTHING);
    buf_puts(page->out, "<section aria-labelledby=\"searches\">\n<h2 id=\"searches\">Searches</h2>\n<p>");
    if (found + none == 0) {
        buf_puts(page->out, "Agents have not searched since counting began.");
    } else {
        buf_puts(page->out, "Since counting began, agents searched ");
        page_count(page, found + none, "time", "times");
        buf_puts(page->out, ", and ");
        buf_int(page->out, none);
        buf_puts(page->out, " of these searches found nothing.");
    }
    buf_puts(page->out, "</p>\n</section>\n");
}

int numbers_page(struct page *page, struct error *error)
{
    struct days days;
    if (read_days(page, &days, error) != 0)
        return -1;
    page_begin(page, "Numbers", PAGE_ROOT "numbers");
    show_figures(page, &days);
    buf_puts(page->out, "<section aria-labelledby=\"days\">\n<h2 id=\"days\">Calls by day</h2>\n");
    if (days.calls > 0)
        show_chart(page, &days);
    else
        buf_puts(page->out, "<p class=\"none\">Nobody called in the last fourteen days.</p>\n");
    if (days.any_counted)
        show_counted_chart(page, &days);
    if (days.calls > 0 || days.any_counted)
        show_table(page, &days);
    buf_puts(page->out, "</section>\n");
    show_searches(page);
    show_dropped(page);
    page_end(page);
    return 0;
}
