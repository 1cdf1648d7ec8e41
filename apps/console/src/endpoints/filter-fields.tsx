import { Button, SegmentedControl, Select, Text, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client.js';
import type { Page } from '../api/page.js';
import type { PublishedEvent } from '../events/event.js';
import { CodeBlock } from '../ui/code-block.js';
import { FieldGroup, FieldRows, Fields, GroupError } from '../ui/fields.js';
import { FieldMistake, readJson, toJsonText } from '../ui/form-errors.js';
import { When } from '../ui/when.js';
import { OPERATORS, toConditions, toFilter } from './filter-conditions.js';
import type { SubscriptionFields } from './subscription-fields.js';

type Form = UseFormReturnType<SubscriptionFields>;

/** What events must carry: in rows, all of which must hold, or as JSON, which can say more. */
export function FilterFields({ form, tenant }: { form: Form; tenant: string }) {
  const { filterMode } = form.getValues();
  return (
    <FieldGroup
      label="Filter"
      note={
        <Text span size="xs" c="dimmed">
          Without one, every event of these types
        </Text>
      }
      aside={
        <SegmentedControl
          size="xs"
          aria-label="How the filter is written"
          data={[
            { value: 'rows', label: 'Conditions' },
            { value: 'json', label: 'JSON' },
          ]}
          value={filterMode}
          onChange={(mode) => switchMode(form, mode)}
        />
      }
    >
      <Fields>
        {filterMode === 'rows' ? <ConditionRows form={form} /> : <JsonField form={form} />}
        <GroupError>{form.errors['filterMode']}</GroupError>
        <RecentEvent tenant={tenant} eventTypes={form.getValues().eventTypes} />
      </Fields>
    </FieldGroup>
  );
}

/** What was written goes along; where it cannot, it is said why, and nothing is lost. */
function switchMode(form: Form, mode: string): void {
  const { conditions, filter } = form.getValues();
  form.clearErrors();
  try {
    if (mode === 'json') form.setValues({ filterMode: 'json', filter: toJsonText(toFilter(conditions)) });
    else {
      const rows = toConditions(readJson('filter', filter) as Record<string, unknown> | null);
      if (rows === null) throw new FieldMistake('filter', 'says more than rows can: it stays as JSON');
      form.setValues({ filterMode: 'rows', conditions: rows });
    }
  } catch (error) {
    if (!(error instanceof FieldMistake)) throw error;
    form.setFieldError(error.field, error.message);
  }
}

function ConditionRows({ form }: { form: Form }) {
  return (
    <FieldRows
      what="condition"
      columns={3}
      count={form.getValues().conditions.length}
      add={() => form.insertListItem('conditions', { path: '', operator: '$eq', value: '' })}
      remove={(index) => form.removeListItem('conditions', index)}
      row={(index) => (
        <>
          <TextInput
            aria-label={`Path of condition ${index + 1}`}
            placeholder="data.amount"
            classNames={{ input: 'mono' }}
            {...form.getInputProps(`conditions.${index}.path`)}
          />
          <Select
            aria-label={`Comparison of condition ${index + 1}`}
            data={OPERATORS}
            allowDeselect={false}
            {...form.getInputProps(`conditions.${index}.operator`)}
          />
          <TextInput
            aria-label={`Value of condition ${index + 1}`}
            placeholder={placeholderOf(form.getValues().conditions[index]?.operator)}
            classNames={{ input: 'mono' }}
            {...form.getInputProps(`conditions.${index}.value`)}
          />
        </>
      )}
    />
  );
}

function placeholderOf(operator: string | undefined): string {
  if (operator === '$in' || operator === '$nin') return 'EUR, CHF';
  return operator === '$exists' ? 'true or false' : '100, EUR, true';
}

function JsonField({ form }: { form: Form }) {
  return (
    <Textarea
      aria-label="Filter as JSON"
      description="With $and, $or, $not and all comparisons of docs/filters.md"
      placeholder='{"data.amount": {"$gte": 100}}'
      classNames={{ input: 'mono' }}
      spellCheck={false}
      autosize
      minRows={4}
      maxRows={16}
      {...form.getInputProps('filter')}
    />
  );
}

/** The latest event of one of the types, to see what there is to look at. Asked for at a press only. */
function RecentEvent({ tenant, eventTypes }: { tenant: string; eventTypes: readonly string[] }) {
  const [isShown, setIsShown] = useState(false);
  const type = eventTypes.find((one) => !one.includes('*'));
  const { data, error, isFetching } = useQuery({
    queryKey: ['events', 'latest', tenant, type],
    queryFn: ({ signal }) =>
      api.get<Page<PublishedEvent & { readonly data?: unknown }>>(`/v1/tenants/${tenant}/events`, {
        query: { type, limit: 1, include: 'data' },
        signal,
      }),
    enabled: isShown,
  });
  const event = data?.data[0];
  if (!isShown) {
    return (
      <div>
        <Button size="compact-xs" variant="subtle" onClick={() => setIsShown(true)}>
          What does such an event carry?
        </Button>
      </div>
    );
  }
  if (isFetching && data === undefined) return <Text size="xs">Looking for the latest event …</Text>;
  if (error !== null) return <GroupError>{error.message}</GroupError>;
  if (event === undefined) return <Text size="xs">No event of {type ?? 'this tenant'} is kept.</Text>;
  return (
    <div>
      <Text size="xs" c="dimmed" mb={4}>
        The latest {event.type}, <When at={event.createdAt} />
      </Text>
      <CodeBlock
        text={JSON.stringify({ subject: event.subject, source: event.source, data: event.data }, null, 2)}
        label="the latest event"
        maxHeight={180}
      />
    </div>
  );
}
