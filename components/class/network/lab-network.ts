import * as pulumi from "@pulumi/pulumi";
import { networkPolicies } from "./student-network";
import { postgresPolicy, type StudentPoliciesArgs, type StudentPolicy } from "./student-policies";

type LabNetworkArgs = Pick<StudentPoliciesArgs, "namespace" | "stagingNamespace" | "externalDatabasePort">;

/**
 * The network policies of a lab that one person has alone: what runs in staging, where a model may run any code, opens no
 * connection, and the database answers MLflow alone. The way into all else stays open, as node ports lead there.
 */
export class LabNetwork extends pulumi.ComponentResource {
  constructor(name: string, args: LabNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:LabNetwork", name, {}, opts);
    const closed: StudentPolicy = { place: "staging", name: "no-egress", pods: {}, egress: [] };
    networkPolicies(name, [closed, ...postgresPolicy(args)], args, { parent: this });
    this.registerOutputs();
  }
}
