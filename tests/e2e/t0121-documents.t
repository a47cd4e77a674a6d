#!/bin/bash
# What the documentation names is there: files, commands, options, targets, settings, errors; and what is there, the
# manual pages name.
. "$(dirname "$0")/lib.sh"

mapfile -t documents < <(find README.md docs -name '*.md')
new_instance main ELEVENLABS_{CLIENT_DATA,SEARCH_DATA,POST_CALL}_SECRET=0123456789abcdef0123456789abcdef
: >"$env_path"

# Links to files, from the document that has them.
broken_links() {
    local document link
    for document in "${documents[@]}"; do
        while read -r link; do
            [ -e "$(dirname "$document")/${link%%#*}" ] || say "$document: $link"
        done < <(grep -oE '\]\([^)]+\)' "$document" | sed 's/^](//; s/)$//' | grep -vE '^(https?:|mailto:|#)')
    done
}
check 'links lead somewhere' is "$(broken_links)" ''

# A number names one test: ./tests/run t0074.
check 'each test has a number of its own' is "$(cd "$root/tests/e2e" && printf '%s\n' t*.t | cut -d- -f1 | sort | uniq -d)" ''

# Every version of the package, newest first, and nothing but an unreleased one above.
versions_in() { # CHANGELOG SED-SCRIPT
    sed -nE "$2" "$1" | paste -sd ' '
}
check 'the changelog has the versions of the package' is \
    "$(versions_in CHANGELOG.md 's/^## ([0-9.]+) .*/\1/p')" "$(versions_in spawn/debian/changelog 's/^callmem \(([0-9.]+)\).*/\1/p')"
check 'the newest of which is that of the programs' is "$("$build/client-data" --version)" \
    "client-data (callmem) $(sed -nE '0,/^## [0-9]/s/^## ([0-9.]+) .*/\1/p' CHANGELOG.md)"

# Files of the checkout by their path, with and without a command before them.
missing_files() {
    grep -ohE '(^|[ `(])(\./)?(\.ci|cgi|env|lib|nginx|spawn|tests|docs)/[A-Za-z0-9_./-]*[A-Za-z0-9_]' "${documents[@]}" |
        sed 's/^[ `(]*//' | grep -vE 'NAME|MODULE|YOUR' | sort -u | while read -r file; do
        [ -e "$file" ] || compgen -G "$file*" >/dev/null || say "$file"
    done
}
check 'files that are named are there' is "$(missing_files)" ''

# The rooms of docs/architecture.md: every file of cgi/ and lib/ stands in the table of its room, and every file of the
# tables is there.
room_table() { # ROOM
    # shellcheck disable=SC2016 # a backquote
    sed -n "/^### $1\$/,/^##/s/^| \(\`[^|]*\) |.*/\1/p" docs/architecture.md | grep -o '`[^`]*`' | tr -d '`'
}
room_files() { # ROOM
    local folder=lib/$1
    [ -d "$folder" ] || folder=$1
    find "$folder" -name '*.[ch]' | sed "s#^$folder/##; s/\.[ch]\$//" | sort -u
}
mapfile -t rooms < <(sed -n 's/^\([a-z]\{1,\}\).*/\1/p' lib/rooms)
check 'there are rooms' test "${#rooms[@]}" -gt 5
for room in "${rooms[@]}"; do
    check "docs/architecture.md has the files of $room" is "$(room_table "$room" | sort)" "$(room_files "$room")"
done

# Options of the programs.
for program in "${handlers[@]}" operator; do
    "$build/$program" --help | sed -n 's/^  \(--[a-z-]*\).*/\1/p' | sort >"$work/$program.options"
    sed -n 's/^\.It Fl -\([a-z-]*\).*/--\1/p' "docs/man/$program.1" | sort >"$work/$program.manual"
    check "the manual page of $program has its options" is "$(cat "$work/$program.manual")" "$(cat "$work/$program.options")"
    # shellcheck disable=SC2016 # a backquote
    grep -ohE "\b$program --[a-z-]+" "${documents[@]}" | sed 's/.* //' | sort -u >"$work/$program.named"
    check 'and so has what the documents name' is "$(comm -23 "$work/$program.named" "$work/$program.options")" ''
done

# Commands of callmem.
"$build/callmem" help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' | sort >"$work/commands"
sed -n 's/^\.It Cm \([a-z]*\).*/\1/p' docs/man/callmem.8 | sort >"$work/commands.manual"
check 'callmem has commands' test "$(wc -l <"$work/commands")" -gt 10
check 'its manual page has them' is "$(cat "$work/commands.manual")" "$(cat "$work/commands")"
# shellcheck disable=SC2016 # a backquote
grep -ohE '(^ +|`)(build/)?callmem [a-z]+' "${documents[@]}" | sed 's/.* //' | sort -u >"$work/commands.named"
check 'and so has what the documents name' is "$(comm -23 "$work/commands.named" "$work/commands")" ''

targets() {
    sed -n 's/^\.PHONY: *//p' Makefile | tr ' ' '\n' | sort
}
# shellcheck disable=SC2016 # backquotes
check 'make has the targets' is \
    "$(grep -ohE '(^ +|`)make [a-z]+' "${documents[@]}" | sed 's/.* //' | sort -u | comm -23 - <(targets))" ''

# Settings: the table's, some with a file in their place.
program post-call --check-config | sed -n 's/^\([A-Z_]*\)=.*/\1/p' | sort -u >"$work/settings"
check 'there are settings' test "$(wc -l <"$work/settings")" -gt 30
unknown_settings() {
    # CALLMEM_LISTN is the example of one that is mistyped.
    grep -ohP '\b(CALLMEM|ELEVENLABS|OPENMEMORY)_[A-Z_]*[A-Z](?![A-Z_])' "${documents[@]}" docs/man/*.1 docs/openapi.yaml |
        grep -vE '^CALLMEM_(ENV_FILE|LISTN|VARIABLE.*)$' |
        sed -E 's/(_SECRET|_KEY|_DATABASE_URL|_PROMPT|_KEYWORDS|_NEW|_RETURNING)_FILE$/\1/' | sort -u | comm -23 - "$work/settings"
}
check 'settings that are named are there' is "$(unknown_settings)" ''
unnamed_settings() {
    while read -r name; do
        { grep -qF "$name" docs/man/callmem.env.5 && grep -qF "$name" docs/configuration.md; } || say "$name"
    done <"$work/settings"
}
check 'and each is told' is "$(unnamed_settings)" ''

undocumented_errors() {
    sed -n 's/^    \[ERROR_[A-Z_]*\] = {"\([a-z_]*\)", [45].*/\1/p' lib/base/error.c | grep -v '^settings$' |
        while read -r code; do
            # shellcheck disable=SC2016 # backquotes
            grep -qF '`'"$code"'`' docs/http.md || say "$code"
        done
}
check 'docs/http.md has every error' is "$(undocumented_errors)" ''

alerts() { # what a line with one has before it
    grep -ohE "$1Callmem[A-Za-z]+" "$2" | grep -oE 'Callmem[A-Za-z]+' | sort -u
}
# shellcheck disable=SC2016 # backquotes
check 'docs/monitoring.md has every alert' is "$(alerts '^\| `' docs/monitoring.md)" \
    "$(alerts 'alert: ' docs/prometheus/alerts.yml)"
# Each threat has a test that is there.
# shellcheck disable=SC2016 # backquotes
threats=$(sed -n '/^## Threats/,/^## [A-SU-Z]/s/^| .* | \([^|]*\) |$/\1/p' docs/security.md | grep -o '`[^`]*`' | tr -d '`' | sort -u)
tests_are_there() {
    local name absent=''
    for name in $threats; do
        case $name in
        t[0-9]*) compgen -G "tests/e2e/$name-*.t" >/dev/null ;;
        test_*) [ -e "tests/unit/$name.c" ] ;;
        machine/*) [ -e "tests/$name.t" ] ;;
        *) false ;;
        esac || absent="$absent $name"
    done
    is "$absent" ''
}
check 'docs/security.md names tests' test "$(wc -w <<<"$threats")" -gt 20
check 'which are all there' tests_are_there
check 'only what nothing can be tested of has none' is \
    "$(sed -n '/^## Threats/,/^## [A-SU-Z]/p' docs/security.md | grep -c '^| .* | |$')" 3

finish
