import { ApiProblem } from './problem.js';

/** The request with the same key is under way still: what comes of it is not known yet. */
const UNDER_WAY = 'idempotency_in_progress';

/**
 * Sends something as often as somebody presses, and has it done once: as long as nobody knows whether the API has taken it,
 * the same values go with the same `Idempotency-Key`. Other values, and those that were answered, get a key of their own.
 */
export class OnceSender {
  private open: { readonly values: string; readonly key: string } | null = null;

  async send<T>(values: unknown, send: (key: string) => Promise<T>): Promise<T> {
    const text = JSON.stringify(values);
    if (this.open?.values !== text) this.open = { values: text, key: randomKey() };
    try {
      const result = await send(this.open.key);
      this.open = null;
      return result;
    } catch (error) {
      if (isRefusal(error)) this.open = null;
      throw error;
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof ApiProblem && error.status < 500 && error.code !== UNDER_WAY;
}

/** `crypto.randomUUID` is not there on a page served over plain HTTP from another machine. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
