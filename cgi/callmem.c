/*
 * callmem: the operator's program. `callmem COMMAND …` does something with the instance that the settings
 * describe, also while it runs; the table below says what there is.
 */
#include "base/log.h"
#include "operate/commands.h"
#include "operate/help.h"
#include "operate/report.h"
#include "operate/screen.h"
#include "operate/service_user.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What can be asked: help, manual page and completion come from here. A new command is one more row. */
static const struct command commands[] = {
    {.group = "Callers",
     .name = "list",
     .operands = "",
     .summary = "lists the callers, the last call first",
     .about =
         "Each with the time of the last call, also of one that did not come about, how many conversations "
         "there were, and who is known on the line. With memory on a server it reads all that is there.",
     .run = list_command,
     .json = true,
     .options =
         {{"since", "DATE", "only those whose last call began then or later", false},
          {"name", "TEXT",
           "only those with this in the name of somebody on the line, in any case and without accents, "
           "or in the number",
           false},
          {"limit", "NUMBER", "lists no more than so many", false}}},
    {.name = "show",
     .operands = "CALLER",
     .summary = "shows what callmem knows about a caller, for a person to read",
     .about =
         "Who is behind the number, what is known of each and from which call and turn, what is open, what "
         "is no longer so, and requests. "
         "A caller is a phone number with its country code, however it is written, or another identifier. "
         "As JSON it is what export prints.",
     .run = show_command,
     .json = true,
     .options = {{"evidence", NULL, "also prints what an LLM said, and what was left out of it and why",
                  false}}},
    {.name = "correct",
     .operands = "ID TEXT...",
     .summary = "says how a statement, a name or a note is right",
     .about =
         "IDs are printed by callmem show; they stay good when calls are understood again. The text stands "
         "above what calls say, survives reread, export, import and migrate, and says who and when. "
         "\"Margaret Whelan, called Peggy\" corrects a name and how the person is greeted; in place of an ID "
         "the number of a line that one person uses names that person.",
     .run = correct_command,
     .json = true,
     .options = {{"by", "NAME", "who says it; without it the user name", false},
                 {"dry-run", NULL, "changes nothing and prints what would change", false}}},
    {.name = "drop",
     .operands = "ID",
     .summary = "hides a statement, a name or a note for good",
     .about =
         "No agent is told it, and no search finds it or the turn that it rests on, also when the call is "
         "understood again or comes again, or the same is said again in the same words. callmem show "
         "still has it.",
     .run = drop_command,
     .json = true,
     .options = {{"undo", NULL, "takes back what was said with correct, drop, note or split", false},
                 {"by", "NAME", "who says it; without it the user name", false},
                 {"dry-run", NULL, "changes nothing and prints what would change", false}}},
    {.name = "note",
     .operands = "CALLER TEXT...",
     .summary = "tells agents something that no call said",
     .about = "It stands before what calls said, and is told from the first call on.",
     .run = note_command,
     .json = true,
     .options = {{"until", "DATE", "the last day on which it is told: 2026-03-27", false},
                 {"of", "NAME", "of this person on the line, or of whom was spoken", false},
                 {"by", "NAME", "who says it; without it the user name", false},
                 {"dry-run", NULL, "changes nothing and prints what would change", false}}},
    {.name = "split",
     .operands = "CALLER NAME...",
     .summary = "makes two people of one whom callmem took them for",
     .about =
         "The person of that name, as callmem show has it, is a person of their own from now on, with what "
         "was said in the calls in which the name was heard. Calls without a name are then nobody's in "
         "particular.",
     .run = split_command,
     .json = true,
     .options = {{"calls", "IDS", "also this person's conversations, with commas between", false},
                 {"by", "NAME", "who says it; without it the user name", false},
                 {"dry-run", NULL, "changes nothing and prints what would change", false}}},
    {.name = "export",
     .operands = "CALLER",
     .summary = "prints all that is kept of a caller, as JSON",
     .about =
         "With --for-caller a text for the person to read instead: what is stored of them and what was said, "
         "without what is of others who use the line.",
     .run = export_command,
     .options = {{"for-caller", NULL, "prints it for the person to read", false},
                 {"name", "NAME", "for this person, where several use the line", false}}},
    {.name = "import",
     .operands = "FILE",
     .summary = "brings back what export printed",
     .about =
         "Memories that are there already are replaced, so it can be repeated. The file - is standard input.",
     .run = import_command,
     .words = WORDS_FILES,
     .json = true,
     .opens = true},
    {.name = "forget",
     .operands = "CALLER",
     .summary = "erases a caller everywhere and prints how much was erased",
     .about =
         "Profile, memories, events in the inbox, lines of payload logs and recordings go, and the calls of "
         "the same person on linked numbers, which are named first. It cannot be undone. Compressed payload "
         "logs are not searched: the command names them and fails. With "
         "--at-elevenlabs the caller's conversations are deleted at ElevenLabs first, after they were "
         "listed and you typed yes: those that are in memory here, and those that ElevenLabs lists for "
         "the caller's user id or number and that are this caller's. If one of them stays there, "
         "nothing is erased here, the exit status is 1, and the command can be run again. It uses "
         "ELEVENLABS_API_URL and ELEVENLABS_API_KEY.",
     .run = forget_command,
     .json = true,
     .options = {{"at-elevenlabs", NULL, "deletes the caller's conversations at ElevenLabs as well", false},
                 {"dry-run", NULL, "says what would go, and changes nothing", false},
                 {"yes", NULL, "with --at-elevenlabs: does not ask", false}}},
    {.name = "requests",
     .operands = "",
     .summary = "lists what callers asked about their data, and carries out what you decide",
     .about =
         "What is open: erase, do_not_call or do_not_record, with the caller and the day. Nothing is erased "
         "before you approve it, unless CALLMEM_FORGET_ON_REQUEST is hide. An approved erase prints what was "
         "erased, as callmem forget does; the others are only marked. A dismissed request stays in callmem "
         "show.",
     .run = requests_command,
     .json = true,
     .options = {{"approve", "ID", "carries out this request", false},
                 {"dismiss", "ID", "marks this request as not meant", false}}},
    {.name = "search",
     .operands = "CALLER QUERY...",
     .summary = "searches a caller's memories as the webhook does, and prints its answer",
     .about = "The words of the query need not be quoted.",
     .run = search_command,
     .options = {{"agent", "ID", "searches calls with this agent alone", false},
                 {"verified", NULL, "also finds what is private (CALLMEM_PRIVATE)", false}}},
    {.name = "answer",
     .operands = "[CALLER]",
     .summary = "prints what client-data would answer, to start outbound calls with",
     .about =
         "It is the conversation_initiation_client_data of ElevenLabs. With a file it is added to each "
         "recipient of a batch: to a CSV file with a column phone_number, as columns for the dynamic "
         "variables and overrides; to the body of ElevenLabs' batch calling API, or to its recipients "
         "alone, as JSON. What the file says itself counts more. Nothing is printed when a line of it is "
         "wrong. Who asked not to be called is named on standard error. The file - is standard input.",
     .run = answer_command,
     .options = {{"batch", "FILE", "adds it to the recipients of this file", false},
                 {"agent", "ID", "answers as to this agent; needed with CALLMEM_SCOPE=agent", false}}},
    {.name = "link",
     .operands = "CALLER CALLER",
     .summary = "makes one person of several numbers",
     .about =
         "A mobile and the house line: agents are told on both what the person said on the other, and "
         "export and forget take it along. Only that person's calls: where several people use a line, "
         "--name says which one, by a name that callmem show has. It survives reread, export, import and "
         "migrate, and says who and when. With memory on an OpenMemory server it is refused.",
     .run = link_command,
     .json = true,
     .options = {{"name", "NAME", "the person; needed where a line has several", false},
                 {"by", "WHO", "who says it; without it the user name", false},
                 {"dry-run", NULL, "changes nothing and prints what would be joined", false}}},
    {.name = "unlink",
     .operands = "CALLER CALLER",
     .summary = "takes back what link said of two numbers",
     .about = "Each number knows its own calls again, and nothing of the other's.",
     .run = unlink_command,
     .json = true,
     .options = {{"dry-run", NULL, "changes nothing", false}}},

    {.group = "The inbox",
     .name = "status",
     .operands = "",
     .summary = "prints how many events wait, failed and were done",
     .about =
         "Also the time of the oldest that waits, the failed ones with their reasons, and what is wrong with "
         "the memory when it does not work.",
     .run = status_command,
     .json = true},
    {.name = "drain",
     .operands = "",
     .summary = "processes the events that wait, now",
     .about = "The exit status is 0 when the inbox is empty afterwards.",
     .run = drain_command,
     .json = true},
    {.name = "retry",
     .operands = "[ID]",
     .summary = "puts failed events back into the inbox",
     .about = "All of them, or the one with this ID, which callmem status shows before its reason. The exit "
              "status is 3 when no failed event has it.",
     .run = retry_command,
     .json = true},

    {.group = "The memory",
     .name = "backfill",
     .operands = "",
     .summary = "fetches the conversations that ElevenLabs has and this instance has not",
     .about =
         "Each is put into the inbox as the event that it would have been: after an outage, or for the time "
         "before callmem. It uses ELEVENLABS_API_URL and ELEVENLABS_API_KEY. Only conversations that are "
         "done "
         "are fetched. It can be interrupted and repeated at any time. The exit status is 0 when everything "
         "is here.",
     .run = backfill_command,
     .json = true,
     .options = {{"since", "DATE",
                  "skips conversations that began before it: 2026-03-02, 2026-03-02T10:04Z or Unix seconds",
                  false},
                 {"agent", "ID", "fetches conversations of this agent alone", false}}},
    {.name = "migrate",
     .operands = "",
     .summary = "brings all memories to another kind of memory",
     .about =
         "local is the SQLite file OPENMEMORY_PATH, postgres the database CALLMEM_DATABASE_URL, openmemory "
         "(or remote) the server OPENMEMORY_URL. It can be run while calls come in, interrupted and "
         "repeated: what is there already is left. Run it once more after the switch, for the calls that "
         "came in meanwhile. Nothing is removed where it was. Between local and postgres it takes along "
         "which calls were erased, and of a conversation that both have, the one that was written later "
         "stays.",
     .run = migrate_command,
     .json = true,
     .options = {{"from", "local|postgres|openmemory|remote",
                  "reads from this memory; without it from local, or to local from the one that is set",
                  false},
                 {"to", "local|postgres|openmemory|remote", "writes to this memory", true}}},
    {.name = "orphans",
     .operands = "",
     .summary = "lists callers whom an earlier version kept under keys that no call has any more",
     .about = "Each with the last call, the number of calls, and what the same text is today: a number, an "
              "identifier, or nobody. Nothing is moved or erased by itself, since it is not certain whose it "
              "is: a "
              "web session could claim any number. With memory on a server it reads all that is there.",
     .run = orphans_command,
     .json = true,
     .options = {{"move", "KEY", "gives what is under this key to the caller that it is today", false},
                 {"forget", "KEY", "erases what is under this key, as callmem forget does", false}}},
    {.name = "reread",
     .operands = "[CALLER]",
     .summary = "understands stored calls again, of one caller or of all",
     .about =
         "After the lexicon was added to, or an LLM was switched on: what no LLM has read is left to it. "
         "What was understood of a call is replaced; what was said in it, what you wrote and what you "
         "decided stays. After an upgrade a running post-call does so by itself, unless the memory is "
         "remote. It can be interrupted and repeated at any time.",
     .run = reread_command,
     .json = true,
     .options = {{"since", "DATE", "reads only calls that began then or later", false},
                 {"dry-run", NULL, "changes nothing and prints what would change", false},
                 {"redact", NULL, "masks secrets (CALLMEM_REDACT) in the stored words as well", false}}},
    {.name = "evaluate",
     .operands = "",
     .summary = "asks you how often what was understood of your calls is right",
     .about = "Draws calls, one of a caller, prints each statement that was understood in them beside the "
              "turn that it "
              "rests on, on standard error, and takes an answer from standard input: y, n, ? or q. In the "
              "end it prints "
              "how many were right, with a 95 % interval (Wilson), for which statements of one call count as "
              "independent.",
     .run = evaluate_command,
     .json = true,
     .options = {{"count", "NUMBER", "how many statements; 20 unless given", false},
                 {"since", "DATE", "only of callers whose last call began then or later", false},
                 {"seed", "NUMBER", "draws the same again", false}}},
    {.name = "expire",
     .operands = "",
     .summary = "forgets conversations that are older than CALLMEM_RETENTION_DAYS, now",
     .about =
         "Also recordings, turns, facts and requests that are older than "
         "CALLMEM_RETENTION_DAYS_RECORDINGS, _TURNS, _FACTS and _REQUESTS, and callers who asked for it, "
         "when CALLMEM_FORGET_ON_REQUEST is hide and their time has come. A running post-call does so "
         "every hour.",
     .run = expire_command,
     .json = true,
     .options = {{"dry-run", NULL, "changes nothing and prints what would go", false}}},

    {.group = "The instance",
     .name = "backup",
     .operands = "DIR",
     .summary = "makes a copy of memory, inbox and ledger in a new folder in DIR, while all runs",
     .about = "The copy is checked, and has its name, callmem-TIME, only when it is complete. Recordings, "
              "settings "
              "and secrets are not in it.",
     .run = backup_command,
     .needs = NEEDS_FILES,
     .words = WORDS_FILES,
     .json = true},
    {.name = "restore",
     .operands = "DIR",
     .summary = "puts such a copy in the place of memory, inbox and ledger; callmem must be stopped",
     .about = "What was there keeps its place under another name, and events that it had are put into the "
              "inbox again.",
     .run = restore_command,
     .needs = NEEDS_FILES,
     .words = WORDS_FILES},
    {.name = "check",
     .operands = "",
     .summary = "checks the settings and prints those in effect, secrets masked",
     .about =
         "Wrong settings are named, all of them, and the exit status is 78. A memory on a server is asked "
         "whether it works; a warning says so if it does not.",
     .run = check_command,
     .needs = NEEDS_USER,
     .json = true,
     .options = {{.name = "quiet", .help = "prints only what is wrong, and warnings"}}},
    {.name = "setting",
     .operands = "NAME",
     .summary = "prints the value of one setting",
     .run = setting_command,
     .needs = NEEDS_USER,
     .words = WORDS_SETTINGS,
     .options = {{"reveal", NULL, "prints it even if it is a secret", false},
                 {"for", "client-data|search-data|post-call|operator",
                  "as that program reads it, for which wrong secrets of others do not count", false}}},
    {.name = "metrics",
     .operands = "",
     .summary = "prints the metrics in the text format of Prometheus, as GET /metrics does",
     .about = "For sites where Prometheus cannot reach the web server: node_exporter reads such a file.",
     .run = metrics_command},
    {.name = "help",
     .operands = "[COMMAND]",
     .summary = "lists the commands, or describes one",
     .run = help_command,
     .needs = NEEDS_NOTHING,
     .words = WORDS_COMMANDS},
    {.name = "print",
     .operands = "DOCUMENT",
     .summary = "prints a part of the checkout that is made from the tables of settings and commands",
     .run = print_command,
     .needs = NEEDS_NOTHING,
     .hidden = true},
    {.name = NULL},
};

/* Brings about what a command needs. Returns the exit status when that is not possible, else EXIT_SUCCESS. */
static int prepare(struct instance *instance, struct args *args)
{
    enum command_needs needs = args->command->needs;
    struct error error = {0};
    int status = EXIT_SUCCESS;
    if (args_open(args, &error) != 0)
        return report_failure(&error);
    if (needs == NEEDS_NOTHING)
        return EXIT_SUCCESS;
    if ((needs == NEEDS_FILES ? service_user_settings : service_user_enter)(&error) != 0)
        return report_failure(&error);
    if (needs == NEEDS_SETTINGS || needs == NEEDS_INSTANCE || needs == NEEDS_FILES)
        status = instance_load(instance, instance->program, NULL, NULL);
    if (status != EXIT_SUCCESS || (needs != NEEDS_INSTANCE && needs != NEEDS_FILES))
        return status;
    if (service_user_may_use(setting_text(instance->settings, CALLMEM_STATE_DIR), &error) != 0 ||
        instance_open(instance, &error) != 0)
        return report_failure(&error);
    instance->memory.upgrades = true;
    return EXIT_SUCCESS;
}

static int run(struct args *args)
{
    struct instance instance = {.program = "callmem"};
    /* Warnings go to standard error, whatever log the settings name. */
    log_open(instance.program, LOG_WARN, NULL, NULL);
    int status = prepare(&instance, args);
    if (args->command->json && !args->json)
        screen_begin();
    if (status == EXIT_SUCCESS)
        status = args->command->run(&instance, args);
    instance_close(&instance);
    if (screen_end() != 0) {
        fprintf(stderr, "callmem: the output could not be written\n");
        return EXIT_FAILURE;
    }
    return status;
}

int main(int argc, char **argv)
{
    umask(077);
    if (argc < 2) {
        help_print_all(commands, stderr);
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--version") == 0)
        return printf("callmem %s\n", CALLMEM_VERSION) > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    struct args args = {.commands = commands, .command = command_find(commands, name)};
    if (!args.command)
        return command_unknown(commands, name);
    if (args_parse(&args, argv + 2) != 0)
        return EXIT_USAGE;
    if (args.help) {
        help_print(args.command, stdout);
        return EXIT_SUCCESS;
    }
    return run(&args);
}
