import assert from "node:assert/strict";
import {
  bytesOf,
  bytesQuantity,
  bytesText,
  coresOf,
  coresText,
  cpuQuantity,
  thousandths,
} from "../../../../components/kubernetes/quantity";

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

describe("coresOf", () => {
  it("counts cores, to a thousandth", () => {
    for (const [quantity, cores] of Object.entries({ "250m": 0.25, "1.5": 1.5, "2": 2, "1500m": 1.5 })) {
      assert.equal(coresOf(quantity), cores, quantity);
    }
  });

  it("refuses what is none", () => {
    for (const text of ["", "m", "1.5.2", "1k", "-1", "1 m"]) {
      assert.throws(() => coresOf(text), RangeError, text);
    }
  });
});

describe("a quantity for Kubernetes", () => {
  it("is the amount again when it is read", () => {
    for (const [cores, quantity] of [
      [2, "2"],
      [1.5, "1500m"],
      [0.02, "20m"],
      [0, "0"],
    ] as const) {
      assert.equal(cpuQuantity(cores), quantity);
      assert.equal(coresOf(quantity), cores);
    }
    for (const [bytes, quantity] of [
      [2 ** 31, "2Gi"],
      [1536 * 2 ** 20, "1536Mi"],
      [1_000_000_000, "1000000000"],
      [1025, "1025"],
      [0, "0"],
    ] as const) {
      assert.equal(bytesQuantity(bytes), quantity);
      assert.equal(bytesOf(quantity), bytes);
    }
  });

  it("has no dust of binary fractions", () => {
    assert.equal(thousandths(0.1 + 0.2), 0.3);
    assert.equal(cpuQuantity(0.1 + 0.2), "300m");
  });
});

describe("an amount for people", () => {
  it("has one digit after the point at most", () => {
    for (const [bytes, text] of [
      [0, "0 B"],
      [1000, "1000 B"],
      [1.25 * 2 ** 30, "1.3 GiB"],
      [640 * 2 ** 20, "640 MiB"],
      // Not "1024 MiB".
      [2 ** 30 - 1, "1 GiB"],
    ] as const) {
      assert.equal(bytesText(bytes), text);
    }
  });

  it("says how many cores", () => {
    assert.deepEqual([coresText(1), coresText(0.05), coresText(2)], ["1 core", "0.05 cores", "2 cores"]);
  });
});
