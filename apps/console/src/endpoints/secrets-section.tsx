import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconEye, IconEyeOff, IconKey, IconRotate, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client.js';
import { useMay } from '../session/may.js';
import { AskDialog } from '../ui/ask-dialog.js';
import { CopyButton } from '../ui/copy-button.js';
import { type DataColumn, DataTable } from '../ui/data-table.js';
import { useNow } from '../ui/now.js';
import { Section } from '../ui/page.js';
import { ErrorNote, Loading, Nothing } from '../ui/states.js';
import { Status } from '../ui/status.js';
import { When } from '../ui/when.js';
import { type Endpoint, endpointPath } from './endpoint.js';
import { RotateForm } from './rotate-form.js';

interface Secret {
  readonly id: string;
  readonly secret: string;
  readonly createdAt: string;
  readonly activatesAt: string;
  readonly expiresAt: string | null;
}

/** What requests are signed with, and how that changes without a gap. */
export function SecretsSection({ endpoint }: { endpoint: Endpoint }) {
  const mayWrite = useMay()('secrets:write');
  const [isRotating, rotating] = useDisclosure(false);
  const [revoked, setRevoked] = useState<Secret | null>(null);
  const path = `${endpointPath(endpoint.tenant, endpoint.id)}/secrets`;
  const { data, error, refetch } = useQuery({
    queryKey: ['secrets', endpoint.id],
    queryFn: ({ signal }) => api.get<{ data: Secret[] }>(path, { signal }),
  });
  const columns: readonly DataColumn<Secret>[] = [
    { header: 'Secret', cell: ({ secret }) => <HiddenSecret secret={secret} />, isWide: true },
    { header: 'State', cell: (row) => <SecretState secret={row} /> },
    { header: 'Signs since', cell: ({ activatesAt }) => <When at={activatesAt} />, isNumber: true },
    { header: 'Ends', cell: ({ expiresAt }) => <When at={expiresAt} fallback="when rotated" />, isNumber: true },
    ...(mayWrite
      ? [
          {
            header: 'Revoke',
            isNumber: true,
            isCorner: true,
            cell: (row: Secret) => (
              <Tooltip label="Revoke at once">
                <ActionIcon variant="subtle" color="gray" aria-label="Revoke" onClick={() => setRevoked(row)}>
                  <IconTrash size={15} />
                </ActionIcon>
              </Tooltip>
            ),
          },
        ]
      : []),
  ];
  return (
    <Section
      title="Secrets"
      note="Every live one signs, the newest first"
      isFlush
      actions={
        mayWrite && (
          <Button size="xs" leftSection={<IconRotate size={15} />} onClick={rotating.open}>
            Rotate
          </Button>
        )
      }
    >
      {error !== null && data === undefined && <ErrorNote error={error} retry={() => void refetch()} />}
      {error === null && data === undefined && <Loading rows={2} />}
      {data !== undefined && data.data.length === 0 && <Nothing icon={IconKey} title="There is no secret" />}
      {data !== undefined && data.data.length > 0 && (
        <DataTable label="Secrets" rows={data.data} columns={columns} idOf={({ id }) => id} />
      )}
      {isRotating && <RotateForm endpoint={endpoint} close={rotating.close} />}
      {revoked !== null && (
        <AskDialog
          title="Revoke this secret?"
          verb="Revoke at once"
          run={() => api.delete(`${path}/${revoked.id}`)}
          done="Revoked."
          close={() => setRevoked(null)}
          isDangerous
        >
          From now on nothing is signed with it. A receiver that knows only this one refuses what comes.
        </AskDialog>
      )}
    </Section>
  );
}

function SecretState({ secret: { activatesAt, expiresAt } }: { secret: Secret }) {
  const now = useNow();
  if (Date.parse(activatesAt) > now) return <Status tone="busy">to come</Status>;
  return expiresAt === null ? <Status tone="good">current</Status> : <Status tone="warn">going</Status>;
}

function HiddenSecret({ secret }: { secret: string }) {
  const [isShown, { toggle }] = useDisclosure(false);
  const label = isShown ? 'Hide the secret' : 'Show the secret';
  return (
    <span className="mono">
      {isShown ? secret : `${secret.slice(0, 6)}${'•'.repeat(12)}`}{' '}
      <ActionIcon variant="subtle" color="gray" size="xs" aria-label={label} onClick={toggle}>
        {isShown ? <IconEyeOff size={14} /> : <IconEye size={14} />}
      </ActionIcon>
      <CopyButton text={secret} what="the secret" />
    </span>
  );
}
