/**
 * Loaded before a program (`NODE_OPTIONS=--import`): its wall clock is off by `CLOCK_SKEW_MS`, as on a host that has lost
 * its time service. The monotonic clock and the timers are as they are.
 */
const skewMs = Number(process.env.CLOCK_SKEW_MS);
const TrueDate = Date;

const now = (): number => TrueDate.now() + skewMs;

globalThis.Date = new Proxy(TrueDate, {
  construct: (target, args: unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
  apply: () => new TrueDate(now()).toString(),
  get: (target, key, receiver) => (key === 'now' ? now : (Reflect.get(target, key, receiver) as unknown)),
});
