import { Tabs } from '@mantine/core';
import { usePagedList } from '../api/page.js';
import { IconArrowsRightLeft } from '@tabler/icons-react';
import { DELIVERY_COLUMNS_OF_ENDPOINT, deliveryLink } from '../deliveries/delivery-columns.js';
import type { Delivery } from '../deliveries/delivery.js';
import { useMay, useSession } from '../session/may.js';
import { useTenantName } from '../tenants/tenant.js';
import { List } from '../ui/list.js';
import { Page, Section } from '../ui/page.js';
import { PageOf } from '../ui/page-of.js';
import { Nothing } from '../ui/states.js';
import { EndpointStatus } from '../ui/status.js';
import { useUrlState } from '../ui/url-state.js';
import classes from './endpoint-page.module.css';
import { EndpointActions } from './endpoint-actions.js';
import { EndpointFacts } from './endpoint-facts.js';
import { type Endpoint, useEndpoint } from './endpoint.js';
import { withoutScheme } from './endpoint-name.js';
import { GoLiveCheck } from './go-live-check.js';
import { HealthSection } from './health-section.js';
import { HistorySection } from './history-section.js';
import { OwnershipSection } from './ownership-section.js';
import { ReconcileSection } from './reconcile-section.js';
import { SecretsSection } from './secrets-section.js';
import { SubscriptionsSection } from './subscriptions-section.js';
import { TestSection } from './test-section.js';

interface EndpointPageProps {
  readonly tenant: string;
  readonly id: string;
}

/** One endpoint: how it fares, what it gets, how it is set up, and what is changed about it. */
export function EndpointPage({ tenant, id }: EndpointPageProps) {
  const { tenant: own } = useSession();
  const tenantName = useTenantName(tenant);
  const crumbs =
    own === null
      ? [
          { label: 'Tenants', to: '/tenants' },
          { label: tenantName ?? 'Tenant', to: `/tenants/${tenant}` },
        ]
      : [{ label: 'Endpoints', to: '/endpoints' }];
  return (
    <PageOf query={useEndpoint(tenant, id)} title="Endpoint" crumbs={crumbs}>
      {(endpoint) => (
        <Page
          title={withoutScheme(endpoint.url)}
          aside={<EndpointStatus {...endpoint} />}
          crumbs={crumbs}
          actions={<EndpointActions endpoint={endpoint} />}
        >
          {isShut(endpoint) && <OwnershipSection endpoint={endpoint} />}
          <EndpointTabs endpoint={endpoint} />
        </Page>
      )}
    </PageOf>
  );
}

/** It gets nothing until its URL has proven that it wants the traffic. */
function isShut({ status, disabledReason }: Endpoint): boolean {
  return status === 'disabled' && disabledReason === 'unverified';
}

function EndpointTabs({ endpoint }: { endpoint: Endpoint }) {
  const mayDo = useMay();
  const [{ tab }, change] = useUrlState(['tab']);
  const hidden = [!mayDo('secrets:read') && 'secrets', !mayDo('endpoints:operate') && 'test'];
  return (
    <Tabs
      value={tab === '' || hidden.includes(tab) ? 'health' : tab}
      onChange={(value) => change({ tab: value })}
      keepMounted={false}
    >
      <Tabs.List mb="md" className={classes.tabs}>
        <Tabs.Tab value="health">Health</Tabs.Tab>
        <Tabs.Tab value="deliveries">Deliveries</Tabs.Tab>
        <Tabs.Tab value="subscriptions">Subscriptions</Tabs.Tab>
        {mayDo('secrets:read') && <Tabs.Tab value="secrets">Secrets</Tabs.Tab>}
        {mayDo('endpoints:operate') && <Tabs.Tab value="test">Test</Tabs.Tab>}
        <Tabs.Tab value="history">History</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="health">
        <HealthSection endpoint={endpoint} />
        <EndpointFacts endpoint={endpoint} />
      </Tabs.Panel>
      <Tabs.Panel value="deliveries">
        <DeliveriesOf endpoint={endpoint} />
      </Tabs.Panel>
      <Tabs.Panel value="subscriptions">
        <SubscriptionsSection endpoint={endpoint} />
      </Tabs.Panel>
      <Tabs.Panel value="secrets">
        <SecretsSection endpoint={endpoint} />
      </Tabs.Panel>
      <Tabs.Panel value="test">
        {endpoint.ownership.state === 'unverified' && !isShut(endpoint) && <OwnershipSection endpoint={endpoint} />}
        <TestSection endpoint={endpoint} />
        <GoLiveCheck endpoint={endpoint} />
        <ReconcileSection endpoint={endpoint} />
      </Tabs.Panel>
      <Tabs.Panel value="history">
        <HistorySection endpoint={endpoint} />
      </Tabs.Panel>
    </Tabs>
  );
}

function DeliveriesOf({ endpoint: { tenant, id } }: { endpoint: Endpoint }) {
  const list = usePagedList<Delivery>(['deliveries'], '/v1/deliveries', { tenant, endpoint: id });
  return (
    <Section title="Deliveries" note="Newest first" isFlush>
      <List
        label="Deliveries to this endpoint"
        list={list}
        columns={DELIVERY_COLUMNS_OF_ENDPOINT}
        idOf={(row) => row.id}
        linkOf={deliveryLink}
        nothing={<Nothing icon={IconArrowsRightLeft} title="Nothing was delivered here yet" />}
      />
    </Section>
  );
}
