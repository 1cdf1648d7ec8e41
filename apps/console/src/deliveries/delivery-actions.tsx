import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBan, IconRepeat } from '@tabler/icons-react';
import { useLocation } from 'wouter';
import { api } from '../api/client.js';
import { useMay } from '../session/may.js';
import { AskDialog } from '../ui/ask-dialog.js';
import { deliveryLink } from './delivery-columns.js';
import type { Delivery } from './delivery.js';

/** What can be done about a delivery: an open one is cancelled, an ended one replayed. */
export function DeliveryActions({ delivery }: { delivery: Delivery }) {
  const mayDo = useMay();
  const [isCancelling, cancelling] = useDisclosure(false);
  const [isReplaying, replaying] = useDisclosure(false);
  const [, navigate] = useLocation();
  if (!mayDo('deliveries:act')) return null;
  const isOpen = delivery.status === 'pending' || delivery.status === 'held';
  return (
    <>
      {isOpen ? (
        <Button size="xs" variant="default" leftSection={<IconBan size={15} />} onClick={cancelling.open}>
          Cancel
        </Button>
      ) : (
        <Button size="xs" leftSection={<IconRepeat size={15} />} onClick={replaying.open}>
          Replay
        </Button>
      )}
      {isCancelling && (
        <AskDialog
          title="Cancel this delivery?"
          verb="Cancel delivery"
          noteLabel="Reason (optional)"
          run={(reason) => api.post(`/v1/deliveries/${delivery.id}/cancel`, reason === undefined ? {} : { reason })}
          done="Cancelled."
          close={cancelling.close}
          isDangerous
        >
          An attempt under way is still recorded, and nothing follows it.
        </AskDialog>
      )}
      {isReplaying && (
        <AskDialog
          title="Deliver this event again?"
          verb="Replay"
          noteLabel="Reason (optional)"
          run={(reason, once) =>
            api.post<Delivery>(`/v1/deliveries/${delivery.id}/replay`, reason === undefined ? {} : { reason }, once)
          }
          done="A new delivery is on its way."
          after={(replay) => navigate(deliveryLink(replay))}
          close={replaying.close}
        >
          It makes a new delivery of the same event, to the endpoint as it is now, on the full schedule.
        </AskDialog>
      )}
    </>
  );
}
