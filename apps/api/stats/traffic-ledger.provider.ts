import { hostname } from 'node:os';
import type { FactoryProvider, OnApplicationShutdown } from '@nestjs/common';
import { TrafficLedger, TrafficStore } from '#stats';
import type { ApiDeps } from '../api-deps.js';

/** The ledger of an API: what it has counted is written before it is gone. */
class ApiTrafficLedger extends TrafficLedger implements OnApplicationShutdown {
  onApplicationShutdown(): Promise<void> {
    return this.flush();
  }
}

export function trafficLedgerOver({ db, clock }: ApiDeps): FactoryProvider<TrafficLedger> {
  return {
    provide: TrafficLedger,
    useFactory: () => new ApiTrafficLedger(new TrafficStore(db), `${hostname()}:${process.pid}`, clock),
  };
}
