import { Checkbox, TagsInput, Textarea, TextInput } from '@mantine/core';
import { api } from '../api/client.js';
import { toMergePatch } from '../api/merge-patch.js';
import { useApiForm } from '../ui/api-form.js';
import { FormDialog } from '../ui/form-dialog.js';
import { FieldMistake, readJson, toJsonText } from '../ui/form-errors.js';
import type { EventType } from './event-type.js';

interface EventTypeFormProps {
  /** The one that is changed; without it a new one is made. */
  readonly eventType?: EventType;
  readonly close: () => void;
}

export function EventTypeForm({ eventType, close }: EventTypeFormProps) {
  const { form, sending } = useApiForm({
    initialValues: {
      name: eventType?.name ?? '',
      description: eventType?.description ?? '',
      group: eventType?.group ?? '',
      deprecated: eventType?.deprecated ?? false,
      schemas: toJsonText(eventType?.schemas),
      example: toJsonText(eventType?.example),
      redact: [...(eventType?.redact ?? [])],
    },
    send: async (values) => {
      const body = toBody(values);
      if (eventType !== undefined)
        return api.patch<EventType>(toPath(eventType.name), toMergePatch(toKnown(eventType), body), {
          ifMatch: eventType.version,
        });
      if (values.name.trim() === '') throw new FieldMistake('name', 'must be given');
      return api.put<EventType>(toPath(values.name.trim()), body);
    },
    done: 'Saved.',
    after: close,
  });
  return (
    <FormDialog
      title={eventType === undefined ? 'New event type' : `Change ${eventType.name}`}
      verb="Save"
      {...sending}
      close={close}
    >
      {eventType === undefined && (
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

type EventTypeFields = Record<'description' | 'group' | 'schemas' | 'example', string> & {
  readonly deprecated: boolean;
  readonly redact: readonly string[];
};

function toPath(name: string): string {
  return `/v1/event-types/${encodeURIComponent(name)}`;
}

function toBody({ description, group, deprecated, schemas, example, redact }: EventTypeFields) {
  return {
    description,
    group: group || undefined,
    deprecated,
    schemas: readJson('schemas', schemas) ?? undefined,
    example: readJson('example', example) ?? undefined,
    redact: redact.length === 0 ? undefined : redact,
  };
}

/** What the API has, in the shape of {@link toBody}. */
function toKnown({ description, group, deprecated, schemas, example, redact }: EventType) {
  return {
    description,
    group: group ?? undefined,
    deprecated,
    schemas: schemas ?? undefined,
    example: example ?? undefined,
    redact: redact == null || redact.length === 0 ? undefined : redact,
  };
}
