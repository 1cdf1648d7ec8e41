import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots, IconPencil, IconPlayerPause, IconPlayerPlay, IconPower, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api } from '../api/client.js';
import { useMay, useSession } from '../session/may.js';
import { useAction } from '../ui/action.js';
import { AskDialog } from '../ui/ask-dialog.js';
import { EndpointForm } from './endpoint-form.js';
import { type Endpoint, endpointPath } from './endpoint.js';

type Asking = 'edit' | 'pause' | 'disable' | 'delete' | null;

/** Pausing holds, disabling cancels, deleting ends. */
export function EndpointActions({ endpoint }: { endpoint: Endpoint }) {
  const mayDo = useMay();
  const { tenant: own } = useSession();
  const [, navigate] = useLocation();
  const [asking, setAsking] = useState<Asking>(null);
  const path = endpointPath(endpoint.tenant, endpoint.id);
  const resume = useAction(() => api.post(`${path}/resume`), { done: 'Resumed. What was held goes out.' });
  const enable = useAction(() => api.post(`${path}/enable`), { done: 'Enabled.' });
  const close = (): void => setAsking(null);
  const mayOperate = mayDo('endpoints:operate');
  return (
    <>
      {mayOperate && endpoint.status === 'paused' && (
        <Button
          size="xs"
          leftSection={<IconPlayerPlay size={15} />}
          loading={resume.isBusy}
          onClick={() => resume.go()}
        >
          Resume
        </Button>
      )}
      {mayOperate && endpoint.status === 'disabled' && endpoint.disabledReason !== 'unverified' && (
        <Button size="xs" leftSection={<IconPower size={15} />} loading={enable.isBusy} onClick={() => enable.go()}>
          Enable
        </Button>
      )}
      {mayOperate && endpoint.status === 'enabled' && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerPause size={15} />}
          onClick={() => setAsking('pause')}
        >
          Pause
        </Button>
      )}
      {mayDo('endpoints:write') && (
        <Button size="xs" variant="default" leftSection={<IconPencil size={15} />} onClick={() => setAsking('edit')}>
          Change
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label="More that can be done">
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconPower size={15} />}
            disabled={!mayOperate || (endpoint.status === 'disabled' && endpoint.disabledReason !== 'unverified')}
            onClick={() => setAsking('disable')}
          >
            Disable
          </Menu.Item>
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={15} />}
            disabled={!mayDo('endpoints:write')}
            onClick={() => setAsking('delete')}
          >
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asking === 'edit' && <EndpointForm tenant={endpoint.tenant} endpoint={endpoint} close={close} />}
      {asking === 'pause' && (
        <AskDialog
          title="Pause this endpoint?"
          verb="Pause"
          run={() => api.post(`${path}/pause`)}
          done="Paused. Deliveries are held."
          close={close}
        >
          Deliveries are held, and sent when it is resumed. Nothing is lost.
        </AskDialog>
      )}
      {asking === 'disable' && (
        <AskDialog
          title="Disable this endpoint?"
          verb="Disable"
          noteLabel="Reason (optional)"
          run={(reason) => api.post(`${path}/disable`, reason === undefined ? {} : { reason })}
          done="Disabled."
          close={close}
          isDangerous
        >
          Open deliveries are cancelled. New events are recorded as cancelled, and can be replayed later.
        </AskDialog>
      )}
      {asking === 'delete' && (
        <AskDialog
          title="Delete this endpoint?"
          verb="Delete for good"
          run={() => api.delete(path)}
          done="Deleted."
          after={() => navigate(own === null ? `/tenants/${endpoint.tenant}` : '/endpoints')}
          close={close}
          isDangerous
        >
          Open deliveries are cancelled, its subscriptions and secrets go. The record of what was delivered stays.
        </AskDialog>
      )}
    </>
  );
}
