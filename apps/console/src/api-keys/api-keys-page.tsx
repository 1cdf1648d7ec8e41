import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '../api/client.js';
import { usePagedList } from '../api/page.js';
import { useMay } from '../session/may.js';
import { TenantName } from '../tenants/tenant-name.js';
import { AskDialog } from '../ui/ask-dialog.js';
import type { DataColumn } from '../ui/data-table.js';
import { Id } from '../ui/id.js';
import { List } from '../ui/list.js';
import { Page, Section } from '../ui/page.js';
import { Nothing } from '../ui/states.js';
import { When } from '../ui/when.js';
import { ApiKeyForm } from './api-key-form.js';
import { type ApiKey, scopeWords } from './api-key.js';

const COLUMNS: readonly DataColumn<ApiKey>[] = [
  { header: 'Name', cell: ({ name }) => name, isWide: true },
  { header: 'Role', cell: ({ role }) => role },
  { header: 'For', cell: (row) => (row.tenant === null ? scopeWords(row) : <TenantName id={row.tenant} />) },
  { header: 'Begins with', cell: ({ prefix }) => <span className="mono">{prefix}…</span>, isExtra: true },
  { header: 'Id', cell: ({ id }) => <Id id={id} />, isExtra: true },
  { header: 'Last used', cell: ({ lastUsedAt }) => <When at={lastUsedAt} fallback="never" />, isNumber: true },
  { header: 'Ends', cell: ({ expiresAt }) => <When at={expiresAt} fallback="never" />, isNumber: true },
];

/** Who may call the API, and as what. */
export function ApiKeysPage() {
  const mayWrite = useMay()('api-keys:write');
  const [isMaking, making] = useDisclosure(false);
  const [revoked, setRevoked] = useState<ApiKey | null>(null);
  const list = usePagedList<ApiKey>(['api-keys'], '/v1/api-keys');
  const columns: readonly DataColumn<ApiKey>[] = mayWrite
    ? [
        ...COLUMNS,
        {
          header: 'Revoke',
          isNumber: true,
          isCorner: true,
          cell: (key) => (
            <Tooltip label="Revoke">
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Revoke ${key.name}`}
                onClick={() => setRevoked(key)}
              >
                <IconTrash size={15} />
              </ActionIcon>
            </Tooltip>
          ),
        },
      ]
    : COLUMNS;
  return (
    <Page
      title="API keys"
      actions={
        mayWrite && (
          <Button size="xs" leftSection={<IconPlus size={15} />} onClick={making.open}>
            New key
          </Button>
        )
      }
    >
      <Section title="Newest first" isFlush>
        <List
          label="API keys"
          list={list}
          columns={columns}
          idOf={({ id }) => id}
          nothing={<Nothing icon={IconKey} title="No keys" />}
        />
      </Section>
      {isMaking && <ApiKeyForm close={making.close} />}
      {revoked !== null && (
        <AskDialog
          title={`Revoke “${revoked.name}”?`}
          verb="Revoke"
          run={() => api.delete(`/v1/api-keys/${revoked.id}`)}
          done="Revoked: within a second nobody gets in with it."
          close={() => setRevoked(null)}
          isDangerous
        >
          Whoever uses it is refused from now on, and sessions that were opened with it end.
        </AskDialog>
      )}
    </Page>
  );
}
