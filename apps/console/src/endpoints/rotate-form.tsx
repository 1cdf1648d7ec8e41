import { NumberInput, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '../api/client.js';
import { useApiForm } from '../ui/api-form.js';
import { FormDialog } from '../ui/form-dialog.js';
import { HandOverDialog } from '../ui/hand-over-dialog.js';
import { type Endpoint, endpointPath } from './endpoint.js';
import { OwnSecretFields } from './own-secret-fields.js';
import { BLANK_ROTATION, hasTwoKinds, type RotationFields, toRotation } from './rotation-fields.js';

const KINDS = [
  { value: 'hmac', label: 'the shared secret (HMAC)' },
  { value: 'ed25519', label: 'the key pair (Ed25519)' },
];

/** Makes the next secret, or takes one that is brought along, and shows it. */
export function RotateForm({ endpoint, close }: { endpoint: Endpoint; close: () => void }) {
  const [made, setMade] = useState<{ readonly secret: string } | null>(null);
  const { form, sending } = useApiForm<RotationFields, { readonly secret: string }>({
    initialValues: BLANK_ROTATION,
    send: async (values, once) =>
      api.post(`${endpointPath(endpoint.tenant, endpoint.id)}/secrets/rotate`, toRotation(values), once),
    rename: (parts) => (parts[0] === 'graceSeconds' ? ['graceHours'] : parts),
    after: setMade,
  });
  if (made !== null) {
    return (
      <HandOverDialog title="The new secret" what="the new secret" value={made.secret} close={close}>
        Give it to your receiver. Both sign from when the new one begins until the old one ends.
      </HandOverDialog>
    );
  }
  return (
    <FormDialog title="Rotate the secret" verb="Rotate" {...sending} close={close} size="md">
      {hasTwoKinds(endpoint) && (
        <Select
          label="What is rotated"
          data={KINDS}
          placeholder="the shared secret, or what is brought along"
          clearable
          {...form.getInputProps('kind')}
        />
      )}
      <NumberInput
        label="Hours that the old one goes on signing"
        description="Time to give the new one to your receiver"
        placeholder="24"
        min={0}
        max={8760}
        {...form.getInputProps('graceHours')}
      />
      <TextInput
        type="datetime-local"
        label="The new one signs from (now unless given)"
        {...form.getInputProps('activatesAt')}
      />
      <OwnSecretFields form={form} />
    </FormDialog>
  );
}
