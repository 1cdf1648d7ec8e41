import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  decodeUuid,
  encodeUuid,
  hasIdPrefix,
  newUuid,
  parseAttemptId,
  parseTypeId,
  toAttemptId,
  toTypeId,
  uuidFloor,
  uuidTime,
} from './ids.js';

/** Milliseconds later than every id that this process has made, in other files too: ids do not go backwards. */
const later = (): number => uuidTime(newUuid(0)) + 1_000;

describe(newUuid, () => {
  it('makes UUIDs of version 7 that say when they were made', () => {
    const now = later();
    const id = newUuid(now);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidTime(id)).toBe(now);
  });

  it('never goes backwards, whatever the clock does', () => {
    const base = later();
    const ids = Array.from({ length: 20_000 }, (_, index) => newUuid(base - (index % 3)));
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe(encodeUuid, () => {
  it('encodes as the TypeID specification does', () => {
    // https://github.com/jetify-com/typeid, spec/valid.yml
    expect(encodeUuid('00000000-0000-0000-0000-000000000000')).toBe('00000000000000000000000000');
    expect(encodeUuid('00000000-0000-0000-0000-000000000001')).toBe('00000000000000000000000001');
    expect(encodeUuid('00000000-0000-0000-0000-00000000000a')).toBe('0000000000000000000000000a');
    expect(encodeUuid('00000000-0000-0000-0000-000000000020')).toBe('00000000000000000000000010');
    expect(encodeUuid('ffffffff-ffff-ffff-ffff-ffffffffffff')).toBe('7zzzzzzzzzzzzzzzzzzzzzzzzz');
    expect(encodeUuid('01890a5d-ac96-774b-bcce-b302099a8057')).toBe('01h455vb4pex5vsknk084sn02q');
  });

  it('is undone by decoding, and keeps the order', () => {
    const ids = Array.from({ length: 500 }, () => randomUUID());
    expect(ids.map((id) => decodeUuid(encodeUuid(id)))).toEqual(ids);
    expect(ids.map(encodeUuid).toSorted()).toEqual(ids.toSorted().map(encodeUuid));
  });

  it.each([
    ['8zzzzzzzzzzzzzzzzzzzzzzzzz'],
    ['0'],
    [''],
    ['0000000000000000000000000l'],
    ['0000000000000000000000000A'],
  ])('does not decode %s', (text) => {
    expect(decodeUuid(text)).toBeNull();
  });
});

describe('ids outside', () => {
  const id = '01890a5d-ac96-774b-bcce-b302099a8057';

  it('carry what they stand for', () => {
    expect(toTypeId('evt', id)).toBe('evt_01h455vb4pex5vsknk084sn02q');
    expect(parseTypeId('evt', 'evt_01h455vb4pex5vsknk084sn02q')).toBe(id);
    expect(parseTypeId('ep', 'evt_01h455vb4pex5vsknk084sn02q')).toBeNull();
  });

  it('of an attempt are its delivery and its number', () => {
    expect(toAttemptId(id, 12)).toBe('att_01h455vb4pex5vsknk084sn02q_12');
    expect(parseAttemptId('att_01h455vb4pex5vsknk084sn02q_12')).toEqual({ deliveryId: id, number: 12 });
    for (const text of ['att_01h455vb4pex5vsknk084sn02q', 'att_01h455vb4pex5vsknk084sn02q_0', 'att_x_1', 'evt_1']) {
      expect(parseAttemptId(text)).toBeNull();
    }
  });

  it('can be told from what owners make up', () => {
    expect(['ten_1', 'ep_x', 'att_'].map(hasIdPrefix)).toEqual([true, true, true]);
    expect(['tenant', 'ep-1', 'order_1'].map(hasIdPrefix)).toEqual([false, false, false]);
  });
});

describe(uuidFloor, () => {
  it('is below every id of its millisecond and above every earlier one', () => {
    const ms = later();
    const before = newUuid(ms - 1);
    const at = newUuid(ms);
    expect(before < uuidFloor(ms)).toBe(true);
    expect(uuidFloor(ms) < at).toBe(true);
  });
});
