#include "web/pages.h"

#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Only segments that nobody writes to: a page of another may be different from the file by now. */
static int release(struct dl_phdr_info *object, size_t size, void *page)
{
    (void)size;
    uintptr_t mask = *(const uintptr_t *)page - 1;
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || segment->p_flags & PF_W)
            continue;
        uintptr_t start = object->dlpi_addr + segment->p_vaddr, end = start + segment->p_memsz;
        start = (start + mask) & ~mask;
        end &= ~mask;
        /* Advice that is not taken does no harm. */
        if (start < end)
            madvise((void *)start, end - start, MADV_DONTNEED); /* NOLINT(performance-no-int-to-ptr) */
    }
    return 0;
}

void pages_release(void)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    dl_iterate_phdr(release, &page);
}
