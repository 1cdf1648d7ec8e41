import { describe, expect, it } from 'vitest';
import { errorReference } from './error-reference.js';

describe('docs/errors.md', () => {
  it('lists every code as the program knows it', async () => {
    await expect(errorReference()).toMatchFileSnapshot('../../docs/errors.md');
  });
});
