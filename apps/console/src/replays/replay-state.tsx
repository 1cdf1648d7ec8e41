import { IconLoader2 } from '@tabler/icons-react';
import { Status, type Tone } from '../ui/status.js';
import type { Replay } from './replay.js';

const TONES: Readonly<Record<Replay['state'], Tone>> = {
  running: 'busy',
  finished: 'good',
  cancelled: 'off',
  failed: 'bad',
};

export function ReplayState({ state }: { state: Replay['state'] }) {
  return (
    <Status tone={TONES[state]} {...(state === 'running' ? { icon: IconLoader2 } : {})}>
      {state}
    </Status>
  );
}
