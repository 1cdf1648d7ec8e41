import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { api } from '../api/client.js';
import { useAction } from '../ui/action.js';
import { CopyWideButton } from '../ui/copy-button.js';
import { When } from '../ui/when.js';

interface PortalSession {
  readonly url: string;
  readonly expiresAt: string;
}

/** A link that lets the tenant see and mend its own. */
export function PortalLinkButton({ tenant, icon }: { tenant: string; icon: ReactNode }) {
  const [session, setSession] = useState<PortalSession | null>(null);
  const make = useAction(() => api.post<PortalSession>(`/v1/tenants/${tenant}/portal-sessions`), { after: setSession });
  return (
    <>
      <Button size="xs" variant="default" leftSection={icon} loading={make.isBusy} onClick={() => make.go()}>
        Portal link
      </Button>
      <Modal
        opened={session !== null}
        onClose={() => setSession(null)}
        title="A link to the tenant’s own portal"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {session !== null && (
          <Stack gap="sm">
            <Text size="sm">
              Whoever has it acts as this tenant, and sees nothing of others. It ends <When at={session.expiresAt} />.
            </Text>
            <TextInput aria-label="The link" value={session.url} readOnly />
            <Group justify="flex-end" gap="xs">
              <Button size="xs" variant="default" component="a" href={session.url} target="_blank" rel="noreferrer">
                Open
              </Button>
              <CopyWideButton text={session.url} what="the link" />
            </Group>
          </Stack>
        )}
      </Modal>
    </>
  );
}
