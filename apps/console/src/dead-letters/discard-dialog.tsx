import { api } from '../api/client.js';
import { AskDialog } from '../ui/ask-dialog.js';

interface DiscardDialogProps {
  /** Which: by id, or all that are like this. */
  readonly selection: { readonly ids: readonly string[] } | Readonly<Record<'tenant' | 'endpoint' | 'reason', string>>;
  /** How many that is, in words: `7 dead letters`. */
  readonly count: string;
  readonly close: () => void;
  readonly after?: () => void;
}

/** Resolves dead letters without delivering them. */
export function DiscardDialog({ selection, count, close, after = () => undefined }: DiscardDialogProps) {
  return (
    <AskDialog
      title={`Discard ${count}?`}
      verb={'ids' in selection ? 'Discard' : 'Discard all of them'}
      noteLabel="Note"
      run={(note) => api.post('/v1/dead-letters/discard', { ...selection, ...(note === undefined ? {} : { note }) })}
      done="Discarded."
      after={after}
      close={close}
      isDangerous
    >
      They are resolved without being delivered. Each can still be replayed from its delivery.
    </AskDialog>
  );
}
