import { Checkbox, TagsInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '../api/client.js';
import { useApiForm } from '../ui/api-form.js';
import { FormDialog } from '../ui/form-dialog.js';
import type { Endpoint } from './endpoint.js';
import { FilterFields } from './filter-fields.js';
import {
  renameFilterField,
  type Subscription,
  type SubscriptionFields,
  toSubscriptionBody,
  toSubscriptionChanges,
  toSubscriptionFields,
} from './subscription-fields.js';

interface SubscriptionFormProps {
  readonly endpoint: Endpoint;
  /** The one that is changed; null for a new one. */
  readonly subscription: Subscription | null;
  readonly close: () => void;
}

/** Which events go to an endpoint: by type, by channel, and by what they carry. */
export function SubscriptionForm({ endpoint, subscription, close }: SubscriptionFormProps) {
  const path = `/v1/tenants/${endpoint.tenant}/subscriptions`;
  // What it was when it was opened: the page asks for it again meanwhile.
  const [opened] = useState(subscription);
  const { form, sending } = useApiForm<SubscriptionFields, unknown>({
    initialValues: toSubscriptionFields(opened),
    send: async (values, once) =>
      opened === null
        ? api.post(path, { ...toSubscriptionBody(values), endpoint: endpoint.id }, once)
        : api.patch(`${path}/${opened.id}`, toSubscriptionChanges(values, opened), {
            ifMatch: opened.version,
          }),
    done: 'Saved.',
    rename: renameFilterField,
    after: close,
  });
  return (
    <FormDialog
      title={opened === null ? 'New subscription' : 'Change subscription'}
      verb="Save"
      {...sending}
      close={close}
    >
      <TagsInput
        label="Event types"
        description="payment.succeeded, payment.* or * for all; Enter after each"
        data-autofocus
        {...form.getInputProps('eventTypes')}
      />
      <TagsInput
        label="Channels"
        description="None means all; otherwise events with one of these"
        {...form.getInputProps('channels')}
      />
      <FilterFields form={form} tenant={endpoint.tenant} />
      <Checkbox label="Enabled" {...form.getInputProps('enabled', { type: 'checkbox' })} />
    </FormDialog>
  );
}
