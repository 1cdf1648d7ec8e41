import {
  IconBan,
  IconCheck,
  IconClock,
  IconPlayerPause,
  IconProgress,
  IconRefresh,
  IconX,
  type TablerIcon,
} from '@tabler/icons-react';
import classes from './status.module.css';

/** What a state means to the one who looks: the colour of the whole console. */
export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'held' | 'off';

const ICONS: Readonly<Record<Tone, TablerIcon>> = {
  good: IconCheck,
  bad: IconX,
  warn: IconRefresh,
  busy: IconProgress,
  held: IconPlayerPause,
  off: IconBan,
};

interface StatusProps {
  readonly tone: Tone;
  readonly children: string;
  readonly icon?: TablerIcon;
  readonly title?: string | undefined;
}

/** A state as colour, icon and word, so that no one of them has to be seen. */
export function Status({ tone, children, icon, title }: StatusProps) {
  const Icon = icon ?? ICONS[tone];
  return (
    <span className={classes.status} data-tone={tone} title={title}>
      <Icon size={13} stroke={2.4} aria-hidden />
      {children}
    </span>
  );
}

const DELIVERY_TONES: Readonly<Record<string, Tone>> = {
  pending: 'busy',
  held: 'held',
  succeeded: 'good',
  dead: 'bad',
  cancelled: 'off',
};

const WAITING_WORDS: Readonly<Record<string, string>> = {
  queue: 'in the queue',
  sending: 'sending',
  retry: 'retrying',
  rate_limit: 'rate limit',
  circuit: 'circuit open',
  order: 'in line',
  schedule: 'scheduled',
};

export function DeliveryStatus({ status, waitingFor }: { status: string; waitingFor: string | null }) {
  const isRetrying = waitingFor === 'retry' || waitingFor === 'circuit' || waitingFor === 'rate_limit';
  if (status !== 'pending') return <Status tone={DELIVERY_TONES[status] ?? 'off'}>{status}</Status>;
  const words = waitingFor === null ? 'pending' : (WAITING_WORDS[waitingFor] ?? waitingFor);
  return (
    <Status tone={isRetrying ? 'warn' : 'busy'} icon={waitingFor === 'schedule' ? IconClock : undefined!}>
      {words}
    </Status>
  );
}

const ENDPOINT_TONES: Readonly<Record<string, Tone>> = { enabled: 'good', paused: 'held', disabled: 'off' };

interface EndpointStatusProps {
  readonly status: string;
  readonly disabledReason?: string | null;
  readonly circuit?: { readonly state: string } | undefined;
}

export function EndpointStatus({ status, disabledReason, circuit }: EndpointStatusProps) {
  if (status === 'disabled' && disabledReason === 'unverified') return <Status tone="warn">unverified</Status>;
  if (status === 'enabled' && circuit !== undefined && circuit.state !== 'closed')
    return <Status tone="warn">{circuit.state === 'open' ? 'circuit open' : 'trying again'}</Status>;
  return <Status tone={ENDPOINT_TONES[status] ?? 'off'}>{status}</Status>;
}
