/** What a service account's token says of itself. Only the API server can tell whether it is true. */

/** Matches the URN of what the tokens of a student's stack are bound to, as the engine's option `--target` takes it. */
export const ACCESS_TARGET = "**gourmetgram:index:StudentAccess$kubernetes:core/v1:Secret::**";

/** The Secret to which a token is bound. */
export interface BoundObject {
  readonly name: string;
  readonly uid: string;
}

/** A token, and when it ends. */
export interface Token {
  readonly token: string;
  /** In RFC 3339. */
  readonly expires: string;
}

/** The claims that are looked at (`pkg/serviceaccount/claims.go` of Kubernetes), times in seconds since 1970. */
interface Claims {
  readonly iat?: number;
  readonly exp?: number;
  readonly "kubernetes.io"?: { readonly secret?: { readonly uid?: string } };
}

/**
 * The token, if it is bound to this Secret and less than half of its time has passed; else undefined.
 *
 * @param now In milliseconds since 1970.
 */
export function keptToken(
  token: string | undefined,
  { uid }: BoundObject,
  now = Date.now(),
): Token | undefined {
  const { iat, exp, "kubernetes.io": about } = token === undefined ? {} : claimsOf(token);
  if (token === undefined || iat === undefined || exp === undefined) return undefined;
  if (about?.secret?.uid !== uid || now >= (1000 * (iat + exp)) / 2) return undefined;
  return { token, expires: new Date(1000 * exp).toISOString() };
}

function claimsOf(token: string): Claims {
  try {
    return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Claims;
  } catch {
    // Not one of this program: another is issued.
    return {};
  }
}
