import { Button } from '@mantine/core';
import { IconMailOff, IconRepeat, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { usePagedList } from '../api/page.js';
import { EndpointName } from '../endpoints/endpoint-name.js';
import { ReplayDialog } from '../replays/replay-dialog.js';
import { useMay, useSession } from '../session/may.js';
import { TenantName } from '../tenants/tenant-name.js';
import type { DataColumn } from '../ui/data-table.js';
import { FilterChoice, Filters, FilterSpan, FilterText, useListFilters } from '../ui/filters.js';
import { shorten } from '../ui/id.js';
import { List } from '../ui/list.js';
import { Page, Section } from '../ui/page.js';
import { Nothing } from '../ui/states.js';
import { Status } from '../ui/status.js';
import { When } from '../ui/when.js';
import { countWords, type DeadLetter, REASONS } from './dead-letter.js';
import { DiscardDialog } from './discard-dialog.js';
import { GroupList } from './group-list.js';

const FILTERS = ['resolved', 'reason', 'type', 'tenant', 'endpoint'] as const;

const linkOf = ({ delivery }: DeadLetter): string => `/deliveries/${delivery}`;

const COLUMNS: readonly DataColumn<DeadLetter>[] = [
  {
    header: 'Delivery',
    cell: (row) => (
      <Link href={linkOf(row)} title={row.delivery} className="mono">
        {shorten(row.delivery)}
      </Link>
    ),
  },
  {
    header: 'State',
    cell: ({ resolution }) => (
      <Status tone={resolution === null ? 'bad' : resolution === 'replayed' ? 'good' : 'off'}>
        {resolution ?? 'open'}
      </Status>
    ),
  },
  { header: 'Event type', cell: ({ type }) => type },
  {
    header: 'Endpoint',
    cell: ({ tenant, endpoint }) => <EndpointName tenant={tenant} id={endpoint} />,
    isWide: true,
  },
  { header: 'Tenant', cell: ({ tenant }) => <TenantName id={tenant} />, isExtra: true },
  { header: 'Reason', cell: ({ reason }) => reason },
  { header: 'Note', cell: ({ note }) => note ?? '–', isExtra: true },
  { header: 'Died', cell: ({ openedAt }) => <When at={openedAt} />, isNumber: true, isCorner: true },
];

/** What could not be delivered: replayed, or discarded with a note. */
export function DeadLettersPage() {
  const mayDo = useMay();
  const { tenant } = useSession();
  const { query, values, isAny, clear, change, at } = useListFilters(FILTERS);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<'replay' | 'discard' | null>(null);
  const list = usePagedList<DeadLetter>(['dead-letters'], '/v1/dead-letters', {
    ...query,
    resolved: values.resolved || 'false',
  });
  const close = (): void => setAsking(null);
  const mayAct = mayDo('deliveries:act');
  return (
    <Page title="Dead letters">
      <Filters isAny={isAny} clear={clear}>
        <FilterChoice
          label="Open ones"
          value={values.resolved}
          options={[{ value: 'true', label: 'resolved ones' }]}
          onChange={at('resolved')}
        />
        <FilterChoice label="Any reason" value={values.reason} options={REASONS} onChange={at('reason')} />
        <FilterSpan value={values.span} onChange={at('span')} />
        <FilterText label="Event type" value={values.type} onChange={at('type')} />
        {tenant === null && <FilterText label="Tenant id or uid" value={values.tenant} onChange={at('tenant')} />}
        <FilterText label="Endpoint id or uid" value={values.endpoint} onChange={at('endpoint')} />
      </Filters>
      <GroupList
        filters={{ tenant: values.tenant, endpoint: values.endpoint }}
        show={({ endpoint, reason, tenant: of }) => change({ endpoint, reason, tenant: of })}
      />
      <Section
        title="One by one"
        note={selected.size > 0 ? `${selected.size} chosen` : 'Newest first'}
        isFlush
        actions={
          mayAct &&
          selected.size > 0 && (
            <>
              <Button size="xs" leftSection={<IconRepeat size={15} />} onClick={() => setAsking('replay')}>
                Replay {selected.size}
              </Button>
              <Button
                size="xs"
                variant="default"
                leftSection={<IconTrash size={15} />}
                onClick={() => setAsking('discard')}
              >
                Discard {selected.size}
              </Button>
            </>
          )
        }
      >
        <List
          label="Dead letters"
          list={list}
          columns={COLUMNS}
          idOf={({ id }) => id}
          linkOf={linkOf}
          {...(mayAct && values.resolved !== 'true' ? { selection: { selected, onChange: setSelected } } : {})}
          nothing={<Nothing icon={IconMailOff} title={isAny ? 'None is like this' : 'None is open'} />}
        />
      </Section>
      {asking === 'replay' && (
        <ReplayDialog
          selection={{ select: 'failed', ids: [...selected] }}
          close={close}
          after={() => setSelected(new Set())}
        />
      )}
      {asking === 'discard' && (
        <DiscardDialog
          selection={{ ids: [...selected] }}
          count={countWords(selected.size)}
          close={close}
          after={() => setSelected(new Set())}
        />
      )}
    </Page>
  );
}
