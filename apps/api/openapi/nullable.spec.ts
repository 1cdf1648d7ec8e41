import { describe, expect, it } from 'vitest';
import { to31 } from './nullable.js';

describe('to31', () => {
  it.each([
    [{ type: 'string', nullable: true }, { type: ['string', 'null'] }],
    [{ type: 'string', nullable: false }, { type: 'string' }],
    [
      { type: 'string', enum: ['a'], nullable: true },
      { type: ['string', 'null'], enum: ['a', null] },
    ],
    [
      { nullable: true, allOf: [{ $ref: '#/x' }], description: 'd' },
      { anyOf: [{ $ref: '#/x' }, { type: 'null' }], description: 'd' },
    ],
    [{ properties: { nullable: { type: 'boolean' } } }, { properties: { nullable: { type: 'boolean' } } }],
    [{ items: [{ type: 'integer', nullable: true }] }, { items: [{ type: ['integer', 'null'] }] }],
  ])('turns %j into %j', (before, after) => {
    expect(to31<unknown>(before)).toEqual(after);
  });
});
