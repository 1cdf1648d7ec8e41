import { Button, Text } from '@mantine/core';
import { IconMailOff, IconRepeat, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { usePagedList } from '../api/page.js';
import { errorWords } from '../deliveries/outcome-words.js';
import { EndpointName } from '../endpoints/endpoint-name.js';
import { ReplayDialog } from '../replays/replay-dialog.js';
import { useMay } from '../session/may.js';
import { TenantName } from '../tenants/tenant-name.js';
import type { DataColumn } from '../ui/data-table.js';
import { List } from '../ui/list.js';
import { Section } from '../ui/page.js';
import { Nothing } from '../ui/states.js';
import { When } from '../ui/when.js';
import { DiscardDialog } from './discard-dialog.js';
import classes from './group-list.module.css';
import { countWords, type DeadLetterGroup, REASON_WORDS } from './dead-letter.js';

interface GroupListProps {
  readonly filters: { readonly tenant: string; readonly endpoint: string };
  readonly show: (group: DeadLetterGroup) => void;
}

const idOf = ({ endpoint, reason }: DeadLetterGroup): string => `${endpoint} ${reason}`;

/** What is dead, by endpoint and reason: one press for each. */
export function GroupList({ filters, show }: GroupListProps) {
  const mayDo = useMay();
  const [replayed, setReplayed] = useState<DeadLetterGroup | null>(null);
  const [discarded, setDiscarded] = useState<DeadLetterGroup | null>(null);
  const list = usePagedList<DeadLetterGroup>(['dead-letters', 'groups'], '/v1/dead-letters/groups', filters);
  const columns: readonly DataColumn<DeadLetterGroup>[] = [
    {
      header: 'Endpoint',
      cell: ({ tenant, endpoint }) => <EndpointName tenant={tenant} id={endpoint} />,
      isWide: true,
    },
    { header: 'Tenant', cell: ({ tenant }) => <TenantName id={tenant} />, isExtra: true },
    {
      header: 'Reason',
      cell: ({ reason, sample }) => (
        <span title={sample.error ?? REASON_WORDS[reason]}>
          {reason}
          <Text span inherit c="dimmed">
            {' '}
            · {errorWords(sample.lastErrorCode, sample.lastStatusCode)}
          </Text>
        </span>
      ),
    },
    { header: 'Count', cell: ({ count, countExact }) => `${count}${countExact ? '' : '+'}`, isNumber: true },
    { header: 'Oldest', cell: ({ oldestAt }) => <When at={oldestAt} />, isNumber: true, isExtra: true },
    { header: 'Newest', cell: ({ newestAt }) => <When at={newestAt} />, isNumber: true },
    {
      header: 'Act',
      isNumber: true,
      cell: (group) => (
        <div className={classes.acts}>
          <Button size="compact-xs" variant="default" onClick={() => show(group)}>
            Show
          </Button>
          {mayDo('replays:write') && (
            <Button size="compact-xs" leftSection={<IconRepeat size={13} />} onClick={() => setReplayed(group)}>
              Replay all
            </Button>
          )}
          {mayDo('deliveries:act') && (
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconTrash size={13} />}
              onClick={() => setDiscarded(group)}
            >
              Discard
            </Button>
          )}
        </div>
      ),
    },
  ];
  return (
    <Section title="By endpoint and reason" isFlush>
      <List
        label="Groups of dead letters"
        list={list}
        columns={columns}
        idOf={idOf}
        nothing={
          <Nothing icon={IconMailOff} title="No open dead letters">
            What is given up comes here. See <Link href="/deliveries?status=dead">dead deliveries</Link> for those that
            were resolved.
          </Nothing>
        }
      />
      {replayed !== null && (
        <ReplayDialog
          selection={{
            select: 'failed',
            tenant: replayed.tenant,
            endpoint: replayed.endpoint,
            reason: replayed.reason,
          }}
          close={() => setReplayed(null)}
        />
      )}
      {discarded !== null && (
        <DiscardDialog
          selection={{ tenant: discarded.tenant, endpoint: discarded.endpoint, reason: discarded.reason }}
          count={countWords(discarded.count, discarded.countExact)}
          close={() => setDiscarded(null)}
        />
      )}
    </Section>
  );
}
