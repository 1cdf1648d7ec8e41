import { Checkbox, NumberInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { api } from '../api/client.js';
import { useAction } from '../ui/action.js';
import { FormDialog } from '../ui/form-dialog.js';
import { showProblem } from '../ui/form-errors.js';
import type { Tenant } from './tenant.js';

interface TenantFormProps {
  /** The one that is changed; without it a new one is made. */
  readonly tenant?: Tenant;
  readonly close: () => void;
  readonly after?: (tenant: Tenant) => void;
}

/** What Mantine makes of a number's field: empty, or text that is not a number yet. */
type NumberField = string | number;

type TenantFields = {
  name: string;
  uid: string;
  maxEndpoints: NumberField;
  publishPerSecond: NumberField;
  payloadRetentionDays: NumberField;
  allowHttp: boolean;
};

/** Names that the API has for what the form shows under others. */
const NAMES = {
  'settings/maxEndpoints': 'maxEndpoints',
  'settings/publishPerSecond': 'publishPerSecond',
  'settings/payloadRetentionDays': 'payloadRetentionDays',
  'settings/allowHttp': 'allowHttp',
};

const orNull = (value: NumberField): number | null => (value === '' ? null : Number(value));

export function TenantForm({ tenant, close, after }: TenantFormProps) {
  const [complaint, setComplaint] = useState<string | null>(null);
  const settings = tenant?.settings ?? {};
  const form = useForm<TenantFields>({
    initialValues: {
      name: tenant?.name ?? '',
      uid: tenant?.uid ?? '',
      maxEndpoints: settings.maxEndpoints ?? '',
      publishPerSecond: settings.publishPerSecond ?? '',
      payloadRetentionDays: settings.payloadRetentionDays ?? '',
      allowHttp: settings.allowHttp ?? false,
    },
  });
  const save = useAction(
    async () => {
      const { name, uid, allowHttp, ...numbers } = form.getValues();
      const body = {
        name,
        uid: uid === '' ? null : uid,
        // Only what is set or was: a setting that the API does not know yet is not sent for nothing.
        settings: Object.fromEntries(
          Object.entries({ ...mapValues(numbers, orNull), allowHttp: allowHttp ? true : null }).filter(
            ([key, value]) => value !== null || key in settings,
          ),
        ),
      };
      return tenant === undefined
        ? api.post<Tenant>('/v1/tenants', body)
        : api.patch<Tenant>(`/v1/tenants/${tenant.id}`, body);
    },
    {
      done: 'Saved.',
      isErrorShown: true,
      after: (saved) => {
        close();
        after?.(saved);
      },
      failed: (error) => setComplaint(showProblem(form, error, NAMES)),
    },
  );
  return (
    <FormDialog
      title={tenant === undefined ? 'New tenant' : `Change ${tenant.name}`}
      verb={tenant === undefined ? 'Make tenant' : 'Save'}
      isBusy={save.isBusy}
      complaint={complaint}
      submit={() => save.go()}
      close={close}
      size="md"
    >
      <TextInput label="Name" required data-autofocus {...form.getInputProps('name')} />
      <TextInput label="Your own id (uid)" {...form.getInputProps('uid')} />
      <NumberInput label="Most endpoints" placeholder="no limit" min={1} {...form.getInputProps('maxEndpoints')} />
      <NumberInput
        label="Events a second at most"
        placeholder="no limit"
        min={1}
        {...form.getInputProps('publishPerSecond')}
      />
      <NumberInput
        label="Days that payloads are kept"
        placeholder="as long as the rest"
        min={1}
        {...form.getInputProps('payloadRetentionDays')}
      />
      <Checkbox
        label="Its endpoints may have http:// URLs"
        {...form.getInputProps('allowHttp', { type: 'checkbox' })}
      />
    </FormDialog>
  );
}

function mapValues<K extends string, V, W>(record: Record<K, V>, map: (value: V) => W): Record<K, W> {
  return Object.fromEntries(Object.entries<V>(record).map(([key, value]) => [key, map(value)])) as Record<K, W>;
}
