import { Link } from 'wouter';
import { CopyButton } from './copy-button.js';
import classes from './id.module.css';

interface IdProps {
  readonly id: string;
  /** Where it leads. */
  readonly to?: string | undefined;
  /** In full, rather than its beginning and its end. */
  readonly isFull?: boolean;
}

/** An id, to be recognised at a glance and copied whole. */
export function Id({ id, to, isFull = false }: IdProps) {
  const text = isFull ? id : shorten(id);
  return (
    <span className={classes.id}>
      {to === undefined ? (
        <span title={id}>{text}</span>
      ) : (
        <Link href={to} title={id}>
          {text}
        </Link>
      )}
      <span className={classes.copy}>
        <CopyButton text={id} what="the id" />
      </span>
    </span>
  );
}

/** `dlv_01h455vb4pex5vsknk084sn02q` → `dlv_…084sn02q`: the end is what tells two of the same moment apart. */
export function shorten(id: string): string {
  const body = id.indexOf('_') + 1;
  return id.length <= body + 14 ? id : `${id.slice(0, body)}…${id.slice(-8)}`;
}
