/** Programs in pods, with streams to and from them. */
import { PassThrough, type Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Exec, type KubeConfig, type V1Status } from "@kubernetes/client-node";
import { pacedReader, type PacedSocket, pacedSender } from "./flow-control";
import { messageOf } from "../../support/errors";

/** A container of a pod that runs. */
export interface PodContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export interface ExecOptions {
  /**
   * What the program reads. It has to know by itself where that ends, as `head -c` does: to close the input alone is not
   * possible before Kubernetes 1.30.
   *
   * @default nothing
   */
  readonly input?: Readable;
  /** Takes what the program prints. @default it is dropped */
  readonly output?: Writable;
  /** Ends the program's connection. */
  readonly signal?: AbortSignal;
}

/** Characters of standard error that are kept. */
const KEPT = 4 * 1024 * 1024;

type Socket = PacedSocket & {
  addEventListener(event: "close", listener: () => void): void;
  close(): void;
};

/**
 * Runs a program in a container, and waits for its end and that of its output.
 *
 * @returns what it wrote to standard error
 * @throws Error with what it says if it fails; the signal's reason when it is aborted
 */
export async function execInPod(
  config: KubeConfig,
  { namespace, pod, container }: PodContainer,
  command: readonly string[],
  { input, output, signal }: ExecOptions = {},
): Promise<string> {
  signal?.throwIfAborted();
  const errors = new TextSink(KEPT);
  const drained = new PassThrough();
  const reading = pipeline(drained, output ?? new TextSink(0));
  let socket: Socket | undefined;
  const paced = pacedReader(drained, () => socket);
  const sender = input === undefined ? null : pacedSender(() => socket);
  const ended = new Promise<V1Status>((resolve, reject) => {
    new Exec(config)
      .exec(namespace, pod, container, [...command], paced, errors, sender, false, resolve)
      .then((opened) => {
        socket = opened;
        // After the status, or in place of it where the connection is lost.
        socket.addEventListener("close", () => reject(new Error(`the connection to ${pod} was closed`)));
        // Not ended after the last of it, for the reason that `input` has.
        input?.pipe(sender as Writable, { end: false });
      }, reject);
    paced.once("error", reject);
    reading.catch(reject);
    input?.once("error", reject);
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
  try {
    const status = await ended;
    if (status.status !== "Success") throw new Error(errors.text.trim() || (status.message ?? "failed"));
    await reading;
    return errors.text;
  } catch (error) {
    drained.destroy();
    await reading.catch(() => undefined);
    if (signal?.aborted === true) throw signal.reason;
    // The library's reason for a refused connection is an event of the web socket, which is no Error.
    const reason = (error as { message?: string }).message ?? messageOf(error);
    throw new Error(`${command[0] ?? ""} in pod ${pod}: ${reason}`, { cause: error });
  } finally {
    input?.unpipe();
    sender?.destroy();
    socket?.close();
  }
}

/** What a program in a container prints. For short answers. */
export async function askPod(
  config: KubeConfig,
  place: PodContainer,
  command: readonly string[],
  options: Pick<ExecOptions, "signal"> = {},
): Promise<string> {
  const output = new TextSink(KEPT);
  await execInPod(config, place, command, { ...options, output });
  return output.text;
}

/** Keeps the first characters of what is written to it. */
export class TextSink extends Writable {
  private readonly parts: Buffer[] = [];
  private size = 0;

  constructor(private readonly limit: number) {
    super();
  }

  get text(): string {
    return Buffer.concat(this.parts).toString();
  }

  override _write(part: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.size < this.limit) this.parts.push(part);
    this.size += part.length;
    done();
  }
}
