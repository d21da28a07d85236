import type { None } from "../values/parameters";
import { type Template, signature } from "./templates";

export interface SuspendTemplateOptions {
  /** Seconds after which the run goes on by itself. @default it waits until someone resumes it */
  readonly seconds?: number;
}

/** A template that pauses the run: for a time, or until someone says `argo resume`. */
export function suspend(name: string, options: SuspendTemplateOptions = {}): Template<None, None> {
  return {
    name,
    inputs: {},
    outputs: {},
    calls: [],
    render: () => ({
      ...signature(name, {}, {}),
      suspend: options.seconds === undefined ? {} : { duration: String(options.seconds) },
    }),
  };
}
