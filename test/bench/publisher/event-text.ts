import type { Stream } from './publisher-messages.js';

/** The rest of a payment such as a gateway publishes: about half a kilobyte, the size of most webhooks. */
const PAYMENT =
  '"object":"payment","amount":4290,"currency":"eur","captured":true,"description":"Order at Nordlicht Coffee Roasters",' +
  '"customer":{"id":"cus_9s6XKzkNRiz8i3","email":"ada@example.com","country":"DE"},"card":{"brand":"visa","last4":"4242",' +
  '"expiryMonth":8,"expiryYear":2029},"lines":[{"sku":"ESP-1000","quantity":2,"amount":2990},{"sku":"FLT-40","quantity":1,' +
  '"amount":1300}],"receiptUrl":"https://pay.example.com/receipts/9s6XKzkNRiz8i3","livemode":true';

/** Writes events as JSON text, each with a subject and a payment number of its own. */
export class EventText {
  private made = 0;

  /** The body of a publish of one event. */
  single({ tenant, type }: Stream): string {
    const number = ++this.made;
    return `{"tenant":"${tenant}","type":"${type}","subject":"order/${number}","data":{"id":"pay_${number}",${PAYMENT}}}`;
  }

  batch(streams: readonly Stream[]): string {
    return `{"events":[${streams.map((stream) => this.single(stream)).join(',')}]}`;
  }
}
