import { Alert, Button, Group, Modal, Stack } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface FormDialogProps {
  readonly title: string;
  readonly verb: string;
  readonly isBusy: boolean;
  /** There is nothing that it could do. */
  readonly isPointless?: boolean;
  /** What no field says. */
  readonly complaint: string | null;
  readonly submit: () => void;
  readonly close: () => void;
  readonly children: ReactNode;
  readonly size?: string;
}

/** A form over the page. It closes by its own buttons and Escape: a stray click loses nothing that was typed. */
export function FormDialog({ title, verb, isBusy, complaint, submit, close, children, ...rest }: FormDialogProps) {
  const { size = 'lg', isPointless = false } = rest;
  return (
    <Modal
      opened
      onClose={close}
      title={title}
      size={size}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack gap="md">
          {complaint !== null && (
            <Alert color="red" icon={<IconAlertTriangle />} role="alert">
              {complaint}
            </Alert>
          )}
          {children}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Not now
            </Button>
            <Button type="submit" loading={isBusy} disabled={isPointless}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
