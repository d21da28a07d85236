import { causeOf } from "../../support/errors";

/** What the application says about itself at `/version`. */
export interface ServedVersion {
  readonly model_version: string | null;
  readonly application_commit: string | null;
  /** The image as the node pulled it, with its digest. */
  readonly image: string | null;
}

/** What the application answers to a picture. */
export interface Prediction {
  readonly class: string;
  readonly confidence: number;
  readonly classes: readonly { readonly class: string; readonly confidence: number }[];
}

/** Seconds that one answer may take: a class has to come in this time, or a student gives up. */
const PATIENCE = 5;

/** The application's HTTP interface. */
export class StagingService {
  /** @param url Address without a path, for example `http://localhost:30081`. */
  constructor(readonly url: string) {}

  /** What serves; undefined if nothing does. */
  async served(): Promise<ServedVersion | undefined> {
    return this.version().catch(() => undefined);
  }

  async version(): Promise<ServedVersion> {
    return this.ask<ServedVersion>("/version");
  }

  /** @param picture A JPEG. */
  async predict(picture: Uint8Array): Promise<Prediction> {
    const body = new FormData();
    body.set("file", new Blob([new Uint8Array(picture)], { type: "image/jpeg" }), "picture.jpg");
    return this.ask<Prediction>("/predict", { method: "POST", body });
  }

  private async ask<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
    const url = new URL(path, this.url);
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE * 1000) }).catch(
      (error: unknown) => {
        throw new Error(`no answer from ${url.href}: ${causeOf(error)}`);
      },
    );
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${url.href} answered ${answer.status}: ${text.slice(0, 300)}`);
    return JSON.parse(text) as Answer;
  }
}

/** What serves, in words. */
export function servedText(served: ServedVersion | undefined): string {
  if (served === undefined) return "nothing serves";
  const { model_version, application_commit, image } = served;
  return `version ${model_version ?? "?"} from commit ${application_commit?.slice(0, 7) ?? "?"}, ${image ?? "no image"}`;
}
