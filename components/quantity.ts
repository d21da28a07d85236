const PREFIXES = ["", "K", "M", "G", "T", "P", "E"];

/**
 * The bytes of a positive Kubernetes quantity such as `10Gi`.
 *
 * @throws RangeError if it is none.
 */
export function bytesOf(quantity: string): number {
  const [, number, prefix = "", binary] = /^(\d+(?:\.\d+)?)([kKMGTPE]?)(i?)$/.exec(quantity) ?? [];
  if (number === undefined) {
    throw new RangeError(`${quantity} is no quantity of bytes`);
  }
  const unit = binary === "i" ? 1024 : 1000;
  return Math.floor(Number(number) * unit ** PREFIXES.indexOf(prefix.toUpperCase()));
}
