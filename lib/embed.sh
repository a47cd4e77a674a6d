#!/bin/sh
# Prints a C source with the given data files in it: a table of that name of struct data_file (lib/language/data.h).
#
#     lib/embed.sh TABLE FILE…
table=$1
shift
echo '#include "language/data.h"'
echo "extern const struct data_file ${table}[];"
n=0
for file; do
    printf 'static const unsigned char file_%d[] = {' $n
    od -An -v -tu1 "$file" | sed 's/  */,/g; s/^,//; s/$/,/'
    echo '0};'
    n=$((n + 1))
done
echo "const struct data_file ${table}[] = {"
n=0
for file; do
    printf '    {"%s", (const char *)file_%d, sizeof file_%d - 1},\n' "${file##*/}" $n $n
    n=$((n + 1))
done
echo '    {0, 0, 0}};'
