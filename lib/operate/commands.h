/*
 * commands: the functions behind the table of cgi/callmem.c, which says what each does. Their operands and
 * options are checked before they are called. They print their results on standard output and what went wrong
 * on standard error, and return the exit status.
 */
#ifndef CALLMEM_OPERATE_COMMANDS_H
#define CALLMEM_OPERATE_COMMANDS_H

#include "operate/command.h"

/* list.c, show.c, correct.c, export.c, forget.c, requests.c, import.c, search.c, answer.c, link.c */
int list_command(struct instance *instance, const struct args *args);
int show_command(struct instance *instance, const struct args *args);
int correct_command(struct instance *instance, const struct args *args);
int drop_command(struct instance *instance, const struct args *args);
int note_command(struct instance *instance, const struct args *args);
int split_command(struct instance *instance, const struct args *args);
int export_command(struct instance *instance, const struct args *args);
int forget_command(struct instance *instance, const struct args *args);
int requests_command(struct instance *instance, const struct args *args);
int import_command(struct instance *instance, const struct args *args);
int search_command(struct instance *instance, const struct args *args);
int answer_command(struct instance *instance, const struct args *args);
int link_command(struct instance *instance, const struct args *args);
int unlink_command(struct instance *instance, const struct args *args);
/* inbox.c */
int status_command(struct instance *instance, const struct args *args);
int drain_command(struct instance *instance, const struct args *args);
int retry_command(struct instance *instance, const struct args *args);
/* backfill.c, migrate.c, orphans.c, reread.c, expiry.c */
int backfill_command(struct instance *instance, const struct args *args);
int evaluate_command(struct instance *instance, const struct args *args);
int migrate_command(struct instance *instance, const struct args *args);
int orphans_command(struct instance *instance, const struct args *args);
int reread_command(struct instance *instance, const struct args *args);
int expire_command(struct instance *instance, const struct args *args);
/* backup.c */
int backup_command(struct instance *instance, const struct args *args);
int restore_command(struct instance *instance, const struct args *args);
/* check.c, monitor.c */
int check_command(struct instance *instance, const struct args *args);
int setting_command(struct instance *instance, const struct args *args);
int metrics_command(struct instance *instance, const struct args *args);
/* help.c, print.c */
int help_command(struct instance *instance, const struct args *args);
int print_command(struct instance *instance, const struct args *args);

#endif
