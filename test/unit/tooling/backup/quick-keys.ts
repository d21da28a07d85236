/** For tests that do not judge what it costs to try a passphrase: file.test.ts does. */
import crypto, { type ScryptOptions } from "node:crypto";

type Derive = (
  password: string,
  salt: Buffer,
  length: number,
  options: ScryptOptions,
  done: (error: Error | null, key: Buffer) => void,
) => void;

/**
 * Has scrypt take a 128th of its time in the tests of this `describe`. Headers name the full cost, and another passphrase or
 * salt still makes another key.
 */
export function quickKeys(): void {
  const original: Derive = crypto.scrypt;
  const quick: Derive = (password, salt, length, { cost = 0, ...options }, done) =>
    original(password, salt, length, { ...options, cost: cost / 128 }, done);
  before(() => void Object.assign(crypto, { scrypt: quick }));
  after(() => void Object.assign(crypto, { scrypt: original }));
}
