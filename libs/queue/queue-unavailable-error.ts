/**
 * The queue could not take the jobs. No harm is done: the rows they speak of fall due in the database.
 *
 * `mayHaveBeenAdded` is false when nothing was sent: the rows may be given to the pumps at once. It is true when the
 * answer got lost on the way (a time-out, a broken connection): a worker may get the jobs yet, so the rows' lease has to
 * run out first, or they may be sent twice.
 */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
  readonly mayHaveBeenAdded: boolean;

  constructor(reason: string, options: { mayHaveBeenAdded: boolean; cause?: unknown }) {
    super(`The queue is unavailable: ${reason}`, options.cause === undefined ? {} : { cause: options.cause });
    this.mayHaveBeenAdded = options.mayHaveBeenAdded;
  }
}
