import { Select, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { AddButton, FieldGroup, Fields, GroupError, RemoveButton } from '../ui/fields.js';
import type { EndpointFields } from './endpoint-fields.js';
import { SCHEME_FIELDS, type SchemeField, SCHEMES, toSchemeFields } from './signing-schemes.js';

const MOST_SCHEMES = 10;

/** How requests are signed: one scheme or several side by side, each with its settings. */
export function SigningFields({ form }: { form: UseFormReturnType<EndpointFields> }) {
  const { signing } = form.getValues();
  return (
    <Fields>
      {signing.map(({ scheme }, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a scheme may stand twice, with other settings
        <FieldGroup
          key={index}
          label={`Signature ${index + 1}`}
          aside={
            signing.length > 1 && (
              <RemoveButton what={`signature ${index + 1}`} remove={() => form.removeListItem('signing', index)} />
            )
          }
        >
          <Fields columns={2}>
            <Select
              label="Scheme"
              data={SCHEMES}
              allowDeselect={false}
              {...form.getInputProps(`signing.${index}.scheme`)}
            />
            {(SCHEME_FIELDS[scheme] ?? []).map((field) => (
              <SettingField
                key={field.name}
                field={field}
                props={form.getInputProps(`signing.${index}.${field.name}`)}
              />
            ))}
          </Fields>
          <GroupError>{form.errors[`signing.${index}`]}</GroupError>
        </FieldGroup>
      ))}
      <GroupError>{form.errors['signing']}</GroupError>
      {signing.length < MOST_SCHEMES && (
        <AddButton
          what="signature"
          add={() => form.insertListItem('signing', toSchemeFields({ scheme: nextScheme(signing) }))}
        />
      )}
    </Fields>
  );
}

interface SettingFieldProps {
  readonly field: SchemeField;
  readonly props: ReturnType<UseFormReturnType<EndpointFields>['getInputProps']>;
}

function SettingField({ field: { label, placeholder, description, isRequired, options }, props }: SettingFieldProps) {
  if (options !== undefined) return <Select label={label} data={[...options]} allowDeselect={false} {...props} />;
  return (
    <TextInput
      label={label}
      placeholder={placeholder}
      description={description}
      required={isRequired ?? false}
      {...props}
    />
  );
}

/** The first that does not sign yet. */
function nextScheme(signing: EndpointFields['signing']): string {
  return SCHEMES.find(({ value }) => signing.every(({ scheme }) => scheme !== value))?.value ?? 'hmac';
}
