import type { Uuid } from '#kernel';
import type { Executor } from './database.js';

/** The channel on which a change of a tenant's configuration is announced; the payload is the tenant's UUID. */
export const CONFIG_CHANNEL = 'posthorn_config';

/**
 * To be called in the transaction of every change that matching or sending depends on. From its commit on, no publish
 * is matched against the older configuration, and workers hear of it (the notification is a hint: they also poll
 * `config_changed_at`).
 */
export async function raiseConfigVersion(tx: Executor, tenantId: Uuid): Promise<void> {
  await tx.query(
    `UPDATE tenants SET config_version = config_version + 1, config_changed_at = clock_timestamp() WHERE id = $1`,
    [tenantId],
  );
  await tx.query(`SELECT pg_notify($1, $2)`, [CONFIG_CHANNEL, tenantId]);
}
