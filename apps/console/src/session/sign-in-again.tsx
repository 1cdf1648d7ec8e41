import { Button, Modal, Text } from '@mantine/core';
import { KeyForm } from './key-form.js';
import { signOut } from './session.js';

/** Over the page that is being worked on, which keeps all that was typed; what was being sent is sent afterwards. */
export function SignInAgain() {
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="Your session has ended"
      centered
    >
      <Text size="sm" mb="md">
        Sign in again to go on where you are. Nothing you typed is lost.
      </Text>
      <KeyForm label="Sign in and go on" />
      <Button variant="subtle" color="gray" fullWidth mt="xs" onClick={() => void signOut()}>
        Sign out instead
      </Button>
    </Modal>
  );
}
