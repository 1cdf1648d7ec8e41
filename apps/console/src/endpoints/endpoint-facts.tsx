import { Section } from '../ui/page.js';
import { Facts } from '../ui/facts.js';
import { Id } from '../ui/id.js';
import { Moment } from '../ui/when.js';
import { AUTH_KINDS, TLS_FIELDS } from './credentials.js';
import type { Endpoint } from './endpoint.js';

/** How an endpoint is set up. */
export function EndpointFacts({ endpoint }: { endpoint: Endpoint }) {
  const { rateLimit, headers, retrySchedule, auth, tls } = endpoint;
  const names = Object.keys(headers);
  return (
    <Section title="Setup" note={`Version ${endpoint.version}`}>
      <Facts
        columns={3}
        facts={[
          ['Id', <Id key="id" id={endpoint.id} isFull />],
          ['URL', <code key="url">{endpoint.url}</code>],
          ['Made', <Moment key="made" at={endpoint.createdAt} />],
          endpoint.uid !== null && ['Uid', endpoint.uid],
          endpoint.description !== null && ['Description', endpoint.description],
          ['Signing', endpoint.signing.map(toSchemeWords).join(', ')],
          endpoint.rotateSecretsEveryDays !== null && [
            'New secret',
            endpoint.rotateSecretsEveryDays === 1 ? 'every day' : `every ${endpoint.rotateSecretsEveryDays} days`,
          ],
          ['Body', endpoint.payloadFormat],
          ['Order', endpoint.ordering === 'fifo' ? 'one after another (fifo)' : 'as fast as possible'],
          ['Rate', rateLimit === null ? 'no limit' : `${rateLimit.limit} in ${rateLimit.periodSeconds} s`],
          ['In flight', endpoint.maxInFlight ?? 'as many as fit'],
          ['Timeout', endpoint.timeoutSeconds === null ? 'the platform’s' : `${endpoint.timeoutSeconds} s`],
          ['Retries', retrySchedule === null ? 'the platform’s' : toWords(retrySchedule)],
          names.length > 0 && ['Headers', names.join(', ')],
          auth != null && [
            'Authentication',
            AUTH_KINDS.find(({ value }) => value === auth['type'])?.label ?? auth['type'],
          ],
          tls != null && ['TLS', Object.keys(tls).map(toTlsWords).join(', ')],
          endpoint.ownership.verifiedAt !== null && [
            'URL proven',
            <Moment key="proven" at={endpoint.ownership.verifiedAt} />,
          ],
          endpoint.disabledReason !== null && ['Disabled for', endpoint.disabledReason],
        ]}
      />
    </Section>
  );
}

function toSchemeWords({ scheme, header }: Endpoint['signing'][number]): string {
  return typeof header === 'string' ? `${scheme} (${header})` : scheme;
}

function toTlsWords(name: string): string {
  return TLS_FIELDS.find((field) => field.name === name)?.label ?? name;
}

function toWords(schedule: readonly number[]): string {
  return schedule.length === 0 ? 'none' : `after ${schedule.join(', ')} s`;
}
