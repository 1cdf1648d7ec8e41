import { Checkbox, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '../api/client.js';
import { ApiProblem } from '../api/problem.js';
import { useApiForm } from '../ui/api-form.js';
import { FormDialog } from '../ui/form-dialog.js';
import { FieldMistake } from '../ui/form-errors.js';
import { type EventTypeFields, toEventTypeDocument, toEventTypeFields } from './event-type-fields.js';
import type { EventType } from './event-type.js';

interface EventTypeFormProps {
  /** The one that is changed; without it a new one is made. */
  readonly eventType?: EventType;
  readonly close: () => void;
}

export function EventTypeForm({ eventType, close }: EventTypeFormProps) {
  // What it was when it was opened: the page asks for it again meanwhile.
  const [opened] = useState(eventType ?? null);
  const { form, sending } = useApiForm<EventTypeFields, EventType>({
    initialValues: toEventTypeFields(opened),
    // The whole of it: in a merge patch a null within a schema would mean that a member goes.
    send: async (values) => {
      const document = toEventTypeDocument(values, opened);
      if (opened !== null) return api.put<EventType>(toPath(opened.name), document, { ifMatch: opened.version });
      await refuseKnown(values.name.trim());
      return api.put<EventType>(toPath(values.name.trim()), document);
    },
    done: 'Saved.',
    after: close,
  });
  return (
    <FormDialog
      title={opened === null ? 'New event type' : `Change ${opened.name}`}
      verb="Save"
      {...sending}
      close={close}
    >
      {opened === null && (
        <TextInput label="Name" placeholder="order.paid" required data-autofocus {...form.getInputProps('name')} />
      )}
      <TextInput label="Description" required {...form.getInputProps('description')} />
      <TextInput label="Group" {...form.getInputProps('group')} />
      <Textarea
        label="JSON Schemas by version"
        description="The data of each event is held against the one it names, or the newest; what does not match is refused."
        placeholder='{"1": {"type": "object"}}'
        autosize
        minRows={3}
        maxRows={14}
        {...form.getInputProps('schemas')}
      />
      <Textarea
        label="Example (JSON)"
        description="One that matches a schema, where there are any"
        placeholder='{"amount": 100}'
        autosize
        minRows={3}
        maxRows={14}
        {...form.getInputProps('example')}
      />
      <TagsInput
        label="Hidden from support"
        description="JSON pointers into the data: /card/number"
        {...form.getInputProps('redact')}
      />
      <Checkbox label="Deprecated" {...form.getInputProps('deprecated', { type: 'checkbox' })} />
    </FormDialog>
  );
}

function toPath(name: string): string {
  return `/v1/event-types/${encodeURIComponent(name)}`;
}

/** A PUT replaces what is there: a new one must have a name that no other has. Throws {@link FieldMistake}. */
async function refuseKnown(name: string): Promise<void> {
  if (name === '') throw new FieldMistake('name', 'must be given');
  const isFree = await api.get(toPath(name)).then(
    () => false,
    (error: unknown) => {
      if (error instanceof ApiProblem && error.status === 404) return true;
      throw error;
    },
  );
  if (!isFree) throw new FieldMistake('name', 'is in the catalog already: open it there to change it');
}
