import { containersOf } from "../pods";
import {
  isKubernetesObject,
  isPartOf,
  itemsOf,
  kindOf,
  type Props,
  propsOf,
  type ResourceRule,
  type StackRule,
  type Subject,
  textOf,
} from "../subject";

/** Names of settings that hold a secret; one that says where a secret is found does not. */
const NAME = /pass(?:word|wd|phrase)|token|secret|credential|(?:api|access|private|signing)[-_.]?key/i;
const POINTER = /[-_.](?:file|path|dir|folder|name|url|ref)$/i;

/** Values that are secrets by their looks: a private key, or an address with a password in it. */
const VALUE = /-----BEGIN [A-Z ]*PRIVATE KEY-----|\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]+@/;

/** No setting that is a secret by its name or its looks is written where anyone who may read a pod can read it. */
export const secretsAreReferences: ResourceRule = (subject) => [
  ...containersOf(subject).flatMap(({ where, props }) =>
    itemsOf(props["env"])
      .map(propsOf)
      .filter(({ name, value }) => isPlainSecret(textOf(name), value))
      .map(
        ({ name }) => `the variable ${textOf(name)} of ${where} holds a secret: use valueFrom.secretKeyRef`,
      ),
  ),
  ...configMapSettings(subject)
    .filter(([name, value]) => isPlainSecret(name, value))
    .map(([name]) => `the setting ${name} holds a secret: a Secret is the place for it`),
];

function configMapSettings(subject: Subject): [string, unknown][] {
  return kindOf(subject) === "ConfigMap" ? Object.entries(propsOf(subject.props["data"])) : [];
}

function isPlainSecret(name: string, value: unknown): boolean {
  if (typeof value !== "string" || value === "") return false;
  return VALUE.test(value) || (NAME.test(name) && !POINTER.test(name) && !isFlag(value));
}

/** What a switch is set to, such as `true` or `30`. */
const isFlag = (value: string): boolean => /^(?:true|false|\d{1,4})$/i.test(value);

/** Shorter values appear elsewhere by chance. */
const SHORTEST = 8;

/** No value that some Secret or generated password of the stack has is anywhere in a plain property. */
export const secretsStayInSecrets: StackRule = (subjects) => {
  const secrets = new Set(subjects.flatMap(secretValues).filter((value) => value.length >= SHORTEST));
  return subjects
    .filter((subject) => isKubernetesObject(subject) && kindOf(subject) !== "Secret")
    .flatMap(({ urn, props }) =>
      textsIn(props)
        .filter(({ text }) => [...secrets].some((secret) => text.includes(secret)))
        .map(({ path }) => ({
          urn,
          message: `${path} holds the value of a secret: refer to a Secret instead`,
        })),
    );
};

function secretValues(subject: Subject): string[] {
  const { type, props } = subject;
  if (type === "random:index/randomPassword:RandomPassword") {
    // An owner's identity gives access to nothing, and is a label of each object.
    return isPartOf(subject, "gourmetgram:index:Ownership") ? [] : texts([props["result"]]);
  }
  if (kindOf(subject) !== "Secret") return [];
  const encoded = texts(secretEntries(props).map(([, value]) => value));
  return [
    ...texts(Object.values(propsOf(props["stringData"]))),
    ...encoded,
    ...encoded.map((text) => Buffer.from(text, "base64").toString("utf8")),
  ];
}

/** What a Secret holds. That with an account's token also has its namespace and the cluster's certificate, which are public. */
function secretEntries({ type, data }: Props): [string, unknown][] {
  const entries = Object.entries(propsOf(data));
  return type === "kubernetes.io/service-account-token"
    ? entries.filter(([key]) => key === "token")
    : entries;
}

const texts = (values: readonly unknown[]): string[] => values.filter((value) => typeof value === "string");

/** All texts in a value, with the path of each. */
function textsIn(props: Props, path = ""): { path: string; text: string }[] {
  return Object.entries(props).flatMap(([key, value]) => {
    const here = path === "" ? key : `${path}.${key}`;
    if (typeof value === "string") return [{ path: here, text: value }];
    return typeof value === "object" && value !== null ? textsIn(value as Props, here) : [];
  });
}
