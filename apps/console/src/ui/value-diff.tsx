import classes from './value-diff.module.css';

export type FactsOf = Readonly<Record<string, unknown>> | null;

/** What differs between two states of a thing, a row for each field. */
export function ValueDiff({ before, after }: { before: FactsOf; after: FactsOf }) {
  const names = differingNames(before, after);
  if (names.length === 0) return <p className={classes.none}>Nothing differs.</p>;
  return (
    <div className={classes.frame}>
      <table className={classes.diff}>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td data-side="before">{toText(before?.[name])}</td>
              <td data-side="after">{toText(after?.[name])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function differingNames(before: FactsOf, after: FactsOf): string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...names].filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]));
}

function toText(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1);
}
