const NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const WORD = "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?";
const PREFIX = new RegExp(`^(?=.{1,253}$)${WORD}(?:\\.${WORD})*$`);

/** Whether the cluster takes the text as the key of a label; that of an annotation may have capitals everywhere. */
export function isLabelKey(text: string): boolean {
  const [name = "", prefix, ...rest] = text.split("/").reverse();
  return rest.length === 0 && NAME.test(name) && (prefix === undefined || PREFIX.test(prefix));
}

/** Whether the cluster takes the text as the value of a label. */
export function isLabelValue(text: string): boolean {
  return VALUE.test(text);
}
