import { Alert, NumberInput, Select, TagsInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '../api/client.js';
import { useApiForm } from '../ui/api-form.js';
import { FormDialog } from '../ui/form-dialog.js';
import { type NumberField, readNumber } from '../ui/form-errors.js';
import { HandOverDialog } from '../ui/hand-over-dialog.js';
import { type ApiKey, ROLES } from './api-key.js';

interface NewApiKey extends ApiKey {
  readonly key: string;
}

interface ApiKeyFields extends Record<string, unknown> {
  name: string;
  role: string;
  tenant: string;
  eventTypes: string[];
  tenants: string[];
  requestsPerSecond: NumberField;
  expiresAt: string;
}

const BLANK: ApiKeyFields = {
  name: '',
  role: 'support',
  tenant: '',
  eventTypes: [],
  tenants: [],
  requestsPerSecond: '',
  expiresAt: '',
};

/** Makes a key, and shows it once. */
export function ApiKeyForm({ close }: { close: () => void }) {
  const [made, setMade] = useState<NewApiKey | null>(null);
  const { form, sending } = useApiForm<ApiKeyFields, NewApiKey>({
    initialValues: BLANK,
    send: async (values, once) => api.post<NewApiKey>('/v1/api-keys', toBody(values), once),
    after: setMade,
  });
  if (made !== null) {
    return (
      <HandOverDialog title={made.name} what="the key" value={made.key} close={close}>
        <Alert color="yellow">It is shown now and never again.</Alert>
      </HandOverDialog>
    );
  }
  const { role } = form.getValues();
  return (
    <FormDialog title="New key" verb="Make key" {...sending} close={close} size="md">
      <TextInput label="Name" placeholder="who uses it" required data-autofocus {...form.getInputProps('name')} />
      <Select label="Role" data={ROLES} allowDeselect={false} {...form.getInputProps('role')} />
      {role === 'tenant' && (
        <TextInput label="Tenant" placeholder="id or uid" required {...form.getInputProps('tenant')} />
      )}
      {role === 'publisher' && (
        <>
          <TagsInput
            label="Event types"
            description="payment.succeeded or payment.*; none means all"
            {...form.getInputProps('eventTypes')}
          />
          <TagsInput label="For tenants" description="Ids or uids; none means all" {...form.getInputProps('tenants')} />
        </>
      )}
      <NumberInput
        label="Requests a second at most"
        placeholder="as the platform says"
        min={1}
        {...form.getInputProps('requestsPerSecond')}
      />
      <TextInput type="datetime-local" label="Ends (optional)" {...form.getInputProps('expiresAt')} />
    </FormDialog>
  );
}

/** What belongs to another role is not sent, even if it was typed before the role was changed. */
function toBody({ name, role, tenant, eventTypes, tenants, requestsPerSecond, expiresAt }: ApiKeyFields): object {
  return {
    name,
    role,
    ...(role === 'tenant' ? { tenant: tenant.trim() } : {}),
    ...(role === 'publisher' && eventTypes.length > 0 ? { eventTypes } : {}),
    ...(role === 'publisher' && tenants.length > 0 ? { tenants } : {}),
    requestsPerSecond: readNumber('requestsPerSecond', requestsPerSecond),
    ...(expiresAt === '' ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
  };
}
