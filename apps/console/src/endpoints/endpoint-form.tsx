import {
  Accordion,
  MultiSelect,
  NumberInput,
  PasswordInput,
  Select,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { useState } from 'react';
import { api } from '../api/client.js';
import { useAction } from '../ui/action.js';
import { FormDialog } from '../ui/form-dialog.js';
import { showProblem } from '../ui/form-errors.js';
import {
  AUTH_FIELDS,
  type EndpointFields,
  FieldMistake,
  PAYLOAD_FORMATS,
  PLAIN_SCHEMES,
  toChanges,
  toFields,
} from './endpoint-fields.js';
import { type Endpoint, endpointPath } from './endpoint.js';
import classes from './endpoint-form.module.css';

interface EndpointFormProps {
  readonly tenant: string;
  /** The one that is changed; without it a new one is made. */
  readonly endpoint?: Endpoint;
  readonly close: () => void;
  readonly after?: (endpoint: Endpoint) => void;
}

type Form = UseFormReturnType<EndpointFields>;

/** Names that the API has for what the form shows under others. */
const NAMES = { signing: 'schemes', 'rateLimit/limit': 'rateLimit', 'rateLimit/periodSeconds': 'ratePeriod' };

/** What is folded away at first, and the fields of it. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  pace: ['rateLimit', 'ratePeriod', 'maxInFlight', 'timeoutSeconds', 'retrySchedule', 'ordering'],
  request: ['payloadFormat', 'schemes', 'ownSchemes', 'headers'],
  auth: ['auth'],
  own: ['uid', 'metadata'],
};

export function EndpointForm({ tenant, endpoint, close, after }: EndpointFormProps) {
  const [complaint, setComplaint] = useState<string | null>(null);
  const [unfolded, setUnfolded] = useState<string[]>([]);
  const [before] = useState(() => toFields(endpoint ?? null));
  const form = useForm<EndpointFields>({ initialValues: before });
  const save = useAction(
    async (body: Record<string, unknown>) =>
      endpoint === undefined
        ? api.post<Endpoint>(`/v1/tenants/${tenant}/endpoints`, body)
        : api.patch<Endpoint>(endpointPath(tenant, endpoint.id), body, { ifMatch: endpoint.version }),
    {
      done: 'Saved.',
      isErrorShown: true,
      failed: (error) => setComplaint(showProblem(form, error, NAMES)),
      after: (saved) => {
        close();
        after?.(saved);
      },
    },
  );
  const submit = (): void => {
    setComplaint(null);
    form.clearErrors();
    try {
      const values = form.getValues();
      const changes = toChanges(values, before);
      if (endpoint !== undefined) return save.go(changes);
      // An address is asked for by the API itself, in its own words.
      save.go({ url: values.url.trim(), ...changes, eventTypes: values.eventTypes });
    } catch (error) {
      if (!(error instanceof FieldMistake)) throw error;
      form.setFieldError(error.field, error.message);
    }
  };
  // A complaint must be seen: its part cannot be folded away.
  const complainedOf = Object.keys(PARTS).filter((part) => PARTS[part]?.some((field) => field in form.errors));
  return (
    <FormDialog
      title={endpoint === undefined ? 'New endpoint' : 'Change endpoint'}
      verb={endpoint === undefined ? 'Make endpoint' : 'Save'}
      isBusy={save.isBusy}
      complaint={complaint}
      submit={submit}
      close={close}
    >
      <TextInput label="URL" placeholder="https://" required data-autofocus {...form.getInputProps('url')} />
      {endpoint === undefined && (
        <TagsInput
          label="Event types"
          description="payment.succeeded, payment.* or * for all. They make its first subscription; none means none."
          {...form.getInputProps('eventTypes')}
        />
      )}
      <TextInput label="Description" {...form.getInputProps('description')} />
      <Accordion
        variant="separated"
        multiple
        value={[...new Set([...unfolded, ...complainedOf])]}
        onChange={setUnfolded}
      >
        <Accordion.Item value="pace">
          <Accordion.Control>Pace and retries</Accordion.Control>
          <Accordion.Panel>
            <PaceFields form={form} />
          </Accordion.Panel>
        </Accordion.Item>
        <Accordion.Item value="request">
          <Accordion.Control>What is sent, and how it is signed</Accordion.Control>
          <Accordion.Panel>
            <RequestFields form={form} />
          </Accordion.Panel>
        </Accordion.Item>
        <Accordion.Item value="auth">
          <Accordion.Control>Authentication at the receiver</Accordion.Control>
          <Accordion.Panel>
            <AuthFields form={form} />
          </Accordion.Panel>
        </Accordion.Item>
        <Accordion.Item value="own">
          <Accordion.Control>Your own id and metadata</Accordion.Control>
          <Accordion.Panel>
            <div className={classes.fields}>
              <TextInput label="Uid" {...form.getInputProps('uid')} />
              <Textarea label="Metadata (JSON)" autosize minRows={2} {...form.getInputProps('metadata')} />
            </div>
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </FormDialog>
  );
}

function PaceFields({ form }: { form: Form }) {
  return (
    <div className={classes.fields} data-columns="2">
      <NumberInput label="Requests at most" placeholder="no limit" min={1} {...form.getInputProps('rateLimit')} />
      <NumberInput label="in so many seconds" placeholder="1" min={1} {...form.getInputProps('ratePeriod')} />
      <NumberInput
        label="In flight at once"
        placeholder="as many as fit"
        min={1}
        {...form.getInputProps('maxInFlight')}
      />
      <NumberInput
        label="Timeout in seconds"
        placeholder="as the platform says"
        min={1}
        max={60}
        {...form.getInputProps('timeoutSeconds')}
      />
      <TextInput
        label="Retries after seconds"
        placeholder="as the platform says"
        description="5, 300, 1800: one number for each retry"
        {...form.getInputProps('retrySchedule')}
      />
      <Select
        label="Order"
        data={[
          { value: 'none', label: 'As fast as possible' },
          { value: 'fifo', label: 'One after another (fifo)' },
        ]}
        allowDeselect={false}
        {...form.getInputProps('ordering')}
      />
    </div>
  );
}

function RequestFields({ form }: { form: Form }) {
  return (
    <div className={classes.fields}>
      <Select label="Body" data={PAYLOAD_FORMATS} allowDeselect={false} {...form.getInputProps('payloadFormat')} />
      <MultiSelect label="Signing schemes" data={PLAIN_SCHEMES} {...form.getInputProps('schemes')} />
      <Textarea
        label="Further schemes (JSON)"
        placeholder='{"scheme": "hmac", "header": "X-Acme-Signature"}'
        description="Those with settings of their own: hmac, shopify."
        autosize
        minRows={1}
        {...form.getInputProps('ownSchemes')}
      />
      <Textarea
        label="Headers"
        placeholder="X-Team: payments"
        description="One a line. A value that is shown as ******** and left so stays as it is."
        autosize
        minRows={2}
        {...form.getInputProps('headers')}
      />
    </div>
  );
}

function AuthFields({ form }: { form: Form }) {
  const { auth } = form.getValues();
  const kind = auth?.['type'] ?? 'none';
  const set = (name: string, value: string): void => form.setFieldValue('auth', { ...auth, [name]: value });
  return (
    <div className={classes.fields}>
      <Select
        label="Kind"
        data={['none', ...Object.keys(AUTH_FIELDS)]}
        allowDeselect={false}
        value={kind}
        onChange={(type) => form.setFieldValue('auth', type === null || type === 'none' ? null : { type })}
        error={form.errors['auth']}
      />
      {(AUTH_FIELDS[kind] ?? []).map((field) => {
        const name = field.replace('*', '');
        const input = {
          label: name,
          value: auth?.[name] ?? '',
          onChange: (event: { currentTarget: { value: string } }) => set(name, event.currentTarget.value),
        };
        if (field.endsWith('*') && kind !== 'mtls') return <PasswordInput key={name} {...input} autoComplete="off" />;
        if (kind === 'mtls') return <Textarea key={name} {...input} autosize minRows={2} maxRows={6} />;
        return <TextInput key={name} {...input} />;
      })}
    </div>
  );
}
