import { resolve } from 'node:path';

/** Where the set-up puts programs that it may not install on the machine (scripts/apt.mjs); all runs begin in the top folder. */
export const OWN_PROGRAMS = resolve('.posthorn', 'programs');
