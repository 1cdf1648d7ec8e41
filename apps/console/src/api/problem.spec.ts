import { describe, expect, it } from 'vitest';
import { partsOf, splitByField } from './problem.js';

const problem = { status: 422, code: 'validation_failed', title: 'Invalid', detail: 'The request is not valid.' };
const among = (...fields: string[]) => fields.includes.bind(fields);

describe(splitByField, () => {
  it('puts each message at its field, with what is below it', () => {
    const errors = [
      { pointer: '/url', code: 'invalid', message: 'must be a URL' },
      { pointer: '/filter/data.amount/$above', code: 'invalid', message: 'is not an operator' },
    ];
    expect(splitByField({ ...problem, errors }, among('url', 'filter'))).toEqual({
      atFields: { url: 'must be a URL', filter: 'data.amount/$above is not an operator' },
      others: [],
    });
  });

  it('finds the deepest field on the way', () => {
    const errors = [
      { pointer: '/signing/1/header', code: 'required', message: 'is required' },
      { pointer: '/signing', code: 'invalid', message: 'must name a scheme' },
    ];
    expect(splitByField({ ...problem, errors }, among('signing', 'signing.1', 'signing.1.header')).atFields).toEqual({
      'signing.1.header': 'is required',
      signing: 'must name a scheme',
    });
  });

  it('takes fields by other names', () => {
    const errors = [{ pointer: '/graceSeconds', code: 'too_big', message: 'is too long' }];
    expect(splitByField({ ...problem, errors }, among('graceHours'), () => ['graceHours']).atFields).toEqual({
      graceHours: 'is too long',
    });
  });

  it('tells what no field of the form takes, with the name of its field', () => {
    const errors = [{ pointer: '/colour', code: 'unknown_field', message: 'is not known' }];
    expect(splitByField({ ...problem, errors }, among('url'))).toEqual({
      atFields: {},
      others: ['colour is not known'],
    });
  });

  it('tells the detail when there are no fields', () => {
    expect(splitByField(problem, among('url')).others).toEqual(['The request is not valid.']);
  });
});

describe(partsOf, () => {
  it('reads pointers into bodies and queries', () => {
    expect([partsOf('/retrySchedule/3'), partsOf('?tenant'), partsOf('/a~1b'), partsOf('')]).toEqual([
      ['retrySchedule', '3'],
      ['tenant'],
      ['a/b'],
      [''],
    ]);
  });
});
