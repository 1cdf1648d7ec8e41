import type { Attempt } from './delivery.js';

export interface TimingPart {
  readonly name: string;
  readonly ms: number;
}

/**
 * How the time of an attempt was spent, in order. What a kept-alive connection has spared is not there; what is left
 * over after the first byte was spent reading the answer.
 */
export function toTimingParts({ timings, durationMs }: Pick<Attempt, 'timings' | 'durationMs'>): TimingPart[] {
  const { dnsMs, connectMs, tlsMs, firstByteMs } = timings;
  const before = (dnsMs ?? 0) + (connectMs ?? 0) + (tlsMs ?? 0);
  const known: [string, number | null][] = [
    ['DNS', dnsMs],
    ['Connect', connectMs],
    ['TLS', tlsMs],
    ['First byte', firstByteMs],
  ];
  const parts = known.flatMap(([name, ms]) => (ms === null ? [] : [{ name, ms }]));
  const rest = durationMs - before - (firstByteMs ?? 0);
  if (rest > 0) parts.push({ name: firstByteMs === null ? 'Waiting' : 'Reading', ms: rest });
  return parts;
}
