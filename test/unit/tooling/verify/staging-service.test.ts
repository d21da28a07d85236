import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { FOOD_CLASSES, FOOD_PICTURE } from "../../../../tooling/verify/runs/food";
import { watchWhile } from "../../../../tooling/verify/clients/service-watch";
import { servedText, StagingService } from "../../../../tooling/live/services/staging-service";
import { serve, type TestServer } from "../../../support/http";

const VERSION = { model_version: "7", application_commit: "1234567890", image: "app@sha256:0" };

describe("verify: staging", () => {
  let server: TestServer;
  let asked: string;
  let questions: number;
  let version: { status?: number; body: unknown };
  /** What the next questions are answered; each in turn, and the last from then on. */
  let coming: (typeof version)[];

  beforeEach(async () => {
    version = { body: VERSION };
    coming = [];
    questions = 0;
    server = await serve((request, body) => {
      asked = body;
      questions += 1;
      version = coming.shift() ?? version;
      if (request.url === "/version") return version;
      return request.method === "POST" && request.url === "/predict"
        ? { body: { class: "Soup", confidence: 0.5, classes: [] } }
        : { status: 404, body: "" };
    });
  });

  afterEach(() => server.close());

  it("tells what serves, and that nothing does", async () => {
    const service = new StagingService(server.url);
    assert.equal(servedText(await service.served()), "version 7 from commit 1234567, app@sha256:0");
    version = { status: 503, body: "unfit" };
    assert.equal(servedText(await service.served()), "nothing serves");
    await assert.rejects(service.version(), /\/version answered 503: unfit/);
    server.close();
    await assert.rejects(service.version(), /no answer from .*\/version/);
  });

  it("sends a picture as a form does", async () => {
    const { class: seen } = await new StagingService(server.url).predict(readFileSync(FOOD_PICTURE));
    assert.equal(seen, "Soup");
    assert.match(
      asked,
      /name="file"; filename="picture.jpg"\r\nContent-Type: image\/jpeg\r\n\r\n\xff\xd8\xff/,
    );
  });

  it("notices that another version served for a moment", async () => {
    const work = async (): Promise<string> => {
      while (questions < 1) await delay(5);
      version = { body: { ...VERSION, model_version: "8" } };
      // The answer to a question has come when the next one is asked.
      while (questions < 3) await delay(5);
      return "done";
    };
    const { result, watched } = await watchWhile(new StagingService(server.url), work());
    assert.equal(result, "done");
    assert.ok(watched.asked >= 2);
    assert.deepEqual(
      watched.answers.map((each) => each.split(" from")[0]),
      ["version 7", "version 8"],
    );
  });

  it("counts the questions without an answer, and how many came one after the other", async () => {
    const away = { status: 503, body: "" };
    coming = [away, away, { body: VERSION }, away, { body: VERSION }];
    const work = async (): Promise<void> => {
      // The answer to a question has come when the next one is asked.
      while (questions < 6) await delay(5);
    };
    const { watched } = await watchWhile(new StagingService(server.url), work());
    assert.deepEqual([watched.unanswered, watched.inARow], [3, 2]);
  });

  it("ends the watch when the work fails", async () => {
    const work = Promise.reject(new Error("lost"));
    await assert.rejects(watchWhile(new StagingService(server.url), work), /lost/);
  });

  it("has the eleven classes", () => {
    assert.equal(new Set(FOOD_CLASSES).size, 11);
  });
});
