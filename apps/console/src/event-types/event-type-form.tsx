import { Checkbox, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { api } from '../api/client.js';
import { useAction } from '../ui/action.js';
import { FormDialog } from '../ui/form-dialog.js';
import { showProblem } from '../ui/form-errors.js';
import type { EventType } from './event-type.js';

interface EventTypeFormProps {
  /** The one that is changed; without it a new one is made. */
  readonly eventType?: EventType;
  readonly close: () => void;
}

const toText = (value: unknown): string =>
  value === null || value === undefined ? '' : JSON.stringify(value, null, 2);

export function EventTypeForm({ eventType, close }: EventTypeFormProps) {
  const [complaint, setComplaint] = useState<string | null>(null);
  const form = useForm({
    initialValues: {
      name: eventType?.name ?? '',
      description: eventType?.description ?? '',
      group: eventType?.group ?? '',
      deprecated: eventType?.deprecated ?? false,
      schemas: toText(eventType?.schemas),
      example: toText(eventType?.example),
      redact: [...(eventType?.redact ?? [])],
    },
  });
  const save = useAction(
    async (body: Record<string, unknown>) => {
      const path = `/v1/event-types/${encodeURIComponent(form.getValues().name.trim())}`;
      return eventType === undefined
        ? api.put<EventType>(path, body)
        : api.patch<EventType>(path, body, { ifMatch: eventType.version });
    },
    { done: 'Saved.', isErrorShown: true, failed: (error) => setComplaint(showProblem(form, error)), after: close },
  );
  const submit = (): void => {
    const { name, schemas, example, redact, group, ...rest } = form.getValues();
    if (name.trim() === '') return form.setFieldError('name', 'must be given');
    const parsed = { schemas: readJson(schemas), example: readJson(example) };
    for (const field of ['schemas', 'example'] as const)
      if (parsed[field] === undefined) return form.setFieldError(field, 'is not JSON');
    save.go({
      ...rest,
      group: group || null,
      ...parsed,
      ...(redact.length > 0 || eventType?.redact != null ? { redact } : {}),
    });
  };
  return (
    <FormDialog
      title={eventType === undefined ? 'New event type' : `Change ${eventType.name}`}
      verb="Save"
      isBusy={save.isBusy}
      complaint={complaint}
      submit={submit}
      close={close}
    >
      {eventType === undefined && (
        <TextInput label="Name" placeholder="order.paid" required data-autofocus {...form.getInputProps('name')} />
      )}
      <TextInput label="Description" required {...form.getInputProps('description')} />
      <TextInput label="Group" {...form.getInputProps('group')} />
      <Textarea
        label="JSON Schemas by version"
        placeholder='{"1": {"type": "object"}}'
        autosize
        minRows={3}
        maxRows={14}
        {...form.getInputProps('schemas')}
      />
      <Textarea
        label="Example (JSON)"
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

/** Null for nothing, undefined for what is no JSON. */
function readJson(text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
