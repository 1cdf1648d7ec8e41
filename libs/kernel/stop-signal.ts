export interface StopLog {
  info(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/**
 * On the first SIGTERM or SIGINT runs `stop` and ends the process, with 0 when that went well. A second signal, or the
 * end of the time allowed, ends it where it stands (npm passes Ctrl-C on in addition to the terminal: a repetition
 * within half a second is the same one).
 */
export function onStopSignal(stop: () => Promise<void>, withinSeconds: number, log: StopLog): void {
  let stoppingSinceMs: number | null = null;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stoppingSinceMs !== null) {
      if (Date.now() - stoppingSinceMs > 500) process.exit(1);
      return;
    }
    stoppingSinceMs = Date.now();
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error({ seconds: withinSeconds }, 'could not stop in time');
      process.exit(1);
    }, withinSeconds * 1000).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
