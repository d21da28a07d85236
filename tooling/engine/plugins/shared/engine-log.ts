import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Where a resource says how far it is. */
export interface EngineLog {
  /** Shows a line beside the resource until the next one; nothing of it is kept. */
  status(line: string): void;
}

/** Opens a log for one resource. */
export type OpenLog = (urn: string) => EngineLog;

/**
 * The way to the engine's log.
 *
 * `pulumi.log` needs a program's runtime, which a plugin does not have; the engine passes its own address as the
 * last argument instead. Without one, as when someone starts the plugin by hand, lines are dropped.
 */
export function connectLog(args: readonly string[]): OpenLog {
  const address = args.at(-1);
  if (address === undefined || !/:\d+$/.test(address)) {
    return () => ({ status: () => undefined });
  }
  const client = new EngineClient(address, credentials.createInsecure());
  return (urn) => statusLine((line, done) => client.log(statusRequest(urn, line), done));
}

/** Sends the newest line only, and one at a time: a chatty build must not wait for the terminal. */
function statusLine(send: (line: string, done: () => void) => void): EngineLog {
  let newest: string | undefined;
  let sending = false;
  const next = () => {
    sending = newest !== undefined;
    if (newest !== undefined) {
      const line = newest;
      newest = undefined;
      send(line, next);
    }
  };
  return {
    status(line) {
      newest = line;
      if (!sending) {
        next();
      }
    },
  };
}

function statusRequest(urn: string, line: string): LogRequest {
  return new LogRequest().setSeverity(LogSeverity.INFO).setUrn(urn).setMessage(line).setEphemeral(true);
}
