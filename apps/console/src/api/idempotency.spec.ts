import { describe, expect, it } from 'vitest';
import { OnceSender } from './idempotency.js';
import { ApiAway, ApiProblem } from './problem.js';

const refused = (status: number, code = 'invalid') => new ApiProblem({ status, code, title: 'No', detail: 'No.' });

/** The keys under which values were sent one after another, each answered with the error beside it. */
async function keysOf(...sent: readonly (readonly [values: object, error: Error | null])[]): Promise<string[]> {
  const sender = new OnceSender();
  const keys: string[] = [];
  for (const [values, error] of sent) {
    const sending = sender.send(values, async (key) => {
      keys.push(key);
      if (error !== null) throw error;
      return key;
    });
    const caught = await sending.then(
      () => null,
      (failure: unknown) => failure,
    );
    expect(caught).toBe(error);
  }
  return keys;
}

describe(OnceSender, () => {
  it.each([
    ['the API was away', new ApiAway()],
    ['it failed', refused(500)],
    ['the first is under way still', refused(409, 'idempotency_in_progress')],
  ])('sends the same again under the same key when %s', async (_, error) => {
    const [first, second] = await keysOf([{ rate: 1 }, error], [{ rate: 1 }, null]);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(second).toBe(first);
  });

  it.each([
    ['other values', { rate: 2 }, new ApiAway()],
    ['what was refused', { rate: 1 }, refused(422)],
    ['what was done', { rate: 1 }, null],
  ])('takes another key for %s', async (_, values, error) => {
    const [first, second] = await keysOf([{ rate: 1 }, error], [values, null]);
    expect(second).not.toBe(first);
  });
});
