import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import { usePagedList } from '../api/page.js';
import { useMay } from '../session/may.js';
import type { DataColumn } from '../ui/data-table.js';
import { FilterChoice } from '../ui/filters.js';
import { List } from '../ui/list.js';
import { Section } from '../ui/page.js';
import { Nothing } from '../ui/states.js';
import { EndpointStatus } from '../ui/status.js';
import { useUrlState } from '../ui/url-state.js';
import { When } from '../ui/when.js';
import { EndpointForm } from './endpoint-form.js';
import { type Endpoint, endpointLink } from './endpoint.js';
import { withoutScheme } from './endpoint-name.js';

const linkOf = ({ tenant, id }: Endpoint): string => endpointLink(tenant, id);

const COLUMNS: readonly DataColumn<Endpoint>[] = [
  {
    header: 'Address',
    cell: (row) => (
      <Link href={linkOf(row)} title={row.url}>
        {withoutScheme(row.url)}
      </Link>
    ),
    isWide: true,
  },
  { header: 'State', cell: (row) => <EndpointStatus {...row} /> },
  { header: 'Description', cell: ({ description }) => description ?? '–', isExtra: true },
  { header: 'Uid', cell: ({ uid }) => uid ?? '–', isExtra: true },
  { header: 'Changed', cell: ({ updatedAt }) => <When at={updatedAt} />, isNumber: true, isCorner: true },
];

/** The endpoints of a tenant. */
export function EndpointsSection({ tenant }: { tenant: string }) {
  const mayDo = useMay();
  const [isMaking, making] = useDisclosure(false);
  const [, navigate] = useLocation();
  const [{ status }, change] = useUrlState(['status']);
  const list = usePagedList<Endpoint>(['endpoints', tenant, 'list'], `/v1/tenants/${tenant}/endpoints`, { status });
  return (
    <Section
      title="Endpoints"
      isFlush
      actions={
        <>
          <FilterChoice
            label="Any state"
            value={status}
            options={['enabled', 'paused', 'disabled']}
            onChange={(value) => change({ status: value })}
          />
          {mayDo('endpoints:write') && (
            <Button size="xs" leftSection={<IconPlus size={15} />} onClick={making.open}>
              New endpoint
            </Button>
          )}
        </>
      }
    >
      <List
        label="Endpoints"
        list={list}
        columns={COLUMNS}
        idOf={({ id }) => id}
        linkOf={linkOf}
        nothing={
          <Nothing icon={IconPlugConnected} title={status === '' ? 'No endpoints yet' : `None is ${status}`}>
            {status === '' && 'An endpoint is a URL that events are sent to.'}
          </Nothing>
        }
      />
      {isMaking && (
        <EndpointForm tenant={tenant} close={making.close} after={(endpoint) => navigate(linkOf(endpoint))} />
      )}
    </Section>
  );
}
