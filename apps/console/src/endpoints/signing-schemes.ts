/** A scheme as it stands in a form: its own fields as text, those of all others empty. */
export interface SchemeFields {
  scheme: string;
  [field: string]: string;
}

export interface SchemeField {
  readonly name: string;
  readonly label: string;
  readonly placeholder?: string;
  readonly description?: string;
  readonly isRequired?: boolean;
  readonly options?: readonly string[];
}

export const SCHEMES = [
  { value: 'standard', label: 'Standard Webhooks' },
  { value: 'standard-ed25519', label: 'Standard Webhooks, Ed25519 key pair' },
  { value: 'github', label: 'As GitHub signs' },
  { value: 'stripe', label: 'As Stripe signs' },
  { value: 'slack', label: 'As Slack signs' },
  { value: 'shopify', label: 'As Shopify signs' },
  { value: 'timestamped', label: 'Timestamp and body' },
  { value: 'hmac', label: 'A header of your own (HMAC)' },
];

/** The schemes with settings; all others are known by their name alone. */
export const SCHEME_FIELDS: Readonly<Record<string, readonly SchemeField[]>> = {
  shopify: [
    { name: 'shopDomain', label: 'Shop domain', placeholder: 'acme.myshopify.com' },
    { name: 'apiVersion', label: 'API version', placeholder: '2026-01' },
  ],
  hmac: [
    { name: 'header', label: 'Header', placeholder: 'X-Acme-Signature', isRequired: true },
    { name: 'prefix', label: 'Prefix', placeholder: 'none', description: 'Before the signature, such as sha256=' },
    { name: 'algorithm', label: 'Algorithm', options: ['sha256', 'sha512'] },
    { name: 'encoding', label: 'Encoding', options: ['hex', 'base64'] },
    { name: 'content', label: 'What is signed', placeholder: '{body}', description: '{id}, {timestamp} and {body}' },
    { name: 'timestampHeader', label: 'Header of the timestamp', placeholder: 'none' },
  ],
};

const DEFAULTS: Readonly<Record<string, string>> = { algorithm: 'sha256', encoding: 'hex' };

export function toSchemeFields(entry: { readonly scheme: string; readonly [option: string]: unknown }): SchemeFields {
  const fields = Object.values(SCHEME_FIELDS).flat();
  return Object.fromEntries([
    ['scheme', entry.scheme],
    ...fields.map(({ name }) => [name, toText(entry[name]) || (DEFAULTS[name] ?? '')]),
  ]) as SchemeFields;
}

/** The entry of `signing`: what is left empty has its default. */
export function toEntry(fields: SchemeFields): Record<string, string> {
  const own = SCHEME_FIELDS[fields.scheme] ?? [];
  return {
    scheme: fields.scheme,
    ...Object.fromEntries(own.flatMap(({ name }) => (fields[name] ? [[name, fields[name]]] : []))),
  };
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
