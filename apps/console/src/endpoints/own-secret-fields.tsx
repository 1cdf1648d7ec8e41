import { PasswordInput, Select } from '@mantine/core';
import { Fields } from '../ui/fields.js';
import { SECRET_ENCODINGS } from './rotation-fields.js';

interface OwnSecretFieldsProps {
  readonly form: { readonly getInputProps: (path: 'secret' | 'secretEncoding') => object };
}

/** A secret that is brought along, for a new endpoint and for a rotation. */
export function OwnSecretFields({ form }: OwnSecretFieldsProps) {
  return (
    <Fields columns={2}>
      <PasswordInput
        label="A secret of your own"
        placeholder="one is made"
        autoComplete="off"
        {...form.getInputProps('secret')}
      />
      <Select
        label="It is written as"
        data={SECRET_ENCODINGS}
        placeholder="as it begins"
        clearable
        {...form.getInputProps('secretEncoding')}
      />
    </Fields>
  );
}
