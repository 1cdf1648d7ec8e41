import { describe, expect, it } from 'vitest';
import { readPage, toPage } from './pagination.js';

const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `id-${index}` }));

describe('readPage', () => {
  it('shows 50 newest first unless asked otherwise, and asks for one more', () => {
    expect(readPage({}, 'x')).toMatchObject({ size: 50, limit: 51, order: 'desc', after: null, sinceMs: null });
  });

  it('goes on where a cursor of the same list, filters and order left off', () => {
    const query = { limit: 2, order: 'asc' as const, since: new Date(1000), status: 'enabled' };
    const { nextCursor } = toPage(readPage(query, 'x'), rows(3), ({ id }) => id, String);
    expect(readPage({ ...query, limit: 9, cursor: nextCursor! }, 'x').after).toBe('id-1');
  });

  it.each([
    ['another list', 'y', {}],
    ['another filter', 'x', { status: 'paused' }],
    ['no filter', 'x', { status: undefined }],
    ['another order', 'x', { order: 'desc' as const }],
    ['another since', 'x', { since: new Date(2000) }],
  ])('refuses a cursor with %s', (_, list, change) => {
    const query = { limit: 2, order: 'asc' as const, since: new Date(1000), status: 'enabled' };
    const { nextCursor } = toPage(readPage(query, 'x'), rows(3), ({ id }) => id, String);
    expect(() => readPage({ ...query, ...change, cursor: nextCursor! }, list)).toThrow(/belongs to other filters/);
  });

  it.each(['', 'x', '!!', Buffer.from('a.b').toString('base64url')])('refuses the cursor "%s"', (cursor) => {
    expect(() => readPage({ cursor }, 'x')).toThrow(/not one of ours/);
  });
});

describe('toPage', () => {
  it('ends with null, and only there', () => {
    const page = readPage({ limit: 2 }, 'x');
    expect(toPage(page, rows(2), ({ id }) => id, String).nextCursor).toBeNull();
    expect(
      toPage(
        page,
        rows(3),
        ({ id }) => id,
        ({ id }) => id,
      ),
    ).toMatchObject({ data: ['id-0', 'id-1'] });
    expect(toPage(page, [], String, String)).toEqual({ data: [], nextCursor: null });
  });
});
