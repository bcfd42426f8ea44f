/* SPDX-License-Identifier: MIT */
/* Who started us as a service and waits to hear how we are: sd_notify(3). */
#pragma once

/* Tell it that state ("READY=1"); nobody may be there. */
void service_tell(const char *state);
