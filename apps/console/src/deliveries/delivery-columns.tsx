import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { EndpointName } from '../endpoints/endpoint-name.js';
import { TenantName } from '../tenants/tenant-name.js';
import type { DataColumn } from '../ui/data-table.js';
import { shorten } from '../ui/id.js';
import { DeliveryStatus } from '../ui/status.js';
import { Coming, When } from '../ui/when.js';
import type { Delivery } from './delivery.js';
import { lastWords, nextTryOf } from './outcome-words.js';

/** What came of its last attempt, and when the next one is made; null when there is nothing to tell. */
function toOutcome(row: Delivery): ReactNode {
  const last = lastWords(row);
  const next = nextTryOf(row);
  if (last === '' && next === null) return null;
  return (
    <Text span inherit c="dimmed">
      {last}
      {next !== null && (
        <>
          {last !== '' && ', '}next <Coming at={next} />
        </>
      )}
    </Text>
  );
}

export const deliveryLink = ({ id }: { id: string }): string => `/deliveries/${id}`;

const ID: DataColumn<Delivery> = {
  header: 'Delivery',
  cell: (row) => (
    <Link href={deliveryLink(row)} title={row.id} className="mono">
      {shorten(row.id)}
    </Link>
  ),
};
const STATUS: DataColumn<Delivery> = {
  header: 'Status',
  cell: (row) => <DeliveryStatus status={row.status} waitingFor={row.waitingFor} />,
};
const TYPE: DataColumn<Delivery> = { header: 'Event type', cell: (row) => row.type };
const TENANT: DataColumn<Delivery> = { header: 'Tenant', cell: (row) => <TenantName id={row.tenant} />, isExtra: true };
const ENDPOINT: DataColumn<Delivery> = {
  header: 'Endpoint',
  cell: (row) => <EndpointName tenant={row.tenant} id={row.endpoint} />,
  isWide: true,
};
const OUTCOME: DataColumn<Delivery> = { header: 'Outcome', cell: toOutcome, isWide: true };
const ATTEMPTS: DataColumn<Delivery> = { header: 'Attempts', cell: (row) => row.attemptCount, isNumber: true };
const CREATED: DataColumn<Delivery> = {
  header: 'Created',
  cell: (row) => <When at={row.createdAt} />,
  isNumber: true,
  isCorner: true,
};

export const DELIVERY_COLUMNS: readonly DataColumn<Delivery>[] = [
  ID,
  STATUS,
  TYPE,
  ENDPOINT,
  TENANT,
  OUTCOME,
  ATTEMPTS,
  CREATED,
];

/** Where all are of one tenant, or of one event. */
export const DELIVERY_COLUMNS_OF_TENANT = DELIVERY_COLUMNS.filter((column) => column !== TENANT);
export const DELIVERY_COLUMNS_OF_EVENT = [ID, STATUS, ENDPOINT, OUTCOME, ATTEMPTS, CREATED];
export const DELIVERY_COLUMNS_OF_ENDPOINT = [ID, STATUS, TYPE, OUTCOME, ATTEMPTS, CREATED];
