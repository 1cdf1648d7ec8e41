import { type FieldNote, OPERATIONAL_EVENTS } from './operational-event.js';

const TYPE_NAMES: Record<FieldNote[0], string> = { text: 'text', time: 'time', count: 'integer' };

/** docs/operational-events.md, as Markdown: a test keeps the file equal to this. */
export function operationalEventReference(): string {
  const sections = Object.entries(OPERATIONAL_EVENTS).map(([type, { when, subject, data }]) => {
    const rows = Object.entries<FieldNote>(data).map(
      ([name, [kind, isNullable, meaning]]) =>
        `| \`${name}\` | ${TYPE_NAMES[kind]}${isNullable ? ' or null' : ''} | ${meaning} |`,
    );
    return `## \`${type}\`

${when} \`subject\` is ${subject}.

| \`data\` | | |
| --- | --- | --- |
${rows.join('\n')}
`;
  });
  return `# Operational events

What the platform tells tenants of by itself. These are events like any other, signed, retried, listed and replayed in the
same way, with \`source: "posthorn"\`. An endpoint gets them if one of its subscriptions names them: \`posthorn.*\`,
\`posthorn.endpoint.*\`, or a type as it stands here. \`*\` does not take them, nor does a subscription with channels. For a
tenant that subscribes to none of a type nothing is recorded.

Types beginning with \`posthorn.\` are the platform's own: to publish one answers 422 \`reserved\`. They are not among
\`GET /v1/event-types\`, which is the catalog of what is published by others. \`posthorn.test\` is what
\`POST …/{endpoint}/test\` sends, \`posthorn.endpoint.verification\` what \`POST …/{endpoint}/verify\` does
([ownership.md](ownership.md)); neither needs a subscription.

Ids are those of the API, times ISO 8601 in UTC. More types and fields may come; none is renamed. An endpoint is told of its
own trouble too, if it subscribes to it; better have another one for that. That an operational event could not be delivered
is a dead letter, and not told by another event.

${sections.join('\n')}`;
}
