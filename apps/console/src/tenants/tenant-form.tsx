import { Checkbox, ColorInput, NumberInput, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '../api/client.js';
import { useApiForm } from '../ui/api-form.js';
import { FieldGroup, Fields } from '../ui/fields.js';
import { FormDialog } from '../ui/form-dialog.js';
import { type TenantFields, toTenantChanges, toTenantFields } from './tenant-fields.js';
import type { Tenant } from './tenant.js';

interface TenantFormProps {
  /** The one that is changed; without it a new one is made. */
  readonly tenant?: Tenant;
  readonly close: () => void;
  readonly after?: (tenant: Tenant) => void;
}

export function TenantForm({ tenant, close, after }: TenantFormProps) {
  const [before] = useState(() => toTenantFields(tenant ?? null));
  const { form, sending } = useApiForm<TenantFields, Tenant>({
    initialValues: before,
    send: async (values, once) => {
      const changes = toTenantChanges(values, before);
      return tenant === undefined
        ? api.post<Tenant>('/v1/tenants', changes, once)
        : api.patch<Tenant>(`/v1/tenants/${tenant.id}`, changes);
    },
    done: 'Saved.',
    after: (saved) => {
      close();
      after?.(saved);
    },
  });
  return (
    <FormDialog
      title={tenant === undefined ? 'New tenant' : `Change ${tenant.name}`}
      verb={tenant === undefined ? 'Make tenant' : 'Save'}
      {...sending}
      close={close}
    >
      <Fields columns={2}>
        <TextInput label="Name" required data-autofocus {...form.getInputProps('name')} />
        <TextInput label="Your own id (uid)" {...form.getInputProps('uid')} />
      </Fields>
      <FieldGroup label="Limits">
        <Fields columns={2}>
          <NumberInput
            label="Most endpoints"
            placeholder="no limit"
            min={0}
            {...form.getInputProps('settings.maxEndpoints')}
          />
          <NumberInput
            label="Events a second at most"
            placeholder="no limit"
            min={1}
            {...form.getInputProps('settings.publishPerSecond')}
          />
          <NumberInput
            label="Days that payloads are kept"
            placeholder="as long as the rest"
            min={1}
            {...form.getInputProps('settings.payloadRetentionDays')}
          />
        </Fields>
      </FieldGroup>
      <FieldGroup label="Its endpoints">
        <Fields>
          <Checkbox label="May have http:// URLs" {...form.getInputProps('settings.allowHttp', { type: 'checkbox' })} />
          <Checkbox
            label="Get nothing until their URL has proven that it wants the traffic"
            description="New ones, and those that get another URL. Those that are enabled now stay so."
            {...form.getInputProps('settings.requireOwnershipProof', { type: 'checkbox' })}
          />
        </Fields>
      </FieldGroup>
      <FieldGroup label="Its portal">
        <Fields columns={2}>
          <TextInput label="Title" placeholder="the tenant’s" {...form.getInputProps('settings.portal.name')} />
          <ColorInput
            label="Colour"
            placeholder="Posthorn’s"
            format="hex"
            eyeDropperButtonProps={{ 'aria-label': 'Take a colour from the screen' }}
            {...form.getInputProps('settings.portal.color')}
          />
        </Fields>
        <TextInput
          mt="sm"
          label="Logo"
          placeholder="https://…"
          description="The address of a picture, by https"
          {...form.getInputProps('settings.portal.logoUrl')}
        />
      </FieldGroup>
      <Textarea
        label="Metadata (JSON)"
        classNames={{ input: 'mono' }}
        autosize
        minRows={2}
        {...form.getInputProps('metadata')}
      />
    </FormDialog>
  );
}
