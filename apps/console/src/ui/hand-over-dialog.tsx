import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { CopyWideButton } from './copy-button.js';

interface HandOverDialogProps {
  readonly title: string;
  /** What it is, for its label and its copy button: "the link". */
  readonly what: string;
  readonly value: string;
  /** A link can be gone to. */
  readonly isLink?: boolean;
  readonly close: () => void;
  /** What can be done with it, and for how long. */
  readonly children: ReactNode;
}

/**
 * Shows a key, a secret or a link that was just made, to be copied and given to somebody. A stray click does not close it;
 * a link can be made again, all else goes only by the button.
 */
export function HandOverDialog({ title, what, value, isLink = false, close, children }: HandOverDialogProps) {
  return (
    <Modal
      opened
      onClose={close}
      title={title}
      closeOnClickOutside={false}
      closeOnEscape={isLink}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="sm">
        <Text size="sm" component="div">
          {children}
        </Text>
        <TextInput
          aria-label={what[0]!.toUpperCase() + what.slice(1)}
          value={value}
          readOnly
          classNames={{ input: 'mono' }}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Group justify="flex-end" gap="xs">
          {isLink && (
            <Button size="xs" variant="default" component="a" href={value} target="_blank" rel="noreferrer">
              Open
            </Button>
          )}
          <CopyWideButton text={value} what={what} />
        </Group>
      </Stack>
    </Modal>
  );
}
