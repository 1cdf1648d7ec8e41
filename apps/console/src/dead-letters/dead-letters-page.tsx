import { Button } from '@mantine/core';
import { IconMailOff, IconRepeat, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { api } from '../api/client.js';
import { usePagedList } from '../api/page.js';
import { EndpointName } from '../endpoints/endpoint-name.js';
import { ReplayDialog } from '../replays/replay-dialog.js';
import { useMay, useSession } from '../session/may.js';
import { TenantName } from '../tenants/tenant-name.js';
import { AskDialog } from '../ui/ask-dialog.js';
import type { DataColumn } from '../ui/data-table.js';
import { FilterChoice, Filters, FilterSpan, FilterText, sinceOf } from '../ui/filters.js';
import { shorten } from '../ui/id.js';
import { List } from '../ui/list.js';
import { Page, Section } from '../ui/page.js';
import { Nothing } from '../ui/states.js';
import { Status } from '../ui/status.js';
import { useUrlState } from '../ui/url-state.js';
import { When } from '../ui/when.js';
import { countWords, type DeadLetter, REASONS } from './dead-letter.js';
import { GroupList } from './group-list.js';

const FILTERS = ['resolved', 'reason', 'type', 'tenant', 'endpoint', 'span'] as const;

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
  { header: 'Died', cell: ({ openedAt }) => <When at={openedAt} />, isNumber: true },
];

/** What could not be delivered: replayed, or discarded with a note. */
export function DeadLettersPage() {
  const mayDo = useMay();
  const { tenant } = useSession();
  const [{ span, ...filters }, change] = useUrlState(FILTERS);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<'replay' | 'discard' | null>(null);
  const list = usePagedList<DeadLetter>(['dead-letters'], '/v1/dead-letters', {
    ...filters,
    resolved: filters.resolved || 'false',
    since: sinceOf(span),
  });
  const isFiltered = Object.values({ span, ...filters }).some((value) => value !== '');
  const at = (name: (typeof FILTERS)[number]) => (value: string | null) => change({ [name]: value });
  const close = (): void => setAsking(null);
  const clear = (): void => change(Object.fromEntries(FILTERS.map((name) => [name, null])));
  const mayAct = mayDo('deliveries:act');
  return (
    <Page title="Dead letters">
      <Filters isAny={isFiltered} clear={clear}>
        <FilterChoice
          label="Open ones"
          value={filters.resolved}
          options={[{ value: 'true', label: 'resolved ones' }]}
          onChange={at('resolved')}
        />
        <FilterChoice label="Any reason" value={filters.reason} options={REASONS} onChange={at('reason')} />
        <FilterSpan value={span} onChange={at('span')} />
        <FilterText label="Event type" value={filters.type} onChange={at('type')} />
        {tenant === null && <FilterText label="Tenant id or uid" value={filters.tenant} onChange={at('tenant')} />}
        <FilterText label="Endpoint id or uid" value={filters.endpoint} onChange={at('endpoint')} />
      </Filters>
      <GroupList
        filters={{ tenant: filters.tenant, endpoint: filters.endpoint }}
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
          {...(mayAct && filters.resolved !== 'true' ? { selection: { selected, onChange: setSelected } } : {})}
          nothing={<Nothing icon={IconMailOff} title={isFiltered ? 'None is like this' : 'None is open'} />}
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
        <AskDialog
          title={`Discard ${countWords(selected.size)}?`}
          verb="Discard"
          noteLabel="Note"
          run={(note) =>
            api.post('/v1/dead-letters/discard', { ids: [...selected], ...(note === undefined ? {} : { note }) })
          }
          done="Discarded."
          after={() => setSelected(new Set())}
          close={close}
          isDangerous
        >
          They are resolved without being delivered. Each can still be replayed from its delivery.
        </AskDialog>
      )}
    </Page>
  );
}
