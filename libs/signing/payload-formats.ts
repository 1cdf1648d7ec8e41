import type { StandardBody } from './payload.js';

/** `standard` is how an event travels inside; the others are made of it just before they are sent. */
export const PAYLOAD_FORMATS = ['standard', 'data', 'cloudevents', 'slack', 'form'] as const;
export type PayloadFormat = (typeof PAYLOAD_FORMATS)[number];

const CONTENT_TYPES: Readonly<Record<PayloadFormat, string>> = {
  standard: 'application/json',
  data: 'application/json',
  cloudevents: 'application/cloudevents+json',
  slack: 'application/json',
  form: 'application/x-www-form-urlencoded',
};

export function contentTypeOf(format: PayloadFormat): string {
  return CONTENT_TYPES[format];
}

/** The bytes of a request. Wherever the data stands in JSON it is the text that was published. */
export function formatBody(format: PayloadFormat, event: StandardBody): string {
  switch (format) {
    case 'standard':
      return event.body;
    case 'data':
      return dataOf(event);
    case 'cloudevents':
      return toCloudEvent(event);
    case 'slack':
      return toSlackMessage(event);
    case 'form':
      return `payload=${encodeURIComponent(event.body)}`;
  }
}

/** What the standard body says beside `data` and `metadata`. */
interface Envelope {
  readonly id: string;
  readonly uid?: string;
  readonly type: string;
  readonly timestamp: string;
  readonly subject?: string;
  readonly schemaVersion?: string;
  readonly correlationId?: string;
}

function dataOf({ body, dataStart, dataEnd }: StandardBody): string {
  return body.slice(dataStart, dataEnd);
}

function envelopeOf({ body, dataStart }: StandardBody): Envelope {
  return JSON.parse(`${body.slice(0, dataStart)}null}`) as Envelope;
}

/** The JSON text of the metadata, or undefined: nothing else follows the data. */
function metadataOf({ body, dataEnd }: StandardBody): string | undefined {
  return body.length === dataEnd + 1 ? undefined : body.slice(dataEnd + ',"metadata":'.length, -1);
}

/** Stands where the publisher has not named itself: CloudEvents want a source. */
const UNNAMED_SOURCE = '/posthorn';

/** CloudEvents 1.0, structured mode. Names of extensions are lower case without separators, and their values text. */
function toCloudEvent(event: StandardBody): string {
  const { id, uid, type, timestamp, subject, schemaVersion, correlationId } = envelopeOf(event);
  const attributes = {
    specversion: '1.0',
    id,
    source: event.source === null ? UNNAMED_SOURCE : toUriReference(event.source),
    type,
    time: timestamp,
    subject,
    datacontenttype: 'application/json',
    eventuid: uid,
    schemaversion: schemaVersion,
    correlationid: correlationId,
    metadata: metadataOf(event),
  };
  return `${JSON.stringify(attributes).slice(0, -1)},"data":${dataOf(event)}}`;
}

/** A source is any text; what may not stand in a URI is escaped. */
function toUriReference(source: string): string {
  return encodeURI(source.toWellFormed());
}

/** Slack shows some 4,000 characters of a message and cuts what is longer. */
const MAX_SLACK_CHARACTERS = 3_000;

/**
 * A message for an incoming webhook of Slack. Data that is such a message already goes as it is; of any other event its
 * type, its subject and its data are shown.
 */
function toSlackMessage(event: StandardBody): string {
  const data = dataOf(event);
  if (isSlackMessage(data)) return data;
  const { type, subject } = envelopeOf(event);
  const title = subject === undefined ? `*${type}*` : `*${type}* ${escapeSlack(subject)}`;
  const shown = data.length > MAX_SLACK_CHARACTERS ? `${data.slice(0, MAX_SLACK_CHARACTERS)}…` : data;
  return JSON.stringify({ text: `${title}\n\`\`\`${escapeSlack(shown)}\`\`\`` });
}

function isSlackMessage(data: string): boolean {
  if (!data.startsWith('{')) return false;
  const { text, blocks, attachments } = JSON.parse(data) as Record<string, unknown>;
  return typeof text === 'string' || Array.isArray(blocks) || Array.isArray(attachments);
}

/** Slack, "Formatting text": these three are its own. */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
