import { IconArrowsRightLeft } from '@tabler/icons-react';
import { usePagedList } from '../api/page.js';
import { useSession } from '../session/may.js';
import { FilterChoice, Filters, FilterSpan, FilterText, useListFilters } from '../ui/filters.js';
import { List } from '../ui/list.js';
import { Page, Section } from '../ui/page.js';
import { Nothing } from '../ui/states.js';
import { DELIVERY_COLUMNS, DELIVERY_COLUMNS_OF_TENANT, deliveryLink } from './delivery-columns.js';
import { type Delivery, ERROR_CODES, STATUSES, WAITING_FOR } from './delivery.js';
import { errorWords } from './outcome-words.js';

const FILTERS = [
  'status',
  'waitingFor',
  'errorCode',
  'statusClass',
  'type',
  'subject',
  'tenant',
  'endpoint',
  'event',
] as const;

const CODES = ERROR_CODES.map((value) => ({ value, label: errorWords(value, null) }));

/** Which deliveries are there, and what came of them. */
export function DeliveriesPage() {
  const { tenant } = useSession();
  const { query, values, isAny, clear, at } = useListFilters(FILTERS);
  const list = usePagedList<Delivery>(['deliveries'], '/v1/deliveries', query);
  return (
    <Page title="Deliveries">
      <Filters isAny={isAny} clear={clear}>
        <FilterChoice label="Any status" value={values.status} options={STATUSES} onChange={at('status')} />
        <FilterChoice
          label="Waiting for"
          value={values.waitingFor}
          options={WAITING_FOR.map((value) => ({ value, label: value.replace('_', ' ') }))}
          onChange={at('waitingFor')}
        />
        <FilterChoice label="Any failure" value={values.errorCode} options={CODES} onChange={at('errorCode')} />
        <FilterChoice
          label="Any answer"
          value={values.statusClass}
          options={['2xx', '3xx', '4xx', '5xx']}
          onChange={at('statusClass')}
        />
        <FilterSpan value={values.span} onChange={at('span')} />
        <FilterText label="Event type" value={values.type} onChange={at('type')} />
        <FilterText label="Subject" value={values.subject} onChange={at('subject')} />
        {tenant === null && <FilterText label="Tenant id or uid" value={values.tenant} onChange={at('tenant')} />}
        <FilterText label="Endpoint id or uid" value={values.endpoint} onChange={at('endpoint')} />
      </Filters>
      <Section title="Newest first" isFlush>
        <List
          label="Deliveries"
          list={list}
          columns={tenant === null ? DELIVERY_COLUMNS : DELIVERY_COLUMNS_OF_TENANT}
          idOf={({ id }) => id}
          linkOf={deliveryLink}
          nothing={
            <Nothing icon={IconArrowsRightLeft} title={isAny ? 'No delivery is like this' : 'No deliveries yet'}>
              {isAny ? 'Loosen or clear the filters.' : 'They come with the first event that a subscription matches.'}
            </Nothing>
          }
        />
      </Section>
    </Page>
  );
}
