import { IconPlugConnectedX } from '@tabler/icons-react';
import { connection } from '../api/connection.js';
import { useStore } from '../api/store.js';
import classes from './away-banner.module.css';

/** Says that the API is away, and goes by itself when it is back. */
export function AwayBanner() {
  const isAway = useStore(connection) === 'away';
  return (
    <div role="status" aria-live="polite">
      {isAway && (
        <div className={classes.banner}>
          <IconPlugConnectedX size={17} aria-hidden />
          The API cannot be reached. What you see is as it was; this page goes on by itself when it is back.
        </div>
      )}
    </div>
  );
}
