#!/bin/bash
# spawn/sign makes the header that ElevenLabs would send, and shows its secret to nobody.
. "$(dirname "$0")/lib.sh"

new_instance main
: >"$env_path"

head -c 3000 /dev/urandom >"$work/body"
signed() { # SECRET [SIGN ARGUMENTS]
    said=$(within env "ELEVENLABS_POST_CALL_SECRET=$1" ./spawn/sign "${@:2}" "$work/body")
}
as_openssl() { # SECRET
    local time=${said#*t=}
    is "$said" "ElevenLabs-Signature: $(signature "$1" "$work/body" "${time%%,*}")"
}

for secret in a 'wsec_with blanks' 'q"\$;%s#' "$(printf 'k%.0s' {1..64})" "$(printf 'k%.0s' {1..65})" \
    "$(printf 'é%.0s' {1..90})"; do
    signed "$secret"
    check "as openssl does it with a secret of ${#secret} characters" as_openssl "$secret"
done
signed 'first , second'
check 'of several secrets the first counts' as_openssl first
: >"$work/body"
signed secret
check 'an empty body' as_openssl secret

said=$(printf 'body' | tee "$work/body" | within env ELEVENLABS_POST_CALL_SECRET=secret ./spawn/sign -)
check 'standard input' as_openssl secret
said=$(within env ELEVENLABS_SEARCH_DATA_SECRET=other ./spawn/sign --secret-of search-data "$work/body")
check 'the secret of another endpoint' as_openssl other
said=$(cd "$work" && within env ELEVENLABS_POST_CALL_SECRET=secret "$root/spawn/sign" body)
check 'a file relative to where one is' as_openssl secret
check 'the secret itself, when it is asked for' is \
    "$(within env ELEVENLABS_CLIENT_DATA_SECRET=' mine , yours' ./spawn/sign --key client-data)" 'X-Api-Key: mine'
check 'or as what curl reads' is \
    "$(within env 'ELEVENLABS_CLIENT_DATA_SECRET=a"b\c' ./spawn/sign --curl client-data)" 'header = "X-Api-Key: a\"b\\c"'

# No document puts a secret where every user of the machine could read it.
check 'no command of the documents has a secret in its arguments' not grep -nE \
    'curl.*(\$\(.*(--key|cat |--reveal)|(X-Api-Key|xi-api-key|Bearer) *:? *\$)' README.md docs/*.md spawn/up

not_signed() { # MESSAGE ARGUMENT…
    said=$(within ./spawn/sign "${@:2}" 2>&1) && return 1
    like "$said" "$1"
}
check 'no secret' not_signed 'ELEVENLABS_POST_CALL_SECRET' "$work/body"
check 'no such file' not_signed 'nowhere' "$work/nowhere"
check 'no such endpoint' not_signed 'it is client-data, search-data or post-call' --secret-of nothing "$work/body"
check 'nothing to sign' not_signed 'sign'

# Every command that it starts, as anyone with `ps` would see it.
mkdir "$work/bin"
for command in openssl sed od tr cut cat date realpath; do
    # shellcheck disable=SC2016 # for the inner shell
    printf '#!/bin/sh\nprintf "%%s\\n" "$0 $*" >>"%s"\nexec %s "$@"\n' "$work/seen" "$(command -v "$command")" \
        >"$work/bin/$command"
done
chmod 755 "$work"/bin/*
within env "PATH=$work/bin:$PATH" ELEVENLABS_POST_CALL_SECRET=do-not-show ./spawn/sign "$work/body" >/dev/null
check 'the commands were seen' grep -q 'openssl dgst' "$work/seen"
check 'none had the secret in its arguments' not grep -q 'do-not-show' "$work/seen"
finish
