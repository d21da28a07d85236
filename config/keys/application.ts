import * as check from "../values/checks";
import { every, lab, labAndBase, labAndStudent } from "./scopes";

export const APPLICATION = {
  stagingNamespace: lab.text(
    "Namespace of the application in staging. The stack creates it.",
    "gourmetgram-staging",
    check.namespaceName,
  ),
  stagingNodePort: lab.nodePort("Node port of the application in staging.", 30081),
  buildNamespace: lab.text(
    "Namespace of BuildKit. The stack creates it.",
    "gourmetgram-build",
    check.namespaceName,
  ),
  buildkitImage: every.image(
    "Image of BuildKit, with the commands, the user and the folders of the official rootless one.",
    "docker.io/moby/buildkit:v0.32.2-rootless",
  ),
  buildkitMode: every.choice(
    '"rootless" for a BuildKit that makes a user namespace of its own. "userns" has Kubernetes make ' +
      "one: for nodes that refuse the first, such as Ubuntu 24.04's; needs Kubernetes 1.33 and " +
      'containerd 2. "privileged" where the nodes allow neither: then anyone who may build controls the ' +
      "node.",
    ["rootless", "userns", "privileged"],
    "rootless",
  ),
  buildCacheStorage: labAndStudent.text(
    "Disk that BuildKit may fill on its node during a build: what the Dockerfile's steps need of the base image is " +
      "unpacked there. A Kubernetes quantity.",
    "20Gi",
    check.quantity,
  ),
  appRepositoryUrl: every.optional(
    "The application's repository, an http or https address. Empty for a git server in the cluster " +
      "that serves images/app/.",
    "https://git.example.org/team/gourmetgram.git",
    check.httpUrl,
  ),
  appRepositoryBranch: labAndStudent.text(
    "Branch of the application's repository that is built.",
    "main",
    check.gitBranch,
  ),
  appRepositoryUsername: labAndStudent.optional(
    "User name with which appRepositoryUrl is read. Needs appRepositoryPassword.",
    "builder",
  ),
  appRepositoryPassword: labAndStudent.secret("Password or token with which appRepositoryUrl is read."),
  appRepositoryNodePort: lab.nodePort("Node port of the git server. Ignored with appRepositoryUrl.", 30300),
  appRepositoryStorage: labAndStudent.volume(
    "Size of the git server's volume. Ignored with appRepositoryUrl.",
    "1Gi",
  ),
  gitServerBaseImage: labAndBase.image(
    "Image with Debian on which the git server's image is built. Ignored with appRepositoryUrl.",
    "debian:bookworm-slim",
  ),
};
