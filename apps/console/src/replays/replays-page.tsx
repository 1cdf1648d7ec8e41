import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconRepeat } from '@tabler/icons-react';
import { Link } from 'wouter';
import { usePagedList } from '../api/page.js';
import { useMay } from '../session/may.js';
import type { DataColumn } from '../ui/data-table.js';
import { shorten } from '../ui/id.js';
import { List } from '../ui/list.js';
import { Page, Section } from '../ui/page.js';
import { Nothing } from '../ui/states.js';
import { When } from '../ui/when.js';
import { ReplayBuilder } from './replay-builder.js';
import { ReplayProgress } from './replay-progress.js';
import { ReplayState } from './replay-state.js';
import { type Replay, replayLink, selectionWords } from './replay.js';

const COLUMNS: readonly DataColumn<Replay>[] = [
  {
    header: 'Replay',
    cell: (row) => (
      <Link href={replayLink(row)} title={row.id} className="mono">
        {shorten(row.id)}
      </Link>
    ),
  },
  { header: 'State', cell: ({ state }) => <ReplayState state={state} /> },
  { header: 'Of', cell: selectionWords },
  { header: 'Progress', cell: (row) => <ReplayProgress replay={row} />, isWide: true },
  { header: 'Matched', cell: ({ matched }) => matched.toLocaleString(), isNumber: true },
  { header: 'Succeeded', cell: ({ succeeded }) => succeeded.toLocaleString(), isNumber: true },
  { header: 'Failed', cell: ({ failed }) => failed.toLocaleString(), isNumber: true, isExtra: true },
  { header: 'Started', cell: ({ createdAt }) => <When at={createdAt} />, isNumber: true, isCorner: true },
];

/** What is delivered again in bulk. */
export function ReplaysPage() {
  const mayDo = useMay();
  const [isBuilding, building] = useDisclosure(false);
  const list = usePagedList<Replay>(['replays'], '/v1/replays');
  return (
    <Page
      title="Replays"
      actions={
        mayDo('replays:write') && (
          <Button size="xs" leftSection={<IconPlus size={15} />} onClick={building.open}>
            New replay
          </Button>
        )
      }
    >
      <Section title="Newest first" isFlush>
        <List
          label="Replays"
          list={list}
          columns={COLUMNS}
          idOf={({ id }) => id}
          linkOf={replayLink}
          nothing={
            <Nothing icon={IconRepeat} title="No replay yet">
              A replay delivers again what failed, what is missing, or all of a time.
            </Nothing>
          }
        />
      </Section>
      {isBuilding && <ReplayBuilder close={building.close} />}
    </Page>
  );
}
