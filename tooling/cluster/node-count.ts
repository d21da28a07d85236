const VARIABLE = "GOURMETGRAM_NODES";
const MOST = 9;

/**
 * How many nodes a new cluster gets.
 *
 * @default 1, or the environment variable GOURMETGRAM_NODES
 * @throws Error if that is not a number from 1 to 9
 */
export function nodeCount(): number {
  const text = process.env[VARIABLE] ?? "";
  const count = text === "" ? 1 : Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MOST) return count;
  throw new Error(
    `${VARIABLE} is ${text}: expected a number from 1 to ${MOST}\n  remedy: ${VARIABLE}=1 npm run up`,
  );
}
