import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { baseSettings, baseStackOf, studentSettings, studentStackOf } from "../class-settings";
import type { Student } from "../roster/roster";

/** The stack files of a class. They follow from the class's own file and the roster, and are not in the checkout. */
export class ClassFiles {
  /**
   * @param folder Where they are.
   * @param className Name of the class, which its stacks' names begin with.
   * @param classFile Text of the class's own stack file.
   */
  constructor(
    readonly folder: string,
    private readonly className: string,
    private readonly classFile: string,
    private readonly students: readonly Student[],
  ) {}

  /** The stack's file, in the place where Pulumi looks for it if it works in the folder. */
  pathOf(stack: string): string {
    return join(this.folder, `Pulumi.${stack}.yaml`);
  }

  /** The stack's file as the settings and the roster have it now. The text is what would be written. */
  textOf(stack: string): string {
    const base = baseStackOf(this.className);
    if (stack === base) return baseSettings(this.classFile, this.earlier(base));
    // The base's salt for a new student: the engine then derives one key for both, which takes it a while for each.
    const earlier = this.earlier(stack) || this.earlier(base);
    return studentSettings(this.classFile, this.className, this.studentOf(stack), earlier);
  }

  /** Writes the stack's file as the settings and the roster have it now. */
  write(stack: string): string {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const file = this.pathOf(stack);
    writeFileSync(file, this.textOf(stack), { mode: 0o600 });
    return file;
  }

  /** The stack's file as it was used last; undefined where there is none. */
  existing(stack: string): string | undefined {
    return existsSync(this.pathOf(stack)) ? this.pathOf(stack) : undefined;
  }

  /** The stack's file as it was used last, made where there is none. */
  last(stack: string): string {
    return this.existing(stack) ?? this.write(stack);
  }

  remove(stack: string): void {
    rmSync(this.pathOf(stack), { force: true });
  }

  private earlier(stack: string): string {
    return existsSync(this.pathOf(stack)) ? readFileSync(this.pathOf(stack), "utf8") : "";
  }

  /** Someone who is not in the roster any more has no settings of their own. */
  private studentOf(stack: string): Student {
    const found = this.students.find(({ id }) => studentStackOf(this.className, id) === stack);
    return found ?? { id: stack.slice(this.className.length + 1), settings: {} };
  }
}
