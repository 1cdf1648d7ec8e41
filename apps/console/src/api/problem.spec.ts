import { describe, expect, it } from 'vitest';
import { partsOf, splitByField } from './problem.js';

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

  it('puts it at the deepest field that there is', () => {
    const errors = [
      { pointer: '/settings/payloadRetentionDays', code: 'too_large', message: 'must be at most 30' },
      { pointer: '/settings/portal/color', code: 'invalid', message: 'must be a colour' },
    ];
    expect(splitByField({ ...problem, errors }, ['settings/payloadRetentionDays', 'settings/portal'])).toEqual({
      atFields: {
        'settings/payloadRetentionDays': 'must be at most 30',
        'settings/portal': '/color must be a colour',
      },
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

describe(partsOf, () => {
  it('reads pointers into bodies and queries', () => {
    expect([partsOf('/retrySchedule/3'), partsOf('?tenant'), partsOf('/a~1b'), partsOf('')]).toEqual([
      ['retrySchedule', '3'],
      ['tenant'],
      ['a/b'],
      [],
    ]);
  });
});
