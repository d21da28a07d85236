import assert from "node:assert/strict";
import { bytesOf } from "../../components/quantity";

describe("bytesOf", () => {
  it("counts the bytes of a quantity", () => {
    const known = {
      "1000": 1000,
      "2k": 2000,
      "500Mi": 524_288_000,
      "10Gi": 10_737_418_240,
      "1.5G": 1_500_000_000,
      "1Ti": 2 ** 40,
    };
    for (const [quantity, bytes] of Object.entries(known)) {
      assert.equal(bytesOf(quantity), bytes, quantity);
    }
  });

  it("refuses what is none", () => {
    for (const text of ["", "Gi", "1.5.2G", "10GB", "-1"]) {
      assert.throws(() => bytesOf(text), RangeError, text);
    }
  });
});
