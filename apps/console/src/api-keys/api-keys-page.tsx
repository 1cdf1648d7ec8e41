import { ActionIcon, Alert, Button, Select, TextInput, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '../api/client.js';
import { usePagedList } from '../api/page.js';
import { useMay } from '../session/may.js';
import { TenantName } from '../tenants/tenant-name.js';
import { useApiForm } from '../ui/api-form.js';
import { AskDialog } from '../ui/ask-dialog.js';
import type { DataColumn } from '../ui/data-table.js';
import { FormDialog } from '../ui/form-dialog.js';
import { HandOverDialog } from '../ui/hand-over-dialog.js';
import { Id } from '../ui/id.js';
import { List } from '../ui/list.js';
import { Page, Section } from '../ui/page.js';
import { Nothing } from '../ui/states.js';
import { When } from '../ui/when.js';

interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly tenant: string | null;
  readonly prefix: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
}

interface NewApiKey extends ApiKey {
  readonly key: string;
}

const COLUMNS: readonly DataColumn<ApiKey>[] = [
  { header: 'Name', cell: ({ name }) => name, isWide: true },
  { header: 'Role', cell: ({ role }) => role },
  { header: 'Tenant', cell: ({ tenant }) => (tenant === null ? 'all' : <TenantName id={tenant} />) },
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
      {isMaking && <KeyForm close={making.close} />}
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

function KeyForm({ close }: { close: () => void }) {
  const [made, setMade] = useState<NewApiKey | null>(null);
  const { form, sending } = useApiForm({
    initialValues: { name: '', role: 'support', tenant: '', expiresAt: '' },
    send: ({ name, role, tenant, expiresAt }) =>
      api.post<NewApiKey>('/v1/api-keys', {
        name,
        role,
        ...(tenant.trim() === '' ? {} : { tenant: tenant.trim() }),
        ...(expiresAt === '' ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
      }),
    after: setMade,
  });
  if (made !== null) {
    return (
      <HandOverDialog title={made.name} what="the key" value={made.key} close={close}>
        <Alert color="yellow">It is shown now and never again.</Alert>
      </HandOverDialog>
    );
  }
  return (
    <FormDialog title="New key" verb="Make key" {...sending} close={close} size="md">
      <TextInput label="Name" placeholder="who uses it" required data-autofocus {...form.getInputProps('name')} />
      <Select
        label="Role"
        data={['admin', 'publisher', 'support', 'tenant']}
        allowDeselect={false}
        {...form.getInputProps('role')}
      />
      {form.getValues().role === 'tenant' && (
        <TextInput label="Tenant" placeholder="id or uid" required {...form.getInputProps('tenant')} />
      )}
      <TextInput type="datetime-local" label="Ends (optional)" {...form.getInputProps('expiresAt')} />
    </FormDialog>
  );
}
