import { describe, expect, it } from 'vitest';
import { configurationReference } from './reference.js';

describe('docs/configuration.md', () => {
  it('lists every variable as the program reads it', async () => {
    await expect(configurationReference()).toMatchFileSnapshot('../../docs/configuration.md');
  });
});
