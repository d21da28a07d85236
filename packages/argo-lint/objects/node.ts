/** A step on the way into an object: the name of a member, or the index of an item. */
export type Segment = string | number;

/**
 * A value inside an object, with its place, so that a diagnostic can name the place.
 *
 * The objects may come from anyone, so nothing is taken for granted: what is missing, or has an unexpected form, is
 * `undefined`. What is not plain data, such as an output of another resource, is a value that is not known yet.
 */
export class Node {
  /**
   * @param value The value, as it was parsed or rendered.
   * @param parent What it is a member or an item of; undefined for the object that was given.
   * @param segment Its place there.
   * @param inText True for an object that is written out as text, and below it: the path of all that is the text's.
   */
  constructor(
    readonly value: unknown,
    private readonly parent?: Node,
    private readonly segment: Segment = "",
    private readonly inText = false,
  ) {}

  /** The way to it from the root of the object that was given. Made when it is asked for: few nodes are reported. */
  get path(): readonly Segment[] {
    if (this.parent === undefined) return [];
    return this.parent.inText ? this.parent.path : [...this.parent.path, this.segment];
  }

  /** The same for people: items that have a name are called by it. */
  get label(): string {
    if (this.parent === undefined) return "";
    const before = this.parent.label;
    if (typeof this.segment === "number") {
      const name = isRecord(this.value) ? this.value["name"] : undefined;
      return `${before}[${typeof name === "string" ? name : this.segment}]`;
    }
    return before === "" ? this.segment : `${before}.${this.segment}`;
  }

  /** The member with this name. */
  at(key: string): Node {
    const value = isRecord(this.value) ? this.value[key] : undefined;
    return new Node(value, this, key, this.inText);
  }

  /** The member under several names, one inside the other. */
  in(...keys: string[]): Node {
    return keys.reduce<Node>((node, key) => node.at(key), this);
  }

  /** The items of a list; none if this is not a list. */
  get items(): Node[] {
    if (!Array.isArray(this.value)) {
      return [];
    }
    return this.value.map((item: unknown, index) => new Node(item, this, index, this.inText));
  }

  /** The item of a list that has this name. */
  named(name: string): Node | undefined {
    return this.items.find((item) => item.at("name").text === name);
  }

  /** Names of the items that have one. */
  get names(): string[] {
    return this.items.flatMap((item) => item.at("name").text ?? []);
  }

  /** The members by name; none if this is not an object. */
  get members(): [name: string, member: Node][] {
    return isRecord(this.value) ? Object.keys(this.value).map((key) => [key, this.at(key)]) : [];
  }

  /** True if there is something here, even if it is not known yet. */
  get exists(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** True where nothing is here, or an empty text. */
  get isEmpty(): boolean {
    return !this.exists || this.value === "";
  }

  /** True for an object that is known. */
  get isObject(): boolean {
    return isRecord(this.value);
  }

  /** The text, also of a number or truth value, as Argo takes them in a parameter. Undefined if there is none. */
  get text(): string | undefined {
    const { value } = this;
    return typeof value === "string"
      ? value
      : typeof value === "number" || typeof value === "boolean"
        ? String(value)
        : undefined;
  }

  /** A whole number, also as text. */
  get integer(): number | undefined {
    const { text } = this;
    return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
  }

  /** An object that is written out as text here. Its parts are found at this text. */
  holding(value: unknown): Node {
    return new Node(value, this.parent, this.segment, true);
  }
}

/** Whether the value is an object of plain data. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** An object of plain data. */
export type Plain = Readonly<Record<string, unknown>>;

/** The member of plain data under several names, one inside the other. */
export function member(value: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>((each, key) => (isRecord(each) ? each[key] : undefined), value);
}
