import { IconArrowsRightLeft } from '@tabler/icons-react';
import { usePagedList } from '../api/page.js';
import { useSession } from '../session/may.js';
import { FilterChoice, Filters, FilterSpan, FilterText, sinceOf } from '../ui/filters.js';
import { List } from '../ui/list.js';
import { Page, Section } from '../ui/page.js';
import { Nothing } from '../ui/states.js';
import { useUrlState } from '../ui/url-state.js';
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
  'span',
] as const;

const CODES = ERROR_CODES.map((value) => ({ value, label: errorWords(value, null) }));

/** Which deliveries are there, and what came of them. */
export function DeliveriesPage() {
  const { tenant } = useSession();
  const [{ span, ...filters }, change] = useUrlState(FILTERS);
  const list = usePagedList<Delivery>(['deliveries'], '/v1/deliveries', { ...filters, since: sinceOf(span) });
  const isFiltered = Object.values({ span, ...filters }).some((value) => value !== '');
  const clear = (): void => change(Object.fromEntries(FILTERS.map((name) => [name, null])));
  const at = (name: (typeof FILTERS)[number]) => (value: string | null) => change({ [name]: value });
  return (
    <Page title="Deliveries">
      <Filters isAny={isFiltered} clear={clear}>
        <FilterChoice label="Any status" value={filters.status} options={STATUSES} onChange={at('status')} />
        <FilterChoice
          label="Waiting for"
          value={filters.waitingFor}
          options={WAITING_FOR.map((value) => ({ value, label: value.replace('_', ' ') }))}
          onChange={at('waitingFor')}
        />
        <FilterChoice label="Any failure" value={filters.errorCode} options={CODES} onChange={at('errorCode')} />
        <FilterChoice
          label="Any answer"
          value={filters.statusClass}
          options={['2xx', '3xx', '4xx', '5xx']}
          onChange={at('statusClass')}
        />
        <FilterSpan value={span} onChange={at('span')} />
        <FilterText label="Event type" value={filters.type} onChange={at('type')} />
        <FilterText label="Subject" value={filters.subject} onChange={at('subject')} />
        {tenant === null && <FilterText label="Tenant id or uid" value={filters.tenant} onChange={at('tenant')} />}
        <FilterText label="Endpoint id or uid" value={filters.endpoint} onChange={at('endpoint')} />
      </Filters>
      <Section title="Newest first" isFlush>
        <List
          label="Deliveries"
          list={list}
          columns={tenant === null ? DELIVERY_COLUMNS : DELIVERY_COLUMNS_OF_TENANT}
          idOf={({ id }) => id}
          linkOf={deliveryLink}
          nothing={
            <Nothing icon={IconArrowsRightLeft} title={isFiltered ? 'No delivery is like this' : 'No deliveries yet'}>
              {isFiltered
                ? 'Loosen or clear the filters.'
                : 'They come with the first event that a subscription matches.'}
            </Nothing>
          }
        />
      </Section>
    </Page>
  );
}
