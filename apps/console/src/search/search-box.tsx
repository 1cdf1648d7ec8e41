import { Combobox, Kbd, Loader, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue, useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { api } from '../api/client.js';
import { useMay } from '../session/may.js';
import { hitLink, type SearchHit } from './search-hit.js';
import classes from './search-box.module.css';

const TYPING_MS = 180;

/** One box for whatever somebody has at hand. `/` goes there from anywhere. */
export function SearchBox() {
  const mayDo = useMay();
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text.trim(), TYPING_MS);
  const input = useRef<HTMLInputElement>(null);
  const [, navigate] = useLocation();
  const box = useCombobox({ onDropdownClose: () => box.resetSelectedOption() });
  useHotkeys([['/', () => input.current?.focus()]]);
  const { data, error, isFetching } = useQuery({
    queryKey: ['search', asked],
    queryFn: ({ signal }) => api.get<{ data: SearchHit[] }>('/v1/search', { query: { q: asked }, signal }),
    enabled: asked !== '',
    placeholderData: keepPreviousData,
  });
  // Enter opens the first: it is chosen when it has come, which is after the last key.
  const { selectFirstOption } = box;
  useEffect(() => void selectFirstOption(), [data, selectFirstOption]);
  if (!mayDo('search:read')) return null;
  const hits = asked === '' ? [] : (data?.data ?? []);
  const open = (id: string): void => {
    const hit = hits.find((one) => `${one.kind} ${one.id}` === id);
    if (hit === undefined) return;
    setText('');
    box.closeDropdown();
    input.current?.blur();
    navigate(hitLink(hit));
  };
  return (
    <Combobox store={box} onOptionSubmit={open} width={460} position="bottom-start">
      <Combobox.Target>
        <TextInput
          ref={input}
          className={classes.input}
          size="sm"
          aria-label="Search"
          placeholder="Id, URL, business key, correlation id, name …"
          value={text}
          leftSection={<IconSearch size={15} />}
          rightSection={isFetching && asked !== '' ? <Loader size={14} /> : <Kbd size="xs">/</Kbd>}
          onChange={(event) => {
            setText(event.currentTarget.value);
            box.openDropdown();
          }}
          onFocus={() => text !== '' && box.openDropdown()}
          onBlur={() => box.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={asked === ''}>
        <Combobox.Options aria-label="What was found" className={classes.hits}>
          {hits.map((hit) => (
            <Combobox.Option key={`${hit.kind} ${hit.id}`} value={`${hit.kind} ${hit.id}`}>
              <Hit hit={hit} />
            </Combobox.Option>
          ))}
          {hits.length === 0 && !isFetching && (
            <Combobox.Empty>{error === null ? `Nothing is called “${asked}”.` : error.message}</Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

function Hit({ hit }: { hit: SearchHit }) {
  return (
    <div className={classes.hit}>
      <span className={classes.kind}>{hit.kind.replace('_', ' ')}</span>
      <span className={classes.title}>{hit.title}</span>
      <span className={classes.note}>
        {[hit.status, hit.subtitle, hit.tenantName].filter((word) => word !== null && word !== '').join(' · ')}
      </span>
    </div>
  );
}
