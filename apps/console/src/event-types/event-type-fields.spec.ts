import { describe, expect, it } from 'vitest';
import { FieldMistake } from '../ui/form-errors.js';
import { toEventTypeDocument, toEventTypeFields } from './event-type-fields.js';
import type { EventType } from './event-type.js';

const written = {
  description: 'An order was paid',
  group: 'orders',
  deprecated: false,
  schemas: { '1': { properties: { end: { const: null } } } },
  example: { coupon: null },
  redact: ['/card'],
};
const eventType: EventType = { ...written, name: 'order.paid', version: 3, updatedAt: '2026-01-01T00:00:00Z' };
const fields = toEventTypeFields(eventType);

describe(toEventTypeDocument, () => {
  it('says the whole of it, nulls within schemas and example included', () => {
    expect(toEventTypeDocument(fields, eventType)).toEqual(written);
  });

  it('keeps what the form has no field for', () => {
    const later: EventType & { owner: string } = { ...eventType, owner: 'payments' };
    expect(toEventTypeDocument({ ...fields, description: 'Paid' }, later)).toEqual({
      ...written,
      description: 'Paid',
      owner: 'payments',
    });
  });

  it('tells an empty example from none', () => {
    const empty = { ...eventType, example: {} };
    expect(toEventTypeDocument(toEventTypeFields(empty), empty)).toMatchObject({ example: {} });
    expect(
      toEventTypeDocument({ ...fields, group: '', schemas: '', example: ' ', redact: [] }, eventType),
    ).toMatchObject({
      group: null,
      schemas: null,
      example: null,
      redact: null,
    });
  });

  it('says which field is not JSON', () => {
    expect(() => toEventTypeDocument({ ...fields, schemas: '{' }, eventType)).toThrow(FieldMistake);
  });
});
