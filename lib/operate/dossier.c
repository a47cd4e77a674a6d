#include "operate/dossier.h"

#include "people/line_read.h"

int dossier_open(struct dossier *dossier, const struct instance *instance, struct error *error)
{
    const struct memory_filter filter = {.caller = dossier->caller};
    dossier->memory = memory_open(&instance->memory);
    if (!dossier->memory)
        return error_no_memory(error);
    if (memory_profile(dossier->memory, dossier->caller, "", &dossier->profile, error) != 0 ||
        memory_conversations(dossier->memory, dossier->caller, &dossier->calls, error) != 0 ||
        memory_list(dossier->memory, &filter, &dossier->memories, error) != 0)
        return -1;
    return line_read(dossier->memory, dossier->caller, "", &dossier->told, &dossier->line, error);
}

void dossier_close(struct dossier *dossier)
{
    line_close(&dossier->line);
    memory_list_free(&dossier->told);
    memory_list_free(&dossier->calls);
    memory_list_free(&dossier->memories);
    memory_profile_free(&dossier->profile);
    memory_close(dossier->memory);
}
