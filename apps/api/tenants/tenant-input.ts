import type { TenantInput, TenantRow } from '#tenants';
import { mergeObject, patched } from '../http/merge-patch.js';
import { refusal } from '../http/validation.pipe.js';
import { type CreateTenantDto, MAX_METADATA_BYTES, type PatchTenantDto, type PutTenantDto } from './tenant.dto.js';

/** A whole tenant as given; what is not given, or null, is empty. */
export function toTenantInput(dto: CreateTenantDto | PutTenantDto, uid: string | null = null): TenantInput {
  return {
    uid,
    name: dto.name,
    metadata: dto.metadata ?? {},
    settings: mergeObject({}, dto.settings),
  };
}

/** The tenant that a merge patch makes of the one there is. */
export function patchTenant(current: TenantRow, patch: PatchTenantDto): TenantInput {
  const metadata = mergeObject(current.metadata, patch.metadata);
  if (Buffer.byteLength(JSON.stringify(metadata)) > MAX_METADATA_BYTES) {
    const message = `must take at most ${MAX_METADATA_BYTES} bytes as JSON once it is merged`;
    throw refusal([{ pointer: '/metadata', code: 'too_long', message }]);
  }
  return {
    uid: patched(current.uid, patch.uid),
    name: patched(current.name, patch.name),
    metadata,
    settings: mergeObject({ ...current.settings }, patch.settings),
  };
}
