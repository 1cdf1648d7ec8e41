import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { OnceSender } from '../api/idempotency.js';
import { useAction } from './action.js';
import type { Once } from './api-form.js';
import { ErrorNote } from './states.js';

interface AskDialogProps<T> {
  readonly title: string;
  readonly children?: ReactNode;
  /** The word on the button that does it. */
  readonly verb: string;
  readonly isDangerous?: boolean;
  /** Label of the field for a reason or a note; without one nobody is asked. */
  readonly noteLabel?: string;
  readonly isNoteRequired?: boolean;
  /** A POST that is not the same when it is done twice takes `once`. */
  readonly run: (note: string | undefined, once: Once) => Promise<T>;
  readonly done: string;
  readonly after?: (result: T) => void;
  readonly close: () => void;
}

/** Asks before something is done, and why; stays open, with what was typed, when it is refused. */
export function AskDialog<T>(props: AskDialogProps<T>) {
  const { title, children, verb, isDangerous = false, noteLabel, isNoteRequired = false, run, done, close } = props;
  const [note, setNote] = useState('');
  const [sender] = useState(() => new OnceSender());
  const action = useAction(
    () => sender.send(note, (idempotencyKey) => run(note.trim() || undefined, { idempotencyKey })),
    {
      done,
      isErrorShown: true,
      after: (result) => {
        close();
        props.after?.(result);
      },
    },
  );
  return (
    <Modal opened onClose={close} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          action.go();
        }}
      >
        <Stack gap="md">
          {children !== undefined && (
            <Text size="sm" component="div">
              {children}
            </Text>
          )}
          {noteLabel !== undefined && (
            <Textarea
              label={noteLabel}
              value={note}
              onChange={(event) => setNote(event.currentTarget.value)}
              autosize
              minRows={2}
              maxLength={1_000}
              required={isNoteRequired}
              data-autofocus
            />
          )}
          {action.error !== null && <ErrorNote error={action.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Not now
            </Button>
            <Button type="submit" color={isDangerous ? 'red' : undefined!} loading={action.isBusy}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
