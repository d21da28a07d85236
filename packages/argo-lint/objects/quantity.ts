import type { Node } from "./node";
import { literal } from "../expressions/tags";

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A quantity as Kubernetes writes it: `500m`, `1Gi`, `1e3`. Undefined if there is none that is known. */
export function quantity(node: Node): number | undefined {
  const [, number, suffix = "", exponent] =
    /^\+?(\d+\.?\d*|\.\d+)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([-+]?\d+))?$/.exec((literal(node) ?? "").trim()) ??
    [];
  return number === undefined
    ? undefined
    : Number(number) * (exponent === undefined ? (SUFFIXES[suffix] ?? NaN) : 10 ** Number(exponent));
}
