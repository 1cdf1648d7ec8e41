import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBuilding, IconPlus } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import { usePagedList } from '../api/page.js';
import { useMay } from '../session/may.js';
import type { DataColumn } from '../ui/data-table.js';
import { Id } from '../ui/id.js';
import { List } from '../ui/list.js';
import { Page, Section } from '../ui/page.js';
import { Nothing } from '../ui/states.js';
import { Status } from '../ui/status.js';
import { When } from '../ui/when.js';
import { TenantForm } from './tenant-form.js';
import type { Tenant } from './tenant.js';

const tenantLink = ({ id }: Tenant): string => `/tenants/${id}`;

const COLUMNS: readonly DataColumn<Tenant>[] = [
  { header: 'Name', cell: (row) => <Link href={tenantLink(row)}>{row.name}</Link>, isWide: true },
  {
    header: 'State',
    cell: ({ paused }) => (paused ? <Status tone="held">paused</Status> : <Status tone="good">active</Status>),
  },
  { header: 'Uid', cell: ({ uid }) => uid ?? '–' },
  { header: 'Id', cell: ({ id }) => <Id id={id} />, isExtra: true },
  { header: 'Since', cell: ({ createdAt }) => <When at={createdAt} />, isNumber: true, isCorner: true },
];

/** Who gets webhooks from here. */
export function TenantsPage() {
  const mayDo = useMay();
  const [isMaking, making] = useDisclosure(false);
  const [, navigate] = useLocation();
  const list = usePagedList<Tenant>(['tenants'], '/v1/tenants');
  return (
    <Page
      title="Tenants"
      actions={
        mayDo('tenants:write') && (
          <Button size="xs" leftSection={<IconPlus size={15} />} onClick={making.open}>
            New tenant
          </Button>
        )
      }
    >
      <Section title="Newest first" isFlush>
        <List
          label="Tenants"
          list={list}
          columns={COLUMNS}
          idOf={({ id }) => id}
          linkOf={tenantLink}
          nothing={
            <Nothing icon={IconBuilding} title="No tenants yet">
              A tenant owns endpoints and their subscriptions.
            </Nothing>
          }
        />
      </Section>
      {isMaking && <TenantForm close={making.close} after={(tenant) => navigate(tenantLink(tenant))} />}
    </Page>
  );
}
