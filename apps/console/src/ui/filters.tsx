import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import classes from './filters.module.css';
import { useUrlState } from './url-state.js';

interface ListFilters<K extends string> {
  /** For the query of a list: the filters, and `since` from the span. */
  readonly query: Readonly<Record<K, string>> & { readonly since: string | null };
  readonly values: Readonly<Record<K | 'span', string>>;
  readonly isAny: boolean;
  readonly clear: () => void;
  readonly change: (changes: Partial<Record<K | 'span', string | null>>) => void;
  /** Changes one. */
  readonly at: (name: K | 'span') => (value: string | null) => void;
}

/** The filters of a list and its span of time, kept in the address of its page. */
export function useListFilters<K extends string>(names: readonly K[]): ListFilters<K> {
  const [values, change] = useUrlState<K | 'span'>([...names, 'span']);
  const { span, ...filters } = values;
  const none = Object.fromEntries([...names, 'span'].map((name) => [name, null])) as Record<K | 'span', null>;
  return {
    query: { ...(filters as unknown as Record<K, string>), since: sinceOf(span) },
    values,
    isAny: Object.values(values).some((value) => value !== ''),
    clear: () => change(none),
    change,
    at: (name) => (value) => change({ [name]: value } as Partial<Record<K | 'span', string | null>>),
  };
}

/** The row of filters above a list. */
export function Filters({ isAny, clear, children }: { isAny: boolean; clear: () => void; children: ReactNode }) {
  return (
    <div className={classes.filters} role="search" aria-label="Filters">
      {children}
      {isAny && (
        <Button variant="subtle" color="gray" size="xs" leftSection={<IconX size={14} />} onClick={clear}>
          Clear
        </Button>
      )}
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (string | { value: string; label: string })[];
  readonly onChange: (value: string | null) => void;
}

export function FilterChoice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <Select
      size="xs"
      aria-label={label}
      placeholder={label}
      data={[...options]}
      value={value === '' ? null : value}
      onChange={onChange}
      clearable
      className={classes.choice}
      comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
    />
  );
}

const TYPING_MS = 350;

/** Takes effect when nothing has been typed for a moment. */
export function FilterText({ label, value, onChange }: Omit<ChoiceProps, 'options'>) {
  const [typed, setTyped] = useState(value);
  const apply = useDebouncedCallback((text: string) => onChange(text.trim() === '' ? null : text.trim()), TYPING_MS);
  const [applied, setApplied] = useState(value);
  if (value !== applied) {
    setApplied(value);
    setTyped(value);
  }
  return (
    <TextInput
      size="xs"
      aria-label={label}
      placeholder={label}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        apply(event.currentTarget.value);
      }}
      className={classes.text}
    />
  );
}

const SPANS = [
  { value: '900000', label: 'last 15 minutes' },
  { value: '3600000', label: 'last hour' },
  { value: '86400000', label: 'last day' },
  { value: '604800000', label: 'last 7 days' },
];

/** A span of time up to now, as its length in milliseconds. */
export function FilterSpan({ value, onChange }: { value: string; onChange: (value: string | null) => void }) {
  return <FilterChoice label="Any time" value={value} options={SPANS} onChange={onChange} />;
}

/** The beginning of a span, for a query: to the minute, so that the same question has the same key for a while. */
function sinceOf(span: string): string | null {
  if (!/^\d+$/.test(span)) return null;
  const minute = 60_000;
  return new Date(Math.floor((Date.now() - Number(span)) / minute) * minute).toISOString();
}
