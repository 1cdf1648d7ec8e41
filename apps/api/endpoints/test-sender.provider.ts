import type { FactoryProvider } from '@nestjs/common';
import { TestSender } from '#delivering';
import { SendTargets } from '#endpoints';
import { POSTHORN_VERSION } from '#kernel';
import { AddressPolicy, Sender } from '#transport';
import type { ApiDeps } from '../api-deps.js';

/** The API sends nothing but tests, under the same guard as the workers. */
export function testSenderOver({ config, db, clock, keyRing }: ApiDeps): FactoryProvider<TestSender> {
  return {
    provide: TestSender,
    useFactory: () => {
      const proxy = config.egress.proxy === null ? {} : { proxy: config.egress.proxy };
      const sender = new Sender({ policy: new AddressPolicy(config.egress), ...proxy });
      return new TestSender(db, clock, new SendTargets(db, keyRing), sender, {
        userAgent: `Posthorn/${POSTHORN_VERSION}`,
        timeoutMs: config.delivery.requestTimeoutSeconds * 1000,
      });
    },
  };
}
