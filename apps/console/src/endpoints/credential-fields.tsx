import { PasswordInput, Select, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { Fields, GroupError } from '../ui/fields.js';
import { AUTH_FIELDS, AUTH_KINDS, type CredentialField, TLS_FIELDS } from './credentials.js';
import type { EndpointFields } from './endpoint-fields.js';

type Form = UseFormReturnType<EndpointFields>;

/** How requests are authenticated at the endpoint, beside their signature. */
export function AuthFields({ form }: { form: Form }) {
  const { auth } = form.getValues();
  return (
    <Fields>
      <Select label="Kind" data={AUTH_KINDS} allowDeselect={false} {...form.getInputProps('auth.type')} />
      <GroupError>{form.errors['auth']}</GroupError>
      {(AUTH_FIELDS[auth['type'] ?? ''] ?? []).map((field) => (
        <CredentialInput key={field.name} field={field} props={form.getInputProps(`auth.${field.name}`)} />
      ))}
    </Fields>
  );
}

/** For endpoints that want a client certificate, or have one of their own authority. */
export function TlsFields({ form }: { form: Form }) {
  return (
    <Fields>
      {TLS_FIELDS.map((field) => (
        <CredentialInput key={field.name} field={field} props={form.getInputProps(`tls.${field.name}`)} />
      ))}
      <GroupError>{form.errors['tls']}</GroupError>
    </Fields>
  );
}

interface CredentialInputProps {
  readonly field: CredentialField;
  readonly props: ReturnType<Form['getInputProps']>;
}

/** A secret that is there already is shown as a mask, and stays as it is while the mask is left. */
function CredentialInput({ field, props }: CredentialInputProps) {
  const { kind, label, description, isRequired = false, options = [] } = field;
  const input = { label, description, required: isRequired, autoComplete: 'off', ...props };
  switch (kind) {
    case 'secret':
      return <PasswordInput {...input} />;
    case 'pem':
    case 'secret-pem':
      return (
        <Textarea
          {...input}
          classNames={{ input: 'mono' }}
          placeholder="-----BEGIN …"
          autosize
          minRows={2}
          maxRows={6}
          spellCheck={false}
        />
      );
    case 'choice':
      return <Select {...input} data={[...options]} placeholder={options[0]?.label} clearable />;
    case 'text':
      return <TextInput {...input} />;
  }
}
