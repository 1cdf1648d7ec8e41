import { describe, expect, it } from 'vitest';
import { decodeSecret, signStandard, standardHead } from './standard-webhooks.js';

describe(signStandard.name, () => {
  it('gives the signature that the Standard Webhooks repository publishes', () => {
    const head = standardHead('msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330);
    const key = decodeSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    expect(signStandard(key, head, '{"test": 2432232314}')).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });
});
