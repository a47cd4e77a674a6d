#include "operate/report.h"

#include <stdio.h>
#include <stdlib.h>

const char *report_noun(int64_t count, const char *one, const char *many)
{
    return count == 1 ? one : many;
}

int report_failure(const struct error *error)
{
    fprintf(stderr, "%s\n", error->message);
    return error->code == ERROR_NOT_FOUND ? EXIT_UNKNOWN : EXIT_FAILURE;
}

cJSON *report_object(const struct report_count *counts, size_t count)
{
    cJSON *object = cJSON_CreateObject();
    bool good = object != NULL;
    for (size_t i = 0; i < count && good; i++)
        good = cJSON_AddNumberToObject(object, counts[i].member, (double)counts[i].count) != NULL;
    if (good)
        return object;
    cJSON_Delete(object);
    return NULL;
}

int report_json(cJSON *object)
{
    char *text = object ? cJSON_Print(object) : NULL;
    cJSON_Delete(object);
    if (!text) {
        fprintf(stderr, "out of memory\n");
        return EXIT_FAILURE;
    }
    printf("%s\n", text);
    cJSON_free(text);
    return EXIT_SUCCESS;
}

int report_counts(const struct args *args, const struct report_count *counts, size_t count)
{
    if (args->json)
        return report_json(report_object(counts, count));
    for (size_t i = 0; i < count; i++)
        printf("%s: %lld\n", counts[i].label, (long long)counts[i].count);
    return EXIT_SUCCESS;
}
