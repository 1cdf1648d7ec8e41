import { describe, expect, it } from 'vitest';
import { newestVersion, SchemaVersions } from './schema-versions.js';

describe(newestVersion.name, () => {
  it.each<[string[], string | null]>([
    [[], null],
    [['1'], '1'],
    [['9', '10', '2'], '10'],
    [['1.9', '1.10', '1.2.5'], '1.10'],
    [['v2', 'v10', 'v2-beta'], 'v10'],
    [['2026-01-31', '2026-11-02'], '2026-11-02'],
    [['1', '1.0'], '1.0'],
    [['a', 'b'], 'b'],
  ])('of %j is %j', (versions, newest) => {
    expect(newestVersion(versions)).toBe(newest);
    expect(newestVersion([...versions].reverse())).toBe(newest);
  });
});

describe(SchemaVersions.name, () => {
  const versions = new SchemaVersions({ '9': { type: 'string' }, '10': { type: 'number' }, bad: { type: 'decimal' } });

  it('holds data against the version that is named', () => {
    expect(versions.check('9', 'x', 3)).toEqual({ kind: 'checked', version: '9', mismatches: [] });
    expect(versions.check('10', 'x', 3)).toMatchObject({ mismatches: [{ pointer: '', code: 'wrong_type' }] });
  });

  it('holds data against the newest one when none is named', () => {
    expect(new SchemaVersions({ '9': false, '10': true }).check(null, 1, 1)).toMatchObject({
      version: '10',
      mismatches: [],
    });
  });

  it.each(['11', 'constructor'])('knows no version %s', (version) => {
    expect(versions.check(version, 1, 1)).toEqual({ kind: 'unknown_version' });
  });

  it('knows nothing to ask when there is no schema at all', () => {
    expect(new SchemaVersions({}).check('1', 1, 1)).toEqual({ kind: 'no_schemas' });
  });

  it('says which version cannot be used', () => {
    expect(versions.check('bad', 1, 1)).toEqual({ kind: 'unusable', version: 'bad' });
  });
});
