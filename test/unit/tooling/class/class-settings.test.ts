import assert from "node:assert/strict";
import { parse } from "yaml";
import { KEYS, type KeyName, scopesOf } from "../../../../config/keys";
import { baseSettings, effectiveSettings, studentSettings } from "../../../../tooling/class/class-settings";

const CLASS = `
encryptionsalt: v1:class
config:
  kubernetes:context: school
  gourmetgram:registryNodePort: 30555
  gourmetgram:mlflowNodePort: 30801
  gourmetgram:mlflowStorage: 5Gi
  gourmetgram:storageClass: fast
  gourmetgram:shedule: 0 1 * * *
  gourmetgram:apiServerAddresses: [10.0.0.1/32]
  gourmetgram:appRepositoryPassword:
    secure: v1:abc
`;

describe("class: settings of its stacks", () => {
  it("gives the base what means something to it, and what no one knows", () => {
    assert.deepEqual(parse(baseSettings(CLASS)), {
      encryptionsalt: "v1:class",
      config: {
        "kubernetes:context": "school",
        "gourmetgram:registryNodePort": 30555,
        "gourmetgram:storageClass": "fast",
        "gourmetgram:shedule": "0 1 * * *",
        "gourmetgram:apiServerAddresses": ["10.0.0.1/32"],
        "gourmetgram:scope": "base",
      },
    });
  });

  it("gives a student what means something to one, and over it the roster's line in the keys' types", () => {
    const settings = { mlflowStorage: "2Gi", keepData: "true", trainingDeadlineSeconds: "1800" };
    assert.deepEqual(parse(studentSettings(CLASS, "dev", { id: "alice", settings })), {
      encryptionsalt: "v1:class",
      config: {
        "gourmetgram:size": "small",
        "kubernetes:context": "school",
        "gourmetgram:mlflowStorage": "2Gi",
        "gourmetgram:storageClass": "fast",
        "gourmetgram:apiServerAddresses": ["10.0.0.1/32"],
        "gourmetgram:appRepositoryPassword": { secure: "v1:abc" },
        "gourmetgram:scope": "student",
        "gourmetgram:student": "alice",
        "gourmetgram:baseStack": "dev-base",
        "gourmetgram:keepData": true,
        "gourmetgram:trainingDeadlineSeconds": 1800,
      },
    });
  });

  it("takes the size from the roster, else from the class, else small", () => {
    const sizeOf = (classFile: string, settings: { size?: string }): unknown =>
      effectiveSettings(studentSettings(classFile, "dev", { id: "a", settings })).size;
    const medium = "config: {gourmetgram:size: medium}";
    assert.deepEqual(
      [sizeOf(medium, { size: "large" }), sizeOf(medium, {}), sizeOf("", {})],
      ["large", "medium", "small"],
    );
  });

  it("reads what the class sets in the keys' types, also where Pulumi has written it as a text", () => {
    const classFile = `config:
  gourmetgram:keepData: "true"
  gourmetgram:scheduleSuspended: "false"
  gourmetgram:trainingDeadlineSeconds: "1800"
  gourmetgram:studentTokenDays: 30
`;
    const { keepData, scheduleSuspended, trainingDeadlineSeconds, studentTokenDays, scheduleSpreadMinutes } =
      effectiveSettings(studentSettings(classFile, "dev", { id: "a", settings: {} }));
    assert.deepEqual(
      [keepData, scheduleSuspended, trainingDeadlineSeconds, studentTokenDays, scheduleSpreadMinutes],
      [true, false, 1800, 30, KEYS.scheduleSpreadMinutes.default],
    );
  });

  it("keeps the salt with which the stack was made, unless the class has secrets of its own", () => {
    const earlier = "encryptionsalt: v1:own\nconfig: {gourmetgram:size: large}\n";
    assert.deepEqual(parse(baseSettings("", earlier)), {
      encryptionsalt: "v1:own",
      config: { "gourmetgram:scope": "base" },
    });
    assert.equal(
      (parse(baseSettings(CLASS, earlier)) as { encryptionsalt: string }).encryptionsalt,
      "v1:class",
    );
  });

  it("gives students nothing that is decided once for all, but whose Argo it is: rights to the lab's own are theirs to give", () => {
    const student = (Object.keys(KEYS) as KeyName[]).filter((key) => scopesOf(key).includes("student"));
    const once = /^(registry|argo|buildNamespace|namespace|staging|pythonBase|gitServerBase)|NodePort$/;
    assert.deepEqual(
      student.filter((key) => once.test(key) || key === "mlflowServiceType" || key === "mlflowExternalIps"),
      ["argo"],
    );
  });
});
