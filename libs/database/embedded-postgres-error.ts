/** The embedded PostgreSQL cannot run here. The message says why and what to do about it; it is meant for a person. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}
