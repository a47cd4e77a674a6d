/*
 * unit: cmocka with the headers that it wants before it, in their order.
 */
#ifndef CALLMEM_TESTS_UNIT_H
#define CALLMEM_TESTS_UNIT_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#endif
