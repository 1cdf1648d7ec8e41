import type { NewEvent } from './api-client.js';
import { type Customer, registerCustomer, type Scene, type Stage } from './customer.js';
import type { Handler } from './receiver.js';

const EVENTS_PER_MERCHANT = 4;

/**
 * A payment gateway and two of its merchants. Bluebird Books takes everything at once. Copper Kettle's shop cannot
 * cope with its first event: 500, then 503, then it works.
 */
export async function openMerchants(stage: Stage): Promise<Scene> {
  await stage.api.describeEventType('payment.succeeded', 'A payment was captured.');
  await stage.api.describeEventType('invoice.paid', 'An invoice was settled in full.');
  const bluebird = await registerCustomer(stage, {
    uid: 'bluebird-books',
    name: 'Bluebird Books',
    eventTypes: ['payment.*', 'invoice.paid'],
  });
  const kettle = await registerCustomer(stage, {
    uid: 'copper-kettle',
    name: 'Copper Kettle',
    eventTypes: ['payment.succeeded', 'invoice.paid'],
    handle: failsItsFirstEvent([500, 503]),
  });
  const numbers = Array.from({ length: EVENTS_PER_MERCHANT }, (_, index) => index + 1);
  return {
    customers: [bluebird, kettle],
    events: numbers.flatMap((number) => [paymentOrInvoice(bluebird, number), paymentOrInvoice(kettle, number)]),
  };
}

/** The first event that arrives gets these answers, one an attempt; afterwards, and for all others, the shop works. */
function failsItsFirstEvent(answers: readonly number[]): Handler {
  let first: string | null = null;
  let failures = 0;
  return ({ event }) => {
    first ??= event;
    return (event === first ? answers[failures++] : undefined) ?? 200;
  };
}

/** Written by hand, because JSON.stringify cannot write `1.0`, nor a whole number of twenty digits. */
function paymentOrInvoice({ tenant, name }: Customer, number: number): NewEvent {
  const order = 4_710 + number;
  const isPayment = number % 2 === 1;
  const subject = isPayment ? `order/${order}` : `invoice/${order}`;
  const data = isPayment
    ? `{"payment": "pay_${order}", "merchant": ${JSON.stringify(name)}, "amount": 1.0, "currency": "EUR", ` +
      `"ledgerEntry": 12345678901234567890, "payer": {"name": "Zoë Ångström", "constructor": "kept"}}`
    : `{"invoice":"inv_${order}","total":${order}.00,"lines":[{"sku":"A-1","price":1e2},{"sku":"B-2","price":-0.0}],` +
      `"ledgerEntry":12345678901234567890,"note":"caf\\u00e9, paid"}`;
  return { tenant, type: isPayment ? 'payment.succeeded' : 'invoice.paid', subject, data };
}
