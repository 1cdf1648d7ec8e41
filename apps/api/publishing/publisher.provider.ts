import type { FactoryProvider } from '@nestjs/common';
import { OpenDeliveryStore } from '#deliveries';
import { EventTypeCatalog, TenantConfigs } from '#endpoints';
import { DataChecker, Enqueuer, Publisher } from '#publishing';
import { TrafficLedger } from '#stats';
import type { ApiDeps } from '../api-deps.js';

const DAY_MS = 86_400_000;

/** Publishing over what the process gave: the database for the truth, the queue for speed. */
export function publisherOver({ config, db, clock, queue, logger }: ApiDeps): FactoryProvider<Publisher> {
  return {
    provide: Publisher,
    useFactory: (traffic: TrafficLedger) =>
      new Publisher(
        db,
        clock,
        new TenantConfigs(db),
        new DataChecker(new EventTypeCatalog(db)),
        new Enqueuer(queue, new OpenDeliveryStore(db), logger),
        config.retention.days * DAY_MS,
        (tenantId, keyId) => traffic.published(tenantId, keyId),
      ),
    inject: [TrafficLedger],
  };
}
