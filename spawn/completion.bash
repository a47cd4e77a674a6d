# shellcheck shell=bash
# Completion of callmem for bash, made by env/generate from the table in cgi/callmem.c.

_callmem() {
    local word=${COMP_WORDS[COMP_CWORD]} words='' options='' files=''
    case "${COMP_WORDS[1]} ${COMP_WORDS[COMP_CWORD - 1]}" in
    'list --since') words='' ;;
    'list --name') words='' ;;
    'list --limit') words='' ;;
    'correct --by') words='' ;;
    'drop --by') words='' ;;
    'note --until') words='' ;;
    'note --of') words='' ;;
    'note --by') words='' ;;
    'split --calls') words='' ;;
    'split --by') words='' ;;
    'export --name') words='' ;;
    'requests --approve') words='' ;;
    'requests --dismiss') words='' ;;
    'search --agent') words='' ;;
    'answer --batch') words='' files=yes ;;
    'answer --agent') words='' ;;
    'link --name') words='' ;;
    'link --by') words='' ;;
    'backfill --since') words='' ;;
    'backfill --agent') words='' ;;
    'migrate --from') words='local postgres openmemory remote' ;;
    'migrate --to') words='local postgres openmemory remote' ;;
    'orphans --move') words='' ;;
    'orphans --forget') words='' ;;
    'reread --since') words='' ;;
    'evaluate --count') words='' ;;
    'evaluate --since') words='' ;;
    'evaluate --seed') words='' ;;
    'setting --for') words='client-data search-data post-call operator' ;;
    'list '*) options='--since --name --limit --json --help' ;;
    'show '*) options='--evidence --json --help' ;;
    'correct '*) options='--by --dry-run --json --help' ;;
    'drop '*) options='--undo --by --dry-run --json --help' ;;
    'note '*) options='--until --of --by --dry-run --json --help' ;;
    'split '*) options='--calls --by --dry-run --json --help' ;;
    'export '*) options='--for-caller --name --help' ;;
    'import '*) options='--json --help' files=yes ;;
    'forget '*) options='--at-elevenlabs --dry-run --yes --json --help' ;;
    'requests '*) options='--approve --dismiss --json --help' ;;
    'search '*) options='--agent --verified --help' ;;
    'answer '*) options='--batch --agent --help' ;;
    'link '*) options='--name --by --dry-run --json --help' ;;
    'unlink '*) options='--dry-run --json --help' ;;
    'status '*) options='--json --help' ;;
    'drain '*) options='--json --help' ;;
    'retry '*) options='--json --help' ;;
    'backfill '*) options='--since --agent --json --help' ;;
    'migrate '*) options='--from --to --json --help' ;;
    'orphans '*) options='--move --forget --json --help' ;;
    'reread '*) options='--since --dry-run --redact --json --help' ;;
    'evaluate '*) options='--count --since --seed --json --help' ;;
    'expire '*) options='--dry-run --json --help' ;;
    'backup '*) options='--json --help' files=yes ;;
    'restore '*) options='--help' files=yes ;;
    'check '*) options='--quiet --json --help' ;;
    'setting '*) options='--reveal --for --help' words='CALLMEM_ENV CALLMEM_STATE_DIR CALLMEM_LISTEN CALLMEM_WORKERS CALLMEM_THREADS ELEVENLABS_CLIENT_DATA_SECRET ELEVENLABS_SEARCH_DATA_SECRET ELEVENLABS_POST_CALL_SECRET ELEVENLABS_CLIENT_DATA_AUTH ELEVENLABS_SEARCH_DATA_AUTH ELEVENLABS_POST_CALL_AUTH ELEVENLABS_SIGNATURE_TOLERANCE ELEVENLABS_API_KEY ELEVENLABS_API_URL OPENMEMORY_MODE OPENMEMORY_PATH OPENMEMORY_URL OPENMEMORY_API_KEY OPENMEMORY_CA_FILE OPENMEMORY_DECAY_LAMBDA OPENMEMORY_DECAY_LAMBDA_EPISODIC OPENMEMORY_DECAY_LAMBDA_SEMANTIC OPENMEMORY_DECAY_LAMBDA_PROCEDURAL OPENMEMORY_DECAY_LAMBDA_EMOTIONAL OPENMEMORY_DECAY_LAMBDA_REFLECTIVE OPENMEMORY_TIMEOUT_MS CALLMEM_DATABASE_URL CALLMEM_INBOX_FALLBACK CALLMEM_SCOPE CALLMEM_COUNTRY CALLMEM_TIMEZONE CALLMEM_TRUST_USER_ID CALLMEM_CORS_ORIGINS CALLMEM_LOG_LEVEL CALLMEM_LOG_FILE CALLMEM_PAYLOAD_LOG_CLIENT_DATA CALLMEM_PAYLOAD_LOG_SEARCH_DATA CALLMEM_PAYLOAD_LOG_POST_CALL CALLMEM_FIRST_MESSAGE_RETURNING CALLMEM_FIRST_MESSAGE_NEW CALLMEM_PROMPT CALLMEM_LANGUAGE CALLMEM_KEYWORDS CALLMEM_VOICE_ID CALLMEM_CONTEXT_CHARS CALLMEM_CONTEXT_ITEMS CALLMEM_AUDIO_DIR CALLMEM_MAX_BODY_MB CALLMEM_LEXICON_DIR CALLMEM_RETENTION_DAYS CALLMEM_RETENTION_DAYS_RECORDINGS CALLMEM_RETENTION_DAYS_TURNS CALLMEM_RETENTION_DAYS_FACTS CALLMEM_RETENTION_DAYS_REQUESTS CALLMEM_FORGET_ON_REQUEST CALLMEM_FORGET_AFTER_DAYS CALLMEM_GREET CALLMEM_PRIVATE CALLMEM_SHARED_LINES CALLMEM_REDACT CALLMEM_LLM_URL CALLMEM_LLM_KEY CALLMEM_LLM_MODEL CALLMEM_LLM_TIMEOUT_MS CALLMEM_OPERATOR_SECRET CALLMEM_OPERATOR_ALLOW' ;;
    'metrics '*) options='--help' ;;
    'help '*) options='--help' words='list show correct drop note split export import forget requests search answer link unlink status drain retry backfill migrate orphans reread evaluate expire backup restore check setting metrics help' ;;
    esac
    if ((COMP_CWORD == 1)); then
        files='' options='--help --version' words='list show correct drop note split export import forget requests search answer link unlink status drain retry backfill migrate orphans reread evaluate expire backup restore check setting metrics help'
    fi
    [[ $word != -* ]] || words=$options files=''
    mapfile -t COMPREPLY < <(compgen ${files:+-f} -W "$words" -- "$word")
    [ -z "$files" ] || compopt -o filenames
}
complete -F _callmem callmem
