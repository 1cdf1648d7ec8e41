import { describe, expect, it } from 'vitest';
import { fieldOf, splitByField } from './problem.js';

const problem = { status: 422, code: 'validation_failed', title: 'Invalid', detail: 'The request is not valid.' };

describe(splitByField, () => {
  it('puts each message at its field, with what is below it', () => {
    const errors = [
      { pointer: '/url', code: 'invalid', message: 'must be a URL' },
      { pointer: '/rateLimit/limit', code: 'too_small', message: 'must be at least 1' },
    ];
    expect(splitByField({ ...problem, errors }, ['url', 'rateLimit'])).toEqual({
      atFields: { url: 'must be a URL', rateLimit: '/limit must be at least 1' },
      others: [],
    });
  });

  it('tells what no field of the form takes, with the name of its field', () => {
    const errors = [{ pointer: '/colour', code: 'unknown_field', message: 'is not known' }];
    expect(splitByField({ ...problem, errors }, ['url'])).toEqual({ atFields: {}, others: ['colour is not known'] });
  });

  it('tells the detail when there are no fields', () => {
    expect(splitByField(problem, ['url']).others).toEqual(['The request is not valid.']);
  });
});

describe(fieldOf, () => {
  it('reads pointers into bodies and queries', () => {
    expect([fieldOf('/retrySchedule/3'), fieldOf('?tenant'), fieldOf('/a~1b'), fieldOf('')]).toEqual([
      'retrySchedule',
      'tenant',
      'a/b',
      '',
    ]);
  });
});
