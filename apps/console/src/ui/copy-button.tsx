import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';

interface CopyProps {
  readonly text: string;
  /** What is copied, for its label: "Copy the id". */
  readonly what: string;
}

export function CopyButton({ text, what }: CopyProps) {
  const { copy, copied } = useClipboard({ timeout: 1_200 });
  const label = copied ? 'Copied' : `Copy ${what}`;
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="xs"
        aria-label={label}
        onClick={(event) => {
          event.preventDefault();
          event.stopPropagation();
          copy(text);
        }}
      >
        {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
      </ActionIcon>
    </Tooltip>
  );
}

/** With words beside its icon. */
export function CopyWideButton({ text, what }: CopyProps) {
  const { copy, copied } = useClipboard({ timeout: 1_200 });
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
      onClick={() => copy(text)}
    >
      {copied ? 'Copied' : `Copy ${what}`}
    </Button>
  );
}
