export interface EventType {
  readonly name: string;
  readonly description: string;
  readonly group: string | null;
  readonly deprecated: boolean;
  readonly schemas: Readonly<Record<string, unknown>> | null;
  readonly example: unknown;
  readonly redact?: readonly string[] | null;
  readonly version: number;
  readonly updatedAt: string;
}

export const eventTypeLink = ({ name }: { name: string }): string => `/event-types/${encodeURIComponent(name)}`;
