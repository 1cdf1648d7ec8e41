import type { FieldError } from '#kernel';
import { type Compilation, compileSchema } from './compile-schema.js';

/** What came of holding data against the schema of a version. */
export type SchemaVerdict =
  | { readonly kind: 'checked'; readonly version: string; readonly mismatches: readonly FieldError[] }
  /** There is no schema of this version; `no_schemas`: nor of any other. */
  | { readonly kind: 'unknown_version' | 'no_schemas' }
  /** It does not compile: it was kept before schemas were enforced. */
  | { readonly kind: 'unusable'; readonly version: string };

/** The schemas of one event type by version, each compiled when it is first needed. */
export class SchemaVersions {
  /** Null when there is none. */
  readonly newest: string | null;
  private readonly compiled = new Map<string, Compilation>();

  constructor(private readonly schemas: Readonly<Record<string, unknown>>) {
    this.newest = newestVersion(Object.keys(schemas));
  }

  /** Holds a value against the schema of a version, or of the newest one when null. `characters`: of its JSON text. */
  check(version: string | null, value: unknown, characters: number): SchemaVerdict {
    if (this.newest === null) return { kind: 'no_schemas' };
    const named = version ?? this.newest;
    if (!Object.hasOwn(this.schemas, named)) return { kind: 'unknown_version' };
    const compiled = this.compile(named);
    if ('fault' in compiled) return { kind: 'unusable', version: named };
    return { kind: 'checked', version: named, mismatches: compiled.schema.check(value, characters) };
  }

  /** Why the schema of a version that is there cannot be used, as a predicate; null when it can. */
  faultOf(version: string): string | null {
    const compiled = this.compile(version);
    return 'fault' in compiled ? compiled.fault : null;
  }

  private compile(version: string): Compilation {
    let compiled = this.compiled.get(version);
    if (!compiled) this.compiled.set(version, (compiled = compileSchema(this.schemas[version])));
    return compiled;
  }
}

/** The highest version in natural order, where `10` comes after `9` and `1.10` after `1.9`; null when there is none. */
export function newestVersion(versions: readonly string[]): string | null {
  return versions.reduce<string | null>(
    (newest, version) => (newest === null || compareVersions(version, newest) > 0 ? version : newest),
    null,
  );
}

function compareVersions(one: string, other: string): number {
  const [parts, others] = [partsOf(one), partsOf(other)];
  for (let index = 0; index < Math.min(parts.length, others.length); index += 1) {
    const order = compareParts(parts[index]!, others[index]!);
    if (order !== 0) return order;
  }
  return parts.length - others.length;
}

/** Runs of digits, and what is between them. */
function partsOf(version: string): string[] {
  return version.match(/\d+|\D+/g) ?? [];
}

function compareParts(one: string, other: string): number {
  const [number, otherNumber] = [Number(one), Number(other)];
  if (!Number.isNaN(number) && !Number.isNaN(otherNumber) && number !== otherNumber) return number - otherNumber;
  return one === other ? 0 : one < other ? -1 : 1;
}
