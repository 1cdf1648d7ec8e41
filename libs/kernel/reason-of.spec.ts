import { describe, expect, it } from 'vitest';
import { reasonOf } from './reason-of.js';

describe('reasonOf', () => {
  it.each([
    [new Error('what it is'), 'what it is'],
    [
      new AggregateError([new Error('connect ECONNREFUSED ::1:5432'), new Error('other')]),
      'connect ECONNREFUSED ::1:5432',
    ],
    [Object.assign(new Error(), { code: 'ECONNRESET' }), 'ECONNRESET'],
    [new TypeError(), 'TypeError'],
    ['text', 'text'],
  ])('%s is told as "%s"', (error, text) => {
    expect(reasonOf(error)).toBe(text);
  });
});
