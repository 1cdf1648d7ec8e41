import { Button, Checkbox, NumberInput, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { api } from '../api/client.js';
import { useApiForm } from '../ui/api-form.js';
import { FormDialog } from '../ui/form-dialog.js';
import { HandOverDialog } from '../ui/hand-over-dialog.js';
import { When } from '../ui/when.js';
import {
  BLANK_SESSION,
  CAPABILITIES,
  type PortalSession,
  type PortalSessionFields,
  toPortalSession,
} from './portal-session.js';

/** A link that lets the tenant see and mend its own. */
export function PortalLinkButton({ tenant, icon }: { tenant: string; icon: ReactNode }) {
  const [isMaking, making] = useDisclosure(false);
  return (
    <>
      <Button size="xs" variant="default" leftSection={icon} onClick={making.open}>
        Portal link
      </Button>
      {isMaking && <PortalLinkForm tenant={tenant} close={making.close} />}
    </>
  );
}

/** Asks what the link may do and for how long, and shows it. */
function PortalLinkForm({ tenant, close }: { tenant: string; close: () => void }) {
  const [session, setSession] = useState<PortalSession | null>(null);
  const { form, sending } = useApiForm<PortalSessionFields, PortalSession>({
    initialValues: BLANK_SESSION,
    send: async (values, once) => api.post(`/v1/tenants/${tenant}/portal-sessions`, toPortalSession(values), once),
    rename: (parts) => (parts[0] === 'expiresInSeconds' ? ['minutes'] : parts),
    after: setSession,
  });
  if (session !== null) {
    return (
      <HandOverDialog
        title="A link to the tenant’s own portal"
        what="the link"
        value={session.url}
        isLink
        close={close}
      >
        Whoever has it acts as this tenant, and sees nothing of others. It ends <When at={session.expiresAt} />.
      </HandOverDialog>
    );
  }
  return (
    <FormDialog title="New portal link" verb="Make link" {...sending} close={close} size="md">
      <Checkbox.Group label="Whoever has it may" {...form.getInputProps('capabilities')}>
        <Stack gap="xs" mt="xs">
          {CAPABILITIES.map(({ value, label }) => (
            <Checkbox key={value} value={value} label={label} />
          ))}
        </Stack>
      </Checkbox.Group>
      <NumberInput
        label="Minutes that it lasts"
        placeholder="60"
        min={1}
        max={1440}
        {...form.getInputProps('minutes')}
      />
    </FormDialog>
  );
}
