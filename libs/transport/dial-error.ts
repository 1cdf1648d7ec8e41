import type { AttemptErrorCode } from './send-result.js';

/** No connection came about; `errorCode` says in which phase it ended. */
export class DialError extends Error {
  override readonly name: string = 'DialError';

  constructor(
    readonly errorCode: AttemptErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The guard refused the address, the host name, or the other end of the socket. */
export class BlockedAddressError extends DialError {
  override readonly name = 'BlockedAddressError';

  constructor(reason: string) {
    super('blocked_address', `No request was sent: ${reason}.`);
  }
}
