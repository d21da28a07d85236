import assert from "node:assert/strict";
import { parse } from "yaml";
import { hasSecrets, saltOf, withoutSalt, withSalt } from "../../../../../tooling/engine/stack/encryption";

const SALT = "v1:abc=:v1:def:ghi";
const SECRET = "v1:jkl:mno";

/** The same file in two styles: as Pulumi writes it, and as it goes on with one that was `{}`. */
const withSecret = [
  `encryptionsalt: ${SALT}\nconfig:\n  gourmetgram:a: x\n  gourmetgram:b:\n    secure: ${SECRET}\n`,
  `{encryptionsalt: '${SALT}', config: {'gourmetgram:a': x, 'gourmetgram:b': {secure: '${SECRET}'}}}\n`,
];

describe("the encryption of a stack's file", () => {
  for (const [style, text] of withSecret.entries()) {
    it(`is found in style ${style}`, () => {
      assert.equal(saltOf(text), SALT);
      assert.equal(hasSecrets(text), true);
      assert.equal(hasSecrets(text.replace("secure", "sure")), false);
    });

    it(`goes without its salt in style ${style}`, () => {
      const { encryptionsalt, ...others } = parse(text) as Record<string, unknown>;
      assert.equal(encryptionsalt, SALT);
      assert.deepEqual(parse(withoutSalt(text)), others);
      assert.deepEqual(parse(withSalt(withoutSalt(text), SALT)), parse(text));
    });
  }

  it("is nothing in a file without settings", () => {
    for (const text of ["", "{}\n", "# mine\n"]) {
      assert.equal(saltOf(text), undefined);
      assert.equal(hasSecrets(text), false);
      assert.deepEqual(parse(withSalt(text, SALT)), { encryptionsalt: SALT });
    }
    assert.equal(withoutSalt(`encryptionsalt: ${SALT}\n`), "");
    assert.equal(withoutSalt(`{encryptionsalt: '${SALT}'}\n`), "");
  });

  it("leaves the rest as somebody has written it", () => {
    const mine = "# mine\nconfig:\n  gourmetgram:size: small # enough\n";
    assert.equal(withoutSalt(`${mine}encryptionsalt: ${SALT}\n`), mine);
    assert.equal(withSalt(mine, SALT), `${mine}encryptionsalt: ${SALT}\n`);
  });
});
