export { type Clock, DatabaseClock, FixedClock } from './clock.js';
export { ERROR_CODES, type ErrorCode, type FieldError, PosthornError } from './errors.js';
export { GroupCommit, type GroupCommitOptions } from './group-commit.js';
export * from './ids.js';
export { KeyRing } from './key-ring.js';
export { onStopSignal, type StopLog } from './stop-signal.js';
export { POSTHORN_VERSION } from './version.js';
export { reasonOf } from './reason-of.js';
export { zip } from './zip.js';
