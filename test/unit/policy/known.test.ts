import assert from "node:assert/strict";
import { knownProps } from "../../../policy/known";

/** As the policy SDK does it: reading such a property throws. */
function withUnknown(key: string, rest: object): object {
  return Object.defineProperty({ ...rest }, key, {
    enumerable: true,
    get: () => {
      throw Object.assign(new Error("unknown"), { unknownTypeSentinel: "string", props: [key] });
    },
  });
}

describe("properties of which a preview knows only some", () => {
  it("are taken without those that are not known", () => {
    const props = { spec: { containers: [withUnknown("image", { name: "main" })] }, list: [1, null] };
    assert.deepEqual(knownProps(props), { spec: { containers: [{ name: "main" }] }, list: [1, null] });
  });

  it("do not hide other errors", () => {
    const broken = Object.defineProperty({}, "it", {
      enumerable: true,
      get: () => {
        throw new Error("broken");
      },
    });
    assert.throws(() => knownProps(broken), /broken/);
  });
});
