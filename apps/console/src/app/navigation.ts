import {
  IconActivity,
  IconArrowsRightLeft,
  IconBuilding,
  IconCategory,
  IconHistory,
  IconInbox,
  IconKey,
  IconMailX,
  IconPlugConnected,
  IconRepeat,
  IconShieldCheck,
  type TablerIcon,
} from '@tabler/icons-react';
import { may } from '../session/may.js';
import type { Session } from '../session/session.js';

export interface Place {
  readonly label: string;
  readonly to: string;
  readonly icon: TablerIcon;
}

export interface Area {
  readonly label: string;
  readonly places: readonly Place[];
}

/** What the one who is signed in gets to see; a tenant's own session begins at its endpoints. */
export function areasFor(session: Session): readonly Area[] {
  const isTenant = session.role === 'tenant';
  const areas: Area[] = [
    {
      label: 'Traffic',
      places: [
        ...only(may(session, 'stats:read'), { label: 'Overview', to: '/', icon: IconActivity }),
        { label: 'Events', to: '/events', icon: IconInbox },
        { label: 'Deliveries', to: '/deliveries', icon: IconArrowsRightLeft },
        ...only(may(session, 'deliveries:act'), { label: 'Dead letters', to: '/dead-letters', icon: IconMailX }),
        ...only(may(session, 'deliveries:act'), { label: 'Replays', to: '/replays', icon: IconRepeat }),
      ],
    },
    {
      label: 'Setup',
      places: [
        ...only(!isTenant && may(session, 'endpoints:read'), { label: 'Tenants', to: '/tenants', icon: IconBuilding }),
        ...only(isTenant, { label: 'Endpoints', to: '/endpoints', icon: IconPlugConnected }),
        { label: 'Event types', to: '/event-types', icon: IconCategory },
        ...only(isTenant, { label: 'Verify a signature', to: '/verify', icon: IconShieldCheck }),
      ],
    },
    {
      label: 'Access',
      places: [
        ...only(may(session, 'api-keys:read'), { label: 'API keys', to: '/api-keys', icon: IconKey }),
        ...only(may(session, 'audit:read'), { label: 'Audit log', to: '/audit-log', icon: IconHistory }),
        ...only(!isTenant, { label: 'Verify a signature', to: '/verify', icon: IconShieldCheck }),
      ],
    },
  ];
  return areas.filter(({ places }) => places.length > 0);
}

function only(condition: boolean, place: Place): readonly Place[] {
  return condition ? [place] : [];
}
