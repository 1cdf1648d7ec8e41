import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconExternalLink, IconPencil, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { Link } from 'wouter';
import { api } from '../api/client.js';
import { EndpointsSection } from '../endpoints/endpoints-section.js';
import { useMay } from '../session/may.js';
import { useAction } from '../ui/action.js';
import { AskDialog } from '../ui/ask-dialog.js';
import { Facts } from '../ui/facts.js';
import { Id } from '../ui/id.js';
import { Page, Section } from '../ui/page.js';
import { PageOf } from '../ui/page-of.js';
import { Status } from '../ui/status.js';
import { Moment, When } from '../ui/when.js';
import { PortalLinkButton } from './portal-link.js';
import { TenantForm } from './tenant-form.js';
import { type Tenant, useTenant } from './tenant.js';

const CRUMBS = [{ label: 'Tenants', to: '/tenants' }];

/** One tenant: its endpoints, its limits, its switch. */
export function TenantPage({ id }: { id: string }) {
  return (
    <PageOf query={useTenant(id)} title="Tenant" crumbs={CRUMBS}>
      {(tenant) => <ShownTenant tenant={tenant} />}
    </PageOf>
  );
}

function ShownTenant({ tenant }: { tenant: Tenant }) {
  const { settings } = tenant;
  return (
    <Page
      title={tenant.name}
      aside={tenant.paused ? <Status tone="held">paused</Status> : <Status tone="good">active</Status>}
      crumbs={CRUMBS}
      actions={<TenantActions tenant={tenant} />}
    >
      <EndpointsSection tenant={tenant.id} />
      <Section title="Tenant">
        <Facts
          columns={3}
          facts={[
            ['Id', <Id key="id" id={tenant.id} isFull />],
            ['Uid', tenant.uid],
            ['Since', <Moment key="since" at={tenant.createdAt} />],
            tenant.pausedAt !== null && ['Paused', <When key="paused" at={tenant.pausedAt} />],
            ['Most endpoints', settings.maxEndpoints ?? 'no limit'],
            ['Events a second', settings.publishPerSecond ?? 'no limit'],
            ['Payloads kept', settings.payloadRetentionDays ? `${settings.payloadRetentionDays} days` : 'as the rest'],
            ['http:// URLs', settings.allowHttp ? 'allowed' : 'as the platform says'],
            settings.requireOwnershipProof === true && ['New URLs', 'must prove that they want the traffic'],
            settings.portal?.name != null && ['Portal', settings.portal.name],
            [
              'Traffic',
              <span key="traffic">
                <Link href={`/events?tenant=${tenant.id}`}>events</Link>
                {' · '}
                <Link href={`/deliveries?tenant=${tenant.id}`}>deliveries</Link>
                {' · '}
                <Link href={`/dead-letters?tenant=${tenant.id}`}>dead letters</Link>
              </span>,
            ],
          ]}
        />
      </Section>
    </Page>
  );
}

function TenantActions({ tenant }: { tenant: Tenant }) {
  const mayDo = useMay();
  const [isEditing, editing] = useDisclosure(false);
  const [isPausing, pausing] = useDisclosure(false);
  const resume = useAction(() => api.post(`/v1/tenants/${tenant.id}/resume`), { done: 'Resumed.' });
  return (
    <>
      {mayDo('portal-sessions:write') && <PortalLinkButton tenant={tenant.id} icon={<IconExternalLink size={15} />} />}
      {mayDo('tenants:pause') &&
        (tenant.paused ? (
          <Button
            size="xs"
            leftSection={<IconPlayerPlay size={15} />}
            loading={resume.isBusy}
            onClick={() => resume.go()}
          >
            Resume
          </Button>
        ) : (
          <Button size="xs" variant="default" leftSection={<IconPlayerPause size={15} />} onClick={pausing.open}>
            Pause
          </Button>
        ))}
      {mayDo('tenants:write') && (
        <Button size="xs" variant="default" leftSection={<IconPencil size={15} />} onClick={editing.open}>
          Change
        </Button>
      )}
      {isEditing && <TenantForm tenant={tenant} close={editing.close} />}
      {isPausing && (
        <AskDialog
          title={`Pause ${tenant.name}?`}
          verb="Pause"
          run={() => api.post(`/v1/tenants/${tenant.id}/pause`)}
          done="Paused. Deliveries are held."
          close={pausing.close}
        >
          All deliveries to its endpoints are held until it is resumed. Nothing is lost.
        </AskDialog>
      )}
    </>
  );
}
