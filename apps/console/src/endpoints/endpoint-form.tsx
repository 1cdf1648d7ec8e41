import { Accordion, NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { type ReactNode, useState } from 'react';
import { api } from '../api/client.js';
import { useApiForm } from '../ui/api-form.js';
import { FieldRows, Fields, GroupError } from '../ui/fields.js';
import { FormDialog } from '../ui/form-dialog.js';
import { AuthFields, TlsFields } from './credential-fields.js';
import {
  type EndpointFields,
  PAYLOAD_FORMATS,
  renameEndpointField,
  toChanges,
  toCreation,
  toFields,
} from './endpoint-fields.js';
import { type Endpoint, endpointPath } from './endpoint.js';
import { OwnSecretFields } from './own-secret-fields.js';
import { SigningFields } from './signing-fields.js';

interface EndpointFormProps {
  readonly tenant: string;
  /** The one that is changed; without it a new one is made. */
  readonly endpoint?: Endpoint;
  readonly close: () => void;
  readonly after?: (endpoint: Endpoint) => void;
}

type Form = UseFormReturnType<EndpointFields>;

interface Part {
  readonly name: string;
  readonly title: string;
  /** The fields in it, to be opened when something is said against one. */
  readonly fields: readonly string[];
  readonly content: (form: Form, isNew: boolean) => ReactNode;
}

const PARTS: readonly Part[] = [
  {
    name: 'pace',
    title: 'Pace and retries',
    fields: ['rateLimit', 'maxInFlight', 'timeoutSeconds', 'retrySchedule', 'ordering'],
    content: (form) => <PaceFields form={form} />,
  },
  {
    name: 'request',
    title: 'What is sent',
    fields: ['payloadFormat', 'headers'],
    content: (form) => <RequestFields form={form} />,
  },
  {
    name: 'signing',
    title: 'How it is signed',
    fields: ['signing', 'secret', 'secretEncoding', 'rotateSecretsEveryDays', 'rotationGraceSeconds'],
    content: (form, isNew) => (
      <Fields>
        <SigningFields form={form} />
        {isNew && <OwnSecretFields form={form} />}
        <RotationFields form={form} />
      </Fields>
    ),
  },
  {
    name: 'auth',
    title: 'Authentication at the receiver',
    fields: ['auth'],
    content: (form) => <AuthFields form={form} />,
  },
  {
    name: 'tls',
    title: 'TLS: own authority, client certificate',
    fields: ['tls'],
    content: (form) => <TlsFields form={form} />,
  },
  {
    name: 'own',
    title: 'Your own id and metadata',
    fields: ['uid', 'metadata'],
    content: (form) => (
      <Fields>
        <TextInput label="Uid" {...form.getInputProps('uid')} />
        <Textarea
          label="Metadata (JSON)"
          classNames={{ input: 'mono' }}
          autosize
          minRows={2}
          {...form.getInputProps('metadata')}
        />
      </Fields>
    ),
  },
];

export function EndpointForm({ tenant, endpoint, close, after }: EndpointFormProps) {
  const isNew = endpoint === undefined;
  // What it was when it was opened: the page asks for it again meanwhile.
  const [opened] = useState(endpoint ?? null);
  const [before] = useState(() => toFields(opened));
  const { form, sending } = useApiForm<EndpointFields, Endpoint>({
    initialValues: before,
    send: async (values, once) =>
      opened === null
        ? api.post<Endpoint>(`/v1/tenants/${tenant}/endpoints`, toCreation(values), once)
        : api.patch<Endpoint>(endpointPath(tenant, opened.id), toChanges(values, before), {
            ifMatch: opened.version,
          }),
    done: 'Saved.',
    rename: renameEndpointField,
    after: (saved) => {
      close();
      after?.(saved);
    },
  });
  return (
    <FormDialog
      title={isNew ? 'New endpoint' : 'Change endpoint'}
      verb={isNew ? 'Make endpoint' : 'Save'}
      {...sending}
      close={close}
    >
      <TextInput label="URL" placeholder="https://" required data-autofocus {...form.getInputProps('url')} />
      {isNew && (
        <TagsInput
          label="Event types"
          description="payment.succeeded, payment.* or * for all. They make its first subscription; none means none."
          {...form.getInputProps('eventTypes')}
        />
      )}
      <TextInput label="Description" {...form.getInputProps('description')} />
      <FurtherParts form={form} isNew={isNew} />
    </FormDialog>
  );
}

/** What most endpoints leave as it is: opened by hand, and by a mistake in it. */
function FurtherParts({ form, isNew }: { form: Form; isNew: boolean }) {
  const [opened, setOpened] = useState<string[]>([]);
  const wrong = PARTS.filter(({ fields }) =>
    Object.keys(form.errors).some((path) => fields.includes(path.split('.')[0] ?? '')),
  ).map(({ name }) => name);
  return (
    <Accordion variant="separated" multiple value={[...new Set([...opened, ...wrong])]} onChange={setOpened}>
      {PARTS.map(({ name, title, content }) => (
        <Accordion.Item key={name} value={name}>
          <Accordion.Control>{title}</Accordion.Control>
          <Accordion.Panel>{content(form, isNew)}</Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function PaceFields({ form }: { form: Form }) {
  return (
    <Fields columns={2}>
      <NumberInput label="Requests at most" placeholder="no limit" min={1} {...form.getInputProps('rateLimit.limit')} />
      <NumberInput
        label="in so many seconds"
        placeholder="1"
        min={1}
        {...form.getInputProps('rateLimit.periodSeconds')}
      />
      <NumberInput
        label="In flight at once"
        description="In each worker process"
        placeholder="as many as fit"
        min={1}
        {...form.getInputProps('maxInFlight')}
      />
      <NumberInput
        label="Timeout in seconds"
        description="Connect to last byte"
        placeholder="as the platform says"
        min={1}
        max={60}
        {...form.getInputProps('timeoutSeconds')}
      />
      <TextInput
        label="Retries after seconds"
        placeholder="as the platform says"
        description="5, 300, 1800: one for each; or none"
        {...form.getInputProps('retrySchedule')}
      />
      <Select
        label="Order"
        description="Of events with one ordering key"
        data={[
          { value: 'none', label: 'As fast as possible' },
          { value: 'fifo', label: 'One after another (fifo)' },
        ]}
        allowDeselect={false}
        {...form.getInputProps('ordering')}
      />
    </Fields>
  );
}

function RequestFields({ form }: { form: Form }) {
  return (
    <Fields>
      <Select label="Body" data={PAYLOAD_FORMATS} allowDeselect={false} {...form.getInputProps('payloadFormat')} />
      <FieldRows
        what="header"
        count={form.getValues().headers.length}
        add={() => form.insertListItem('headers', { name: '', value: '' })}
        remove={(index) => form.removeListItem('headers', index)}
        row={(index) => (
          <>
            <TextInput
              aria-label={`Name of header ${index + 1}`}
              placeholder="X-Team"
              {...form.getInputProps(`headers.${index}.name`)}
            />
            <TextInput
              aria-label={`Value of header ${index + 1}`}
              placeholder="payments"
              {...form.getInputProps(`headers.${index}.value`)}
            />
          </>
        )}
      />
      <GroupError>{form.errors['headers']}</GroupError>
    </Fields>
  );
}

function RotationFields({ form }: { form: Form }) {
  return (
    <Fields columns={2}>
      <NumberInput
        label="New secret every so many days"
        description="Made ahead, so that receivers can be given it"
        placeholder="never"
        min={1}
        max={365}
        {...form.getInputProps('rotateSecretsEveryDays')}
      />
      <NumberInput
        label="Old secrets sign on, in seconds"
        description="Beside a new one of the schedule"
        placeholder="86400"
        min={0}
        {...form.getInputProps('rotationGraceSeconds')}
      />
    </Fields>
  );
}
