import { describe, expect, it } from 'vitest';
import { isEventType, OPERATIONAL_PREFIX } from '#policy';
import { OPERATIONAL_EVENTS } from './operational-event.js';
import { operationalEventReference } from './operational-event-reference.js';

describe('docs/operational-events.md', () => {
  it('lists every type and field as the program knows it', async () => {
    await expect(operationalEventReference()).toMatchFileSnapshot('../../docs/operational-events.md');
  });
});

describe('the types of operational events', () => {
  it.each(Object.keys(OPERATIONAL_EVENTS))('%s is an event type of the platform', (type) => {
    expect(isEventType(type)).toBe(true);
    expect(type.startsWith(OPERATIONAL_PREFIX)).toBe(true);
  });
});
