/**
 * Kubernetes quantities, parsed and formatted. Only the forms that people write for cores and bytes: the linter of
 * workflows, which stands alone, reads every form.
 */

const PREFIXES = ["", "K", "M", "G", "T", "P", "E"];

/**
 * The bytes of a Kubernetes quantity such as `10Gi` or `500M`.
 *
 * @throws RangeError if it is not a quantity of bytes
 */
export function bytesOf(quantity: string): number {
  const [, number, suffix = ""] = /^(\d+(?:\.\d+)?)([KMGTPE]i|[kMGTPE])?$/.exec(quantity) ?? [];
  if (number === undefined) {
    throw new RangeError(`expected a quantity of bytes such as 10Gi, got ${quantity}`);
  }
  const unit = suffix.endsWith("i") ? 1024 : 1000;
  return Math.floor(Number(number) * unit ** PREFIXES.indexOf(suffix.charAt(0).toUpperCase()));
}

/**
 * The processor cores of a Kubernetes quantity such as `1.5` or `250m`, to a thousandth: Kubernetes knows no less.
 *
 * @throws RangeError if it is not a number of cores
 */
export function coresOf(quantity: string): number {
  const [, number, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(quantity) ?? [];
  if (number === undefined) {
    throw new RangeError(`expected a number of cores such as 1.5 or 250m, got ${quantity}`);
  }
  return thousandths(Number(number) / (milli === "m" ? 1000 : 1));
}

/** A number without what binary fractions add to it: 0.1 + 0.2 is 0.3. */
export function thousandths(number: number): number {
  return Math.round(number * 1000) / 1000;
}

/** Cores as a Kubernetes quantity: `2`, `1500m`. */
export function cpuQuantity(cores: number): string {
  return Number.isInteger(cores) ? String(cores) : `${Math.round(cores * 1000)}m`;
}

/** Bytes as a Kubernetes quantity in the largest unit of which they are a whole number: `2Gi`, `1536Mi`. */
export function bytesQuantity(bytes: number): string {
  let [number, power] = [bytes, 0];
  while (number > 0 && number % 1024 === 0 && power < PREFIXES.length - 1) {
    number /= 1024;
    power += 1;
  }
  return power === 0 ? String(number) : `${number}${PREFIXES[power] ?? ""}i`;
}

/** Bytes for people, with at most one digit after the point: `1.2 GiB`. */
export function bytesText(bytes: number): string {
  let [number, power] = [bytes, 0];
  // What would be shown as 1024 of a unit is one of the next.
  while (Math.round(number * 10) / 10 >= 1024 && power < PREFIXES.length - 1) {
    number /= 1024;
    power += 1;
  }
  const unit = power === 0 ? "B" : `${PREFIXES[power] ?? ""}iB`;
  return `${Math.round(number * 10) / 10} ${unit}`;
}

/** Cores for people: `1 core`, `0.25 cores`. */
export function coresText(cores: number): string {
  return `${thousandths(cores)} ${cores === 1 ? "core" : "cores"}`;
}
