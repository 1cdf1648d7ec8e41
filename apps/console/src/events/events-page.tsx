import { IconInbox } from '@tabler/icons-react';
import { Link } from 'wouter';
import { usePagedList } from '../api/page.js';
import { useSession } from '../session/may.js';
import { TenantName } from '../tenants/tenant-name.js';
import type { DataColumn } from '../ui/data-table.js';
import { FilterChoice, Filters, FilterSpan, FilterText, useListFilters } from '../ui/filters.js';
import { shorten } from '../ui/id.js';
import { List } from '../ui/list.js';
import { Page, Section } from '../ui/page.js';
import { Nothing } from '../ui/states.js';
import { When } from '../ui/when.js';
import { eventLink, type PublishedEvent } from './event.js';

const FILTERS = ['type', 'subject', 'source', 'uid', 'correlationId', 'tenant', 'delivered'] as const;

const COLUMNS: readonly DataColumn<PublishedEvent>[] = [
  {
    header: 'Event',
    cell: (row) => (
      <Link href={eventLink(row)} title={row.id} className="mono">
        {shorten(row.id)}
      </Link>
    ),
  },
  { header: 'Type', cell: ({ type }) => type },
  { header: 'Subject', cell: ({ subject }) => subject ?? '–', isWide: true },
  { header: 'Source', cell: ({ source }) => source ?? '–', isExtra: true },
  { header: 'Tenant', cell: ({ tenant }) => <TenantName id={tenant} /> },
  { header: 'Published', cell: ({ createdAt }) => <When at={createdAt} />, isNumber: true, isCorner: true },
];
const COLUMNS_OF_TENANT = COLUMNS.filter(({ header }) => header !== 'Tenant');

/** What was published, and by its business key, where it is. */
export function EventsPage() {
  const { tenant } = useSession();
  const { query, values, isAny, clear, at } = useListFilters(FILTERS);
  const list = usePagedList<PublishedEvent>(['events'], '/v1/events', query);
  return (
    <Page title="Events">
      <Filters isAny={isAny} clear={clear}>
        <FilterText label="Event type" value={values.type} onChange={at('type')} />
        <FilterText label="Subject" value={values.subject} onChange={at('subject')} />
        <FilterText label="Source" value={values.source} onChange={at('source')} />
        <FilterText label="Correlation id" value={values.correlationId} onChange={at('correlationId')} />
        <FilterText label="Uid" value={values.uid} onChange={at('uid')} />
        {tenant === null && <FilterText label="Tenant id or uid" value={values.tenant} onChange={at('tenant')} />}
        <FilterChoice
          label="Delivered or not"
          value={values.delivered}
          options={[{ value: 'false', label: 'not delivered' }]}
          onChange={at('delivered')}
        />
        <FilterSpan value={values.span} onChange={at('span')} />
      </Filters>
      <Section title="Newest first" isFlush>
        <List
          label="Events"
          list={list}
          columns={tenant === null ? COLUMNS : COLUMNS_OF_TENANT}
          idOf={({ id }) => id}
          linkOf={eventLink}
          nothing={
            <Nothing icon={IconInbox} title={isAny ? 'No event is like this' : 'No events yet'}>
              {isAny ? 'Loosen or clear the filters.' : 'They come with the first publish: POST /v1/events.'}
            </Nothing>
          }
        />
      </Section>
    </Page>
  );
}
