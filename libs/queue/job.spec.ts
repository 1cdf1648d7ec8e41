import { describe, expect, it } from 'vitest';
import { fromJsonbSafe, toJsonbSafe } from './job.js';

describe('toJsonbSafe', () => {
  it('leaves nothing in its JSON that PostgreSQL would refuse', () => {
    const written = JSON.stringify(toJsonbSafe({ nul: '\0', high: '\ud800', low: '\udc00', text: '{"a":"\\u0000"}' }));

    // jsonb refuses these escapes unless their backslash is itself escaped.
    expect(written).not.toMatch(/(?<!\\)(\\\\)*\\u(0000|d[89a-f])/i);
  });

  it('gives back exactly what went in', () => {
    const payload = { b: 1, a: ['\0', '\ud800', '"', '\\u0000', '12345678901234567890'], nested: { ü: null } };

    expect(fromJsonbSafe(toJsonbSafe(payload))).toEqual(payload);
    expect(Object.keys(fromJsonbSafe(toJsonbSafe(payload)))).toEqual(['b', 'a', 'nested']);
  });
});
