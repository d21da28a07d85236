import assert from "node:assert/strict";
import { CONTROLLER_RULES, READ_CONFIGURATION, SERVER_RULES } from "../../../../components/argo/argo-rights";

const ARGO = ["argoproj.io"];

// Every right of Argo's own programs. A verb more or less is a decision, and made here too.
describe("the rights of Argo's own programs", () => {
  it("are exactly these, of the controller", () => {
    assert.deepEqual(CONTROLLER_RULES, [
      {
        apiGroups: [""],
        resources: ["pods"],
        verbs: ["create", "delete", "get", "list", "patch", "watch"],
      },
      { apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] },
      { apiGroups: [""], resources: ["configmaps"], verbs: ["list", "watch"] },
      {
        apiGroups: [""],
        resources: ["configmaps"],
        resourceNames: ["artifact-repositories"],
        verbs: ["get"],
      },
      {
        apiGroups: [""],
        resources: ["persistentvolumeclaims"],
        verbs: ["create", "delete", "get", "update"],
      },
      { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
      {
        apiGroups: ARGO,
        resources: ["workflows"],
        verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
      },
      {
        apiGroups: ARGO,
        resources: ["workflows/finalizers", "cronworkflows/finalizers"],
        verbs: ["update"],
      },
      { apiGroups: ARGO, resources: ["workflowtemplates"], verbs: ["get", "list", "watch"] },
      { apiGroups: ARGO, resources: ["cronworkflows"], verbs: ["list", "patch", "watch"] },
      {
        apiGroups: ARGO,
        resources: ["workflowtaskresults"],
        verbs: ["deletecollection", "list", "watch"],
      },
      {
        apiGroups: ARGO,
        resources: ["workflowartifactgctasks", "workflowtasksets"],
        verbs: ["list", "watch"],
      },
    ]);
  });

  it("are exactly these, of the server", () => {
    assert.deepEqual(SERVER_RULES, [
      { apiGroups: ARGO, resources: ["workflows", "workflowtemplates"], verbs: ["list", "watch"] },
      {
        apiGroups: [""],
        resources: ["secrets"],
        resourceNames: ["argo-workflows-webhook-clients", "git-webhook.service-account-token"],
        verbs: ["get"],
      },
      { apiGroups: [""], resources: ["serviceaccounts"], resourceNames: ["git-webhook"], verbs: ["get"] },
    ]);
  });

  it("are exactly this one, of both, beside the configuration", () => {
    assert.deepEqual(READ_CONFIGURATION, {
      apiGroups: [""],
      resources: ["configmaps"],
      resourceNames: ["workflow-controller-configmap"],
      verbs: ["get"],
    });
  });
});
