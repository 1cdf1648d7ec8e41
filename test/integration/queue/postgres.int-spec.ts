import { queueContract } from '../../contracts/queue.contract.js';
import { PrivatePostgres } from '../../support/private-postgres.js';
import { migrateQueue } from '#queue';

queueContract('PostgreSQL', async () => {
  const server = await PrivatePostgres.start();
  await migrateQueue(server.url);
  return {
    url: server.url,
    kill: () => server.kill(),
    restart: () => server.restart(),
    stop: () => server.stop(),
  };
});
