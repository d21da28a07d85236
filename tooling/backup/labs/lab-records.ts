import { messageOf } from "../../support/errors";
import { interruption } from "../../support/interruption";
import type { LabRecord } from "../file/manifest";

/** A lab that could not be backed up. */
export interface MissingLab {
  /** The student, or the stack. */
  readonly name: string;
  readonly reason: string;
}

/** The labs of one backup. */
export class LabRecords {
  readonly taken: LabRecord[] = [];
  readonly missing: MissingLab[] = [];

  /** @param goesOn Whether one that fails is left out, and keeps no other from its backup. */
  constructor(private readonly goesOn: boolean) {}

  /** @throws what is in the way of one lab, unless the others are backed up without it; and what interrupts the command */
  async take(name: string, backUp: () => Promise<LabRecord>): Promise<void> {
    try {
      this.taken.push(await backUp());
    } catch (error) {
      interruption.throwIfAborted();
      if (!this.goesOn) throw error;
      this.missing.push({ name, reason: messageOf(error) });
    }
  }

  /** @throws Error with each reason if there is none */
  requireSome(): void {
    if (this.taken.length === 0) throw new Error(missingText(this.missing));
  }
}

/** Who is missing, with the reasons. */
export const missingText = (missing: readonly MissingLab[]): string =>
  missing.map(({ name, reason }) => `${name} could not be backed up: ${reason}`).join("\n");
