/** What was asked for on the command line cannot be meant; the message says why. */
export class UsageError extends Error {}
