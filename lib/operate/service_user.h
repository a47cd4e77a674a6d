/*
 * service_user: callmem as it is installed works as the service does: as the user callmem, so that no file
 * comes to belong to anybody else, and with the settings of the service.
 *
 * The program is installed when it lies in a folder called sbin, where `make install` puts it; in a checkout
 * it lies in the folder of the build, and nothing here does anything.
 */
#ifndef CALLMEM_OPERATE_SERVICE_USER_H
#define CALLMEM_OPERATE_SERVICE_USER_H

#include "base/error.h"

#include <stdbool.h>

bool service_user_is_installed(void);
/* For a program that is installed: CALLMEM_ENV_FILE is /etc/callmem/callmem.env unless the environment has
 * it, and root becomes the user callmem, where there is one, for good and in the folder /. Anybody else stays
 * who they are and gets an error unless they may read the settings file. */
int service_user_enter(struct error *error);
/* The same, but root stays root: for what reads or writes files of root's. */
int service_user_settings(struct error *error);
/* For a program that is installed: an error unless this user may work in the state folder. One that does not
 * exist is no error. */
int service_user_may_use(const char *state_dir, struct error *error);

#endif
