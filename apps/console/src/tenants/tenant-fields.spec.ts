import { describe, expect, it } from 'vitest';
import { FieldMistake } from '../ui/form-errors.js';
import { toTenantChanges, toTenantFields } from './tenant-fields.js';
import type { Tenant } from './tenant.js';

const blank = toTenantFields(null);
const before = toTenantFields({
  name: 'Copper Kettle',
  uid: 'kettle',
  metadata: { plan: 'gold' },
  settings: { maxEndpoints: 5, allowHttp: true, portal: { name: 'Kettle hooks', color: '#0b7285' } },
} as unknown as Tenant);

describe(toTenantChanges, () => {
  it('sends nothing that was left alone', () => {
    expect(toTenantChanges(before, before)).toEqual({});
  });

  it('makes a tenant with what was given', () => {
    const portal = { ...blank.settings.portal, color: '#123456' };
    expect(
      toTenantChanges({ ...blank, name: 'A', settings: { ...blank.settings, maxEndpoints: 3, portal } }, blank),
    ).toEqual({ name: 'A', settings: { maxEndpoints: 3, portal: { color: '#123456' } } });
  });

  it('does not take what is no number yet for no limit', () => {
    const settings = { ...before.settings, maxEndpoints: '-' };
    const mistake = new FieldMistake('settings.maxEndpoints', 'is not a number');
    expect(() => toTenantChanges({ ...before, settings }, before)).toThrow(mistake);
  });

  it('clears what was emptied, each setting for itself', () => {
    const portal = { ...before.settings.portal, name: '' };
    const settings = { ...before.settings, maxEndpoints: '', allowHttp: false, portal };
    expect(toTenantChanges({ ...before, uid: '', metadata: '', settings }, before)).toEqual({
      uid: null,
      metadata: { plan: null },
      settings: { maxEndpoints: null, allowHttp: null, portal: { name: null } },
    });
  });
});
