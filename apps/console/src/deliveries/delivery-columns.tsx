import { Text } from '@mantine/core';
import { Link } from 'wouter';
import { EndpointName } from '../endpoints/endpoint-name.js';
import { TenantName } from '../tenants/tenant-name.js';
import type { DataColumn } from '../ui/data-table.js';
import { shorten } from '../ui/id.js';
import { DeliveryStatus } from '../ui/status.js';
import { When } from '../ui/when.js';
import type { Delivery } from './delivery.js';
import { lastWords } from './outcome-words.js';

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
const LAST: DataColumn<Delivery> = {
  header: 'Last outcome',
  cell: (row) => (
    <Text span inherit c="dimmed">
      {lastWords(row)}
    </Text>
  ),
};
const ATTEMPTS: DataColumn<Delivery> = { header: 'Attempts', cell: (row) => row.attemptCount, isNumber: true };
const NEXT: DataColumn<Delivery> = {
  header: 'Next try',
  cell: (row) => <When at={row.nextAttemptAt} />,
  isNumber: true,
  isExtra: true,
};
const CREATED: DataColumn<Delivery> = {
  header: 'Created',
  cell: (row) => <When at={row.createdAt} />,
  isNumber: true,
};

export const DELIVERY_COLUMNS: readonly DataColumn<Delivery>[] = [
  ID,
  STATUS,
  TYPE,
  ENDPOINT,
  TENANT,
  LAST,
  ATTEMPTS,
  NEXT,
  CREATED,
];

/** Where all are of one tenant, or of one event. */
export const DELIVERY_COLUMNS_OF_TENANT = DELIVERY_COLUMNS.filter((column) => column !== TENANT);
export const DELIVERY_COLUMNS_OF_EVENT = [ID, STATUS, ENDPOINT, LAST, ATTEMPTS, NEXT, CREATED];
export const DELIVERY_COLUMNS_OF_ENDPOINT = [ID, STATUS, TYPE, LAST, ATTEMPTS, NEXT, CREATED];
