export interface CredentialField {
  readonly name: string;
  readonly label: string;
  readonly kind: 'text' | 'secret' | 'pem' | 'secret-pem' | 'choice';
  readonly isRequired?: boolean;
  readonly mayBeEmpty?: boolean;
  readonly description?: string;
  readonly options?: readonly { readonly value: string; readonly label: string }[];
}

export const AUTH_KINDS = [
  { value: 'none', label: 'None: the signature is enough' },
  { value: 'basic', label: 'Basic: user name and password' },
  { value: 'bearer', label: 'Bearer token' },
  { value: 'header', label: 'A header with a secret value' },
  { value: 'oauth2', label: 'OAuth 2 client credentials' },
  { value: 'mtls', label: 'Client certificate (mTLS)' },
];

const CERTIFICATE: readonly CredentialField[] = [
  { name: 'certificate', label: 'Certificate (PEM)', kind: 'pem', description: 'With its chain after it, if any' },
  { name: 'privateKey', label: 'Private key (PEM)', kind: 'secret-pem' },
  { name: 'passphrase', label: 'Passphrase of the key', kind: 'secret', description: 'If the key is encrypted' },
];

/** What each kind of `auth` asks for. */
export const AUTH_FIELDS: Readonly<Record<string, readonly CredentialField[]>> = {
  basic: [
    { name: 'username', label: 'User name', kind: 'text', mayBeEmpty: true },
    { name: 'password', label: 'Password', kind: 'secret', mayBeEmpty: true },
  ],
  bearer: [{ name: 'token', label: 'Token', kind: 'secret', isRequired: true }],
  header: [
    { name: 'name', label: 'Name of the header', kind: 'text', isRequired: true },
    { name: 'value', label: 'Value of the header', kind: 'secret', isRequired: true },
  ],
  oauth2: [
    { name: 'tokenUrl', label: 'Token URL', kind: 'text', isRequired: true },
    { name: 'clientId', label: 'Client id', kind: 'text', isRequired: true },
    { name: 'clientSecret', label: 'Client secret', kind: 'secret', isRequired: true },
    { name: 'scope', label: 'Scope', kind: 'text', description: 'Words with a space between them' },
    { name: 'audience', label: 'Audience', kind: 'text', description: 'For token endpoints that ask for one' },
    {
      name: 'authentication',
      label: 'Id and secret go',
      kind: 'choice',
      options: [
        { value: 'basic', label: 'in a header' },
        { value: 'body', label: 'in the body' },
      ],
    },
  ],
  mtls: CERTIFICATE.map((field) => ({ ...field, isRequired: field.name !== 'passphrase' })),
};

/** What TLS may need beside `auth`. */
export const TLS_FIELDS: readonly CredentialField[] = [
  {
    name: 'ca',
    label: 'Authorities (PEM)',
    kind: 'pem',
    description: 'The endpoint’s certificate must come from one of these; the public ones count no longer then',
  },
  ...CERTIFICATE,
];
