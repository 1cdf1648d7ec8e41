import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { api } from '../api/client.js';
import { useAction } from '../ui/action.js';
import { HandOverDialog } from '../ui/hand-over-dialog.js';
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
      {session !== null && (
        <HandOverDialog
          title="A link to the tenant’s own portal"
          what="the link"
          value={session.url}
          isLink
          close={() => setSession(null)}
        >
          Whoever has it acts as this tenant, and sees nothing of others. It ends <When at={session.expiresAt} />.
        </HandOverDialog>
      )}
    </>
  );
}
