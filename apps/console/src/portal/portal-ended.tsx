import { Modal, Text } from '@mantine/core';
import { IconDoorExit } from '@tabler/icons-react';
import { Nothing } from '../ui/states.js';

/** A portal's session is opened by whoever embeds it; here nobody can sign in. `isOver`: what is typed stays below. */
export function PortalEnded({ isOver = false }: { isOver?: boolean }) {
  if (!isOver) {
    return (
      <main>
        <Nothing icon={IconDoorExit} title="This link has ended" isPage>
          Open the page again from where you came: it makes a new one.
        </Nothing>
      </main>
    );
  }
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} title="Your session has ended" centered>
      <Text size="sm">
        Open the page again from where you came, in another tab. What you typed here stays until you close it.
      </Text>
    </Modal>
  );
}
