import { posix } from "node:path";
import { error, type RuleDiagnostic, warning } from "../../objects/diagnostic";
import { literal } from "../../expressions/tags";
import { placeOf } from "../../objects/artifact";
import type { Node } from "../../objects/node";
import type { Template, WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";

/** Artifacts have a path where there is a pod, and a place that Argo can read or write. */
export function* artifacts(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  for (const template of set.templatesOf(object)) {
    const isLeaf = template.type !== "steps" && template.type !== "dag";
    yield* paths(template, isLeaf);
    for (const input of template.node.in("inputs", "artifacts").items) yield* place(input);
    yield* place(template.node.at("archiveLocation"));
    const outputs = template.node.in("outputs", "artifacts").items;
    if (template.isPod) yield* written(outputs);
    for (const output of isLeaf ? [] : outputs) {
      if (["from", "fromExpression"].some((key) => !output.at(key).isEmpty)) continue;
      const message = `an output artifact of ${template.type ?? ""} comes from one of its own: without from, it never exists`;
      yield warning("template", output, message, "add from");
    }
  }
}

function* paths({ node, type }: Template, isLeaf: boolean): Generator<RuleDiagnostic> {
  if (type === undefined || type === "suspend") return;
  for (const place of ["inputs", "outputs"]) {
    for (const artifact of node.in(place, "artifacts").items) {
      const path = artifact.at("path");
      if (isLeaf && (path.text ?? "") === "" && (path.text === "" || !path.exists)) {
        yield error("template", artifact, "the artifact has no path in the pod", "add path");
      } else if (!isLeaf && (path.text ?? "") !== "") {
        const message = `a template of type ${type} has no pod, and its artifacts no path in one`;
        yield error("template", path, message, "remove path, and give it where the pod is");
      } else if (leavesItsFolder(literal(path) ?? "")) {
        const message = `${path.text ?? ""} leads out of its folder, and Argo refuses the object`;
        yield error("template", path, message, "write the path without ..");
      }
      if (place === "inputs" && (artifact.at("from").text ?? "") !== "") {
        const message = "an input is not taken from anywhere: what it is comes from the step that passes it";
        yield error("template", artifact.at("from"), message, "move from to the arguments of the step");
      }
    }
  }
}

/** Whether a path with `..` ends elsewhere than below the folder before it. */
function leavesItsFolder(path: string): boolean {
  const [folder = "", ...rest] = path.split(/\/\.\.(?=\/|$)/);
  const clean = posix.normalize(path).replace(/\/$/, "");
  return rest.length > 0 && folder !== "" && !clean.startsWith(`${folder}/`);
}

/** What Argo asks for in the place of an artifact before the run; of the others it finds out when it comes there. */
function* place(holder: Node): Generator<RuleDiagnostic> {
  const git = holder.at("git");
  const refused = (node: Node, message: string, fix: string): RuleDiagnostic =>
    error("template", node, `${message}, and Argo refuses the object`, fix);
  if (git.isObject && git.at("repo").isEmpty) yield refused(git, "git has no repo", "add repo");
  const hdfs = holder.at("hdfs");
  if (!hdfs.isObject) return;
  if (hdfs.at("addresses").items.length === 0) {
    yield refused(hdfs, "hdfs has no addresses", "add addresses: a list such as [name-node:8020]");
  }
  const path = hdfs.at("path");
  if (path.isEmpty || literal(path)?.startsWith("/") === false) {
    yield refused(hdfs, "hdfs has no absolute path", "add path, which begins with a slash");
  }
  const [ticket, keys] = [hdfs.at("krbCCacheSecret"), hdfs.at("krbKeytabSecret")];
  if (hdfs.at("hdfsUser").isEmpty && !ticket.exists && !keys.exists) {
    yield refused(hdfs, "hdfs has no user", "add hdfsUser, krbCCacheSecret or krbKeytabSecret");
  }
  const needed = [
    ...(ticket.exists || keys.exists ? ["krbServicePrincipalName", "krbConfigConfigMap"] : []),
    ...(keys.exists ? ["krbUsername", "krbRealm"] : []),
  ].filter((key) => hdfs.at(key).isEmpty);
  if (needed.length > 0) {
    yield refused(hdfs, `hdfs has no ${needed.join(" and no ")}`, `add ${needed.join(", ")}`);
  }
}

/** Argo can read from these places, and not write to them. */
const READ_ONLY = ["git", "raw"];

function* written(outputs: readonly Node[]): Generator<RuleDiagnostic> {
  for (const output of outputs) {
    const found = placeOf(output);
    if (found === undefined || !READ_ONLY.includes(found.kind)) continue;
    const message = `Argo cannot write an artifact to ${found.kind}, and fails the step when it has ended`;
    yield error("template", found.node, message, `remove ${found.kind}, or use a place such as s3`);
  }
}
